//! What the judge of a stage is told: the first outcome of each user, in both arms.
//!
//! Who was counted is remembered as eight bytes a user and what they were counted for, at most
//! [`USERS_MAX`] users in a stage, which takes 17 MiB. Beyond that, users who were not seen before
//! are counted nowhere: the evidence stops growing, for both arms alike, so that the stage goes on
//! with what it has and never with more.
//!
//! Both survive a restart: see [`Book::take_marked`] and [`Book::resumed`].
//!
//! *Never:* a user is counted twice in a stage, or in both arms of it.

mod marks;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::evidence::{Block, Failed};
use super::judge::{Judge, Observation};
use crate::model::Outcome;
use crate::store::KeptEvidence;
use marks::Counted;

/// Users that one stage remembers: as many as fill the tables of all shards to the brim, which are
/// then 17 bytes for each of 2²⁰ places.
pub const USERS_MAX: usize = 7 << 17;
/// Threads that end a call at once seldom meet where there are so many locks.
const SHARDS: usize = 16;
/// Latencies that one look takes in; more in one tick are counted as outcomes only.
const LATENCIES_MAX: usize = 8_192;
/// Metrics of the embedding program that one stage tells apart; outcomes of further names are not
/// counted, since a name made from each request would fill the memory.
const METRICS_MAX: usize = 32;

/// One of both sides of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arm {
    /// The new release, or the first of several variants.
    Treatment,
    /// Another variant, by its place among all that were declared, from 1.
    Variant(usize),
    /// The old one.
    Control,
}

/// The book of one stage.
#[derive(Debug)]
pub struct Book {
    shards: [Mutex<Shard>; SHARDS],
    users_max: usize,
    /// Comparisons with the old release: as many as there are variants, all with the same control.
    comparisons: usize,
    uncounted: AtomicU64,
    /// Where a judge goes on from, until one does.
    resumed: Mutex<Option<Resumed>>,
}

#[derive(Debug, Default)]
struct Shard {
    /// Who was counted, and for what already.
    users: HashMap<u64, Counted, BuildHasherDefault<Already>>,
    /// Those of them whose mark is not kept yet.
    unkept: Vec<(u64, Counted)>,
    /// What was seen, of each comparison.
    seen: Vec<Observation>,
}

