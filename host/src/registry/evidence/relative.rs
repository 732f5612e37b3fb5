//! The new release against the old one that serves beside it, block by block.
//!
//! The guess of the old release's failure rate comes from earlier blocks, so the bets of a block
//! are placed before it is seen. What hits both arms alike, such as an outage of something behind
//! them, moves both and proves nothing.
//!
//! *Never:* the history of the old release counts as evidence; it only places the first bets.

use serde::{Deserialize, Serialize};

use super::projection::{Rates, project};
use super::{Block, HISTORY_REQUESTS_MAX, ODDS_WORSE, Tally, at_odds, float, ln_mean_exp};

/// Evidence that the new release fails more often than the old one by more than a margin.
///
/// ```
/// use engraft::registry::evidence::{Block, Relative, Tally};
///
/// let mut evidence = Relative::new(0.0, Tally::new(1_000, 10));
/// for _ in 0..5 {
///     // One request of the new release, failed; 99 of the old one, one of them failed.
///     evidence.observe(&Block { treatment: Tally::new(1, 1), control: Tally::new(99, 1) });
/// }
/// assert!(evidence.ln_evidence() > 20f64.ln());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relative {
    margin: f64,
    guess: Guess,
    failures: u64,
    logs: [f64; ODDS_WORSE.len()],
}

/// Evidence that the new release fails at most so much more often than the old one: what a
/// promotion asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Equivalence {
    margin: f64,
    guess: Guess,
    logs: [f64; SHARES_OF_MARGIN.len()],
}

/// Where between "as good as the old one" and "worse by the margin" an equivalent release is
/// expected.
const SHARES_OF_MARGIN: [f64; 3] = [0.0, 0.25, 0.5];

/// What is known of the old release's failures before a block.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Guess {
    requests: f64,
    failures: f64,
}

impl Relative {
    /// No evidence yet. `margin` is how much more often the new release may fail; `history` what
    /// the old one did before, of which as much as 1,000 requests counts.
    #[must_use]
    pub fn new(margin: f64, history: Tally) -> Self {
        Self { margin, guess: Guess::of(history), failures: 0, logs: [0.0; ODDS_WORSE.len()] }
    }

    /// No evidence yet, where the old release's rate is known from `requests` of its history.
    pub(super) fn expecting(rate: f64, requests: f64) -> Self {
        let guess = Guess { requests, failures: rate * requests };
        Self { margin: 0.0, guess, failures: 0, logs: [0.0; ODDS_WORSE.len()] }
    }

    /// Takes a block in. One that has an empty arm changes nothing; let it grow.
    pub fn observe(&mut self, block: &Block) {
        if !block.is_whole() {
            return;
        }
        let control = self.guess.rate();
        let scores = Scores::of(block, control);
        for (log, ratio) in self.logs.iter_mut().zip(ODDS_WORSE) {
            let treatment = at_odds(ratio, control);
            if treatment > control + self.margin {
                *log += scores.against(treatment, self.margin);
            }
        }
        self.guess.add(block.control);
        self.failures += block.treatment.failures;
    }

    /// The logarithm of the evidence; roll back from `ln(1/α)` on.
    #[must_use]
    pub fn ln_evidence(&self) -> f64 {
        ln_mean_exp(&self.logs)
    }

    /// Failures of the new release so far.
    #[must_use]
    pub const fn failures(&self) -> u64 {
        self.failures
    }

    /// Whether the evidence may have reached a bound: cheaper than the evidence, and never wrong
    /// about a no, since a mean is at most its largest part.
    pub(crate) fn may_reach(&self, ln_bound: f64) -> bool {
        self.logs.iter().any(|log| *log >= ln_bound)
    }
}

impl Equivalence {
    /// No evidence yet. `margin` is how much more often a release that is promoted may fail.
    #[must_use]
    pub fn new(margin: f64, history: Tally) -> Self {
        Self { margin, guess: Guess::of(history), logs: [0.0; SHARES_OF_MARGIN.len()] }
    }

    /// Takes a block in. One that has an empty arm changes nothing; let it grow.
    pub fn observe(&mut self, block: &Block) {
        if !block.is_whole() {
            return;
        }
        let control = self.guess.rate();
        // Where nearly everything fails already, no release can be worse by the margin.
        if control + self.margin < 1.0 {
            let scores = Scores::of(block, control);
            for (log, share) in self.logs.iter_mut().zip(SHARES_OF_MARGIN) {
                *log += scores.against(control + share * self.margin, self.margin);
            }
        }
        self.guess.add(block.control);
    }

    /// The logarithm of the evidence; promote from `ln(1/β)` on.
    #[must_use]
    pub fn ln_evidence(&self) -> f64 {
        ln_mean_exp(&self.logs)
    }
}

/// A block as the scores need it.
struct Scores {
    failures: (f64, f64),
    successes: (f64, f64),
    control: f64,
}

// === impl Scores ===

impl Scores {
    fn of(block: &Block, control: f64) -> Self {
        let count = |tally: &Tally| (float(tally.failures), float(tally.requests - tally.failures));
        let (treatment, other) = (count(&block.treatment), count(&block.control));
        Self { failures: (treatment.0, other.0), successes: (treatment.1, other.1), control }
    }

    /// The logarithm of how much likelier the block is under the alternative than under the nearest
    /// null.
    fn against(&self, treatment: f64, margin: f64) -> f64 {
        let sizes = (self.failures.0 + self.successes.0, self.failures.1 + self.successes.1);
        let alternative = Rates { treatment, control: self.control };
        let null = project(alternative, margin, sizes);
        let arm = |failures: f64, successes: f64, rate: f64, null: f64| {
            // Most blocks have no failure at all, and logarithms are what this costs.
            let failed = if failures > 0.0 { failures * (rate / null).ln() } else { 0.0 };
            let went = (1.0 - rate) / (1.0 - null);
            let succeeded = if successes > 0.0 { successes * went.ln() } else { 0.0 };
            failed + succeeded
        };
        arm(self.failures.0, self.successes.0, treatment, null.treatment)
            + arm(self.failures.1, self.successes.1, self.control, null.control)
    }
}

// === impl Guess ===

impl Guess {
    fn of(history: Tally) -> Self {
        let Some(rate) = history.rate() else { return Self { requests: 0.0, failures: 0.0 } };
        let requests = float(history.requests.min(HISTORY_REQUESTS_MAX));
        Self { requests, failures: rate * requests }
    }

    fn add(&mut self, seen: Tally) {
        self.requests += float(seen.requests);
        self.failures += float(seen.failures);
    }

    /// Never 0 and never 1, so that no bet is placed on the impossible.
    fn rate(&self) -> f64 {
        (self.failures + 0.5) / (self.requests + 1.0)
    }
}
