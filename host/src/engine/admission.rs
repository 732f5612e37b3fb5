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

/// Those bounds of one call that are its own; the others are its capability's. Short, because it is
/// made for every call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) fuel: u64,
    pub(crate) call_depth: u32,
    pub(crate) deadline_at: Instant,
    /// From start to deadline.
    pub(crate) time: Duration,
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

impl Plan {
    /// The tightest of what manifest, host, caller and invocation allow for a call that has just
    /// started.
    #[inline(always)]
    pub(crate) fn new(
        inner: &Inner,
        invocation: &Invocation<'_>,
        started: Instant,
    ) -> Result<Self, Box<Outcome>> {
        let (budget, lineage) = (&inner.budget, &invocation.lineage);
        check_lineage(inner, invocation)?;
        let wanted = invocation.input.len() as u64;
        if wanted > budget.input_bytes {
            let (limit, allowed) = (Limit::InputBytes, budget.input_bytes);
            return Err(Outcome::Exceeded { limit, allowed, wanted }.into());
        }
        let fuel = invocation.fuel.into_iter().chain(lineage.fuel_left).min();
        let left = lineage.deadline_at.map(|at| at.saturating_duration_since(started));
        let time = invocation.deadline.into_iter().chain(left).fold(budget.deadline, Duration::min);
        if time.is_zero() {
            return Err(Outcome::Deadline { limit: time }.into());
        }
        let depth = lineage.depth_left.map(|left| left.saturating_sub(1));
        Ok(Self {
            fuel: fuel.map_or(budget.fuel, |fuel| budget.fuel.min(fuel)),
            call_depth: depth.map_or(budget.call_depth, |depth| budget.call_depth.min(depth)),
            // Further away than the clock can count means never, which the budget's own bound rules
            // out.
            deadline_at: started.checked_add(time).unwrap_or(started),
            time,
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
