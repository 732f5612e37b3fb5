//! The quick way through a call: without a fibre, on a little of its fuel.
//!
//! Most calls end within microseconds, and a fibre would cost them as much again. So a guest whose
//! imports never wait first runs as a plain function, on one slice of fuel: it holds up the executor no
//! longer than a slice on a fibre does. If that is not enough, or if it calls a host function that does
//! something, its instance is dropped and the call begins anew on a fibre with all of its fuel. Nothing
//! has happened by then that anybody could see, so nobody can tell, and fuel is counted from nothing.
//!
//! *Never:* a host function does anything in a sprint; nor does a session lose its instance to one.

use std::sync::atomic::{AtomicU32, Ordering};

use wasmtime::Trap;

use super::call::{Afterwards, conclude};
use super::lease::Lease;
use super::load::Inner;
use super::stop::Stop;
use super::warm::{Fault, Work};
use crate::model::Outcome;

/// How an instance is driven.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Pace {
    /// As a plain function, on one slice of fuel.
    Sprint,
    /// On a fibre, pausing after each slice.
    #[default]
    Steady,
}

/// What came of a sprint.
pub(crate) enum Sprint<T> {
    Ended(Result<T, Box<Outcome>>),
    /// The call needs more; nothing has happened yet.
    TooLong,
}

/// Runs the work of a lease that was made for it, and ends the lease where it came to its end.
#[inline(always)]
pub(crate) fn sprint<W: Work>(inner: &Inner, lease: &mut Lease<'_>, work: &W) -> Sprint<W::Output> {
    let ended = lease.warm().map_err(Fault::from).and_then(|warm| {
        work.begin(warm.store.data_mut())?;
        warm.prepare_blocking(inner)?;
        work.run_here(warm)
    });
    if let Err(Fault::Guest(error)) = &ended {
        let wants_more = match error.downcast_ref::<Stop>() {
            Some(stop) => *stop == Stop::Effect,
            None => error.downcast_ref() == Some(&Trap::OutOfFuel) && lease.is_on_a_slice(),
        };
        if wants_more {
            return Sprint::TooLong;
        }
    }
    Sprint::Ended(conclude(inner, lease, Afterwards::Keep, Ok(ended)))
}

/// Whether sprints are worth trying: whoever had to begin anew goes steadily for a while, until so
/// many calls in a row would have done with a slice.
///
/// Calls at once may overlook each other here; then one of them tries a sprint too many or too few.
#[derive(Debug, Default)]
pub(crate) struct Form {
    calls_to_go: AtomicU32,
}

/// A failed sprint costs up to a slice, some 50 µs, so it is tried for no more than one in so many
/// calls that need more than that.
const CALLS_BETWEEN: u32 = 64;

impl Form {
    pub(crate) fn pace(&self) -> Pace {
        if self.calls_to_go.load(Ordering::Relaxed) == 0 { Pace::Sprint } else { Pace::Steady }
    }

    /// Hears what a call has used.
    pub(crate) fn note(&self, fuel: u64, host_calls: u64, slice: u64) {
        if fuel > slice || host_calls > 0 {
            self.calls_to_go.store(CALLS_BETWEEN, Ordering::Relaxed);
        } else {
            let calls_to_go = self.calls_to_go.load(Ordering::Relaxed).saturating_sub(1);
            self.calls_to_go.store(calls_to_go, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_needs_more_goes_steadily_for_a_while() {
        let form = Form::default();
        assert_eq!(form.pace(), Pace::Sprint);
        form.note(10, 0, 100);
        assert_eq!(form.pace(), Pace::Sprint);
        form.note(101, 0, 100);
        for _ in 1..CALLS_BETWEEN {
            form.note(10, 0, 100);
            assert_eq!(form.pace(), Pace::Steady);
        }
        form.note(10, 1, 100);
        for _ in 0..CALLS_BETWEEN {
            assert_eq!(form.pace(), Pace::Steady);
            form.note(100, 0, 100);
        }
        assert_eq!(form.pace(), Pace::Sprint);
    }
}
