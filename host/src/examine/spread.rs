//! How numbers are spread, as data: enough to draw, and no more.
//!
//! *Never:* a number that was there is in no bin.

use serde::{Deserialize, Serialize};

/// Bins of a spread: as many as a small drawing can show.
const BINS: usize = 32;
/// Numbers that are kept for one; an examination makes some thousands of calls.
const NUMBERS_MAX: usize = 20_000;

/// Of how many calls the figures were so large.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Spreads {
    /// From start to end of a call, in nanoseconds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub latency_ns: Vec<Bin>,
    /// Fuel.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fuel: Vec<Bin>,
    /// Memory.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub memory_bytes: Vec<Bin>,
}

/// So many numbers between two others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bin {
    /// The least of them, or less.
    pub from: u64,
    /// The largest of them, or more.
    pub to: u64,
    /// How many there are.
    pub count: u64,
}

/// Numbers of calls, as they come.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    latency_ns: Vec<u64>,
    fuel: Vec<u64>,
    memory_bytes: Vec<u64>,
}

impl Samples {
    pub(crate) fn add(&mut self, usage: &crate::model::Usage) {
        if self.fuel.len() < NUMBERS_MAX {
            let latency = u64::try_from(usage.duration.as_nanos()).unwrap_or(u64::MAX);
            self.latency_ns.push(latency);
            self.fuel.push(usage.fuel);
            self.memory_bytes.push(usage.memory_bytes_peak);
        }
    }

    pub(crate) fn spreads(self) -> Spreads {
        Spreads {
            latency_ns: bins(self.latency_ns),
            fuel: bins(self.fuel),
            memory_bytes: bins(self.memory_bytes),
        }
    }
}

impl Spreads {
    /// Whether nothing was measured.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Bins of equal width up to where one number in a hundred is larger; those are in a last bin, for a few
/// of them are often so large that nothing could be seen of the others.
fn bins(mut numbers: Vec<u64>) -> Vec<Bin> {
    numbers.sort_unstable();
    let (Some(least), Some(most)) = (numbers.first().copied(), numbers.last().copied()) else {
        return Vec::new();
    };
    let ordinary = numbers.get(numbers.len() * 99 / 100).copied().unwrap_or(most);
    let width = ((ordinary - least) / BINS as u64).max(1);
    let mut bins: Vec<Bin> = Vec::new();
    let mut left = numbers.as_slice();
    let mut from = least;
    while bins.len() < BINS && from <= ordinary {
        let to = if bins.len() + 1 == BINS { ordinary } else { from.saturating_add(width - 1) };
        let to = to.min(ordinary);
        let count = left.partition_point(|number| *number <= to);
        bins.push(Bin { from, to, count: count as u64 });
        left = left.get(count..).unwrap_or_default();
        let Some(next) = to.checked_add(1) else { break };
        from = next;
    }
    if let Some(first) = left.first() {
        bins.push(Bin { from: *first, to: most, count: left.len() as u64 });
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_in_one_bin() {
        let cases: [Vec<u64>; 6] = [
            vec![7],
            vec![5; 100],
            (0..1_000).collect(),
            (0..1_000).map(|n| n * n * 31).collect(),
            [vec![1; 500], vec![u64::MAX, 0]].concat(),
            vec![u64::MAX - 1, u64::MAX],
        ];
        for numbers in cases {
            let made = bins(numbers.clone());
            assert!(made.len() <= BINS + 1, "{made:?}");
            assert_eq!(made.iter().map(|bin| bin.count).sum::<u64>(), numbers.len() as u64);
            for bin in &made {
                let within = numbers.iter().filter(|it| (bin.from..=bin.to).contains(it));
                assert_eq!(within.count() as u64, bin.count, "{bin:?}");
            }
        }
        assert_eq!(bins(Vec::new()), []);
    }
}
