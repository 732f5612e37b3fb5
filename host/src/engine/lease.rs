//! An instance lent to one call. Given back if the call ended well; gone otherwise, also when the
//! call is dropped halfway.
//!
//! *Never:* what a call has used goes unwritten.

use super::admission::Plan;
use super::invocation::Invocation;
use super::load::Inner;
use super::outcome::Scene;
use super::state::CallState;
use super::ticket::Ledger;
use super::warm::Warm;
use crate::model::Outcome;

/// A store for one call.
pub(crate) struct Lease<'a> {
    inner: &'a Inner,
    session: Option<&'a str>,
    plan: Plan,
    ledger: &'a mut Ledger,
    warm: Option<Warm>,
}

impl<'a> Lease<'a> {
    /// A warm instance or an empty store, with the state of this call in it.
    pub(crate) fn new(
        inner: &'a Inner,
        invocation: &'a Invocation,
        plan: Plan,
        started: std::time::Instant,
        ledger: &'a mut Ledger,
    ) -> Result<Self, Outcome> {
        let session = invocation.session.as_deref();
        let taken = inner.home.take(session, started);
        let taken = taken.map_err(|error| Outcome::Unavailable { message: error.to_string() })?;
        let identity = std::sync::Arc::clone(&inner.identity);
        let lineage = invocation.lineage.clone();
        let state = CallState::new(identity, plan.budget, plan.deadline_at, lineage);
        let warm = match taken {
            Some(mut warm) => {
                warm.store.data_mut().renew(state);
                warm.begin(inner);
                warm
            }
            None => Warm::new(inner, state),
        };
        Ok(Self { inner, session, plan, ledger, warm: Some(warm) })
    }

    /// The store, until the lease is ended.
    pub(crate) fn warm(&mut self) -> wasmtime::Result<&mut Warm> {
        self.warm.as_mut().ok_or_else(|| wasmtime::format_err!("the lease has ended"))
    }

    pub(crate) fn state(&self) -> Option<&CallState> {
        self.warm.as_ref().map(|warm| warm.store.data())
    }

    /// What an outcome is read against.
    pub(crate) fn scene(&mut self) -> Scene<'_> {
        let state = self.warm.as_mut().map(|warm| warm.store.data_mut());
        let pending = state.as_ref().and_then(|state| state.pending());
        let last_words = state.and_then(CallState::last_words);
        Scene {
            budget: &self.plan.budget,
            time: self.plan.time,
            stack_bytes: self.inner.shared.config.stack_bytes,
            last_words,
            pending,
        }
    }

    /// Ends it well: the instance may serve again.
    pub(crate) fn give_back(mut self) {
        if let Some(mut warm) = self.settle() {
            // Nothing of this call stays in the store while it waits for the next.
            warm.store.data_mut().forget();
            self.inner.home.give_back(self.session, warm, &*self.inner.identity.clock);
        }
    }

    /// Writes down what was used. None where that has been done.
    fn settle(&mut self) -> Option<Warm> {
        let mut warm = self.warm.take()?;
        // Where there is no fuel the meter shows none.
        let fuel_left = warm.store.get_fuel().unwrap_or(self.plan.budget.fuel);
        let state = warm.store.data_mut();
        state.log_stdio();
        state.effects.settle(&mut state.usage);
        self.ledger.usage = state.usage;
        self.ledger.usage.fuel = self.plan.budget.fuel.saturating_sub(fuel_left);
        self.ledger.usage.memory_bytes_peak = state.limiter.memory_bytes_peak();
        self.ledger.logs = std::mem::take(&mut state.logs);
        Some(warm)
    }
}

// === impl Lease ===

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if self.settle().is_some() {
            self.inner.home.lose(self.session);
        }
    }
}
