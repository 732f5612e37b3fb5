//! One look for pipes, and for when the live view is gone.
//!
//! *Never:* it says less than the live view.

use super::view::{Calls, RolloutRow, View};
use crate::page::{Page, Style};
use crate::text;

/// Letters of the bar that shows how near evidence is to its threshold.
const BAR: usize = 20;

/// What is told of calls, in columns.
pub(super) const CALLS: [&str; 6] = ["calls", "per s", "success", "p50", "p99", "fell back"];

pub(super) fn page(view: &View) -> Page {
    let mut page = Page::default();
    page.line(format!("{}; {} entries in the log", view.programs_in_words(), view.entries));
    if let Some(why) = &view.stopped {
        page.verdict(Style::Bad, "everything stands still", why);
    }
    if view.releases.is_empty() {
        page.line("nothing is installed; `engraft install FILE` installs a bundle");
        return page;
    }
    let header = [&["capability", "version", ""][..], &CALLS].concat();
    let row = |row: &super::view::ReleaseRow| {
        let mut cells = vec![row.name.clone(), row.version.clone(), row.role.clone()];
        cells.extend(cells_of(&row.calls));
        cells
    };
    page.table(&header, view.releases.iter().map(row).collect());
    for rollout in &view.rollouts {
        let paused = if rollout.paused { " (paused)" } else { "" };
        page.heading(&format!("{} {}", rollout.name, rollout.version));
        page.facts(&facts(rollout, paused));
    }
    if !view.decisions.is_empty() {
        page.heading("last decisions");
        for said in &view.decisions {
            page.line(format!("{}  {}", said.at, said.words));
        }
    }
    page
}

fn facts(rollout: &RolloutRow, paused: &str) -> Vec<(&'static str, String)> {
    let mut facts = vec![("stage", format!("{}, {}{paused}", rollout.stage, rollout.share))];
    let arms = [("new", &rollout.new, true), ("old", &rollout.old, false)];
    for (arm, calls, is_new) in arms {
        let judged = rollout.decision.as_ref().map(|decision| {
            let tally = if is_new { &decision.treatment } else { &decision.control };
            format!("; {}", RolloutRow::judged_in_words(tally))
        });
        facts.push((arm, format!("{}{}", arm_in_words(calls), judged.unwrap_or_default())));
    }
    facts.push(("judged", format!("{} {}", bar(rollout.nearness()), rollout.evidence_in_words())));
    if let Some(decision) = &rollout.decision {
        facts.push(("said", text::line(&decision.sentence)));
    }
    facts
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share from 0 to 1 of a short bar"
)]
fn bar(nearness: f64) -> String {
    let full = (nearness * BAR as f64).round() as usize;
    format!("{}{}", "█".repeat(full), "░".repeat(BAR - full))
}

/// Calls of one arm, on one line.
pub(super) fn arm_in_words(calls: &Calls) -> String {
    let [p50, p99] = calls.latency_words();
    let ended = text::count(calls.ended);
    format!("{} good of {ended}, p50 {p50}, p99 {p99}", calls.success_words())
}

/// The cells below [`CALLS`].
pub(super) fn cells_of(calls: &Calls) -> Vec<String> {
    let [p50, p99] = calls.latency_words();
    let rate = calls.per_second.map_or_else(|| "–".to_owned(), |rate| format!("{rate:.0}"));
    let fallen_back = text::count(calls.fallen_back);
    vec![text::count(calls.begun), rate, calls.success_words(), p50, p99, fallen_back]
}
