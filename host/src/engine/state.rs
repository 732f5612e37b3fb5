//! What the host keeps for one call, inside the guest's store: budget, what is used, authority.
//!
//! *Never:* anything of one call is seen by the next one, whoever reuses the instance.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use semver::Version;
use wasmtime::StoreContextMut;

use super::authority::Authority;
use super::effects::EffectState;
use super::invocation::Lineage;
use super::limits::Limiter;
use super::services::Services;
use super::stop::Stop;
use crate::model::{Budget, CapabilityName, Clock, Digest, Limit, Permissions, Usage};

/// What is the same for every call of one loaded capability.
pub(crate) struct Identity {
    pub(crate) name: CapabilityName,
    pub(crate) version: Option<Version>,
    pub(crate) digest: Digest,
    pub(crate) asked: Permissions,
    pub(crate) authority: Authority,
    pub(crate) services: Arc<Services>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// The data of a store. Small, because a fresh instance makes one for every call; what few guests
/// need stands behind a box in [`CallState::effects`] or [`CallState::extension`].
pub(crate) struct CallState {
    pub(crate) identity: Arc<Identity>,
    /// The bounds of this call, already the tightest of manifest, host, caller and invocation.
    pub(crate) budget: Budget,
    pub(crate) usage: Usage,
    /// When the time is over.
    pub(crate) deadline_at: Instant,
    pub(crate) lineage: Lineage,
    /// What the contract's and WASI's host functions keep for this call.
    pub(crate) effects: EffectState,
    /// What the embedding program's own host functions keep for this call.
    pub(crate) extension: Option<Box<dyn Any + Send>>,
    pub(crate) limiter: Limiter,
    /// A stop that was noticed where no error can be raised; the next poll of the call raises it.
    pending: Option<Stop>,
    /// Tells the poll outside of the store that there is one. Made only for WASI guests.
    alarm: Option<Arc<AtomicBool>>,
}

impl CallState {
    pub(crate) fn new(
        identity: Arc<Identity>,
        budget: Budget,
        deadline_at: Instant,
        lineage: Lineage,
    ) -> Self {
        Self {
            identity,
            limiter: Limiter::new(&budget),
            budget,
            usage: Usage::default(),
            deadline_at,
            lineage,
            effects: EffectState::default(),
            extension: None,
            pending: None,
            alarm: None,
        }
    }

    /// Counts one call of a host function; every one that can raise begins with this.
    #[inline]
    pub(crate) fn charge_host_call(&mut self) -> Result<(), Stop> {
        self.usage.host_calls += 1;
        if self.usage.host_calls > self.budget.host_calls { Err(self.host_calls()) } else { Ok(()) }
    }

    /// Counts one call of a host function that cannot raise (WASI's view); the call ends at its
    /// next yield. True where the budget is used up, so that the view can give out nothing.
    pub(crate) fn count_host_call(&mut self) -> bool {
        match self.charge_host_call() {
            Ok(()) => false,
            Err(stop) => {
                self.stop_soon(stop);
                true
            }
        }
    }

    /// How much of `bytes` of log text may be written; the rest is counted as dropped.
    pub(crate) fn charge_log(&mut self, bytes: usize) -> usize {
        let left = self.budget.log_bytes.saturating_sub(self.usage.log_bytes);
        let taken = bytes.min(usize::try_from(left).unwrap_or(usize::MAX));
        self.usage.log_bytes += taken as u64;
        self.usage.log_bytes_dropped += (bytes - taken) as u64;
        taken
    }

    /// Bytes of HTTP bodies that this call may still receive.
    pub(crate) fn http_bytes_left(&self) -> u64 {
        self.budget.http_bytes.saturating_sub(self.usage.http_bytes)
    }

    /// Counts bytes of an HTTP body. False, with nothing counted, where they do not fit any more;
    /// the guest is told `exhausted`.
    pub(crate) fn charge_http(&mut self, bytes: u64) -> bool {
        let fits = bytes <= self.http_bytes_left();
        if fits {
            self.usage.http_bytes += bytes;
        }
        fits
    }

    /// Time left until the deadline; zero when it is over.
    pub(crate) fn time_left(&self) -> Duration {
        self.deadline_at.saturating_duration_since(self.identity.clock.monotonic())
    }

    /// Ends the call at its next yield, for places that cannot raise an error.
    pub(crate) fn stop_soon(&mut self, stop: Stop) {
        self.pending.get_or_insert(stop);
        if let Some(alarm) = &self.alarm {
            alarm.store(true, Ordering::Relaxed);
        }
    }

    /// The stop that waits to be raised.
    pub(crate) fn pending(&self) -> Option<Stop> {
        self.pending
    }

    /// The flag that [`Self::stop_soon`] raises, for the poll around the call.
    pub(crate) fn alarm(&mut self) -> Arc<AtomicBool> {
        Arc::clone(self.alarm.get_or_insert_with(Arc::default))
    }

    fn host_calls(&self) -> Stop {
        let (allowed, wanted) = (self.budget.host_calls, self.usage.host_calls);
        Stop::Limit { limit: Limit::HostCalls, allowed, wanted }
    }
}

/// Fuel left in a store; none where it is metered by epochs alone. For host functions that call
/// other capabilities (made with `func_wrap_async`, which hands the store over).
pub(crate) fn fuel_left(store: &StoreContextMut<'_, CallState>) -> Option<u64> {
    store.get_fuel().ok()
}

/// Takes what callees have burnt out of the caller's fuel. Err where that was more than was left.
pub(crate) fn charge_fuel(
    store: &mut StoreContextMut<'_, CallState>,
    burnt: u64,
) -> Result<(), Stop> {
    let Ok(left) = store.get_fuel() else { return Ok(()) };
    if store.set_fuel(left.saturating_sub(burnt)).is_err() || burnt > left {
        return Err(Stop::Fuel { limit: store.data().budget.fuel });
    }
    Ok(())
}
