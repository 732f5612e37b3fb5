//! Figures for whatever collects metrics: as the text that Prometheus reads, and as what an
//! OpenTelemetry collector takes.
//!
//! | instrument | kind | attributes |
//! |---|---|---|
//! | `engraft.calls` | counter | capability, version, digest, outcome |
//! | `engraft.calls.running` | gauge | capability, version, digest |
//! | `engraft.call.duration` in seconds | histogram | capability, version, digest |
//! | `engraft.fallbacks`, `engraft.retries`, `engraft.fuel` | counter | capability, version, digest |
//! | `engraft.rollout.share` from 0 to 1 | gauge | capability, version |
//! | `engraft.rollout.evidence`, `engraft.rollout.threshold` | gauge | capability, version |
//! | `engraft.shadow.requests` | counter | capability, version, outcome |
//! | `engraft.shadow.share` from 0 to 1 | gauge | capability, version |
//! | `engraft.samples.lost` | counter | |
//!
//! Prometheus knows them as `engraft_calls_total`, `engraft_call_duration_seconds` and so on. How
//! many series there are is bounded by how many releases the [`Figures`](crate::traffic::Figures)
//! tell of one by one; calls of all others are counted under the capability `(others)`. Outcomes are
//! ten words, those of a shadow four (`same`, `differs`, `broke`, `passed-over`), and it counts anew
//! when it is made ready anew, as after a restart; names, inputs and users of a program never become attributes.
//!
//! *Never:* exporting stands in the way of a call, or a call is told of one by one.

mod instrument;
#[cfg(feature = "otlp")]
mod otlp;
#[cfg(feature = "prometheus")]
mod prometheus;

#[cfg(feature = "otlp")]
pub use otlp::{Otlp, OtlpError};
#[cfg(feature = "prometheus")]
pub use prometheus::{PROMETHEUS_CONTENT_TYPE, prometheus};

/// Releases that are exported one by one where nobody says otherwise: some 30 series each, which a
/// collector takes without a thought.
pub const RELEASES_MAX: usize = 1_000;
