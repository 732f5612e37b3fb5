//! Evidence that one release does worse, or well enough: betting scores that may be looked at after
//! every request and keep their stated error all the same.
//!
//! Each score here is an e-process: under its null hypothesis the chance that it *ever* reaches
//! `1/α` is at most `α`, however often somebody looks. [`Relative`] compares a new release with the
//! old one that serves beside it, [`Slowness`] does the same for latencies, [`Equivalence`] is the
//! evidence for promotion, and [`Floor`] and [`Attained`] hold one release against a fixed bound.
//!
//! *Never:* a score looks at a block's outcomes before it has chosen its alternatives for the
//! block.

mod floor;
mod latency;
mod projection;
mod relative;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub(crate) use floor::Lately;
pub use floor::{Attained, Floor};
pub use latency::{LatencyBlock, LogHistogram, SLOWNESS_FACTOR, Slowness};
pub use relative::{Equivalence, Relative};

/// How many of how many went wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// All that ended.
    pub requests: u64,
    /// Those of them that failed.
    pub failures: u64,
}

/// What both arms saw between two looks. Cut on time or on assignment, never on outcomes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// The new release.
    pub treatment: Tally,
    /// The old release in the same time.
    pub control: Tally,
}

/// How much of the old release's history a score starts from. More would make it slow to see that
/// the world has changed; less, and its first guess of the failure rate is worth little.
pub const HISTORY_REQUESTS_MAX: u64 = 1_000;

/// Fewer failures of the new release than this are chance, whatever the odds say.
pub const FAILURES_MIN: u64 = 3;

/// The odds ratios that a score bets on, from a release that is a little worse to one that is dead.
pub(crate) const ODDS_WORSE: [f64; 8] = [1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0, 1000.0];

/// The odds ratios for evidence that a release keeps a bound.
pub(crate) const ODDS_BETTER: [f64; 6] = [0.8, 0.6, 0.4, 0.2, 0.1, 0.02];

// === impl Tally ===

impl Tally {
    /// So many failures of so many requests.
    #[must_use]
    pub const fn new(requests: u64, failures: u64) -> Self {
        Self { requests, failures }
    }

    /// The share that failed; none where there were no requests.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        (self.requests > 0).then(|| float(self.failures) / float(self.requests))
    }

    /// Counts one more.
    pub const fn count(&mut self, failed: Failed) {
        self.requests += 1;
        if matches!(failed, Failed::Yes) {
            self.failures += 1;
        }
    }

    /// Adds another tally.
    pub const fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.failures += other.failures;
    }
}

/// Whether a request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Failed {
    /// It did.
    Yes,
    /// It did not.
    No,
}

// === impl Failed ===

impl From<bool> for Failed {
    fn from(failed: bool) -> Self {
        if failed { Self::Yes } else { Self::No }
    }
}

// === impl Block ===

impl Block {
    /// Adds another block.
    pub const fn add(&mut self, other: &Self) {
        self.treatment.add(other.treatment);
        self.control.add(other.control);
    }

    /// Whether both arms have something to compare; until then a block is left to grow.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.treatment.requests > 0 && self.control.requests > 0
    }
}

/// Counts stay far below 2⁵³, from where on floats would skip some.
#[expect(clippy::cast_precision_loss, reason = "counts stay below 2^53")]
pub(crate) const fn float(count: u64) -> f64 {
    count as f64
}

/// The logarithm of the mean of `e^x`, without overflow.
pub(crate) fn ln_mean_exp(logs: &[f64]) -> f64 {
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    let sum: f64 = logs.iter().map(|ln| (ln - largest).exp()).sum();
    largest + (sum / float(logs.len() as u64)).ln()
}

/// The probability whose odds are `ratio` times those of `base`.
pub(crate) fn at_odds(ratio: f64, base: f64) -> f64 {
    ratio * base / (1.0 - base + ratio * base)
}
