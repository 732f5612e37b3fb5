//! What one call may use, and what it did use.
//!
//! *Never:* a field here is parsed and not enforced; each has a test with a guest that breaks it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The bounds of one call. Every default is sized for a small tool that answers a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Budget {
    /// Instructions, as wasmtime counts them. A thousand million burn in a tenth of a second to a
    /// second, depending on what they do.
    pub fuel: u64,
    /// Wall-clock time from start to end, waiting included. A person waits no longer than this.
    #[serde(rename = "deadline_ms", with = "milliseconds")]
    pub deadline: Duration,
    /// Linear memory of all its memories together. Python guests need 40 MiB, others far less.
    pub memory_bytes: u64,
    /// Elements of all its tables together. JavaScript engines need about 20,000.
    pub table_elements: u64,
    /// Core instances inside the component. A Python guest has about 30, others one to five.
    pub instances: u32,
    /// Calls of host functions. A loop over host functions is slow long before this.
    pub host_calls: u64,
    /// Log text; what goes over is dropped and counted.
    pub log_bytes: u64,
    /// The input text. Also the largest string that the host will copy in for a caller.
    pub input_bytes: u64,
    /// The output text or command output.
    pub output_bytes: u64,
    /// Bodies received over HTTP, all requests of the call together.
    pub http_bytes: u64,
    /// How deep capabilities may call one another below this call.
    pub call_depth: u32,
    /// Calls of this capability under way at once; one more is turned away, not queued. A call that is
    /// over within its first slice of fuel and has no effect may run beside them, one at a time.
    pub concurrent_calls: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            fuel: 1_000_000_000,
            deadline: Duration::from_secs(5),
            memory_bytes: 64 << 20,
            table_elements: 100_000,
            instances: 64,
            host_calls: 10_000,
            log_bytes: 64 << 10,
            input_bytes: 1 << 20,
            output_bytes: 1 << 20,
            http_bytes: 8 << 20,
            call_depth: 8,
            concurrent_calls: 64,
        }
    }
}

impl Budget {
    /// The tighter of two budgets, part by part.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        Self {
            fuel: self.fuel.min(other.fuel),
            deadline: self.deadline.min(other.deadline),
            memory_bytes: self.memory_bytes.min(other.memory_bytes),
            table_elements: self.table_elements.min(other.table_elements),
            instances: self.instances.min(other.instances),
            host_calls: self.host_calls.min(other.host_calls),
            log_bytes: self.log_bytes.min(other.log_bytes),
            input_bytes: self.input_bytes.min(other.input_bytes),
            output_bytes: self.output_bytes.min(other.output_bytes),
            http_bytes: self.http_bytes.min(other.http_bytes),
            call_depth: self.call_depth.min(other.call_depth),
            concurrent_calls: self.concurrent_calls.min(other.concurrent_calls),
        }
    }
}

/// What one call used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Usage {
    /// Fuel burnt; 0 where the call was metered by epochs alone.
    pub fuel: u64,
    /// The most linear memory at any moment, in bytes.
    pub memory_bytes_peak: u64,
    /// Host functions called.
    pub host_calls: u64,
    /// Log text written, in bytes.
    pub log_bytes: u64,
    /// Log text dropped because it was over the bound, in bytes.
    pub log_bytes_dropped: u64,
    /// Bodies received over HTTP, in bytes.
    pub http_bytes: u64,
    /// Wall-clock time from start to end.
    #[serde(rename = "duration_ns", with = "nanoseconds")]
    pub duration: Duration,
}

mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}

mod nanoseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_nanos)
    }
}
