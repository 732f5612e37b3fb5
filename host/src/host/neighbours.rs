//! How guests find other capabilities: in the directory of what is live.
//!
//! *Never:* a guest is told that nothing happened where something may have.

use std::sync::{Arc, Weak};

use super::directory::Directory;
use crate::engine::{Invocation, PeerAnswer, PeerCall, Peers};
use crate::model::{CapabilityName, Clock, Failure, FailureFacts, Outcome};

/// How guests find other capabilities.
pub(crate) struct Neighbours {
    /// Weak, because capabilities hold the engine that holds this.
    pub(crate) directory: Weak<Directory>,
    /// An approval with a date ends at that date, whenever somebody looks through all of them next.
    pub(crate) clock: Arc<dyn Clock>,
}

// === impl Neighbours ===

impl Peers for Neighbours {
    fn call<'a>(&'a self, name: &'a CapabilityName, invocation: Invocation<'a>) -> PeerCall<'a> {
        Box::pin(async move {
            let Some(directory) = self.directory.upgrade() else {
                return refused(Failure::Unavailable(FailureFacts::final_without_effect(
                    "the host is shutting down",
                )));
            };
            match directory.find_at(name, self.clock.wall()) {
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Host;
    use crate::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
    use crate::model::SystemClock;

    const DOUBLE: &str = r#"(component
        (core module $m (func (export "double") (param i32) (result i32)
            (i32.mul (local.get 0) (i32.const 2))))
        (core instance $i (instantiate $m))
        (func (export "double") (param "number" u32) (result u32)
            (canon lift (core func $i "double"))))"#;

    #[tokio::test]
    async fn an_approval_with_a_date_ends_at_it_for_neighbours_too() {
        let key = SigningKey::from_seed(&[1; 32], Origin::Development);
        let manifest = serde_json::json!({
            "name": "math.double", "version": "1.0.0", "sequence": 1, "operations": [
                {"name": "double", "input_schema": {}, "output_schema": {}},
            ],
        });
        let manifest = Manifest::from_json(manifest.to_string().as_bytes()).unwrap();
        let bundle = Bundle::sign(wat::parse_str(DOUBLE).unwrap(), &manifest, &[&key]).unwrap();
        let keyring = Keyring::for_development(key.public());
        let host = Host::builder().trust(keyring).build().unwrap();
        host.install(&bundle.to_bytes()).await.unwrap();
        let directory = &host.parts.directory;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let neighbours = Neighbours { directory: Arc::downgrade(directory), clock };
        let name: CapabilityName = "math.double".parse().unwrap();
        let call = || neighbours.call(&name, Invocation::new("double", r#"{"number": 21}"#));
        assert_eq!(call().await.result.as_deref(), Ok("42"));
        let now = SystemClock.wall();
        directory.end_at(&name, Some(now + Duration::from_secs(3_600)));
        assert_eq!(call().await.result.as_deref(), Ok("42"));
        // Whether or not anybody drives the host.
        directory.end_at(&name, Some(now.saturating_sub(Duration::from_secs(2))));
        assert!(matches!(call().await.result, Err(Failure::Unavailable(_))));
        directory.end_at(&name, None);
        assert_eq!(call().await.result.as_deref(), Ok("42"));
    }
}
