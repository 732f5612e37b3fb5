//! Where progress reports of guests go.
//!
//! *Never:* a sink sees more reports than the host lets through, or text that is not scrubbed.

use crate::model::CapabilityName;

/// Where progress reports go. Called while the guest waits, so it must not block.
pub trait ProgressSink: Send + Sync + 'static {
    /// Takes one report.
    fn report(&self, report: &ProgressReport<'_>);
}

/// How far a call has come.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ProgressReport<'a> {
    /// Whose call.
    pub capability: &'a CapabilityName,
    /// From 0 to 1, where known.
    pub fraction: Option<f64>,
    /// What it is doing: a single line, bounded, without control characters.
    pub message: &'a str,
}

/// Progress reports as events of `tracing`, under the target `engraft::progress`.
#[derive(Debug, Clone, Copy, Default)]
pub struct TracingProgress;

// === impl ProgressSink ===

impl ProgressSink for TracingProgress {
    fn report(&self, report: &ProgressReport<'_>) {
        tracing::debug!(
            target: "engraft::progress",
            capability = report.capability.as_str(),
            fraction = report.fraction,
            "{}",
            report.message
        );
    }
}
