//! Gaps as a person and a program see them.
//!
//! *Never:* a sentence of somebody reaches the terminal as it was said.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use engraft::loops::governor::Status;
use engraft::registry::{Lifecycle, OfGap};
use engraft::synth::{Gap, GapSummary};
use serde::Serialize;

use super::Seen;
use crate::page::{Page, Style};
use crate::screen::Reply;
use crate::text;

#[derive(Serialize)]
struct Listed<'a> {
    gaps: &'a [Looked],
}

/// A gap, and the work on it.
#[derive(Serialize)]
struct Looked {
    #[serde(flatten)]
    gap: GapSummary,
    /// The number of the work, where all that is known of the gap has become work.
    #[serde(skip_serializing_if = "Option::is_none")]
    work: Option<u64>,
    /// Where that stands; none where it was over so long ago that only the log knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    stands: Option<Lifecycle>,
    #[serde(skip)]
    next: Option<String>,
}

impl Looked {
    fn at(gap: &Gap, seen: &Seen) -> Self {
        let gap = gap.summary(seen.governance.gaps, UNIX_EPOCH + seen.now);
        let of = OfGap { gap: gap.id, taught: gap.taught };
        let work = seen.state.growth.taken(of);
        let status = work.and_then(|work| {
            let work = seen.state.growth.works.get(&work)?;
            Some(Status::of(&seen.state, work, &seen.governance, seen.now))
        });
        let stands = status.as_ref().map(|status| status.stands);
        Self { gap, work, stands, next: status.map(|status| status.next) }
    }

    /// What is made of it, in a few words.
    fn state(&self) -> String {
        match (self.gap.dismissed, self.work, self.stands, self.gap.due) {
            (true, ..) => "dismissed".to_owned(),
            (false, Some(work), Some(stands), _) => format!("work {work}: {stands}"),
            (false, Some(work), None, _) => format!("work {work}: over"),
            (false, None, _, true) => "worth work".to_owned(),
            (false, None, _, false) => String::new(),
        }
    }
}

pub(super) fn list(seen: &Seen, all: bool) -> Reply {
    let now = UNIX_EPOCH + seen.now;
    let shown = seen.gaps.iter().filter(|gap| all || !gap.is_dismissed());
    let mut gaps: Vec<Looked> = shown.map(|gap| Looked::at(gap, seen)).collect();
    let worth = |gap: &GapSummary| (!gap.dismissed, gap.due, gap.people, gap.requests);
    gaps.sort_by_key(|it| std::cmp::Reverse((worth(&it.gap), it.gap.last_ms)));
    let mut page = Page::default();
    if let Some(stop) = &seen.state.stop {
        page.verdict(Style::Bad, "everything stands still", &text::line(&stop.why));
    }
    if gaps.is_empty() {
        page.line("nothing was asked for in vain");
    }
    let header = ["gap", "asked for", "why not", "requests", "people", "last", ""];
    page.table(&header, gaps.iter().map(|gap| row(gap, now)).collect());
    Reply::fine(Listed { gaps: &gaps }, page)
}

fn row(looked: &Looked, now: SystemTime) -> Vec<String> {
    let gap = &looked.gap;
    vec![
        gap.id.to_string(),
        asked_for(gap),
        gap.cause.to_string(),
        text::count(gap.requests),
        people(gap),
        ago(gap.last_ms, now),
        looked.state(),
    ]
}

pub(super) fn show(seen: &Seen, gap: &Gap) -> Reply {
    let now = UNIX_EPOCH + seen.now;
    let looked = Looked::at(gap, seen);
    let gap = &looked.gap;
    let mut page = Page::default();
    page.line(asked_for(gap));
    match (gap.dismissed, looked.work, gap.due) {
        (true, ..) => page.verdict(Style::Dim, "dismissed", "nothing is made for it"),
        (false, Some(_), _) => {
            let next = looked.next.as_deref().unwrap_or("`engraft history` tells how it went");
            page.verdict(Style::Title, &looked.state(), &text::line(next));
        }
        (false, None, true) => page.verdict(Style::Good, "worth work", ""),
        (false, None, false) => page.verdict(Style::Dim, "not worth work yet", ""),
    }
    page.facts(&facts(gap, now));
    lines(&mut page, "said", gap.samples.iter().cloned());
    lines(&mut page, "why nothing was found", gap.reasons.iter().cloned());
    lines(&mut page, "inputs that failed", gap.inputs.iter().map(ToString::to_string));
    Reply::fine(&looked, page)
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
