//! `engraft examine`: looks at a component before anything may be made of it.
//!
//! *Never:* a candidate is described, and so compiled, before its bytes have passed; the library sees
//! to it.

mod page;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use engraft::artifact::Bundle;
use engraft::engine::EngineConfig;
use engraft::examine::{
    CHECKS, Candidate, CandidateOrigin, CheckId, ExamineError, Examined, Examiner, Level,
    NotApproved, Order, Policy, Report, Verdict,
};
use engraft::model::CapabilityName;

use crate::archive::Archive;
use crate::desk::Desk;
use crate::draft::{DEVELOPMENT_VERSION, Draft};
use crate::exit::Exit;
use crate::input::{self, Content, Input};
use crate::json_text;
use crate::page::{Page, Style};
use crate::recipe;
use crate::screen::Reply;
use crate::shelf::{ReleaseArg, ShelfArgs};
use crate::text;
use crate::trouble::{Result, Trouble};

pub(super) use page::page;

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
    let candidate = candidate(file, args, desk)?;
    let before = args.against.as_deref().map(|text| before(text, args, desk)).transpose()?;
    let order = Order {
        level: args.level.map(Level::from),
        without: args.without.clone(),
        before: before.as_ref().map(|bundle| bundle.claimed_manifest().clone()),
        before_component: before.as_ref().map(Bundle::component_arc),
        names: names(args, desk)?,
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

fn candidate(file: &Path, args: &ExamineArgs, desk: &Desk) -> Result<Candidate> {
    // A recipe that is none is as damaged as a component that is none.
    let input = Input::open(file).map_err(|trouble| {
        let is_none = trouble.kind == Exit::Refused;
        if is_none { Trouble { kind: Exit::Corrupt, ..trouble } } else { trouble }
    })?;
    let Content::Bundle(bundle) = &input.content else {
        let draft = Draft::read(args.manifest.as_deref())?;
        return bare(&input, draft, desk);
    };
    if args.manifest.is_some() {
        return Err(Trouble::usage(format!(
            "`{}` is a bundle, whose manifest is signed; `--manifest` is for a bare component",
            file.display()
        )));
    }
    let keyring = desk.home()?.judge()?;
    Ok(Candidate::of_bundle(Bundle::clone(bundle), &keyring, desk.now()))
}

fn bare(input: &Input, draft: Draft, desk: &Desk) -> Result<Candidate> {
    let origin = if recipe::is_recipe(&input.path) {
        CandidateOrigin::Generated
    } else {
        CandidateOrigin::Uploaded
    };
    let name: CapabilityName = draft.name_or(&input.stem())?;
    let sequence = desk.now().as_secs();
    let draft = std::sync::Mutex::new(Some(draft));
    let complete = move |said| {
        let draft = draft.lock().map_err(|_| "the manifest file is in use".to_owned())?.take();
        let draft = draft.unwrap_or_default();
        draft.complete(said, DEVELOPMENT_VERSION, sequence).map_err(|trouble| trouble.message)
    };
    Ok(Candidate::of_component(name, input.component(), origin).completed_by(Arc::new(complete)))
}

/// The release before.
fn before(text: &str, args: &ExamineArgs, desk: &Desk) -> Result<Bundle> {
    let path = Path::new(text);
    if path.is_file() {
        let input = Input::open(path)?;
        let Content::Bundle(bundle) = &input.content else {
            return Err(Trouble::usage(format!("`{text}` is no bundle; only those have versions")));
        };
        return Ok(Bundle::clone(bundle));
    }
    let release: ReleaseArg = text.parse().map_err(|why| {
        Trouble::usage(format!("`--against {text}`: {why}, or the file of a bundle"))
    })?;
    let journal = args.shelf.journal(desk)?;
    let state = journal.state();
    let line = state.lines.get(state.resolve_name(&release.name));
    let found = line.and_then(|line| line.releases.get(&release.version));
    let found = found.ok_or_else(|| {
        Trouble::usage(format!("no release `{text}` is installed"))
            .hint("`engraft list` shows those that are; a bundle's file will do as well")
    })?;
    let bytes = journal.log().blob(&found.installed.bundle);
    let bytes = bytes.map_err(|error| Trouble::fault(error.to_string()))?;
    let bytes = bytes.ok_or_else(|| Trouble::fault(format!("the bundle of `{text}` is gone")))?;
    Ok(Bundle::parse(&bytes)?)
}

/// The names in use; none where there is no registry yet.
fn names(args: &ExamineArgs, desk: &Desk) -> Result<Vec<CapabilityName>> {
    if !args.shelf.exists(desk)? {
        return Ok(Vec::new());
    }
    let state = args.shelf.journal(desk)?.state();
    Ok(state.lines.keys().cloned().collect())
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
