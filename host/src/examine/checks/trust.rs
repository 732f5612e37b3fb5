//! Signature, validity and budget: what the manifest's own frame says.
//!
//! *Never:* a signature is judged here; a keyring has judged it, and its word is repeated.

use std::time::Duration;

use super::stated::{Most, STATED_FUEL_MAX};
use crate::artifact::Moment;
use crate::examine::candidate::Trust;
use crate::examine::finding::{Draft, Severity};
use crate::examine::subject::Subject;
use crate::model::Budget;

/// Ten times what a small tool needs, a Python guest included.
const MEMORY_BYTES_LARGE: u64 = 512 << 20;
const FUEL_LARGE: u64 = 50_000_000_000;
const DEADLINE_LARGE: Duration = Duration::from_secs(120);
const HOST_CALLS_LARGE: u64 = 1_000_000;
const CONCURRENT_LARGE: u32 = 1_000;
/// Who is examined now wants to be used for longer than this.
const SOON: Duration = Duration::from_secs(7 * 24 * 3_600);

pub(super) fn signature(subject: &Subject<'_>) -> Vec<Draft> {
    match subject.trust {
        Trust::Unsigned => {
            vec![Draft::new("nobody has signed it yet").severity(Severity::Note)]
        }
        Trust::Refused { why } => vec![
            Draft::new("the keyring does not trust its signatures").seen("the signatures", why),
        ],
        Trust::Signed { .. } => Vec::new(),
    }
}

pub(super) fn validity(subject: &Subject<'_>) -> Vec<Draft> {
    let Some(manifest) = subject.manifest else { return Vec::new() };
    let validity = &manifest.validity;
    if !validity.includes(Moment::at(subject.now)) {
        return vec![Draft::new("it is not valid now").severity(Severity::Error)];
    }
    if !validity.includes(Moment::at(subject.now.saturating_add(SOON))) {
        return vec![Draft::new("it is valid for less than another week")];
    }
    Vec::new()
}

pub(super) fn budget(subject: &Subject<'_>) -> Vec<Draft> {
    let Some(manifest) = subject.manifest else { return Vec::new() };
    let Budget { fuel, deadline, memory_bytes, host_calls, concurrent_calls, .. } = manifest.budget;
    let most = Most::stated(manifest);
    // Whoever asks for just what a bound comes to asks for no more than is needed.
    let is_stated = |wanted: u64, of: fn(Most) -> u64| most.is_some_and(|most| wanted <= of(most));
    let large = [
        (
            "memory",
            memory_bytes > MEMORY_BYTES_LARGE && !is_stated(memory_bytes, |it| it.memory_bytes),
        ),
        ("fuel", fuel > FUEL_LARGE && !is_stated(fuel, |it| it.fuel)),
        ("time", deadline > DEADLINE_LARGE),
        ("host calls", host_calls > HOST_CALLS_LARGE),
        ("calls at once", concurrent_calls > CONCURRENT_LARGE),
    ];
    let large = large.into_iter().filter(|(_, is_large)| *is_large);
    let mut found: Vec<Draft> = large
        .map(|(what, _)| Draft::new(format!("it asks for ten times the usual {what}")))
        .collect();
    match (&manifest.bound, most) {
        (Some(bound), None) => found.push(
            Draft::new("the bound that it states cannot be read")
                .severity(Severity::Error)
                .seen("fuel", &bound.fuel)
                .seen("memory_bytes", &bound.memory_bytes),
        ),
        (_, Some(most)) => found.extend(short(&manifest.budget, most)),
        (None, None) => {}
    }
    found
}

/// What cannot be done within its budget although its bound says that it may be needed. A bound beyond
/// what any host gives is cut off wherever it runs, and that is no fault of the budget's.
fn short(budget: &Budget, most: Most) -> Vec<Draft> {
    let usual = Budget::default().memory_bytes;
    let short = [
        ("fuel", budget.fuel, Some(most.fuel).filter(|fuel| *fuel <= STATED_FUEL_MAX)),
        ("bytes of memory", budget.memory_bytes, Some(most.memory_bytes.min(usual))),
    ];
    let told = |(what, has, needs): (&str, u64, Option<u64>)| {
        let needs = needs.filter(|needs| has < *needs)?;
        let message = format!(
            "its largest input may take {needs} {what} by the bound that it states, and its budget \
             has {has}"
        );
        Some(Draft::new(message).seen("budget", "what goes over it is cut off"))
    };
    short.into_iter().filter_map(told).collect()
}
