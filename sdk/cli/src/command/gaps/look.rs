//! Gaps as a person and a program see them.
//!
//! *Never:* a sentence of somebody reaches the terminal as it was said.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use engraft::synth::{Gap, GapSummary, Gaps, Threshold};
use serde::Serialize;

use crate::desk::Desk;
use crate::page::{Page, Style};
use crate::screen::Reply;
use crate::text;

#[derive(Serialize)]
struct Listed {
    gaps: Vec<GapSummary>,
}

pub(super) fn list(gaps: &Gaps, all: bool, desk: &Desk) -> Reply {
    let now = UNIX_EPOCH + desk.now();
    let mut gaps: Vec<GapSummary> = gaps
        .iter()
        .filter(|gap| all || !gap.is_dismissed())
        .map(|gap| gap.summary(Threshold::default(), now))
        .collect();
    let worth = |gap: &GapSummary| (!gap.dismissed, gap.due, gap.people, gap.requests);
    gaps.sort_by_key(|gap| std::cmp::Reverse((worth(gap), gap.last_ms)));
    let mut page = Page::default();
    if gaps.is_empty() {
        page.line("nothing was asked for in vain");
    }
    let header = ["gap", "asked for", "why not", "requests", "people", "last", ""];
    page.table(&header, gaps.iter().map(|gap| row(gap, now)).collect());
    Reply::fine(Listed { gaps }, page)
}

fn row(gap: &GapSummary, now: SystemTime) -> Vec<String> {
    let state = match (gap.dismissed, gap.due) {
        (true, _) => "dismissed",
        (false, true) => "worth work",
        (false, false) => "",
    };
    vec![
        gap.id.to_string(),
        asked_for(gap),
        gap.cause.to_string(),
        text::count(gap.requests),
        people(gap),
        ago(gap.last_ms, now),
        state.to_owned(),
    ]
}

pub(super) fn show(gap: &Gap, desk: &Desk) -> Reply {
    let now = UNIX_EPOCH + desk.now();
    let gap = gap.summary(Threshold::default(), now);
    let mut page = Page::default();
    page.line(asked_for(&gap));
    match (gap.dismissed, gap.due) {
        (true, _) => page.verdict(Style::Dim, "dismissed", "nothing is made for it"),
        (false, true) => page.verdict(Style::Good, "worth work", ""),
        (false, false) => page.verdict(Style::Dim, "not worth work yet", ""),
    }
    page.facts(&facts(&gap, now));
    lines(&mut page, "said", gap.samples.iter().cloned());
    lines(&mut page, "why nothing was found", gap.reasons.iter().cloned());
    lines(&mut page, "inputs that failed", gap.inputs.iter().map(ToString::to_string));
    Reply::fine(&gap, page)
}

fn facts(gap: &GapSummary, now: SystemTime) -> Vec<(&'static str, String)> {
    let mut facts = vec![("gap", gap.id.to_string()), ("why not", gap.cause.to_string())];
    let named = [
        ("capability", gap.capability.as_ref().map(ToString::to_string)),
        ("operation", gap.operation.clone()),
        ("nearest", gap.near.as_ref().map(ToString::to_string)),
        ("would be called", gap.name.as_ref().map(ToString::to_string)),
        ("to be done", gap.request.verb.clone()),
        ("to what", gap.request.object.clone()),
    ];
    let named = named.into_iter().filter_map(|(name, value)| Some((name, text::line(&value?))));
    facts.extend(named);
    facts.push(("input", text::line(&gap.input_schema.to_string())));
    facts.push(("requests", format!("{} of {}", text::count(gap.requests), people(gap))));
    let times = format!("first {}, last {}", ago(gap.first_ms, now), ago(gap.last_ms, now));
    facts.push(("when", times));
    if gap.taught + gap.disputed > 0 {
        let taught = format!("{} agreed on, {} not", gap.taught, gap.disputed);
        facts.push(("examples", taught));
    }
    facts
}

fn lines(page: &mut Page, heading: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return;
    }
    page.heading(heading);
    for line in lines {
        page.line(format!("  {}", text::line(&line)));
    }
}

/// What its requests have in common, or what was called.
fn asked_for(gap: &GapSummary) -> String {
    let called = || Some(format!("{} {}", gap.capability.as_ref()?, gap.operation.as_ref()?));
    let named = || gap.name.as_ref().map(ToString::to_string);
    let about = gap.pattern.clone().or_else(called).or_else(named);
    text::line(&about.unwrap_or_else(|| "what examples show".to_owned()))
}

fn people(gap: &GapSummary) -> String {
    match gap.people {
        0 | 1 => "1 person".to_owned(),
        // So many are told apart.
        64.. => "64 people or more".to_owned(),
        people => format!("{people} people"),
    }
}

fn ago(at_ms: u64, now: SystemTime) -> String {
    let at = UNIX_EPOCH + Duration::from_millis(at_ms);
    let seconds = now.duration_since(at).unwrap_or_default().as_secs();
    match seconds {
        0..60 => format!("{seconds} s ago"),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..86_400 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}
