//! Signature, validity and budget: what the manifest's own frame says.
//!
//! *Never:* a signature is judged here; a keyring has judged it, and its word is repeated.

use std::time::Duration;

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
    let large = [
        ("memory", memory_bytes > MEMORY_BYTES_LARGE),
        ("fuel", fuel > FUEL_LARGE),
        ("time", deadline > DEADLINE_LARGE),
        ("host calls", host_calls > HOST_CALLS_LARGE),
        ("calls at once", concurrent_calls > CONCURRENT_LARGE),
    ];
    let large = large.into_iter().filter(|(_, is_large)| *is_large);
    large.map(|(what, _)| Draft::new(format!("it asks for ten times the usual {what}"))).collect()
}
