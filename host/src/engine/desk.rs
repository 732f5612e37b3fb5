//! Where the calls of one capability sign in and out: room for one more, a warm instance, the counts.
//!
//! One lock for all three, taken twice by a call. Each atomic step costs a short call more than a
//! hundredth of its time, and kept apart these would be seven.
//!
//! *Never:* anything slow under the lock; nor do two calls have one instance at the same time.

use super::config::InstancePolicy;
use super::report::Counts;
use super::sprint::{Form, Pace};
use super::warm::Warm;
use crate::model::sync::{Mutex, MutexGuard, PoisonError};
use crate::model::{Limit, Outcome, Usage};

/// The desk of one capability.
pub(crate) struct Desk {
    /// Calls under way at once, at most.
    concurrent_max: u32,
    /// Calls that one instance serves, at most.
    calls_max: u32,
    /// Instances that wait, at most.
    idle_max: usize,
    /// What a sprint may burn.
    slice: u64,
    book: Mutex<Book>,
}

/// What the desk writes down.
#[derive(Default)]
struct Book {
    under_way: u32,
    counts: Counts,
    form: Form,
    #[expect(clippy::vec_box, reason = "an instance changes hands six times in a call")]
    idle: Vec<Box<Warm>>,
}

impl Desk {
    pub(crate) fn new(concurrent_max: u32, policy: InstancePolicy, slice: u64) -> Self {
        let (calls_max, idle_max) = match policy {
            InstancePolicy::Pooled { calls_max, idle_max } => (calls_max, idle_max as usize),
            InstancePolicy::Fresh
            | InstancePolicy::Session { .. }
            | InstancePolicy::Walled { .. }
            | InstancePolicy::WalledPool { .. } => (0, 0),
        };
        let concurrent_max = match policy {
            InstancePolicy::Walled { workers_max, .. }
            | InstancePolicy::WalledPool { workers_max, .. } => concurrent_max.min(workers_max),
            InstancePolicy::Fresh
            | InstancePolicy::Pooled { .. }
            | InstancePolicy::Session { .. } => concurrent_max,
        };
        Self { concurrent_max, calls_max, idle_max, slice, book: Mutex::default() }
    }

    /// Finds room for one more call, a warm instance where one waits, and whether a sprint is worth
    /// trying. Whoever was let in signs out again.
    #[inline(always)]
    pub(crate) fn sign_in(&self) -> Result<Entered, Box<Outcome>> {
        let mut book = self.book();
        if book.under_way >= self.concurrent_max {
            let (allowed, wanted) = (u64::from(self.concurrent_max), u64::from(book.under_way) + 1);
            let limit = Limit::ConcurrentCalls;
            return Err(Outcome::Exceeded { limit, allowed, wanted }.into());
        }
        book.under_way += 1;
        Ok(Entered { warm: book.idle.pop(), pace: book.form.pace() })
    }

    /// Whether an instance may serve again after a call that ended well.
    pub(crate) const fn keeps(&self, warm: &Warm) -> bool {
        warm.calls < self.calls_max && self.idle_max > 0
    }

    /// Counts a call that has ended, and takes back its instance. Gives back one that finds no
    /// place, to be dropped outside of the lock; that takes microseconds.
    #[inline]
    pub(crate) fn sign_out(
        &self,
        entry: Entry,
        idle: Option<Box<Warm>>,
        outcome: &Outcome,
        usage: &Usage,
    ) -> Option<Box<Warm>> {
        let mut book = self.book();
        book.counts.add(outcome, usage);
        if entry == Entry::LetIn {
            book.under_way -= 1;
            book.form.note(usage.fuel, usage.host_calls, self.slice);
        }
        if book.idle.len() < self.idle_max {
            book.idle.extend(idle);
            return None;
        }
        idle
    }

    /// How many calls ended how.
    pub(crate) fn counts(&self) -> Counts {
        self.book().counts
    }

    /// What is behind the lock is whole after every step, so a panic elsewhere does not spoil it.
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a call is let in with.
pub(crate) struct Entered {
    pub(crate) warm: Option<Box<Warm>>,
    pub(crate) pace: Pace,
}

/// Whether a call that ends was let in, or turned away before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Entry {
    #[default]
    TurnedAway,
    LetIn,
}
