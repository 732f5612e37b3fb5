//! The place of one sprint at a time, beside the desk: taken and given up in one atomic step each, where
//! the desk takes two of them going in and two going out. Each is a hundredth of a short call.
//!
//! *Never:* two calls sit in it, and nobody waits for it: who finds it taken goes to the desk.

use std::time::Duration;

use super::report::Counts;
use super::warm::Warm;
use crate::model::Usage;
use crate::model::sync::{AtomicCell, AtomicU64, Ordering};

/// A place for one.
pub(crate) struct Seat {
    free: AtomicCell<Option<Box<Seated>>>,
    tally: Tally,
}

/// Whoever holds this sits there.
#[derive(Default)]
pub(crate) struct Seated {
    /// The instance that waits there for the next one.
    pub(crate) warm: Option<Box<Warm>>,
}

/// What has ended well there. Read by everybody, written by whoever sits there, with plain stores.
#[derive(Default)]
struct Tally {
    returned: AtomicU64,
    fuel: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Seat {
    pub(crate) fn new() -> Self {
        Self { free: AtomicCell::new(Some(Box::default())), tally: Tally::default() }
    }

    /// Takes it, where it is free.
    #[inline]
    pub(crate) fn take(&self) -> Option<Box<Seated>> {
        self.free.take()
    }

    /// Gives it up, with the instance that is to wait there.
    #[inline]
    pub(crate) fn give_up(&self, seated: Box<Seated>) {
        self.free.store(Some(seated));
    }

    /// The instance that waits there, for a call that does not sit down.
    pub(crate) fn lend(&self) -> Option<Box<Warm>> {
        let mut seated = self.take()?;
        let warm = seated.warm.take();
        self.give_up(seated);
        warm
    }

    /// Lets an instance wait there. Gives it back where there is no place.
    pub(crate) fn keep(&self, warm: Box<Warm>) -> Option<Box<Warm>> {
        let Some(mut seated) = self.take() else { return Some(warm) };
        let left = match seated.warm {
            Some(_) => Some(warm),
            None => {
                seated.warm = Some(warm);
                None
            }
        };
        self.give_up(seated);
        left
    }

    /// Counts a call that ended well, for whoever sits there.
    #[inline]
    pub(crate) fn count(&self, _: &Seated, usage: &Usage) {
        let nanoseconds = u64::try_from(usage.duration.as_nanos()).unwrap_or(u64::MAX);
        add(&self.tally.returned, 1);
        add(&self.tally.fuel, usage.fuel);
        add(&self.tally.nanoseconds, nanoseconds);
    }

    /// How many calls ended well.
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            returned: self.tally.returned.load(Ordering::Relaxed),
            fuel: self.tally.fuel.load(Ordering::Relaxed),
            duration: Duration::from_nanos(self.tally.nanoseconds.load(Ordering::Relaxed)),
            ..Counts::default()
        }
    }
}

/// Adds where nobody else does.
#[inline]
fn add(sum: &AtomicU64, more: u64) {
    sum.store(sum.load(Ordering::Relaxed).saturating_add(more), Ordering::Relaxed);
}
