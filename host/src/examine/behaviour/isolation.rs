//! What one user said, looked for in what the next one is told.
//!
//! *Never:* what belongs to the capability and not to the instance is held against it.

use super::canary::Canary;
use super::planting::{self, Planted};
use super::{Answer, Trial};
use crate::engine::{InstancePolicy, Loaded};
use crate::examine::finding::Draft;
use crate::examine::sandbox::{Base, Cast, HostCall, Seen, Tally};

/// What one user says must not come out for the next one who gets the same instance. Values of `kv`
/// belong to the capability and are taken away in between: only the instance itself is looked at.
pub(super) async fn isolation(trial: &Trial<'_>, tally: &mut Tally) -> Answer {
    let lifetime = InstancePolicy::Pooled { calls_max: 10_000, idle_max: 1 };
    let loaded = trial
        .actor
        .load(Cast { lifetime, ..Cast::default() })
        .await
        .map_err(|error| error.to_string())?;
    let canary = Canary::of("what the first user said");
    let mut found = Vec::new();
    for base in trial.bases.iter().copied() {
        let Some(Planted { input: first, canary }) =
            planting::everywhere(&base.input, trial.schema(base), &canary)
        else {
            continue;
        };
        // The same twice; and right behind it whatever else can be asked, for one operation may keep what
        // another one tells.
        let others = others(trial, base).into_iter().map(|other| vec![other]);
        for turn in std::iter::once(vec![base, base]).chain(others) {
            tally.add(&trial.actor.call(&loaded, &base.operation, &first).await);
            if let Some(next) = leaking(trial, &loaded, &turn, &canary, tally).await {
                let message = "what one user said comes out for the next one";
                let place = format!("`{}`, then `{}`", base.operation, next.operation);
                found.push(Draft::new(message).seen(place, &next.input));
                break;
            }
        }
    }
    Ok(found)
}

/// The first of these calls that says what was planted before.
async fn leaking<'a>(
    trial: &Trial<'_>,
    loaded: &Loaded,
    turn: &[&'a Base],
    canary: &Canary,
    tally: &mut Tally,
) -> Option<&'a Base> {
    for next in turn {
        let seen = trial.actor.call(loaded, &next.operation, &next.input).await;
        tally.add(&seen);
        if says(&seen, canary) {
            return Some(*next);
        }
    }
    None
}

/// One input of each other operation.
fn others<'a>(trial: &'a Trial<'_>, base: &'a Base) -> Vec<&'a Base> {
    let mut others: Vec<&Base> = Vec::new();
    for other in &trial.bases {
        let is_known = others.iter().any(|known| known.operation == other.operation);
        if other.operation != base.operation && !is_known {
            others.push(other);
        }
    }
    others
}

/// Whether an answer, or anything that goes out, holds a canary in any form.
fn says(seen: &Seen, canary: &Canary) -> bool {
    let output = seen.output().unwrap_or_default().as_bytes().to_vec();
    let said = seen.calls.iter().map(HostCall::outgoing).chain([output]);
    said.into_iter().any(|bytes| canary.find(&bytes).is_some())
}
