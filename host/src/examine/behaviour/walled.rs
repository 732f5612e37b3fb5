//! The same calls in a worker: another process, behind walls, with the same surroundings.
//!
//! *Never:* what a worker cannot give by its nature counts against a candidate.

use super::course::{differs, shown};
use super::{Answer, Trial};
use crate::engine::InstancePolicy;
use crate::examine::finding::Draft;
use crate::examine::sandbox::{Cast, Tally};

/// The same answer and the same calls of the host as in this process. Fuel is not compared: an instance
/// copies its first data in a worker, and is given it here.
pub(super) async fn same(trial: &Trial<'_>, tally: &mut Tally) -> Answer {
    if !trial.actor.has_worker() {
        return Err("there is no worker".to_owned());
    }
    let lifetime = InstancePolicy::Walled { workers_max: 1, calls_max: u32::MAX };
    let cast = Cast { lifetime, ..Cast::default() };
    let loaded = match trial.actor.load_beside(cast).await {
        Ok(loaded) => loaded,
        Err(error) => {
            let found = Draft::new("it cannot be run in a worker");
            return Ok(vec![found.seen("the worker", error.to_string())]);
        }
    };
    let mut found = Vec::new();
    for base in &trial.bases {
        let seen = trial.actor.call(&loaded, &base.operation, &base.input).await;
        tally.add(&seen);
        if let Some(what) = differs(&base.seen, &seen) {
            let message = format!("`{}` does otherwise in a worker: {what}", base.operation);
            found.push(Draft::new(message).seen(&base.input, shown(&seen)));
        }
    }
    Ok(found)
}
