//! `engraft examine`: looks at a component before anything may be made of it.
//!
//! *Never:* a candidate is described, and so compiled, before its bytes have passed; the library sees
//! to it.

mod cases;
mod page;
mod subject;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use engraft::artifact::Bundle;
use engraft::engine::EngineConfig;
use engraft::examine::{
    CHECKS, CheckId, ExamineError, Examined, Examiner, Level, NotApproved, Order, Policy, Report,
    Verdict,
};

use crate::archive::Archive;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::input;
use crate::json_text;
use crate::page::{Page, Style};
use crate::screen::Reply;
use crate::shelf::ShelfArgs;
use crate::text;
use crate::trouble::{Result, Trouble};

pub(super) use page::{before, beside, bounded_by, page};

/// A policy is a page of text.
const POLICY_BYTES_MAX: u64 = 1 << 20;

/// Examines a bundle, a bare component or a recipe
///
/// Ends with 0 where it is admissible, also where a person still has to approve it; with 3 where
/// something blocks it, each finding with the id of its check; with 4 where the bytes are damaged.
#[derive(Debug, Args)]
pub(crate) struct ExamineArgs {
    /// A bundle, a component or a recipe
    #[arg(value_name = "FILE", required_unless_present = "checks")]
    file: Option<PathBuf>,
    /// How thoroughly [default: as the policy wants]
    #[arg(long, value_name = "LEVEL")]
    level: Option<LevelArg>,
    /// A policy, in YAML or JSON
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The release before: `text.slugify@1.2.0` of the registry, or a bundle's file
    #[arg(long, value_name = "NAME@VERSION")]
    against: Option<String>,
    /// For a bare component: a JSON file with any parts of its manifest
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Leave a check out; may be given several times
    #[arg(long, value_name = "CHECK")]
    without: Vec<CheckId>,
    /// Write the report as a signed statement to this file
    #[arg(long, value_name = "FILE")]
    sign_to: Option<PathBuf>,
    /// The key that signs it [default: the development key]
    #[arg(long, value_name = "NAME", requires = "sign_to")]
    key: Option<String>,
    /// The bundle of another candidate for the same, to be measured beside it at production; may be given
    /// several times
    #[arg(long, value_name = "FILE")]
    beside: Vec<PathBuf>,
    /// Play what was recorded with `engraft try --record`; whatever it asks or answers otherwise is a
    /// finding, and all else of the examination answers from it too
    #[arg(long, value_name = "FILE")]
    tape: Option<PathBuf>,
    /// Write the inputs that reached something new to this file, as a manifest whose operations have
    /// them as examples: `--manifest` takes it, for a bare component
    #[arg(long, value_name = "FILE")]
    save_cases: Option<PathBuf>,
    /// List every check there is
    #[arg(long, conflicts_with = "file")]
    checks: bool,
    #[command(flatten)]
    shelf: ShelfArgs,
}

/// How thoroughly.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum LevelArg {
    /// Signature, manifest and static analysis
    Basic,
    /// And tests in a sandbox
    Standard,
    /// And how it behaves
    Comprehensive,
    /// And how fast it is, behind the walls of the worker
    Production,
}

pub(super) fn run(args: &ExamineArgs, desk: &Desk) -> Result<Reply> {
    let Some(file) = args.file.as_deref().filter(|_| !args.checks) else { return Ok(checks()) };
    let examined = examine(file, args, desk)?;
    if let Some(path) = &args.sign_to {
        let keys = desk.signing_keys(args.key.as_slice())?;
        let keys: Vec<_> = keys.iter().collect();
        input::write(path, &examined.sign_report(&keys))?;
    }
    if let Some(path) = &args.save_cases {
        input::write(path, cases::text(&examined)?.as_bytes())?;
    }
    let archive = Archive::open(desk)?;
    archive.keep(examined.report())?;
    let report = examined.report().clone();
    let mut page = page(&report);
    let keyring = desk.home()?.keyring()?;
    let exit = match examined.approve(&archive.approvals()?, &keyring, desk.now()) {
        Ok(approved) => {
            for approver in approved.approvers() {
                page.verdict(Style::Good, "approved", &format!("by {approver}"));
            }
            Exit::Fine
        }
        Err(refused) => {
            let (_, why) = *refused;
            if !report.is_blocked() {
                page.verdict(Style::Warn, "not approved", &text::scrub_lines(&why.to_string()));
            }
            if matches!(why, NotApproved::Rejected { .. }) { Exit::Refused } else { exit(&report) }
        }
    };
    Ok(Reply::fine(&report, page).exit(exit))
}

