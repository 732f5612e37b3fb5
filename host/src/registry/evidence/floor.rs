//! One release against a fixed bound: no more than so many of its requests may fail.
//!
//! A bound on a success rate, on an error rate, on a tail latency (no more than 1 % take longer) or
//! on feedback is the same test: only what counts as a failure differs.
//!
//! *Never:* a bound of 0 or 1 is tested; no number of requests could prove anything about it.

use serde::{Deserialize, Serialize};

use super::{ODDS_BETTER, ODDS_WORSE, Tally, at_odds, float, ln_mean_exp};

/// Evidence that more than the allowed share fails.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    bets: [Bet; ODDS_WORSE.len()],
    seen: Tally,
}

/// Evidence that less than the allowed share fails: what a promotion asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attained {
    bets: [Bet; ODDS_BETTER.len()],
    seen: Tally,
}

/// Evidence that more than the allowed share fails *lately*: it forgets what speaks for the
/// release, so that a long good past does not hide an outage. No e-process, so nothing is condemned
/// by it; it says when a release that is compared with is no fair comparison any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lately {
    bets: [Bet; ODDS_WORSE.len()],
    logs: [f64; ODDS_WORSE.len()],
    seen: Tally,
}

/// What a failure and a success add to the logarithm of one bet.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bet {
    failure: f64,
    success: f64,
}

/// A bound nearer to 0 or 1 than this is taken for this: one in a million.
const ALLOWED_MIN: f64 = 1e-6;

impl Floor {
    /// No evidence yet. `allowed` is the share that may fail: 0.05 for a success rate of 95 %.
    #[must_use]
    pub fn new(allowed: f64) -> Self {
        Self { bets: ODDS_WORSE.map(|ratio| Bet::new(allowed, ratio)), seen: Tally::default() }
    }

    /// Takes outcomes in.
    pub fn observe(&mut self, seen: Tally) {
        self.seen.add(seen);
    }

    /// The logarithm of the evidence; the bound is broken from `ln(1/α)` on.
    #[must_use]
    pub fn ln_evidence(&self) -> f64 {
        ln_mean_exp(&self.bets.map(|bet| bet.score(self.seen)))
    }

    /// What has been seen.
    #[must_use]
    pub const fn seen(&self) -> Tally {
        self.seen
    }

    /// Whether the evidence may have reached a bound; never wrong about a no.
    pub(crate) fn may_reach(&self, ln_bound: f64) -> bool {
        self.bets.iter().any(|bet| bet.score(self.seen) >= ln_bound)
    }
}

impl Attained {
    /// No evidence yet. `allowed` is the share that may fail.
    #[must_use]
    pub fn new(allowed: f64) -> Self {
        Self { bets: ODDS_BETTER.map(|ratio| Bet::new(allowed, ratio)), seen: Tally::default() }
    }

    /// Takes outcomes in.
    pub fn observe(&mut self, seen: Tally) {
        self.seen.add(seen);
    }

    /// The logarithm of the evidence; the bound is kept from `ln(1/β)` on.
    #[must_use]
    pub fn ln_evidence(&self) -> f64 {
        ln_mean_exp(&self.bets.map(|bet| bet.score(self.seen)))
    }
}

// === impl Lately ===

impl Lately {
    pub(crate) fn new(allowed: f64) -> Self {
        Self {
            bets: ODDS_WORSE.map(|ratio| Bet::new(allowed, ratio)),
            logs: [0.0; ODDS_WORSE.len()],
            seen: Tally::default(),
        }
    }

    pub(crate) fn observe(&mut self, seen: Tally) {
        self.seen.add(seen);
        for (log, bet) in self.logs.iter_mut().zip(self.bets) {
            *log = (*log + bet.score(seen)).max(0.0);
        }
    }

    pub(crate) fn ln_evidence(&self) -> f64 {
        ln_mean_exp(&self.logs)
    }

    pub(crate) fn may_reach(&self, ln_bound: f64) -> bool {
        self.logs.iter().any(|log| *log >= ln_bound)
    }

    pub(crate) const fn seen(&self) -> Tally {
        self.seen
    }
}

// === impl Bet ===

impl Bet {
    fn new(allowed: f64, ratio: f64) -> Self {
        let allowed = allowed.clamp(ALLOWED_MIN, 1.0 - ALLOWED_MIN);
        let rate = at_odds(ratio, allowed);
        Self { failure: (rate / allowed).ln(), success: ((1.0 - rate) / (1.0 - allowed)).ln() }
    }

    fn score(self, seen: Tally) -> f64 {
        float(seen.failures) * self.failure + float(seen.requests - seen.failures) * self.success
    }
}
