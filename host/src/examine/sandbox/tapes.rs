//! Plays a tape: each recorded call again, with the answers that were given then. Whoever asks or
//! answers otherwise is not what was recorded.
//!
//! *Never:* anything is asked of the world.

use serde_json::Value;

use super::{Actor, Cast, Tally};
use crate::examine::catalogue::CheckId;
use crate::examine::conform::same;
use crate::examine::finding::Draft;
use crate::examine::notes::Notes;
use crate::examine::tape::{Tape, TapedCall, redacted};

/// Plays every call.
pub(super) async fn run(tape: &Tape, actor: &Actor<'_>, notes: &mut Notes<'_>, tally: &mut Tally) {
    let name = actor.manifest().name();
    if tape.capability != *name {
        let message = format!("the tape is of `{}`, and this is `{name}`", tape.capability);
        return notes.found(CheckId::TAPE, vec![Draft::new(message)]);
    }
    let moment = std::time::Duration::from_secs(tape.moment.unix());
    let loaded = match actor.load(Cast { seed: tape.seed, moment, ..Cast::default() }).await {
        Ok(loaded) => loaded,
        Err(error) => return notes.inconclusive(CheckId::TAPE, error.to_string()),
    };
    let mut found = Vec::new();
    let whole = tape.calls.iter().filter(|call| !call.is_cut);
    let mut played = 0_usize;
    for call in whole {
        let (seen, mut surprises) = actor.play(&loaded, call).await;
        tally.add(&seen);
        played += 1;
        let word = seen.outcome.word();
        if word != call.outcome {
            surprises.push(format!("it came to `{word}`, and then to `{}`", call.outcome));
        } else if !is_same(call, seen.output()) {
            surprises.push(format!("it answers otherwise: {}", seen.outcome));
        }
        if !surprises.is_empty() {
            let message = format!("`{}` does not do what is on the tape", call.operation);
            let draft = Draft::new(message).seen("the input", &call.input);
            found.push(surprises.iter().fold(draft, |draft, what| draft.seen("played", what)));
        }
    }
    if played == 0 {
        return notes.inconclusive(CheckId::TAPE, "no whole call is on the tape");
    }
    notes.found(CheckId::TAPE, found);
}

fn is_same(call: &TapedCall, output: Option<&str>) -> bool {
    let json = |text: &str| serde_json::from_str::<Value>(text).ok();
    match (&call.output, output.map(redacted)) {
        (None, None) => true,
        (Some(then), Some(now)) => match (json(then), json(&now)) {
            (Some(then), Some(now)) => same(&then, &now),
            _ => *then == now,
        },
        _ => false,
    }
}
