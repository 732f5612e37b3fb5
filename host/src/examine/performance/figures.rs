//! What was measured, as data: it stands in the report, and is kept with it.
//!
//! *Never:* an average; a few slow calls are what people notice.

use semver::Version;
use serde::{Deserialize, Serialize};

use super::baseline::Since;
use crate::examine::spread::Spreads;
use crate::model::Digest;

/// How fast a candidate is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Performance {
    /// Calls that these rest on, on an instance that is kept.
    pub calls: u64,
    /// From start to end of one call, in nanoseconds.
    pub latency_ns: Quantiles,
    /// Fuel of one call.
    pub fuel: Quantiles,
    /// Memory of one call.
    pub memory_bytes: Quantiles,
    /// How these are spread.
    #[serde(default, skip_serializing_if = "Spreads::is_empty")]
    pub spreads: Spreads,
    /// With so many calls at once.
    pub load: Vec<LoadStep>,
    /// With so many calls a second.
    pub rates: Vec<RateStep>,
    /// What single inputs took, to be compared with on another day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<InputFigures>,
    /// Beside the release before, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<Compared>,
    /// Beside other candidates, where there were any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Compared>,
    /// Beside what was measured before, where that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
}

/// What one input takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputFigures {
    /// Which operation.
    pub operation: String,
    /// The input, by its digest.
    pub input: Digest,
    /// Fuel on a warm instance.
    pub fuel: u64,
    /// Memory.
    pub memory_bytes: u64,
}

/// A distribution in short.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantiles {
    /// Half is at most this.
    pub p50: u64,
    /// 95 of 100 are.
    pub p95: u64,
    /// 99 of 100 are.
    pub p99: u64,
    /// All are.
    pub max: u64,
}

/// Calls at once on one thread.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadStep {
    /// How many at once.
    pub concurrent: u32,
    /// Calls a second.
    pub calls_per_second: f64,
    /// From start to end of one call, waiting for the others included.
    pub latency_ns: Quantiles,
    /// Calls that gave no output.
    pub failed: u64,
}

/// Calls that come at even distances, whether or not those before have ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateStep {
    /// Calls that come in a second.
    pub offered_per_second: f64,
    /// Calls that ended in a second.
    pub answered_per_second: f64,
    /// From when a call should have begun to its end, waiting in line included.
    pub latency_ns: Quantiles,
    /// Calls that gave no output.
    pub failed: u64,
}

/// A candidate beside somebody else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compared {
    /// Which release, or which candidate.
    pub version: Version,
    /// Its component.
    pub component: Digest,
    /// Inputs that both answered.
    pub inputs: u64,
    /// Time over time.
    pub latency: Ratio,
    /// Fuel over fuel.
    pub fuel: f64,
}

/// A ratio that was measured several times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ratio {
    /// The lower end of the interval around the median.
    pub low: f64,
    /// The one in the middle.
    pub median: f64,
    /// The upper end.
    pub high: f64,
}

impl Quantiles {
    /// Of these numbers; zeros where there are none.
    #[must_use]
    pub fn of(mut numbers: Vec<u64>) -> Self {
        numbers.sort_unstable();
        let at = |percent: usize| {
            // The smallest number that so many are not above.
            let rank = (numbers.len() * percent).div_ceil(100).max(1);
            numbers.get(rank - 1).copied().unwrap_or_default()
        };
        Self { p50: at(50), p95: at(95), p99: at(99), max: at(100) }
    }
}

impl Ratio {
    /// The median, and the interval that holds the true one about 97 times of 100, whatever the ratios
    /// are spread like: its ends are so many places from the middle as a fair coin strays.
    #[must_use]
    pub fn of(mut ratios: Vec<f64>) -> Self {
        ratios.sort_by(f64::total_cmp);
        let at = |place: usize| ratios.get(place).or(ratios.last()).copied().unwrap_or_default();
        let middle = ratios.len() / 2;
        // 1.08 times the square root of a number is 2.16 standard deviations of that many tosses.
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "some dozens of rounds"
        )]
        let strays = (1.08 * (ratios.len() as f64).sqrt()) as usize;
        Self {
            low: at(middle.saturating_sub(strays)),
            median: at(middle),
            high: at(middle + strays),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_numbers_that_were_there() {
        let hundred = Quantiles::of((1..=100).rev().collect());
        assert_eq!(hundred, Quantiles { p50: 50, p95: 95, p99: 99, max: 100 });
        assert_eq!(Quantiles::of(vec![7]), Quantiles { p50: 7, p95: 7, p99: 7, max: 7 });
        assert_eq!(Quantiles::of(Vec::new()), Quantiles::default());
    }

    #[test]
    fn the_interval_is_that_of_the_order() {
        let ratio = Ratio::of((0..31).map(f64::from).collect());
        assert_eq!(ratio, Ratio { low: 9.0, median: 15.0, high: 21.0 });
    }
}
