//! What the judge of a stage is told: the first outcome of each user, in both arms.
//!
//! Who was counted is remembered as eight bytes a user, at most [`USERS_MAX`] of them in a stage:
//! about 16 MiB. Beyond that, users who were not seen before are counted nowhere: the evidence
//! stops growing, for both arms alike, so that the stage goes on with what it has and never with
//! more.
//!
//! *Never:* a user is counted twice in a stage, or in both arms of it.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::evidence::{Block, Failed};
use super::judge::Observation;
use crate::model::Outcome;

/// Users that one stage remembers.
pub const USERS_MAX: usize = 1 << 20;
/// Threads that end a call at once seldom meet where there are so many locks.
const SHARDS: usize = 16;
/// Latencies that one look takes in; more in one tick are counted as outcomes only.
const LATENCIES_MAX: usize = 8_192;

/// One of both sides of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arm {
    /// The new release.
    Treatment,
    /// The old one.
    Control,
}

/// The book of one stage.
#[derive(Debug)]
pub struct Book {
    shards: [Mutex<Shard>; SHARDS],
    users_max: usize,
    uncounted: AtomicU64,
}

#[derive(Debug, Default)]
struct Shard {
    /// Who was counted, and for what already.
    users: HashMap<u64, Counted, BuildHasherDefault<Already>>,
    seen: Observation,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counted {
    outcome: bool,
    feedback: bool,
}

impl Book {
    /// An empty book.
    #[must_use]
    pub fn new() -> Self {
        Self::bounded(USERS_MAX)
    }

    /// An empty book that remembers so many users.
    #[must_use]
    pub fn bounded(users_max: usize) -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::default()),
            users_max: users_max.div_ceil(SHARDS),
            uncounted: AtomicU64::new(0),
        }
    }

    /// Takes the end of a user's call, which counts where it is the user's first.
    pub fn count(&self, user: u64, arm: Arm, outcome: &Outcome, microseconds: f64) {
        let mut shard = self.shard(user);
        if !self.is_first(&mut shard, user, |counted| &mut counted.outcome) {
            return;
        }
        let (failed, broke) = judged(outcome);
        count(&mut shard.seen.success, arm, failed);
        count(&mut shard.seen.errors, arm, broke);
        let latency = &mut shard.seen.latency;
        let values = match arm {
            Arm::Treatment => &mut latency.treatment,
            Arm::Control => &mut latency.control,
        };
        if values.len() < LATENCIES_MAX {
            values.push(microseconds);
        }
    }

    /// Takes what a user says of an answer, which counts where it is the user's first word.
    pub fn feedback(&self, user: u64, arm: Arm, unhappy: Failed) {
        let mut shard = self.shard(user);
        if self.is_first(&mut shard, user, |counted| &mut counted.feedback) {
            count(&mut shard.seen.feedback, arm, unhappy);
        }
    }

    /// Takes a metric of the embedding program.
    pub fn custom(&self, user: u64, arm: Arm, metric: &str, unwell: Failed) {
        let mut shard = self.shard(user);
        let block = shard.seen.custom.entry(metric.to_owned()).or_default();
        count(block, arm, unwell);
    }

    /// Everything since the last time.
    #[must_use]
    pub fn take(&self) -> Observation {
        let mut all = Observation::default();
        for shard in &self.shards {
            let seen = std::mem::take(&mut lock(shard).seen);
            all.success.add(&seen.success);
            all.errors.add(&seen.errors);
            all.feedback.add(&seen.feedback);
            all.latency.treatment.extend(seen.latency.treatment);
            all.latency.control.extend(seen.latency.control);
            for (metric, block) in seen.custom {
                all.custom.entry(metric).or_default().add(&block);
            }
        }
        all
    }

    /// Outcomes that were counted nowhere because the book is full.
    #[must_use]
    pub fn uncounted(&self) -> u64 {
        self.uncounted.load(Ordering::Relaxed)
    }

    fn shard(&self, user: u64) -> MutexGuard<'_, Shard> {
        // The low bits, because the high ones decide who is inside of a share.
        let [first, ..] = &self.shards;
        lock(self.shards.get(place(user)).unwrap_or(first))
    }

    fn is_first(
        &self,
        shard: &mut Shard,
        user: u64,
        of: impl Fn(&mut Counted) -> &mut bool,
    ) -> bool {
        if let Some(counted) = shard.users.get_mut(&user) {
            return !std::mem::replace(of(counted), true);
        }
        if shard.users.len() >= self.users_max {
            self.uncounted.fetch_add(1, Ordering::Relaxed);
            return false;
        }
        let mut counted = Counted::default();
        *of(&mut counted) = true;
        shard.users.insert(user, counted);
        true
    }
}

