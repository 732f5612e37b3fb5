//! Reports in the log of a registry: what a running program has examined, and waits for a person there.
//!
//! *Never:* a report is shown under a digest that is not its own.

use std::collections::BTreeMap;

use engraft::examine::{Report, Verdict};
use engraft::model::Digest;
use engraft::registry::{Op, Record};

use crate::archive::Archive;
use crate::desk::Desk;
use crate::shelf::ShelfArgs;
use crate::trouble::{Result, Trouble};

/// Entries that are read at once; a log of years has some ten thousand.
const PAGE: usize = 1_000;

/// Every report that is kept here or in the registry's log, the latest of each component first.
pub(super) fn reports(archive: &Archive, shelf: &ShelfArgs, desk: &Desk) -> Result<Vec<Report>> {
    let mut latest: BTreeMap<Digest, Report> = BTreeMap::new();
    for report in archive.reports()?.into_iter().chain(logged(shelf, desk)?) {
        let component = report.subject.component;
        match latest.get(&component) {
            Some(known) if known.at >= report.at => {}
            _ => drop(latest.insert(component, report)),
        }
    }
    let mut reports: Vec<Report> = latest.into_values().collect();
    reports.sort_by_key(|report| std::cmp::Reverse(report.at));
    Ok(reports)
}

/// The report of this name or digest, wherever it is kept.
pub(super) fn report(
    what: &str,
    archive: &Archive,
    shelf: &ShelfArgs,
    desk: &Desk,
) -> Result<Report> {
    let kept = reports(archive, shelf, desk)?;
    match kept.into_iter().find(|report| Archive::is_meant(report, what)) {
        Some(report) => Ok(report),
        // It says what to do where there is none.
        None => archive.report(what),
    }
}

/// What waits for a person in the log.
fn logged(shelf: &ShelfArgs, desk: &Desk) -> Result<Vec<Report>> {
    if !shelf.exists(desk)? {
        return Ok(Vec::new());
    }
    let journal = shelf.journal(desk)?;
    let fault = |error: engraft::store::LogError| Trouble::fault(error.to_string());
    let mut waiting: BTreeMap<Digest, Option<Digest>> = BTreeMap::new();
    let mut from = 0;
    loop {
        let entries = journal.log().read(from, PAGE).map_err(fault)?;
        let Some(last) = entries.last() else { break };
        from = last.sequence + 1;
        for entry in &entries {
            let record: Record = serde_json::from_slice(&entry.bytes)
                .map_err(|error| Trouble::corrupt(format!("entry {}: {error}", entry.sequence)))?;
            if let Op::Examined(examination) = record.op {
                let waits = matches!(examination.verdict, Verdict::NeedsApproval { .. });
                // What was examined again later counts as it did then.
                waiting.insert(examination.component, waits.then_some(examination.report));
            }
        }
    }
    let mut reports = Vec::new();
    for digest in waiting.into_values().flatten() {
        let Some(bytes) = journal.log().blob(&digest).map_err(fault)? else { continue };
        if Digest::of(&bytes) == digest
            && let Ok(report) = serde_json::from_slice::<Report>(&bytes)
        {
            reports.push(report);
        }
    }
    Ok(reports)
}
