//! Where the calls of one capability sign in and out: room for one more, a warm instance, the counts.
//!
//! One lock for all three, taken twice by a call. Each atomic step costs a short call more than a
//! hundredth of its time, and kept apart these would be seven. A call that may sprint finds a seat
//! beside it first.
//!
//! *Never:* anything slow under the lock; nor do two calls have one instance at the same time.

use super::config::InstancePolicy;
use super::report::Counts;
use super::seat::{Seat, Seated};
use super::sprint::{Form, Pace};
use super::warm::Warm;
use crate::model::sync::{AtomicU32, Mutex, MutexGuard, Ordering, PoisonError};
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
    form: Form,
    /// Where its calls may sprint.
    seat: Option<Seat>,
    /// Calls that were let in here, sprints on the seat not among them. Changed under the lock alone.
    under_way: AtomicU32,
    book: Mutex<Book>,
}

/// What the desk writes down.
#[derive(Default)]
struct Book {
    counts: Counts,
    #[expect(clippy::vec_box, reason = "an instance changes hands six times in a call")]
    idle: Vec<Box<Warm>>,
}

impl Desk {
    pub(crate) fn new(
        concurrent_max: u32,
        policy: InstancePolicy,
        slice: u64,
        seat: Option<Seat>,
    ) -> Self {
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
        Self {
            concurrent_max,
            calls_max,
            idle_max,
            slice,
            form: Form::default(),
            seat,
            under_way: AtomicU32::new(0),
            book: Mutex::default(),
        }
    }

    /// Takes the seat for a sprint, where there is one, it is free, and a sprint is worth trying. A
    /// sprint is over within its slice and has its caller's thread to itself, so it takes no room; but
    /// where there is none, it has none either.
    #[inline(always)]
    pub(crate) fn sit_down(&self) -> Option<Box<Seated>> {
        let seat = self.seat.as_ref()?;
        let is_full = self.under_way.load(Ordering::Relaxed) >= self.concurrent_max;
        if is_full || self.form.pace() == Pace::Steady { None } else { seat.take() }
    }

    /// Gives up the seat for a place among those that take their time.
    pub(crate) fn stand_up(&self, seated: Box<Seated>) -> Result<Entered, Box<Outcome>> {
        self.give_up(seated);
        self.sign_in()
    }

    /// Finds room for one more call, a warm instance where one waits, and whether a sprint is worth
    /// trying. Whoever was let in signs out again.
    #[inline]
    pub(crate) fn sign_in(&self) -> Result<Entered, Box<Outcome>> {
        let mut book = self.book();
        let under_way = self.under_way.load(Ordering::Relaxed);
        if under_way >= self.concurrent_max {
            let (allowed, wanted) = (u64::from(self.concurrent_max), u64::from(under_way) + 1);
            let limit = Limit::ConcurrentCalls;
            return Err(Outcome::Exceeded { limit, allowed, wanted }.into());
        }
        self.under_way.store(under_way + 1, Ordering::Relaxed);
        let idle = book.idle.pop();
        drop(book);
        let warm = idle.or_else(|| self.seat.as_ref().and_then(Seat::lend));
        Ok(Entered { warm, pace: self.form.pace() })
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
        match entry {
            Entry::Seated(seated) => {
                self.leave_seat(seated, idle, outcome, usage);
                None
            }
            Entry::LetIn => {
                self.form.note(usage.fuel, usage.host_calls, self.slice);
                let mut book = self.book();
                book.counts.add(outcome, usage);
                let under_way = self.under_way.load(Ordering::Relaxed);
                self.under_way.store(under_way - 1, Ordering::Relaxed);
                if book.idle.len() < self.places() {
                    book.idle.extend(idle);
                    return None;
                }
                drop(book);
                let idle = idle?;
                match &self.seat {
                    Some(seat) => seat.keep(idle),
                    None => Some(idle),
                }
            }
            Entry::TurnedAway => {
                self.book().counts.add(outcome, usage);
                idle
            }
        }
    }

    /// The same for a call on the seat.
    #[inline]
    fn leave_seat(
        &self,
        mut seated: Box<Seated>,
        idle: Option<Box<Warm>>,
        outcome: &Outcome,
        usage: &Usage,
    ) {
        self.form.note(usage.fuel, usage.host_calls, self.slice);
        match (&self.seat, outcome) {
            (Some(seat), Outcome::Returned(_)) => seat.count(&seated, usage),
            _ => self.book().counts.add(outcome, usage),
        }
        seated.warm = idle;
        self.give_up(seated);
    }

    fn give_up(&self, seated: Box<Seated>) {
        if let Some(seat) = &self.seat {
            seat.give_up(seated);
        }
    }

    /// How many instances wait here; one more on the seat.
    const fn places(&self) -> usize {
        match self.seat {
            Some(_) => self.idle_max.saturating_sub(1),
            None => self.idle_max,
        }
    }

    /// Whether its calls may sprint.
    pub(crate) const fn may_sprint(&self) -> bool {
        self.seat.is_some()
    }

    /// How many calls ended how.
    pub(crate) fn counts(&self) -> Counts {
        let mut counts = self.book().counts;
        if let Some(seat) = &self.seat {
            counts.merge(&seat.counts());
        }
        counts
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
#[derive(Default)]
pub(crate) enum Entry {
    #[default]
    TurnedAway,
    LetIn,
    /// It sprints.
    Seated(Box<Seated>),
}
