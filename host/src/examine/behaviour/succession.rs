//! The same inputs for the release before: in which ways it calls, and in which this one does.
//!
//! What a release may do is no more than the one before might, as long as it asks for no more; but what it
//! *does* with that may be something else, at the same host and under the same permission.
//!
//! *Never:* what is only said otherwise counts; where and to whom it goes, by which method and under which names
//! does.

use std::collections::BTreeSet;

use super::recipients::recipients;
use super::{Answer, Trial};
use crate::examine::finding::{Draft, Severity};
use crate::examine::sandbox::{Actor, Base, Cast, Function, HostCall, Moment, Run, Seen, Tally};

/// Ways in which runs reach out.
pub(super) type Ways = BTreeSet<(Function, String)>;

/// In which ways it calls that the release before did not, with any input of the same operation.
pub(super) async fn calls(run: &Run<'_>, trial: &Trial<'_>, tally: &mut Tally) -> Answer {
    let Some(rival) = run.rival else { return Ok(Vec::new()) };
    let (component, manifest) = (&rival.component, &rival.manifest);
    let before = Run { component, manifest, ..run.beside() };
    let trouble = |error: crate::engine::EngineError| format!("the release before: {error}");
    let before = Actor::open(&before).await.map_err(trouble)?;
    let loaded = before.load(Cast::default()).await.map_err(trouble)?;
    let mut found = Vec::new();
    let mut told = BTreeSet::new();
    for base in &trial.bases {
        if manifest.description.operation(&base.operation).is_none() {
            continue;
        }
        let (mut usual, mut known) = (Ways::new(), BTreeSet::new());
        let mut is_known = false;
        for other in trial.bases.iter().filter(|other| other.operation == base.operation) {
            let seen = before.call(&loaded, &other.operation, &other.input).await;
            tally.add(&seen);
            is_known |= seen.outcome.is_returned();
            usual.extend(ways(&seen, Moment::Same));
            known.extend(seen.calls.iter().flat_map(recipients));
        }
        // One that wants to hear something else from outside stops before it has shown all of its ways.
        if !is_known {
            continue;
        }
        if let Some((call, whom)) = newly_told(&known, base)
            && told.insert((&base.operation, (call.function, whom.clone())))
        {
            let (name, version) = (&base.operation, &manifest.version);
            let message = format!("`{name}` tells somebody whom version {version} did not");
            found
                .push(Draft::new(message).seen(&base.input, format!("{whom}, by {}", call.target)));
        }
        let Some(call) = new_way(&usual, &base.seen, Moment::Same) else { continue };
        if !told.insert((&base.operation, call.way(Moment::Same))) {
            continue;
        }
        let severity = if call.may_change() { Severity::Warning } else { Severity::Note };
        let (name, version) = (&base.operation, &manifest.version);
        let message = format!("`{name}` calls in a way in which version {version} did not");
        let what = format!("{:?} {}", call.function, call.target);
        found.push(Draft::new(message).severity(severity).seen(&base.input, what));
    }
    Ok(found)
}

/// Somebody to whom a run goes and the release before did not, nor the input.
fn newly_told<'a>(known: &BTreeSet<String>, base: &'a Base) -> Option<(&'a HostCall, String)> {
    let input = base.input.to_lowercase();
    base.seen.calls.iter().filter(|call| call.may_change()).find_map(|call| {
        let mut whom = recipients(call).into_iter();
        Some((call, whom.find(|whom| !known.contains(whom) && !input.contains(whom))?))
    })
}

/// The ways in which a run reaches out.
pub(super) fn ways(seen: &Seen, moment: Moment) -> Vec<(Function, String)> {
    seen.calls.iter().filter(|call| call.reaches_out()).map(|call| call.way(moment)).collect()
}

/// A call of a run in none of these ways; one that may change something weighs more than one that only
/// asks.
pub(super) fn new_way<'a>(usual: &Ways, seen: &'a Seen, moment: Moment) -> Option<&'a HostCall> {
    let is_new = |call: &&HostCall| call.reaches_out() && !usual.contains(&call.way(moment));
    seen.calls.iter().filter(is_new).max_by_key(|call| call.may_change())
}
