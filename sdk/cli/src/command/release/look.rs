//! `engraft list`, `show` and `history`: what a registry holds, and how it came to that.
//!
//! *Never:* anything is changed by being looked at.

use clap::Args;
use engraft::model::CapabilityName;
use engraft::registry::{Line, Record, State};
use serde::Serialize;

use crate::desk::Desk;
use crate::page::Page;
use crate::screen::Reply;
use crate::shelf::{ShelfArgs, sentence};
use crate::text;
use crate::trouble::{Result, Trouble};

/// Entries that are read at once.
const PAGE: usize = 1_000;

/// Shows the capabilities of the registry, who serves and what spreads
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    shelf: ShelfArgs,
}

/// Shows the releases of one capability
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Which one
    #[arg(value_name = "NAME")]
    name: CapabilityName,
    #[command(flatten)]
    shelf: ShelfArgs,
}

/// Shows what happened, the latest last
#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    /// Of which capability [default: of all]
    #[arg(value_name = "NAME")]
    name: Option<CapabilityName>,
    /// How many entries at most
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    last: usize,
    #[command(flatten)]
    shelf: ShelfArgs,
}

#[derive(Serialize)]
struct Listed<'a> {
    stopped: Option<&'a str>,
    capabilities: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a CapabilityName,
    stable: Option<String>,
    releases: usize,
    rollout: Option<String>,
}

#[derive(Serialize)]
struct History {
    entries: Vec<Record>,
}

pub(crate) fn list(args: &ListArgs, desk: &Desk) -> Result<Reply> {
    let state = args.shelf.journal(desk)?.state();
    let rows = state.lines.iter().map(|(name, line)| Row {
        name,
        stable: line.stable.as_ref().map(ToString::to_string),
        releases: line.releases.len(),
        rollout: rollout(line),
    });
    let stopped = state.stop.as_ref().map(|stop| stop.why.as_str());
    let listed = Listed { stopped, capabilities: rows.collect() };
    let mut page = Page::default();
    if let Some(why) = listed.stopped {
        page.verdict(crate::page::Style::Bad, "everything stands still", &text::line(why));
    }
    if listed.capabilities.is_empty() {
        page.line("nothing is installed; `engraft install FILE` installs a bundle");
    }
    let row = |row: &Row<'_>| {
        vec![
            row.name.to_string(),
            row.stable.clone().unwrap_or_else(|| "nobody".to_owned()),
            row.releases.to_string(),
            row.rollout.clone().unwrap_or_default(),
        ]
    };
    let rows = listed.capabilities.iter().map(row).collect();
    page.table(&["capability", "serves", "releases", "spreads"], rows);
    Ok(Reply::fine(&listed, page))
}

pub(crate) fn show(args: &ShowArgs, desk: &Desk) -> Result<Reply> {
    let state = args.shelf.journal(desk)?.state();
    let name = state.resolve_name(&args.name);
    let line = state.lines.get(name).ok_or_else(|| unknown(&state, name))?;
    let mut page = Page::default();
    page.line(name.to_string());
    let rows = line.releases.iter().rev().map(|(version, release)| {
        let component = &release.installed.component;
        let mut marks = Vec::new();
        if line.stable.as_ref() == Some(version) {
            marks.push("serves".to_owned());
        }
        if let Some(rollout) = rollout(line).filter(|_| spreads(line, version)) {
            marks.push(rollout);
        }
        let because = |what: &str, why: Option<&String>| {
            why.map(|why| format!("{what}: {}", text::line(why)))
        };
        if release.installed.examination.is_none() {
            marks.push("unexamined".to_owned());
        }
        let reach = release.reach.to_string();
        marks.extend((!reach.is_empty()).then(|| format!("approved {reach}")));
        marks.extend(because("suspended", release.reach.suspended.as_ref()));
        marks.extend(because("yanked", release.yanked.as_ref()));
        marks.extend(because("revoked", state.revoked.get(component)));
        marks.extend(because("rolled back", state.quarantined.get(component)));
        vec![version.to_string(), component.short(), marks.join("; ")]
    });
    page.table(&["version", "component", ""], rows.collect());
    Ok(Reply::fine(line, page))
}

pub(crate) fn history(args: &HistoryArgs, desk: &Desk) -> Result<Reply> {
    let journal = args.shelf.journal(desk)?;
    let mut entries: Vec<Record> = Vec::new();
    let mut from = 0;
    loop {
        let read = journal.log().read(from, PAGE);
        let read = read.map_err(|error| Trouble::fault(error.to_string()))?;
        let Some(last) = read.last() else { break };
        from = last.sequence + 1;
        for entry in read {
            let record: Record = serde_json::from_slice(&entry.bytes)
                .map_err(|error| Trouble::corrupt(format!("entry {}: {error}", entry.sequence)))?;
            if args.name.is_none() || record.op.name() == args.name.as_ref() {
                entries.push(record);
            }
        }
    }
    entries.drain(..entries.len().saturating_sub(args.last));
    let mut page = Page::default();
    for record in &entries {
        let moment = std::time::Duration::from_millis(record.at_ms);
        let moment = engraft::artifact::Moment::at(moment);
        page.line(format!("{moment}  {}", sentence(record)));
    }
    Ok(Reply::fine(History { entries }, page))
}

fn rollout(line: &Line) -> Option<String> {
    let rollout = line.rollout.as_ref()?;
    let stage = rollout.stage_now()?;
    let paused = if rollout.is_paused { ", paused" } else { "" };
    Some(format!("{} in {} at {}{paused}", rollout.version, text::line(&stage.name), stage.share))
}

fn spreads(line: &Line, version: &semver::Version) -> bool {
    line.rollout.as_ref().is_some_and(|rollout| rollout.version == *version)
}

fn unknown(state: &State, name: &CapabilityName) -> Trouble {
    let trouble = Trouble::usage(format!("no capability `{name}` is installed"));
    let known = state.lines.keys().map(CapabilityName::as_str);
    match text::nearest(name.as_str(), known) {
        Some(near) => trouble.hint(format!("did you mean `{near}`?")),
        None => trouble,
    }
}
