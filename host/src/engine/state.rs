//! What the host keeps for one call, inside the guest's store: budget, what is used, authority.
//!
//! *Never:* anything of one call is seen by the next one, whoever reuses the instance.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use semver::Version;
use wasmtime::StoreContextMut;

use super::admission::{Plan, Term};
use super::authority::Authority;
use super::effects::EffectState;
use super::invocation::Lineage;
use super::limits::Limiter;
use super::load::Inner;
use super::raw;
use super::report::LogLine;
use super::services::{LogLevel, Services};
use super::sprint::Pace;
use super::stop::Stop;
use super::wasi::Disk;
use crate::model::{Budget, CapabilityName, Clock, Digest, KeyValue, Limit, Usage};

/// How much of the end of a guest's error output is looked at for a panic's message.
const LAST_WORDS_BYTES_MAX: usize = 1_000;

/// What is the same for every call of one loaded capability.
pub(crate) struct Identity {
    pub(crate) name: CapabilityName,
    pub(crate) version: Option<Version>,
    pub(crate) digest: Digest,
    pub(crate) authority: Authority,
    pub(crate) services: Arc<Services>,
    /// Where its own values are kept, where that is not where everybody's are.
    pub(crate) values: Option<Arc<dyn KeyValue>>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Whether it imports host functions that cannot raise a stop by themselves.
    pub(crate) needs_alarm: bool,
    /// What its writable directories hold.
    pub(crate) disk: Disk,
    /// Makers of the embedding program's own data.
    pub(crate) data: Vec<raw::Data>,
}

/// The data of a store. Small, because a fresh instance makes one for every call; what few guests
/// need stands behind a box.
pub struct CallState {
    pub(crate) identity: Arc<Identity>,
    /// The bounds of this call, already the tightest of manifest, host, caller and invocation.
    pub(crate) budget: Budget,
    pub(crate) usage: Usage,
    /// The time that it has.
    pub(crate) term: Term,
    pub(crate) lineage: Lineage,
    /// What the contract's and WASI's host functions keep for this call.
    pub(crate) effects: EffectState,
    /// What the embedding program's own host functions keep for this call.
    pub(crate) extensions: Vec<Box<dyn Any + Send>>,
    /// Log lines for the report.
    pub(crate) logs: Vec<LogLine>,
    /// How the guest is driven; in a sprint no host function may do anything.
    pub(crate) pace: Pace,
    /// Runs without a fibre, so that an epoch's end must not yield.
    pub(crate) is_blocking: bool,
    pub(crate) limiter: Limiter,
    /// A stop that was noticed where no error can be raised; the next poll of the call raises it.
    pending: Option<Stop>,
    /// Tells the poll outside of the store that there is one.
    alarm: Option<Arc<AtomicBool>>,
}

impl CallState {
    pub(crate) fn new(inner: &Inner, plan: &Plan, lineage: Lineage) -> Self {
        let identity = Arc::clone(&inner.identity);
        let budget = plan.budget(inner);
        let alarm = identity.needs_alarm.then(Arc::default);
        Self {
            alarm,
            identity,
            limiter: Limiter::new(&budget),
            budget,
            usage: Usage::default(),
            term: plan.term,
            lineage,
            effects: EffectState::default(),
            extensions: Vec::new(),
            logs: Vec::new(),
            pace: Pace::Steady,
            is_blocking: false,
            pending: None,
        }
    }

    /// Begins the next call on an instance that is used again, after [`Self::forget`]. Nothing of
    /// the last call stays but what the instance itself holds. Written in place, because most of a
    /// short call's time would go into moving a whole state about; and field by field, so that no
    /// new one is overlooked.
    #[inline]
    pub(crate) fn renew(&mut self, plan: &Plan, caller: &Lineage) {
        let Self {
            identity,
            budget,
            usage,
            term,
            lineage,
            effects,
            extensions,
            logs,
            pace,
            is_blocking,
            limiter,
            pending,
            alarm,
        } = self;
        // The rest of it is the capability's, for this call as for the last.
        (budget.fuel, budget.call_depth) = (plan.fuel, plan.call_depth);
        *usage = Usage::default();
        *term = plan.term;
        lineage.clone_from(caller);
        debug_assert!(effects.is_forgotten() && extensions.is_empty() && logs.is_empty());
        *pace = Pace::Steady;
        *is_blocking = false;
        limiter.renew();
        *pending = None;
        *alarm = identity.needs_alarm.then(Arc::default);
        self.renew_wasi();
    }

    /// Lets go of everything of the call that has ended, while the instance waits for the next.
    #[inline]
    pub(crate) fn forget(&mut self) {
        self.effects.forget();
        self.extensions.clear();
        self.logs.clear();
        self.lineage = Lineage::default();
    }

    /// What the guest said last, for the message of a break.
    pub(crate) fn last_words(&mut self) -> Option<String> {
        if let Some(fault) = self.effects.take_fault() {
            return Some(fault);
        }
        let logged = self.logs.iter().rev().find(|line| line.level == LogLevel::Error);
        if let Some(line) = logged {
            return Some(line.message.clone());
        }
        let stderr = self.take_stdio().stderr;
        let tail = stderr.len().saturating_sub(LAST_WORDS_BYTES_MAX);
        let words = String::from_utf8_lossy(stderr.get(tail..)?).trim().to_owned();
        (!words.is_empty()).then_some(words)
    }

    /// Keeps a log line for the report; its bytes are charged already.
    pub(crate) fn keep_log(&mut self, line: LogLine) {
        self.logs.push(line);
    }

    /// Counts one call of a host function; every one that can raise begins with this.
    #[inline]
    pub(crate) fn charge_host_call(&mut self) -> Result<(), Stop> {
        self.usage.host_calls += 1;
        if self.pace == Pace::Sprint {
            return Err(Stop::Effect);
        }
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

    /// Time left until the deadline; zero when it is over.
    pub(crate) fn time_left(&self) -> Duration {
        self.term.left(&*self.identity.clock)
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
        self.pending.or_else(|| self.stop_of_output())
    }

    /// The flag that [`Self::stop_soon`] raises, for the poll around the call.
    pub(crate) fn alarm(&self) -> Option<Arc<AtomicBool>> {
        self.alarm.clone()
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
        return Err(Stop::Fuel);
    }
    Ok(())
}
