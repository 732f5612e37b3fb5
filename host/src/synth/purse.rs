//! Money for one attempt, and what of it was taken.
//!
//! *Never:* more is taken than was put in; and what was taken is known however the attempt ends.

use std::sync::atomic::{AtomicU64, Ordering};

/// Money for one attempt, in millionths of whatever unit the program counts in.
///
/// ```
/// use engraft::synth::Purse;
///
/// let purse = Purse::new(1_000);
/// assert!(purse.take(600) && !purse.take(600) && purse.take(0));
/// assert_eq!((purse.taken(), purse.left()), (600, 400));
/// ```
#[derive(Debug, Default)]
pub struct Purse {
    micros_max: u64,
    taken: AtomicU64,
}

impl Purse {
    /// With so much in it.
    #[must_use]
    pub const fn new(micros_max: u64) -> Self {
        Self { micros_max, taken: AtomicU64::new(0) }
    }

    /// Takes so much, where there is as much.
    pub fn take(&self, micros: u64) -> bool {
        // A price that nobody knows is the highest number, and only a purse without a bottom has it.
        let more =
            |taken: u64| Some(taken.saturating_add(micros)).filter(|sum| *sum <= self.micros_max);
        self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    /// What was taken.
    pub fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// What is left.
    pub fn left(&self) -> u64 {
        self.micros_max.saturating_sub(self.taken())
    }
}
