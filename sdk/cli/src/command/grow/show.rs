//! Work as a person reads it: the queue, one piece of it, and what was spent.
//!
//! *Never:* text of a wish reaches the terminal as it came.

use engraft::loops::governor::Status;
use serde_json::json;

use super::{governance, json_of, set, status as of};
use crate::desk::Desk;
use crate::page::Page;
use crate::screen::Reply;
use crate::shelf::ShelfArgs;
use crate::text;
use crate::trouble::{Result, Trouble};

pub(super) fn status(shelf: &ShelfArgs, desk: &Desk) -> Result<Reply> {
    let (state, governance, now) = (shelf.journal(desk)?.state(), governance(desk)?, desk.now());
    let all: Vec<Status> =
        state.growth.works.values().map(|work| of(&state, work, &governance, now)).collect();
    let mut page = Page::default();
    table(&mut page, &all);
    set(&mut page, &governance, &state, now);
    let spent = state.growth.spent_on(u64::try_from(now.as_millis()).unwrap_or(u64::MAX));
    let json = json!({
        "work": all, "spent": spent, "governance": governance, "stopped": state.stop.is_some(),
    });
    Ok(Reply::fine(json, page))
}

pub(super) fn queue(shelf: &ShelfArgs, desk: &Desk) -> Result<Reply> {
    let (state, governance, now) = (shelf.journal(desk)?.state(), governance(desk)?, desk.now());
    let queue = state.growth.queue();
    let queue: Vec<Status> =
        queue.into_iter().map(|work| of(&state, work, &governance, now)).collect();
    let mut page = Page::default();
    table(&mut page, &queue);
    Ok(Reply::fine(json_of(&queue), page))
}

pub(super) fn one(work: u64, shelf: &ShelfArgs, desk: &Desk) -> Result<Reply> {
    let (state, governance, now) = (shelf.journal(desk)?.state(), governance(desk)?, desk.now());
    let found = state.growth.works.get(&work);
    let found = found.ok_or_else(|| {
        Trouble::usage(format!("there is no work {work}")).hint("`engraft grow status` shows all")
    })?;
    let status = of(&state, found, &governance, now);
    let mut page = Page::default();
    told(&mut page, &status);
    Ok(Reply::fine(json!({ "status": status, "want": found.want }), page))
}

/// One piece of work, in full.
pub(in crate::command) fn told(page: &mut Page, status: &Status) {
    let text = |value: &dyn std::fmt::Display| text::line(&value.to_string());
    let mut facts = vec![
        ("work", status.work.to_string()),
        ("about", text(&status.title)),
        ("from", status.source.to_string()),
        ("stands", status.stands.to_string()),
        ("next", text(&status.next)),
        ("attempts", status.attempts.to_string()),
    ];
    if let Some((name, version)) = status.name.as_ref().zip(status.version.as_ref()) {
        facts.push(("release", format!("{name}@{version}")));
    }
    facts.extend(status.author.as_ref().map(|author| ("author", text(author))));
    facts.extend(status.risk.map(|risk| ("risk", risk.to_string())));
    page.facts(&facts);
    for (heading, lines) in
        [("Why", &status.reasons), ("Doubts", &status.doubts), ("Tried", &status.tried)]
    {
        if !lines.is_empty() {
            page.heading(heading);
            lines.iter().for_each(|line| page.line(format!("  - {}", text(line))));
        }
    }
}

fn table(page: &mut Page, all: &[Status]) {
    if all.is_empty() {
        page.line("nothing is wanted that there is not");
        return;
    }
    page.table(&["work", "about", "from", "stands", "next"], rows(all));
}

/// Work, a line each.
pub(in crate::command) fn rows(all: &[Status]) -> Vec<Vec<String>> {
    let row = |status: &Status| {
        vec![
            status.work.to_string(),
            text::line(&status.title),
            status.source.to_string(),
            status.stands.to_string(),
            text::line(&status.next),
        ]
    };
    all.iter().map(row).collect()
}
