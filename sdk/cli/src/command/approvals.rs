//! `engraft approvals`: what waits for a person, what it would do, and the person's word on it.
//!
//! *Never:* an approval is given without a key of a person, or for anything but what was examined.

mod refused;

use std::time::Duration;

use clap::{Args, Subcommand};
use engraft::artifact::Moment;
use engraft::examine::{
    APPROVAL_LIFE, Approval, Binding, Conditions, Decision, Report, Said, Verdict, consequences,
};
use engraft::registry::{Actor, decide};
use serde::Serialize;

use crate::archive::Archive;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::limits::Limits;
use crate::page::{Page, Style};
use crate::screen::Reply;
use crate::shelf::ShelfArgs;
use crate::text;
use crate::trouble::{Result, Trouble};

/// Shows what waits for an approval, and approves or rejects it
#[derive(Debug, Args)]
pub(crate) struct ApprovalsArgs {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Lists what was examined here, or by a program with this registry, and needs an approval; and who
    /// has said what
    List {
        #[command(flatten)]
        shelf: ShelfArgs,
    },
    /// Shows what an approval would allow, and everything that was found
    Show {
        /// The name of a capability, or the first digits of its component's digest
        #[arg(value_name = "REPORT")]
        report: String,
        #[command(flatten)]
        shelf: ShelfArgs,
    },
    /// Approves exactly what was examined, with a person's key
    Approve {
        #[command(flatten)]
        word: WordArgs,
        /// Only for users of this group
        #[arg(long, value_name = "GROUP")]
        group: Option<String>,
        /// Up to this share of users, in percent
        #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(1..=100))]
        share: Option<u8>,
        /// How many days it holds [default: 90]
        #[arg(long, value_name = "DAYS")]
        days: Option<u32>,
        /// What no call of it goes over, where that is tighter than its manifest
        #[command(flatten)]
        limits: Box<Limits>,
    },
    /// Rejects it: one no outweighs every yes
    #[command(visible_alias = "refuse")]
    Reject(WordArgs),
    /// Takes back what this key has said before
    Withdraw(WordArgs),
}

/// Whose word it is, and on what.
#[derive(Debug, Args)]
struct WordArgs {
    /// The name of a capability, or the first digits of its component's digest
    #[arg(value_name = "REPORT")]
    report: String,
    /// The person's key
    #[arg(long, value_name = "NAME")]
    key: String,
    /// Why, in the person's words
    #[arg(long, value_name = "TEXT", default_value = "")]
    why: String,
    #[command(flatten)]
    shelf: ShelfArgs,
}

/// A report and what was said to it.
#[derive(Serialize)]
struct Waiting {
    capability: String,
    version: Option<String>,
    component: String,
    verdict: Verdict,
    said: Vec<Word>,
}

#[derive(Serialize)]
struct Word {
    decision: Decision,
    by: Vec<String>,
    until: Moment,
    why: String,
}

pub(super) fn run(args: ApprovalsArgs, desk: &Desk) -> Result<Reply> {
    match args.deed {
        Deed::List { shelf } => list(&shelf, desk),
        Deed::Show { report, shelf } => {
            let archive = Archive::open(desk)?;
            show(&refused::report(&report, &archive, &shelf, desk)?, desk)
        }
        Deed::Approve { word, group, share, days, limits } => {
            let budget = limits.alone();
            let conditions =
                Conditions { group, share_percent: share, budget, ..Conditions::default() };
            let life = days
                .map_or(APPROVAL_LIFE, |days| Duration::from_secs(u64::from(days) * 24 * 3_600));
            say(&word, Decision::Approve, conditions, life, desk)
        }
        Deed::Reject(word) => {
            say(&word, Decision::Reject, Conditions::default(), APPROVAL_LIFE, desk)
        }
        Deed::Withdraw(word) => {
            say(&word, Decision::Withdraw, Conditions::default(), APPROVAL_LIFE, desk)
        }
    }
}

fn list(shelf: &ShelfArgs, desk: &Desk) -> Result<Reply> {
    let archive = Archive::open(desk)?;
    let mut waiting = Vec::new();
    for report in refused::reports(&archive, shelf, desk)? {
        let said = words(&report, &archive, desk)?;
        if matches!(report.verdict, Verdict::NeedsApproval { .. }) || !said.is_empty() {
            waiting.push(Waiting::of(&report, said));
        }
    }
    let mut page = Page::default();
    if waiting.is_empty() {
        page.line("nothing waits for an approval");
    }
    let rows = waiting.iter().map(|it| {
        let said: Vec<String> = it
            .said
            .iter()
            .map(|word| format!("{} by {}", word.decision, word.by.join(", ")))
            .collect();
        let version = it.version.clone().unwrap_or_default();
        let digits = it.component.chars().take(12).collect();
        vec![it.capability.clone(), version, digits, needs(it.verdict), said.join("; ")]
    });
    page.table(&["capability", "version", "component", "needs", "said"], rows.collect());
    Ok(Reply::fine(serde_json::json!({ "waiting": waiting }), page))
}