/// Examines a file as the arguments say.
fn examine(file: &Path, args: &ExamineArgs, desk: &Desk) -> Result<Examined> {
    let policy = policy(args.policy.as_deref())?;
    let (candidate, source) = subject::candidate(file, args, desk)?;
    let before =
        args.against.as_deref().map(|text| subject::before(text, args, desk)).transpose()?;
    let archive = Archive::open(desk)?;
    let baseline = archive.baseline(candidate.name(), candidate.digest())?;
    let order = Order {
        level: args.level.map(Level::from),
        without: args.without.clone(),
        before: before.as_ref().map(|bundle| bundle.claimed_manifest().clone()),
        before_component: before.as_ref().map(Bundle::component_arc),
        names: subject::names(args, desk)?,
        source,
        tape: args.tape.as_deref().map(subject::tape).transpose()?,
        others: args.beside.iter().map(|path| subject::other(path)).collect::<Result<_>>()?,
        baseline: baseline.map(Arc::new),
    };
    let mut config = EngineConfig::default();
    config.worker = Some(desk.worker().clone());
    let examiner = Examiner::new(policy, config).map_err(trouble)?;
    let _shown = desk.screen.progress(&format!("examining {}", file.display()));
    desk.wait(examiner.examine(candidate, &order))?.map_err(trouble)
}

/// The policy of a file; the default one without.
pub(super) fn policy(path: Option<&Path>) -> Result<Policy> {
    let Some(path) = path else { return Ok(Policy::default()) };
    let name = path.display().to_string();
    let bytes = input::read(path, POLICY_BYTES_MAX)?;
    if path.extension().is_some_and(|ending| ending == "json") {
        return json_text::read(&name, &bytes);
    }
    let text = json_text::utf8(&name, &bytes)?;
    let mut options = serde_saphyr::Options::default();
    options.strict_booleans = true;
    serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| Trouble::corrupt(format!("`{name}` is no policy: {error}")))
}

/// 0 where nothing blocks, 3 where something does, 4 where the bytes are broken.
pub(super) fn exit(report: &Report) -> Exit {
    if report.of(CheckId::MALFORMED).next().is_some() {
        return Exit::Corrupt;
    }
    match report.verdict {
        Verdict::Blocked | Verdict::NeedsApproval { for_findings: true, .. } => Exit::Refused,
        Verdict::Admissible | Verdict::NeedsApproval { .. } => Exit::Fine,
    }
}

fn checks() -> Reply {
    let mut page = Page::default();
    let row = |check: &engraft::examine::Check| {
        vec![check.id.to_string(), check.level.to_string(), check.question.to_owned()]
    };
    page.table(&["check", "level", "what it asks"], CHECKS.iter().map(row).collect());
    let json: Vec<_> = CHECKS
        .iter()
        .map(|check| {
            serde_json::json!({
                "id": check.id,
                "level": check.level,
                "severity": check.severity,
                "question": check.question,
            })
        })
        .collect();
    Reply::fine(serde_json::json!({ "checks": json }), page)
}

fn trouble(error: ExamineError) -> Trouble {
    let message = text::scrub_lines(&error.to_string());
    if matches!(error, ExamineError::NotWasm { .. } | ExamineError::CoreModule { .. }) {
        Trouble::corrupt(message)
    } else {
        Trouble::fault(message)
    }
}

// === impl Level ===

impl From<LevelArg> for Level {
    fn from(level: LevelArg) -> Self {
        match level {
            LevelArg::Basic => Self::Basic,
            LevelArg::Standard => Self::Standard,
            LevelArg::Comprehensive => Self::Comprehensive,
            LevelArg::Production => Self::Production,
        }
    }
}
