//! The first run of a candidate in a worker: what brings an engine down brings down that process, and is
//! told of as what it is before any answer is looked at.
//!
//! *Never:* an answer counts here; only whether the worker lives.

use super::{Actor, Tally, cases};
use crate::engine::Loaded;
use crate::examine::catalogue::CheckId;
use crate::examine::finding::Draft;
use crate::examine::notes::Notes;
use crate::examine::place::Place;
use crate::model::Outcome;

/// Operations and inputs of each that are tried: all examples and the first generated ones, whose
/// mistakes are the commonest.
const OPERATIONS_MAX: usize = 24;
const INPUTS_MAX: usize = 12;

/// Runs it there, where the level asks for that.
pub(super) async fn run(
    actor: &Actor<'_>,
    loaded: &Loaded,
    notes: &mut Notes<'_>,
    tally: &mut Tally,
) {
    if !notes.profile.has(CheckId::REHEARSAL) {
        return;
    }
    if actor.place() == Place::Here {
        return notes.inconclusive(CheckId::REHEARSAL, "there is no worker");
    }
    let mut found = Vec::new();
    for operation in actor.manifest().description.operations.iter().take(OPERATIONS_MAX) {
        let examples = operation.examples.iter().map(|example| example.input.clone());
        let cases = cases(&operation.input_schema);
        for input in examples.chain(cases.valid).take(INPUTS_MAX) {
            let input = input.to_string();
            let seen = actor.call(loaded, &operation.name, &input).await;
            tally.add(&seen);
            if let Some(how) = died(&seen.outcome) {
                let message = format!("`{}` brings its worker down", operation.name);
                found.push(Draft::new(message).seen(&input, how));
                return notes.found(CheckId::REHEARSAL, found);
            }
        }
    }
    notes.found(CheckId::REHEARSAL, found);
}

/// How a worker died, where one did: a guest that traps or is stopped leaves it alive.
fn died(outcome: &Outcome) -> Option<String> {
    let (Outcome::Trapped { message, .. } | Outcome::Unavailable { message }) = outcome else {
        return None;
    };
    message.starts_with("its worker ").then(|| message.clone())
}
