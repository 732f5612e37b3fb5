//! What is decided before a guest runs: room for one more call, and the bounds of this one.
//!
//! *Never:* a call waits for room; it is turned away at once, so that a crowd shows as what it is.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::invocation::Invocation;
use super::load::Inner;
use crate::model::{Budget, Clock, Failure, FailureFacts, Limit, Outcome, Start};

/// Room in the host for one call, given back when dropped. The capability's own is at its desk.
pub(crate) struct Permit<'a> {
    calls: &'a AtomicU32,
}

/// Those bounds of one call that are its own; the others are its capability's. Short, because it is
/// made for every call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) fuel: u64,
    pub(crate) call_depth: u32,
    pub(crate) term: Term,
}

/// Says where there is no room in the host for one call more. A sprint takes none of it: it has its
/// caller's thread to itself for one slice and waits for nothing, so that there are never more of them
/// than threads; and counting it in and out would be a tenth of what the host adds to it.
#[inline(always)]
pub(crate) fn check_room(inner: &Inner) -> Result<(), Box<Outcome>> {
    let under_way = inner.shared.calls.load(Ordering::Relaxed);
    if under_way < inner.shared.config.concurrent_calls_max {
        Ok(())
    } else {
        Err(full(inner, under_way))
    }
}

/// Finds room in the host, or says that there is none.
pub(crate) fn permit(inner: &Inner) -> Result<Permit<'_>, Box<Outcome>> {
    let shared = &inner.shared;
    let before = shared.calls.fetch_add(1, Ordering::Relaxed);
    let permit = Permit { calls: &shared.calls };
    if before < shared.config.concurrent_calls_max { Ok(permit) } else { Err(full(inner, before)) }
}

#[cold]
fn full(inner: &Inner, under_way: u32) -> Box<Outcome> {
    let allowed = u64::from(inner.shared.config.concurrent_calls_max);
    let wanted = u64::from(under_way) + 1;
    Outcome::Exceeded { limit: Limit::HostConcurrentCalls, allowed, wanted }.into()
}

/// The time of a call: since when, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Term {
    pub(crate) started: Start,
    pub(crate) time: Duration,
}

impl Term {
    /// What is left of it; nothing when it is over.
    pub(crate) fn left(&self, clock: &dyn Clock) -> Duration {
        self.time.saturating_sub(clock.since(self.started))
    }

    /// When it is over. Further away than the clock can count means now, which the budget's own bound
    /// rules out.
    pub(crate) fn deadline_at(&self, clock: &dyn Clock) -> Instant {
        let now = clock.monotonic();
        now.checked_add(self.left(clock)).unwrap_or(now)
    }
}

impl Plan {
    /// The tightest of what manifest, host, caller and invocation allow for a call that has just
    /// started.
    #[inline(always)]
    pub(crate) fn new(
        inner: &Inner,
        invocation: &Invocation<'_>,
        started: Start,
    ) -> Result<Self, Box<Outcome>> {
        let (budget, lineage) = (&inner.budget, &invocation.lineage);
        let clock = &inner.identity.clock;
        check_lineage(inner, invocation)?;
        let wanted = invocation.input.len() as u64;
        if wanted > budget.input_bytes {
            let (limit, allowed) = (Limit::InputBytes, budget.input_bytes);
            return Err(Outcome::Exceeded { limit, allowed, wanted }.into());
        }
        let fuel = invocation.fuel.into_iter().chain(lineage.fuel_left).min();
        let left = lineage.deadline_at.map(|at| at.saturating_duration_since(clock.monotonic()));
        let time = invocation.deadline.into_iter().chain(left).fold(budget.deadline, Duration::min);
        if time.is_zero() {
            return Err(Outcome::Deadline { limit: time }.into());
        }
        let depth = lineage.depth_left.map(|left| left.saturating_sub(1));
        Ok(Self {
            fuel: fuel.map_or(budget.fuel, |fuel| budget.fuel.min(fuel)),
            call_depth: depth.map_or(budget.call_depth, |depth| budget.call_depth.min(depth)),
            term: Term { started, time },
        })
    }

    /// All bounds of the call.
    pub(crate) fn budget(&self, inner: &Inner) -> Budget {
        Budget { fuel: self.fuel, call_depth: self.call_depth, ..inner.budget }
    }
}

#[inline]
fn check_lineage(inner: &Inner, invocation: &Invocation<'_>) -> Result<(), Box<Outcome>> {
    let lineage = &invocation.lineage;
    if lineage.is_empty() {
        return Ok(());
    }
    if let Some(way) = lineage.cycle(&inner.identity.name) {
        let message = format!("the calls go round in a circle: {way}");
        let facts = FailureFacts::final_without_effect(message);
        return Err(Outcome::Refused(Failure::Failed(facts)).into());
    }
    if lineage.depth_left == Some(0) {
        // What the outermost caller allowed is one less than the depth at which it was used up.
        let allowed = (lineage.depth() as u64).saturating_sub(1);
        let (limit, wanted) = (Limit::CallDepth, allowed + 1);
        return Err(Outcome::Exceeded { limit, allowed, wanted }.into());
    }
    Ok(())
}

// === impl Permit ===

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.calls.fetch_sub(1, Ordering::Relaxed);
    }
}
