//! Host functions that fail, and fuel that runs out in the middle.
//!
//! *Never:* a candidate is blamed for saying no; breaking is what it is blamed for.

use super::{Answer, Trial};
use crate::engine::Invocation;
use crate::examine::finding::Draft;
use crate::examine::sandbox::{
    Base, Cast, Failing, Fault, Function, HostCall, Script, Tally, Values,
};

/// Host calls of one run that are made to fail, one after the other.
const FAULTS_MAX: usize = 8;
/// Places at which a run is cut off.
const CUTS: u64 = 9;

/// How any host function may fail.
const FAULTS: [Fault; 3] = [Fault::Unavailable, Fault::Broken, Fault::Denied];
/// And what a server may answer beside what was asked for.
const ANSWERS: [Fault; 7] = [
    Fault::Status(404),
    Fault::Status(429),
    Fault::Status(503),
    Fault::Status(204),
    Fault::CutOff,
    Fault::Page,
    Fault::Empty,
];

/// Each host call fails in each way; the candidate says no or goes on, and does not break.
pub(super) async fn faults(trial: &Trial<'_>, tally: &mut Tally) -> Answer {
    let loaded = trial.actor.load(Cast::default()).await.map_err(|error| error.to_string())?;
    let mut found: Vec<Draft> = Vec::new();
    for base in &trial.bases {
        for failing in failings(base) {
            let script = Script { failing: Some(failing), ..Script::default() };
            let seen = trial
                .actor
                .call_with(&loaded, &base.operation, &base.input, script, Values::default())
                .await;
            tally.add(&seen);
            if !seen.is_orderly() && found.len() < 4 {
                let message = format!("`{}` breaks where a host function fails", base.operation);
                let Failing { first, from_then_on, fault } = failing;
                let more = if from_then_on { " and all after it" } else { "" };
                let detail = format!("call {} of the host{more}, {fault:?}", first + 1);
                let draft = Draft::new(message).seen(&base.input, detail);
                found.push(draft.seen("the outcome", seen.outcome.to_string()));
            }
        }
    }
    Ok(found)
}

/// Each call that can fail, in each way; and everything from each of them on.
fn failings(base: &Base) -> Vec<Failing> {
    let fallible = base.seen.calls.iter().filter(|call| call.is_fallible());
    let mut failings = Vec::new();
    for (first, call) in fallible.take(FAULTS_MAX).enumerate() {
        let is_request = call.function == Function::Http;
        let answers = ANSWERS.iter().filter(|_| is_request);
        let of = |fault: &Fault| Failing { first, from_then_on: false, fault: *fault };
        failings.extend(FAULTS.iter().chain(answers).map(of));
    }
    let all = failings.iter().map(|failing| failing.first).max().map_or(0, |last| last + 1);
    let from = (0..all).flat_map(|first| {
        let of = move |fault| Failing { first, from_then_on: true, fault };
        [Fault::Unavailable, Fault::Status(503)].map(of)
    });
    failings.extend(from);
    failings
}

/// A run is cut off at several places, and then made whole: what is kept must let it through.
pub(super) async fn fuel_cut(trial: &Trial<'_>, tally: &mut Tally) -> Answer {
    let actor = trial.actor;
    let loaded = actor.load(Cast::default()).await.map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    let writing =
        trial.bases.iter().filter(|base| base.seen.calls.iter().any(HostCall::is_fallible));
    for base in writing {
        let invocation = || Invocation::new(&base.operation, &base.input);
        let fuel = base.seen.usage.fuel.max(CUTS);
        for cut in 1..CUTS {
            actor.stage.begin(Script::default(), Values::default());
            let short = actor.go_on(&loaded, invocation().fuel(fuel / CUTS * cut)).await;
            let again = actor.go_on(&loaded, invocation()).await;
            tally.add(&short);
            tally.add(&again);
            if !again.is_orderly() || (!again.outcome.is_returned() && short.output().is_none()) {
                let message = format!("`{}` does not recover from being cut off", base.operation);
                let detail = format!("cut after {} fuel: {}", fuel / CUTS * cut, again.outcome);
                found.push(Draft::new(message).seen(&base.input, detail));
                break;
            }
        }
    }
    Ok(found)
}