/// Where a judge goes on from after a restart.
#[derive(Debug)]
pub struct Resumed {
    /// The judges as they were kept last, one for each comparison.
    pub judges: Vec<Judge>,
    /// How often it was kept.
    pub times: u64,
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
        Self::sized(users_max, 1)
    }

    /// An empty book of so many variants.
    #[must_use]
    pub fn of_variants(comparisons: usize) -> Self {
        Self::sized(USERS_MAX, comparisons)
    }

    fn sized(users_max: usize, comparisons: usize) -> Self {
        let comparisons = comparisons.max(1);
        let empty = |_| Mutex::new(Shard { seen: unseen(comparisons), ..Shard::default() });
        Self {
            shards: std::array::from_fn(empty),
            users_max: users_max.div_ceil(SHARDS),
            comparisons,
            uncounted: AtomicU64::new(0),
            resumed: Mutex::default(),
        }
    }

    /// The book of a stage that was judged before: whoever was counted then is not counted again,
    /// and the judge goes on from where it was. None where what was kept cannot be read; the stage
    /// begins anew then, with nobody counted.
    #[must_use]
    pub fn resumed(kept: &KeptEvidence) -> Option<Self> {
        let judges: Vec<Judge> = serde_json::from_slice(&kept.judge).ok()?;
        let book = Self::of_variants(judges.len());
        for (user, counted) in marks::read(&kept.users)? {
            book.shard(user).users.entry(user).or_default().add(counted);
        }
        let resumed = Resumed { judges, times: kept.times };
        *book.resumed.lock().unwrap_or_else(PoisonError::into_inner) = Some(resumed);
        Some(book)
    }

    /// Where a judge goes on from; none where it begins, or another has gone on already.
    #[must_use]
    pub fn resume(&self) -> Option<Resumed> {
        self.resumed.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Takes the end of a user's call, which counts where it is the user's first.
    pub fn count(&self, user: u64, arm: Arm, outcome: &Outcome, microseconds: f64) {
        let mut shard = self.shard(user);
        if !self.is_first(&mut shard, user, Counted::OUTCOME) {
            return;
        }
        let (failed, broke) = judged(outcome);
        for seen in arm.comparisons(&mut shard.seen) {
            count(&mut seen.success, arm, failed);
            count(&mut seen.errors, arm, broke);
            let values = match arm {
                Arm::Treatment | Arm::Variant(_) => &mut seen.latency.treatment,
                Arm::Control => &mut seen.latency.control,
            };
            if values.len() < LATENCIES_MAX {
                values.push(microseconds);
            }
        }
    }

    /// Takes what a user says of an answer, which counts where it is the user's first word.
    pub fn feedback(&self, user: u64, arm: Arm, unhappy: Failed) {
        let mut shard = self.shard(user);
        if self.is_first(&mut shard, user, Counted::FEEDBACK) {
            let seen = arm.comparisons(&mut shard.seen);
            seen.iter_mut().for_each(|seen| count(&mut seen.feedback, arm, unhappy));
        }
    }

    /// Takes a metric of the embedding program, which counts where it is the user's first of that
    /// name.
    pub fn custom(&self, user: u64, arm: Arm, metric: &str, unwell: Failed) {
        let mut shard = self.shard(user);
        let is_one_too_many = |seen: &Observation| {
            seen.custom.len() >= METRICS_MAX && !seen.custom.contains_key(metric)
        };
        if shard.seen.iter().any(is_one_too_many) {
            self.uncounted.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let bit = marks::metric(metric);
        if self.is_first(&mut shard, user, bit) {
            for seen in arm.comparisons(&mut shard.seen) {
                count(seen.custom.entry(metric.to_owned()).or_default(), arm, unwell);
            }
        }
    }

    /// Everything since the last time, of the first comparison.
    #[must_use]
    pub fn take(&self) -> Observation {
        self.take_marked().0.into_iter().next().unwrap_or_default()
    }

    /// Everything since the last time, of each comparison, and whose it was: to be kept together with
    /// the judges that have taken it in.
    #[must_use]
    pub fn take_marked(&self) -> (Vec<Observation>, Vec<u8>) {
        let mut all = unseen(self.comparisons);
        let mut marks = Vec::new();
        for shard in &self.shards {
            let (seen, unkept) = {
                let mut shard = lock(shard);
                let seen = std::mem::replace(&mut shard.seen, unseen(self.comparisons));
                (seen, std::mem::take(&mut shard.unkept))
            };
            marks::write(&unkept, &mut marks);
            all.iter_mut().zip(seen).for_each(|(all, seen)| add(all, seen));
        }
        (all, marks)
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

    fn is_first(&self, shard: &mut Shard, user: u64, what: Counted) -> bool {
        if let Some(counted) = shard.users.get_mut(&user) {
            if counted.has(what) {
                return false;
            }
            counted.add(what);
        } else if shard.users.len() >= self.users_max {
            self.uncounted.fetch_add(1, Ordering::Relaxed);
            return false;
        } else {
            shard.users.insert(user, what);
        }
        shard.unkept.push((user, what));
        true
    }
}

fn unseen(comparisons: usize) -> Vec<Observation> {
    vec![Observation::default(); comparisons]
}

fn add(all: &mut Observation, seen: Observation) {
    all.success.add(&seen.success);
    all.errors.add(&seen.errors);
    all.feedback.add(&seen.feedback);
    all.latency.treatment.extend(seen.latency.treatment);
    all.latency.control.extend(seen.latency.control);
    for (metric, block) in seen.custom {
        all.custom.entry(metric).or_default().add(&block);
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
        Arm::Treatment | Arm::Variant(_) => block.treatment.count(failed),
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

// === impl Arm ===

impl Arm {
    /// The arm of a variant by its place.
    pub(crate) const fn of(place: usize) -> Self {
        match place {
            0 => Self::Treatment,
            place => Self::Variant(place),
        }
    }

    /// The comparisons that it takes part in: the old release in all of them.
    fn comparisons(self, all: &mut [Observation]) -> &mut [Observation] {
        match self {
            Self::Treatment => all.get_mut(..1).unwrap_or_default(),
            Self::Variant(place) => all.get_mut(place..=place).unwrap_or_default(),
            Self::Control => all,
        }
    }
}

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
