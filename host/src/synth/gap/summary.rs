//! A gap as faces show it: everything that a person may see of it, and nothing else.
//!
//! *Never:* who asked is told, not even as a number.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Gap, Threshold};
use crate::model::{CapabilityName, GapId};
use crate::synth::diagnose::{Cause, Mend};

/// What is asked for in a gap.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// What is to be done: `convert`.
    pub verb: Option<String>,
    /// To what: `miles km`.
    pub object: Option<String>,
    /// With what: the names of what varies.
    pub arguments: Vec<String>,
}

/// A gap as faces show it. As JSON it is what `engraft gaps --json` prints; fields are added in later
/// versions, and none changes its meaning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GapSummary {
    /// Its number.
    pub id: GapId,
    /// What a capability for it would be called.
    pub name: Option<CapabilityName>,
    /// Why its requests were not served.
    pub cause: Cause,
    /// What could mend that.
    pub mend: Mend,
    /// The capability that failed or was named in vain.
    pub capability: Option<CapabilityName>,
    /// The capability that came nearest.
    pub near: Option<CapabilityName>,
    /// The operation that was called.
    pub operation: Option<String>,
    /// What its requests have in common.
    pub pattern: Option<String>,
    /// What is asked for.
    pub request: Request,
    /// JSON Schema of what varies.
    pub input_schema: Value,
    /// How many requests.
    pub requests: u64,
    /// From how many people; 64 stands for more.
    pub people: usize,
    /// When the first was, in milliseconds since 1970-01-01T00:00:00Z.
    pub first_ms: u64,
    /// When the last was.
    pub last_ms: u64,
    /// A few of the sentences, redacted.
    pub samples: Vec<String>,
    /// Why a program's own planner found nothing.
    pub reasons: Vec<String>,
    /// A few of the inputs, redacted.
    pub inputs: Vec<Value>,
    /// Examples that are agreed on.
    pub taught: usize,
    /// Examples that people do not agree on.
    pub disputed: usize,
    /// Whether it is worth work by the usual threshold.
    pub due: bool,
    /// Whether somebody said that it is no gap.
    pub dismissed: bool,
}

impl Gap {
    /// What a person may see of it.
    #[must_use]
    pub fn summary(&self, threshold: Threshold, now: SystemTime) -> GapSummary {
        GapSummary {
            id: self.id,
            name: self.name(),
            cause: self.cause(),
            mend: self.cause().mend(),
            capability: self.capability.clone(),
            near: self.near.clone(),
            operation: self.operation().map(str::to_owned),
            pattern: self.intent().map(String::from),
            request: self.request(),
            input_schema: self.input_schema(),
            requests: self.requests(),
            people: self.people(),
            first_ms: milliseconds(self.first),
            last_ms: milliseconds(self.last),
            samples: self.samples.clone(),
            reasons: self.reasons.clone(),
            inputs: self.inputs().to_vec(),
            taught: self.taught(),
            disputed: self.lessons.disputed(),
            due: self.is_due(threshold, now),
            dismissed: self.dismissed,
        }
    }
}

fn milliseconds(at: SystemTime) -> u64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