fn show(report: &Report, desk: &Desk) -> Result<Reply> {
    let said = words(report, &Archive::open(desk)?, desk)?;
    let mut page = super::examine::page(report);
    page.heading("An approval would allow");
    let effects = consequences(report);
    if effects.is_empty() {
        page.line("  - nothing that reaches outside of it");
    }
    effects.iter().for_each(|line| page.line(format!("  - {}", text::scrub(line))));
    for word in &said {
        let style = if word.decision == Decision::Approve { Style::Good } else { Style::Bad };
        let by =
            format!("by {} until {}: {}", word.by.join(", "), word.until, text::line(&word.why));
        page.verdict(style, &word.decision.to_string(), &by);
    }
    Ok(Reply::fine(Waiting::of(report, said), page))
}

fn say(
    word: &WordArgs,
    decision: Decision,
    conditions: Conditions,
    life: Duration,
    desk: &Desk,
) -> Result<Reply> {
    let archive = Archive::open(desk)?;
    let report = refused::report(&word.report, &archive, &word.shelf, desk)?;
    if report.is_blocked() && decision == Decision::Approve {
        let blocking: Vec<String> =
            report.blocking().map(|it| format!("{}: {}", it.check, it.message)).collect();
        let name = &report.subject.name;
        return Err(Trouble::refused(format!("`{name}` is blocked, which no approval buys back"))
            .reasons(blocking));
    }
    let key = desk.signing_key(&word.key)?;
    let now = desk.now();
    let said = Said {
        binding: Binding::of(&report),
        decision,
        why: word.why.clone(),
        at: Moment::at(now),
        until: Moment::at(now.saturating_add(life)),
        conditions,
    };
    let approval = Approval::sign(&said, report.subject.digests, &key);
    archive.say(&approval)?;
    record(&approval, word, desk)?;
    if desk.home()?.keyring()?.key(&key.id()).is_none() {
        desk.screen.note(&format!(
            "the keyring does not trust `{}` yet, so it does not count: `engraft trust add` names it",
            word.key
        ));
    }
    let mut page = Page::default();
    let text = format!("{} {}", report.subject.name, report.subject.component.short());
    page.verdict(Style::Good, &decision.to_string(), &text);
    Ok(Reply::fine(&said, page).exit(Exit::Fine))
}

/// Lets the registry hear it, where there is one: a program that follows it acts on it at once.
fn record(approval: &Approval, word: &WordArgs, desk: &Desk) -> Result<()> {
    if !word.shelf.exists(desk)? {
        return Ok(());
    }
    let journal = word.shelf.journal(desk)?;
    let ops = decide(approval, &desk.home()?.keyring()?, desk.now());
    let ops = ops.map_err(|error| Trouble::fault(error.to_string()))?;
    for op in ops {
        let recorded = journal.record(Actor::person(&word.key), &word.why, op);
        recorded.map_err(|error| Trouble::from(engraft::Error::from(error)))?;
    }
    Ok(())
}

/// What was said to a report by whom the keyring trusts, the last word last.
fn words(report: &Report, archive: &Archive, desk: &Desk) -> Result<Vec<Word>> {
    let keyring = desk.home()?.keyring()?;
    let mut said: Vec<(Said, Vec<String>)> = Vec::new();
    for approval in archive.approvals()? {
        let Ok((word, signers)) = approval.open(&keyring, desk.now()) else { continue };
        if word.binding.component == report.subject.component && !signers.is_empty() {
            said.push((word, signers.iter().map(ToString::to_string).collect()));
        }
    }
    said.sort_by_key(|(word, _)| word.at);
    let word = |(said, by): (Said, Vec<String>)| Word {
        decision: said.decision,
        by,
        until: said.until,
        why: said.why,
    };
    Ok(said.into_iter().map(word).collect())
}

fn needs(verdict: Verdict) -> String {
    match verdict {
        Verdict::Admissible => "nothing".to_owned(),
        Verdict::NeedsApproval { approvals, .. } => match approvals {
            1 => "an approval".to_owned(),
            count => format!("{count} approvals"),
        },
        Verdict::Blocked => "is blocked".to_owned(),
    }
}

// === impl Waiting ===

impl Waiting {
    fn of(report: &Report, said: Vec<Word>) -> Self {
        let subject = &report.subject;
        Self {
            capability: subject.name.to_string(),
            version: subject.version.as_ref().map(ToString::to_string),
            component: subject.component.to_hex(),
            verdict: report.verdict,
            said,
        }
    }
}
