//! Latencies against the old release's, by the same test as failures: a request "fails" where it is
//! slower than a quantile of what the old release did before.
//!
//! *Never:* a block's own latencies move the quantiles that it is held against.

use serde::{Deserialize, Serialize};

use super::{Block, FAILURES_MIN, Failed, Relative, Tally, float};

/// Buckets grow by 1 %, so a quantile is known to 1 %.
const GROWTH: f64 = 1.01;

/// `ln(4·10⁹ µs) / ln(1.01)`: up to a little over an hour. What takes longer stands in the last
/// bucket.
const BUCKETS: usize = 2_224;

/// The quantiles that are watched: the usual request, the slow one, the slowest.
const QUANTILES: [f64; 3] = [0.5, 0.9, 0.99];

/// Latencies of a block, in microseconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LatencyBlock {
    /// Of the new release.
    pub treatment: Vec<f64>,
    /// Of the old release in the same time.
    pub control: Vec<f64>,
}

/// Latencies counted in buckets that grow by 1 %.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogHistogram {
    counts: Vec<u64>,
    total: u64,
    cursors: [Cursor; QUANTILES.len()],
}

/// Where a quantile stands, moved along with every value so that nobody has to search for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    bucket: usize,
    /// Values in buckets before this one.
    below: u64,
}

/// Evidence that the new release is slower than the old one by more than a factor, at the median,
/// the 90th and the 99th percentile together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slowness {
    factor: f64,
    past: LogHistogram,
    tests: [Relative; QUANTILES.len()],
}

/// Slowness beyond this factor counts, where a plan says nothing else: 10 %.
pub const SLOWNESS_FACTOR: f64 = 1.10;

/// Slower by less than a millisecond is what a colder cache costs a release that fewer calls reach,
/// and what nobody feels.
const LEAST_US: f64 = 1_000.0;

impl Slowness {
    /// No evidence yet. `factor` is how much slower the new release may be; `history` are latencies
    /// of the old one before, without which the first block only teaches.
    #[must_use]
    pub fn new(factor: f64, history: LogHistogram) -> Self {
        let tests = QUANTILES.map(|quantile| {
            let requests = history.total.min(super::HISTORY_REQUESTS_MAX);
            Relative::expecting(1.0 - quantile, float(requests))
        });
        Self { factor, past: history, tests }
    }

    /// Takes a block in. One that has an empty arm changes nothing; let it grow.
    pub fn observe(&mut self, block: &LatencyBlock) {
        if block.treatment.is_empty() || block.control.is_empty() {
            return;
        }
        if self.past.total > 0 {
            for (test, index) in self.tests.iter_mut().zip(0..) {
                let bound = self.past.tracked(index);
                let over = |values: &[f64], bound: f64| {
                    let mut tally = Tally::default();
                    values.iter().for_each(|value| tally.count(Failed::from(*value > bound)));
                    tally
                };
                let treatment = over(&block.treatment, (self.factor * bound).max(bound + LEAST_US));
                test.observe(&Block { treatment, control: over(&block.control, bound) });
            }
        }
        block.control.iter().for_each(|value| self.past.record(*value));
    }

    /// The logarithm of the evidence: the mean of the three quantiles'. A quantile that fewer than
    /// three requests of the new release went over speaks for it, never against it.
    #[must_use]
    pub fn ln_evidence(&self) -> f64 {
        super::ln_mean_exp(&self.tests.each_ref().map(|test| {
            let ln = test.ln_evidence();
            if test.failures() < FAILURES_MIN { ln.min(0.0) } else { ln }
        }))
    }

    /// Requests of the new release that were slower than the old one's median by more than the
    /// factor.
    #[must_use]
    pub const fn slow(&self) -> u64 {
        let [median, ..] = &self.tests;
        median.failures()
    }

    pub(crate) fn may_reach(&self, ln_bound: f64) -> bool {
        self.tests.iter().any(|test| test.may_reach(ln_bound))
    }
}

impl LogHistogram {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self { counts: vec![0; BUCKETS], total: 0, cursors: [Cursor::default(); QUANTILES.len()] }
    }

    /// Counts a latency in microseconds.
    pub fn record(&mut self, microseconds: f64) {
        let bucket = bucket(microseconds);
        let Some(count) = self.counts.get_mut(bucket) else { return };
        *count += 1;
        self.total += 1;
        for (cursor, quantile) in self.cursors.iter_mut().zip(QUANTILES) {
            cursor.below += u64::from(bucket < cursor.bucket);
            cursor.follow(&self.counts, quantile * float(self.total));
        }
    }

    /// How many were counted.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The latency in microseconds below which a share of the requests stayed; none where there
    /// were no requests.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let target = share.clamp(0.0, 1.0) * float(self.total);
        let mut cursor = Cursor::default();
        cursor.follow(&self.counts, target);
        (self.total > 0).then(|| upper(cursor.bucket))
    }

    pub(super) fn tracked(&self, index: usize) -> f64 {
        self.cursors.get(index).map_or(0.0, |cursor| upper(cursor.bucket))
    }
}

/// The bucket of a latency: bucket `i` holds what is over `1.01^(i-1)` and at most `1.01^i` µs.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a logarithm of at least 0, bounded by the number of buckets"
)]
fn bucket(microseconds: f64) -> usize {
    let place = (microseconds.max(1.0).ln() / GROWTH.ln()).ceil();
    (place as usize).min(BUCKETS - 1)
}

/// The upper end of a bucket.
#[expect(clippy::cast_possible_truncation, reason = "there are a few thousand buckets")]
#[expect(clippy::cast_possible_wrap, reason = "there are a few thousand buckets")]
fn upper(bucket: usize) -> f64 {
    GROWTH.powi(bucket as i32)
}

// === impl LogHistogram ===

impl Default for LogHistogram {
    fn default() -> Self {
        Self::new()
    }
}

// === impl Cursor ===

impl Cursor {
    /// Moves to the first bucket up to which at least `target` values stand.
    fn follow(&mut self, counts: &[u64], target: f64) {
        let count = |bucket: usize| counts.get(bucket).copied().unwrap_or(0);
        while self.bucket > 0 && float(self.below) >= target {
            self.bucket -= 1;
            self.below -= count(self.bucket);
        }
        while self.bucket + 1 < counts.len() && float(self.below + count(self.bucket)) < target {
            self.below += count(self.bucket);
            self.bucket += 1;
        }
    }
}
