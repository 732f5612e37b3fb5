//! An instance lent to one call. Given back if the call ended well; gone otherwise, also when the
//! call is dropped halfway.
//!
//! *Never:* what a call has used goes unwritten.

use super::admission::Plan;
use super::desk::{Entered, Entry};
use super::invocation::Invocation;
use super::load::Inner;
use super::outcome::Scene;
use super::sprint::Pace;
use super::state::CallState;
use super::ticket::Ledger;
use super::warm::Warm;
use crate::model::Outcome;

/// A store for one call.
pub(crate) struct Lease<'a> {
    inner: &'a Inner,
    session: Option<&'a str>,
    plan: &'a Plan,
    pace: Pace,
    ledger: &'a mut Ledger,
    warm: Option<Box<Warm>>,
}

/// Takes the seat, or signs in at the desk, and gets a warm instance where there is one for this call.
#[inline(always)]
pub(crate) fn enter(
    inner: &Inner,
    invocation: &Invocation<'_>,
    ledger: &mut Ledger,
    hopes: Pace,
) -> Result<Entered, Box<Outcome>> {
    let seated = match hopes {
        Pace::Sprint => inner.desk.sit_down(),
        Pace::Steady => None,
    };
    if let Some(mut seated) = seated {
        let entered = Entered { warm: seated.warm.take(), pace: Pace::Sprint };
        ledger.entry = Entry::Seated(seated);
        return Ok(entered);
    }
    let mut entered = inner.desk.sign_in()?;
    ledger.entry = Entry::LetIn;
    if let Some(sessions) = &inner.sessions {
        let now = inner.identity.clock.monotonic();
        let taken = sessions.take(invocation.session.as_deref(), now);
        entered.warm =
            taken.map_err(|error| Outcome::Unavailable { message: error.to_string() })?;
    }
    if hopes == Pace::Steady {
        entered.pace = Pace::Steady;
    }
    Ok(entered)
}

/// Lets a call go on that was too long for a sprint.
pub(crate) fn enter_anew(inner: &Inner, ledger: &mut Ledger) -> Result<Entered, Box<Outcome>> {
    let warm = match std::mem::take(&mut ledger.entry) {
        Entry::Seated(seated) => inner.desk.stand_up(seated)?.warm,
        Entry::LetIn | Entry::TurnedAway => None,
    };
    ledger.entry = Entry::LetIn;
    Ok(Entered { warm, pace: Pace::Steady })
}

impl<'a> Lease<'a> {
    /// The warm instance or an empty store, with the state of this call in it.
    #[inline(always)]
    pub(crate) fn new(
        inner: &'a Inner,
        invocation: &'a Invocation<'_>,
        plan: &'a Plan,
        Entered { warm, pace }: Entered,
        ledger: &'a mut Ledger,
    ) -> Self {
        let session = invocation.session.as_deref();
        // An instance that was on a fibre once cannot sprint any more.
        let warm = warm.filter(|warm| pace == Pace::Steady || warm.pace == Pace::Sprint);
        let warm = match warm {
            Some(mut warm) => {
                warm.store.data_mut().renew(plan, &invocation.lineage);
                warm.begin(inner, pace);
                warm
            }
            None => {
                let state = CallState::new(inner, plan, invocation.lineage.clone());
                Box::new(Warm::new(inner, state, pace))
            }
        };
        Self { inner, session, plan, pace, ledger, warm: Some(warm) }
    }

    /// The store, until the lease is ended.
    pub(crate) fn warm(&mut self) -> wasmtime::Result<&mut Warm> {
        self.warm.as_deref_mut().ok_or_else(|| wasmtime::format_err!("the lease has ended"))
    }

    pub(crate) fn state(&self) -> Option<&CallState> {
        self.warm.as_ref().map(|warm| warm.store.data())
    }

    /// Whether the fuel is less than the call has.
    pub(crate) fn is_on_a_slice(&self) -> bool {
        self.granted() < self.plan.fuel
    }

    fn granted(&self) -> u64 {
        self.inner.granted(self.plan.fuel, self.pace)
    }

    /// What an outcome is read against.
    pub(crate) fn scene(&mut self) -> Scene {
        let state = self.warm.as_mut().map(|warm| warm.store.data_mut());
        let pending = state.as_ref().and_then(|state| state.pending());
        let last_words = state.and_then(CallState::last_words);
        Scene {
            budget: self.plan.budget(self.inner),
            time: self.plan.term.time,
            stack_bytes: self.inner.shared.config.stack_bytes,
            last_words,
            pending,
        }
    }

    /// Ends it well: the instance may serve again.
    #[inline]
    pub(crate) fn give_back(&mut self) {
        if let Some(mut warm) = self.settle() {
            // Nothing of this call stays in the store while it waits for the next.
            warm.store.data_mut().forget();
            match (&self.inner.sessions, self.session) {
                (Some(sessions), Some(id)) => {
                    sessions.give_back(id, warm, self.inner.identity.clock.monotonic());
                }
                _ if self.inner.desk.keeps(&warm) => self.ledger.idle = Some(warm),
                _ => drop(warm),
            }
        }
    }

    /// Writes down what was used. None where that has been done.
    #[inline]
    fn settle(&mut self) -> Option<Box<Warm>> {
        let mut warm = self.warm.take()?;
        // Where there is no fuel the meter shows none.
        let granted = self.granted();
        let fuel_left = warm.store.get_fuel().unwrap_or(granted);
        let state = warm.store.data_mut();
        state.log_stdio();
        state.effects.settle(&mut state.usage);
        self.ledger.usage = state.usage;
        self.ledger.usage.fuel = granted.saturating_sub(fuel_left);
        self.ledger.usage.memory_bytes_peak = state.limiter.memory_bytes_peak();
        self.ledger.logs = std::mem::take(&mut state.logs);
        Some(warm)
    }
}

// === impl Lease ===

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let Some(lost) = self.settle() else { return };
        if let (Some(sessions), Some(id)) = (&self.inner.sessions, self.session) {
            sessions.lose(id);
        }
        drop(lost);
    }
}
