//! How guests find other capabilities: in the directory of what is live.
//!
//! *Never:* a guest is told that nothing happened where something may have.

use std::sync::Weak;

use super::directory::Directory;
use crate::engine::{Invocation, PeerAnswer, PeerCall, Peers};
use crate::model::{CapabilityName, Failure, FailureFacts, Outcome};

/// How guests find other capabilities. Weak, because capabilities hold the engine that holds this.
pub(crate) struct Neighbours(pub(crate) Weak<Directory>);

// === impl Neighbours ===

impl Peers for Neighbours {
    fn call<'a>(&'a self, name: &'a CapabilityName, invocation: Invocation<'a>) -> PeerCall<'a> {
        Box::pin(async move {
            let Some(directory) = self.0.upgrade() else {
                return refused(Failure::Unavailable(FailureFacts::final_without_effect(
                    "the host is shutting down",
                )));
            };
            match directory.find(name.as_str()) {
                Some(capability) => {
                    let report = capability.call(invocation).await;
                    PeerAnswer { result: result(name, report.outcome), fuel: report.usage.fuel }
                }
                None => refused(Failure::Unavailable(FailureFacts::final_without_effect(
                    directory.unknown(name.as_str()),
                ))),
            }
        })
    }
}

fn refused(failure: Failure) -> PeerAnswer {
    PeerAnswer { result: Err(failure), fuel: 0 }
}

/// What a guest is told of another capability's outcome.
fn result(name: &CapabilityName, outcome: Outcome) -> Result<String, Failure> {
    let facts = |outcome: &Outcome, retryable| FailureFacts {
        message: format!("`{name}`: {outcome}"),
        retryable,
        // What stopped in the middle may have done something already.
        effect_happened: true,
    };
    match outcome {
        Outcome::Returned(output) => Ok(output.into_string()),
        Outcome::Refused(failure) => Err(failure),
        Outcome::Denied { .. } => {
            let message = format!("`{name}`: {outcome}");
            Err(Failure::Denied(FailureFacts::final_without_effect(message)))
        }
        Outcome::Unavailable { .. } => {
            let message = format!("`{name}`: {outcome}");
            Err(Failure::Unavailable(FailureFacts {
                message,
                retryable: true,
                effect_happened: false,
            }))
        }
        Outcome::Deadline { .. } | Outcome::Cancelled => {
            Err(Failure::Unavailable(facts(&outcome, true)))
        }
        Outcome::Trapped { .. }
        | Outcome::OutOfFuel { .. }
        | Outcome::OutOfMemory { .. }
        | Outcome::Exceeded { .. } => Err(Failure::Failed(facts(&outcome, false))),
    }
}
