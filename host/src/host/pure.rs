//! What of a host may be put together: capabilities without effects, run to see what they give.
//!
//! *Never:* a capability runs here that asks for any permission; nobody has asked for its effects.

use std::time::Duration;

use serde_json::Value;

use super::{Host, LiveHost};
use crate::engine::Invocation;
use crate::model::Outcome;
use crate::synth::{Execute, Part, Running};

/// One run of one part. A composition is searched for among hundreds of runs, and what takes longer
/// than this would be slow in a chain as well.
const DEADLINE: Duration = Duration::from_millis(500);
/// The same in instructions.
const FUEL: u64 = 200_000_000;

impl Host {
    fn pure_parts(&self) -> Vec<Part> {
        let live = self.capabilities();
        let pure = live.iter().map(|it| &it.manifest().description);
        pure.filter(|description| description.permissions.is_empty())
            .flat_map(|description| {
                description.operations.iter().map(|operation| Part {
                    capability: description.name.clone(),
                    operation: operation.name.clone(),
                    input: operation.input_schema.clone(),
                    output: operation.output_schema.clone(),
                })
            })
            .collect()
    }

    async fn run_part(&self, part: &Part, input: &Value) -> Result<Value, String> {
        let invocation = Invocation::new(part.operation.as_str(), input.to_string());
        let invocation = invocation.deadline(DEADLINE).fuel(FUEL);
        let capability = self.capability(part.capability.as_str());
        // Another release may have come since; what it asks for is looked at anew.
        let capability = capability
            .filter(|it| it.manifest().description.permissions.is_empty())
            .ok_or_else(|| format!("`{}` is no longer there", part.capability))?;
        let outcome = capability.call(invocation).await.outcome;
        if let Outcome::Returned(output) = &outcome {
            return output.read().map_err(|error| error.to_string());
        }
        Err(outcome.to_string())
    }
}

impl Execute for Host {
    fn parts(&self) -> Vec<Part> {
        self.pure_parts()
    }

    fn run<'a>(&'a self, part: &'a Part, input: &'a Value) -> Running<'a> {
        Box::pin(self.run_part(part, input))
    }
}

/// Of the releases that serve everybody; a run is no request of a user, so that it counts for nothing.
impl Execute for LiveHost {
    fn parts(&self) -> Vec<Part> {
        self.host().pure_parts()
    }

    fn run<'a>(&'a self, part: &'a Part, input: &'a Value) -> Running<'a> {
        Box::pin(self.host().run_part(part, input))
    }
}
