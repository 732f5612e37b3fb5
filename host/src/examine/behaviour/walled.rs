//! The same calls in this process as in a worker, with the same surroundings.
//!
//! It comes last: what nothing keeps out by then runs here when it is admitted.
//!
//! *Never:* what a worker cannot give by its nature counts against a candidate.

use super::course::{differs, shown};
use super::{Answer, chosen};
use crate::examine::catalogue::CheckId;
use crate::examine::finding::Draft;
use crate::examine::notes::Notes;
use crate::examine::place::Place;
use crate::examine::sandbox::{Actor, Base, Cast, Run, Tally};

/// Compares what a worker has shown with what this process does.
pub(crate) async fn same_here(
    run: &Run<'_>,
    bases: &[Base],
    notes: &mut Notes<'_>,
    tally: &mut Tally,
) {
    match same(run, bases, tally).await {
        Ok(drafts) => notes.found(CheckId::WORKER_SAME, drafts),
        Err(why) => notes.inconclusive(CheckId::WORKER_SAME, why),
    }
}

/// The same answer and the same calls of the host. Fuel is not compared: an instance copies its first
/// data in a worker, and is given it here.
async fn same(run: &Run<'_>, bases: &[Base], tally: &mut Tally) -> Answer {
    if run.place == Place::Here {
        return Err("there is no worker".to_owned());
    }
    let here = run.here();
    let actor = Actor::open(&here).await.map_err(|error| error.to_string())?;
    let loaded = actor.load(Cast::default()).await.map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    let mut compared = 0_usize;
    for base in chosen(bases) {
        let seen = actor.call(&loaded, &base.operation, &base.input).await;
        tally.add(&seen);
        compared += 1;
        if let Some(what) = differs(&base.seen, &seen) {
            let message = format!("`{}` does otherwise in a worker: {what}", base.operation);
            let draft = Draft::new(message).seen(&base.input, shown(&base.seen));
            found.push(draft.seen("in this process", shown(&seen)));
        }
    }
    if compared == 0 {
        return Err("no input was answered with an output".to_owned());
    }
    Ok(found)
}
