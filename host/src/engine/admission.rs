//! What is decided before a guest runs: room for one more call, and the bounds of this one.
//!
//! *Never:* a call waits for room; it is turned away at once, so that a crowd shows as what it is.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::invocation::Invocation;
use super::load::Inner;
use crate::model::{Budget, Failure, FailureFacts, Limit, Outcome};

/// Room in the host for one call, given back when dropped. The capability's own is at its desk.
pub(crate) struct Permit<'a> {
    calls: &'a AtomicU32,
}

/// The bounds of one call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) budget: Budget,
    pub(crate) deadline_at: Instant,
    /// From start to deadline.
    pub(crate) time: Duration,
}

/// Finds room in the host, or says that there is none.
#[inline]
pub(crate) fn permit(inner: &Inner) -> Result<Permit<'_>, Outcome> {
    let shared = &inner.shared;
    let max = shared.config.concurrent_calls_max;
    let before = shared.calls.fetch_add(1, Ordering::Relaxed);
    let permit = Permit { calls: &shared.calls };
    if before < max {
        return Ok(permit);
    }
    let (allowed, wanted) = (u64::from(max), u64::from(before) + 1);
    Err(Outcome::Exceeded { limit: Limit::HostConcurrentCalls, allowed, wanted })
}

impl Plan {
    /// What manifest and host allow for a call that has just started.
    #[inline]
    pub(crate) fn new(inner: &Inner, started: Instant) -> Self {
        Self { budget: inner.budget, deadline_at: started, time: inner.budget.deadline }
    }

    /// The tightest of that and of what the caller and the invocation allow. Changed in place, for
    /// a plan is large and made for every call.
    #[inline]
    pub(crate) fn tighten(
        &mut self,
        inner: &Inner,
        invocation: &Invocation<'_>,
    ) -> Result<(), Outcome> {
        let Self { budget, deadline_at, time } = self;
        let lineage = &invocation.lineage;
        check_lineage(inner, invocation)?;
        if let Some(depth_left) = lineage.depth_left {
            budget.call_depth = budget.call_depth.min(depth_left.saturating_sub(1));
        }
        let wanted = invocation.input.len() as u64;
        if wanted > budget.input_bytes {
            let allowed = budget.input_bytes;
            return Err(Outcome::Exceeded { limit: Limit::InputBytes, allowed, wanted });
        }
        let fuel = invocation.fuel.into_iter().chain(lineage.fuel_left).min();
        budget.fuel = fuel.map_or(budget.fuel, |fuel| budget.fuel.min(fuel));
        let started = *deadline_at;
        let left = lineage.deadline_at.map(|at| at.saturating_duration_since(started));
        *time = invocation.deadline.into_iter().chain(left).fold(*time, Duration::min);
        if time.is_zero() {
            return Err(Outcome::Deadline { limit: *time });
        }
        // Further away than the clock can count means never, which the budget's own bound rules out.
        *deadline_at = started.checked_add(*time).unwrap_or(started);
        Ok(())
    }
}

fn check_lineage(inner: &Inner, invocation: &Invocation<'_>) -> Result<(), Outcome> {
    let lineage = &invocation.lineage;
    if lineage.is_empty() {
        return Ok(());
    }
    if let Some(way) = lineage.cycle(&inner.identity.name) {
        let message = format!("the calls go round in a circle: {way}");
        return Err(Outcome::Refused(Failure::Failed(FailureFacts::final_without_effect(message))));
    }
    if lineage.depth_left == Some(0) {
        // What the outermost caller allowed is one less than the depth at which it was used up.
        let allowed = (lineage.depth() as u64).saturating_sub(1);
        return Err(Outcome::Exceeded { limit: Limit::CallDepth, allowed, wanted: allowed + 1 });
    }
    Ok(())
}

// === impl Permit ===

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.calls.fetch_sub(1, Ordering::Relaxed);
    }
}
