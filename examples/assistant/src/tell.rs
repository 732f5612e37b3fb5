//! The log in words: each entry about work on what is missing, as a person wants to see it.
//!
//! *Never:* anything is told that is not in the log, or kept beside it.

use engraft::Edit;
use engraft::artifact::Bundle;
use engraft::examine::{CheckEnd, Examination, Severity};
use engraft::registry::{Installed, Op, Proposal, Record, ReleaseOrigin, Step};

use crate::Result;
use crate::desk::Desk;
use crate::screen::{Ink, Screen};

/// Keys of a recipe that say what it does; the rest is for whoever reads all of it.
const TOLD: [&str; 5] = ["summary", "intents", "fetch", "return", "value"];
/// Entries that are read at once.
const ENTRIES_MAX: usize = 256;
/// Reasons of a draft that are shown.
const REASONS_MAX: usize = 3;
/// A formula that is longer is for a manifest, not for a screen.
const FORMULA_CHARS_MAX: usize = 60;

/// Follows the log and tells of it.
pub(crate) struct Teller {
    seen: u64,
}

impl Teller {
    /// One who tells of what is recorded from now on.
    pub(crate) fn from_now(desk: &Desk) -> Self {
        Self { seen: desk.live().registry().journal().length() }
    }

    /// Tells of what was recorded since, and gives it.
    pub(crate) async fn tell(&mut self, screen: &mut Screen, desk: &Desk) -> Result<Vec<Record>> {
        let log = desk.live().registry().journal().log();
        let mut records = Vec::new();
        for entry in log.read(self.seen, ENTRIES_MAX)? {
            self.seen = entry.sequence + 1;
            records.push(Record::from_json(std::str::from_utf8(&entry.bytes)?)?);
        }
        for record in &records {
            one(screen, desk, record).await?;
        }
        Ok(records)
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "other entries are of no interest here")]
async fn one(screen: &mut Screen, desk: &Desk, record: &Record) -> Result<()> {
    match &record.op {
        Op::Wanted(_) => {
            screen.aside(Ink::Dim, &format!("work {}: {}", record.sequence, record.why))
        }
        Op::Grown { work, step } => grown(screen, desk, *work, step, &record.why).await,
        Op::Installed(installed) if installed.origin == ReleaseOrigin::Generated => {
            signed(screen, desk, installed).await
        }
        Op::RolloutStarted { name, version, plan, .. } => {
            let first = plan.stages.first();
            let share = first.map(|stage| stage.share.to_string()).unwrap_or_default();
            let text = format!(
                "{name} {version} begins to spread: {share} of the users, and whoever asked for it"
            );
            screen.aside(Ink::Name, &text)
        }
        Op::Advanced { .. } | Op::Promoted { .. } => screen.aside(Ink::Name, &record.why),
        Op::RolledBack { .. } => screen.aside(Ink::Bad, &record.why),
        _ => Ok(()),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "other entries are of no interest here")]
async fn grown(screen: &mut Screen, desk: &Desk, work: u64, step: &Step, why: &str) -> Result<()> {
    match step {
        Step::Proposed { proposal, tried, .. } => {
            // The last of what was tried is the draft itself.
            for attempt in tried.iter().rev().skip(1).rev() {
                screen.aside(Ink::Dim, attempt)?;
            }
            proposed(screen, desk, work, proposal).await
        }
        Step::Failed { tried, .. } => {
            tried.iter().try_for_each(|attempt| screen.aside(Ink::Dim, attempt))
        }
        Step::Examined(examination) => examined(screen, desk, examination).await,
        Step::Ended { how } => screen.aside(Ink::Bad, &format!("{how}: {why}")),
        _ => Ok(()),
    }
}

/// A draft: who wrote it and why, and what it says, beside what it would replace.
async fn proposed(screen: &mut Screen, desk: &Desk, work: u64, proposal: &Proposal) -> Result<()> {
    let Proposal { name, version, author, reasons, doubts, .. } = proposal;
    screen.aside(Ink::Name, &format!("{name} {version}, written by the author `{author}`"))?;
    for reason in reasons.iter().take(REASONS_MAX) {
        screen.aside(Ink::Dim, &format!("because {reason}"))?;
    }
    for doubt in doubts.iter().take(REASONS_MAX) {
        screen.aside(Ink::Bad, &format!("but {doubt}"))?;
    }
    // Told again later, when there may be another draft or none.
    let Ok(difference) = desk.growth().difference(work).await else { return Ok(()) };
    for edit in &difference.recipe {
        match edit {
            Edit::Gone(line) if is_told(line) => {
                screen.aside(Ink::Bad, &format!("- {}", line.trim()))?
            }
            Edit::New(line) if is_told(line) => {
                screen.aside(Ink::Good, &format!("+ {}", line.trim()))?;
            }
            Edit::Same(_) | Edit::Gone(_) | Edit::New(_) => {}
        }
    }
    for edit in &difference.permissions {
        if let Edit::New(asked) = edit {
            screen.aside(Ink::Bad, &format!("asks for {asked}"))?;
        }
    }
    Ok(())
}

fn is_told(line: &str) -> bool {
    // What goes on in the next lines says nothing in its first.
    if line.ends_with(['[', '{']) {
        return false;
    }
    let key = line.trim_start_matches([' ', '-', '"']);
    TOLD.iter().any(|told| key.strip_prefix(told).is_some_and(|rest| rest.starts_with([':', '"'])))
}

async fn examined(screen: &mut Screen, desk: &Desk, examination: &Examination) -> Result<()> {
    let Some(report) = desk.live().report(examination.report).await? else { return Ok(()) };
    let passed = report.checks.iter().filter(|run| run.end == CheckEnd::Passed).count();
    let risk = examination.risk.map(|risk| format!("{risk}")).unwrap_or_default();
    let text = format!(
        "examined at level {}: {passed} of {} checks passed, {} findings, risk {risk}",
        report.level,
        report.checks.len(),
        report.findings.len(),
    );
    screen.aside(Ink::Name, &text)?;
    for finding in report.findings.iter().filter(|finding| finding.severity > Severity::Note) {
        screen.aside(Ink::Bad, &format!("{}: {}", finding.check.as_str(), finding.message))?;
    }
    Ok(())
}

/// What was signed, by whom, and what is proved of it.
async fn signed(screen: &mut Screen, desk: &Desk, installed: &Installed) -> Result<()> {
    let Installed { name, version, component, bundle, .. } = installed;
    let text = format!(
        "signed with the making key, which signs no secrets, no files and no host that is not \
         granted: {name} {version}, component {}",
        component.short()
    );
    screen.aside(Ink::Name, &text)?;
    let Some(bytes) = desk.live().registry().blob(*bundle).await? else { return Ok(()) };
    let bundle = Bundle::parse(&bytes)?;
    let manifest = bundle.claimed_manifest();
    let budget = &manifest.budget;
    let proved = match &manifest.bound {
        Some(bound) if bound.fuel.chars().count() <= FORMULA_CHARS_MAX => {
            format!("proved of an input of n bytes: at most {} fuel", bound.fuel)
        }
        _ => format!("proved of any input: at most {} fuel", budget.fuel),
    };
    screen.aside(Ink::Dim, &format!("{proved}, {} KiB of memory", budget.memory_bytes >> 10))
}
