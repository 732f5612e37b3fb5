//! A store with an instance in it: made for one call, or kept for the next.
//!
//! *Never:* a store is used again after a break, a stop or a cancelled call.

use std::future::Future;
use std::sync::atomic::Ordering;

use engraft_wit::host::imports::types::Failure;
use wasmtime::component::{Instance, TypedFunc};
use wasmtime::{Store, UpdateDeadline};

use super::config::Metering;
use super::load::{Contract, Inner};
use super::reflect::Handles;
use super::sprint::Pace;
use super::state::CallState;
use super::stop::Stop;
use crate::model::Outcome;

/// The contract's `invoke`.
pub(crate) type InvokeWith<'a> = TypedFunc<(&'a str, &'a str), (Result<String, Failure>,)>;

/// One thing to do with an instance that is ready.
pub(crate) trait Work: Send {
    type Output: Send;

    /// Whether [`Self::run_here`] does the work.
    #[inline]
    fn sprints(&self) -> bool {
        false
    }

    /// What has to be in the store before the guest's first instruction.
    fn begin(&self, _state: &mut CallState) -> Result<(), Fault> {
        Ok(())
    }

    /// Whether the instance is of no use afterwards, however well it ends.
    fn is_last(&self) -> bool {
        false
    }

    /// The same as a plain function, for work whose component may sprint.
    fn run_here(&self, _warm: &mut Warm) -> Result<Self::Output, Fault> {
        Err(Stop::Effect.into())
    }

    fn run(self, warm: &mut Warm) -> impl Future<Output = Result<Self::Output, Fault>> + Send;
}

/// Why work came to no end of its own.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The guest was stopped or broke.
    Guest(wasmtime::Error),
    /// Known already.
    Outcome(Box<Outcome>),
}

/// A store, and the instance once it is made.
pub(crate) struct Warm {
    pub(crate) store: Store<CallState>,
    instance: Option<Instance>,
    /// Looked up once, so that a warm call need not.
    invoke: Option<InvokeWith<'static>>,
    /// Resources that the caller holds, where the instance belongs to a session.
    pub(crate) handles: Option<Handles>,
    /// How the store is set up: one that pauses cannot sprint any more.
    pub(crate) pace: Pace,
    /// Calls so far, the present one included.
    pub(crate) calls: u32,
}

impl Warm {
    /// A store with its bounds set, and no instance yet.
    pub(crate) fn new(inner: &Inner, state: CallState, pace: Pace) -> Self {
        let mut store = Store::new(inner.wasmtime(), state);
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(inner.copied_bytes_max());
        if inner.metering() != Metering::Fuel {
            store.epoch_deadline_callback(|store| at_tick(store.data()));
        }
        let handles = inner.sessions.is_some().then(Handles::default);
        let mut warm =
            Self { store, instance: None, invoke: None, handles, pace: Pace::Sprint, calls: 0 };
        warm.begin(inner, pace);
        warm
    }

    /// Sets the meters for the call whose state is in the store.
    #[inline]
    pub(crate) fn begin(&mut self, inner: &Inner, pace: Pace) {
        self.calls += 1;
        self.store.data_mut().pace = pace;
        if pace == Pace::Steady && self.pace == Pace::Sprint {
            self.pace = Pace::Steady;
            if inner.metering() == Metering::Fuel {
                let slice = inner.slice();
                drop(self.store.fuel_async_yield_interval(Some(slice)));
            }
        }
        let fuel = self.store.data().budget.fuel;
        // Which of the two a flavour has, the engine knows; setting the other is refused, which is
        // why these results say nothing.
        match inner.metering() {
            Metering::Fuel => {
                drop(self.store.set_fuel(inner.granted(fuel, pace)));
            }
            Metering::FuelAndEpoch => {
                drop(self.store.set_fuel(fuel));
                self.store.set_epoch_deadline(1);
            }
            Metering::Epoch => self.store.set_epoch_deadline(1),
        }
    }

    /// Makes the instance, where there is none yet. A start function runs here, metered.
    pub(crate) async fn prepare(&mut self, inner: &Inner) -> wasmtime::Result<()> {
        if self.instance.is_none() {
            let instance = inner.pre().instantiate_async(&mut self.store).await?;
            self.settle_in(inner, instance)?;
        }
        Ok(())
    }

    /// The same without a fibre, for components whose imports never wait.
    pub(crate) fn prepare_blocking(&mut self, inner: &Inner) -> wasmtime::Result<()> {
        if self.instance.is_none() {
            let instance = inner.pre().instantiate(&mut self.store)?;
            self.settle_in(inner, instance)?;
        }
        Ok(())
    }

    fn settle_in(&mut self, inner: &Inner, instance: Instance) -> wasmtime::Result<()> {
        self.instance = Some(instance);
        if let Some(contract) = inner.contract() {
            self.invoke = Some(self.find_invoke(inner, instance, contract)?);
        }
        Ok(())
    }

    /// Finds the contract's `invoke`. Its type is the component's, so only the first instance holds it
    /// against ours: comparing every name in it would be a twentieth of a fresh call.
    fn find_invoke(
        &mut self,
        inner: &Inner,
        instance: Instance,
        contract: &Contract,
    ) -> wasmtime::Result<InvokeWith<'static>> {
        if !inner.is_typed.load(Ordering::Relaxed) {
            let invoke = instance.get_typed_func(&mut self.store, contract.invoke)?;
            inner.is_typed.store(true, Ordering::Relaxed);
            return Ok(invoke);
        }
        let invoke = instance
            .get_func(&mut self.store, contract.invoke)
            .ok_or_else(|| wasmtime::format_err!("the component has no `invoke`"))?;
        #[expect(unsafe_code, reason = "the safe way compares the type anew for each instance")]
        // SAFETY: this export of this component had the type when an instance of it was first made.
        Ok(unsafe { InvokeWith::new_unchecked(invoke) })
    }

    /// The contract's `invoke` of a prepared store.
    #[inline]
    pub(crate) fn invoke<'a>(&self) -> wasmtime::Result<InvokeWith<'a>> {
        self.invoke.ok_or_else(|| wasmtime::format_err!("the component has no `invoke`"))
    }

    /// The instance of a prepared store.
    pub(crate) fn instance(&self) -> wasmtime::Result<Instance> {
        self.instance.ok_or_else(|| wasmtime::format_err!("the instance is not made yet"))
    }
}

// === impl Fault ===

impl From<wasmtime::Error> for Fault {
    fn from(error: wasmtime::Error) -> Self {
        Self::Guest(error)
    }
}

impl From<Stop> for Fault {
    fn from(stop: Stop) -> Self {
        Self::Guest(stop.into())
    }
}

impl From<Outcome> for Fault {
    fn from(outcome: Outcome) -> Self {
        Self::Outcome(outcome.into())
    }
}

/// What happens to a guest at an epoch's end: time over, stopped by a host function, or a breath.
fn at_tick(state: &CallState) -> wasmtime::Result<UpdateDeadline> {
    if let Some(stop) = state.pending() {
        return Err(stop.into());
    }
    if state.time_left().is_zero() {
        return Err(Stop::Deadline.into());
    }
    if state.is_blocking { Ok(UpdateDeadline::Continue(1)) } else { Ok(UpdateDeadline::Yield(1)) }
}
