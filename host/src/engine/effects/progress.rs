//! `progress`: how far a call has come.
//!
//! *Never:* a guest floods the sink; what comes too fast is dropped, and the guest need not know.

use std::time::{Duration, Instant};

use engraft_wit::host::imports::progress::Host;
use engraft_wit::host::imports::types::HostError;

use super::{CallState, denied, invalid};
use crate::engine::services::ProgressReport;

/// A person sees no more than this many changes a second (20).
const PAUSE: Duration = Duration::from_millis(50);

/// One line beside a bar.
const MESSAGE_BYTES_MAX: usize = 256;

/// Lets reports through, not too many of them.
#[derive(Debug, Default)]
pub(super) struct Gate {
    last: Option<Instant>,
    has_finished: bool,
}

impl Host for CallState {
    fn report(
        &mut self,
        fraction: Option<f64>,
        message: String,
    ) -> wasmtime::Result<Result<(), HostError>> {
        self.charge_host_call()?;
        Ok(self.report_progress(fraction, &message))
    }
}

impl CallState {
    fn report_progress(&mut self, fraction: Option<f64>, message: &str) -> Result<(), HostError> {
        self.identity.authority.progress().map_err(denied)?;
        if fraction.is_some_and(|fraction| !(0.0..=1.0).contains(&fraction)) {
            return Err(invalid("the fraction of progress must be from 0 to 1"));
        }
        let now = self.identity.clock.monotonic();
        if !self.effects.kit().progress.passes(now, fraction) {
            return Ok(());
        }
        let message = self.clean(message, MESSAGE_BYTES_MAX);
        let capability = &self.identity.name;
        let report = ProgressReport { capability, fraction, message: &message };
        self.identity.services.progress.report(&report);
        Ok(())
    }
}

// === impl Gate ===

impl Gate {
    /// The end is let through once however soon it comes, or a bar would stop short of it.
    fn passes(&mut self, now: Instant, fraction: Option<f64>) -> bool {
        let is_end = fraction == Some(1.0) && !self.has_finished;
        let is_time = self.last.is_none_or(|last| now.saturating_duration_since(last) >= PAUSE);
        let passes = is_end || is_time;
        if passes {
            self.last = Some(now);
            self.has_finished |= is_end;
        }
        passes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Clock, SystemClock};

    #[test]
    fn a_flood_is_thinned_out_and_the_end_gets_through_once() {
        let begun = SystemClock.monotonic();
        let mut gate = Gate::default();
        let passed =
            (0..1000).filter(|ms| gate.passes(begun + Duration::from_millis(*ms), Some(0.5)));
        assert_eq!(passed.count(), 20);
        let end = begun + Duration::from_secs(1);
        assert!(gate.passes(end - Duration::from_millis(49), Some(1.0)));
        assert!(!gate.passes(end - Duration::from_millis(48), Some(1.0)));
    }
}