#[expect(clippy::cast_possible_truncation, reason = "less than the number of shards")]
const fn place(user: u64) -> usize {
    (user % SHARDS as u64) as usize
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    // Counts and sets stay sound wherever a panic may have stopped.
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

fn count(block: &mut Block, arm: Arm, failed: Failed) {
    match arm {
        Arm::Treatment => block.treatment.count(failed),
        Arm::Control => block.control.count(failed),
    }
}

/// Whether an outcome speaks against the release, and whether the release broke.
///
/// An input that does not fit is the caller's, so it speaks against nobody. A caller who goes away
/// may have waited too long, so that does; both arms have impatient callers.
fn judged(outcome: &Outcome) -> (Failed, Failed) {
    use crate::model::Failure;
    match outcome {
        Outcome::Returned(_) | Outcome::Refused(Failure::InvalidInput(_)) => {
            (Failed::No, Failed::No)
        }
        Outcome::Refused(_) | Outcome::Cancelled => (Failed::Yes, Failed::No),
        Outcome::Trapped { .. }
        | Outcome::OutOfFuel { .. }
        | Outcome::OutOfMemory { .. }
        | Outcome::Deadline { .. }
        | Outcome::Exceeded { .. }
        | Outcome::Denied { .. }
        | Outcome::Unavailable { .. } => (Failed::Yes, Failed::Yes),
    }
}

/// The fingerprint of a user is a hash already.
#[derive(Debug, Default)]
struct Already(u64);

// === impl Hasher ===

impl Hasher for Already {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, fingerprint: u64) {
        self.0 = fingerprint;
    }
}

// === impl Book ===

impl Default for Book {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Output, TrapKind};
    use crate::registry::evidence::Tally;

    fn returned() -> Outcome {
        Outcome::Returned(Output::new("1".to_owned()))
    }

    fn trapped() -> Outcome {
        Outcome::Trapped { kind: TrapKind::Other, message: String::new() }
    }

    #[test]
    fn the_first_outcome_of_a_user_counts_and_no_other() {
        let book = Book::new();
        book.count(1, Arm::Treatment, &returned(), 5.0);
        book.count(1, Arm::Treatment, &trapped(), 6.0);
        book.count(2, Arm::Control, &trapped(), 7.0);
        book.feedback(1, Arm::Treatment, Failed::Yes);
        book.feedback(1, Arm::Treatment, Failed::Yes);
        let seen = book.take();
        assert_eq!(seen.success.treatment, Tally::new(1, 0));
        assert_eq!(
            (seen.success.control, seen.errors.control),
            (Tally::new(1, 1), Tally::new(1, 1))
        );
        assert_eq!(seen.feedback.treatment, Tally::new(1, 1));
        assert_eq!(seen.latency.treatment, [5.0]);
        assert_eq!(book.take(), Observation::default(), "taken is taken");
    }

    #[test]
    fn a_full_book_counts_nobody_new_and_says_so() {
        let book = Book::bounded(32);
        for user in 0..1_000 {
            book.count(user, Arm::Control, &returned(), 1.0);
        }
        assert_eq!(book.take().success.control.requests, 32);
        assert_eq!(book.uncounted(), 968);
    }
}
