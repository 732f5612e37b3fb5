//! Moments that a candidate may wait for: what stands in its code as a number, or in its data as a date.
//!
//! *Never:* a moment is a finding; a number may count anything. It is only a day to be tried.

use std::collections::BTreeSet;

use super::facts::Facts;
use crate::artifact::Moment;

/// How many are kept of a candidate, of its code and of its data.
const MOMENTS_MAX: usize = 16;
/// From the first day of 2020 to the last of 2099.
const SECONDS: std::ops::Range<u64> = 1_577_836_800..4_102_444_800;
/// The units that clocks count in, by what a second is of them.
const UNITS: [u64; 4] = [1, 1_000, 1_000_000, 1_000_000_000];
/// Years that nobody takes for a size; from the next one on.
const YEARS: std::ops::RangeInclusive<u64> = 2027..=2047;
/// `2031-05-04`.
const DATE_LETTERS: usize = 10;

/// Numbers that may be moments, of all the numbers in the code of a candidate.
#[derive(Debug, Default)]
pub(crate) struct Moments(BTreeSet<u64>);

impl Moments {
    /// Takes note of a number in code.
    pub(crate) fn note(&mut self, number: u64) {
        if self.0.len() < MOMENTS_MAX
            && let Some(seconds) = of_number(number)
        {
            self.0.insert(seconds);
        }
    }
}

/// The seconds after 1970 that a number may mean.
fn of_number(number: u64) -> Option<u64> {
    if YEARS.contains(&number) {
        // Whether it is waited for until then or from then on, its middle is within.
        return seconds(format!("{number}-07-01").as_bytes());
    }
    UNITS.iter().map(|unit| number / unit).find(|seconds| SECONDS.contains(seconds))
}

/// All moments that the bytes of a candidate show.
pub(crate) fn of(facts: &Facts<'_>) -> BTreeSet<u64> {
    let pieces = facts.modules.iter().flat_map(|module| &module.data);
    let dates = pieces.flat_map(|data| data.bytes.windows(DATE_LETTERS).filter_map(seconds));
    let dates = dates.filter(|date| SECONDS.contains(date)).take(MOMENTS_MAX);
    facts.moments.0.iter().copied().chain(dates).collect()
}

/// The noon of a date that is written in digits.
fn seconds(date: &[u8]) -> Option<u64> {
    let is_like = |(at, letter): (usize, &u8)| match at {
        4 | 7 => *letter == b'-',
        _ => letter.is_ascii_digit(),
    };
    if date.len() != DATE_LETTERS || !date.iter().enumerate().all(is_like) {
        return None;
    }
    let noon = format!("{}T12:00:00Z", std::str::from_utf8(date).ok()?);
    noon.parse::<Moment>().ok().map(Moment::unix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_moment_in_any_unit_and_a_year() {
        let day = 1_900_000_000;
        for unit in UNITS {
            assert_eq!(of_number(day * unit), Some(day), "{unit}");
        }
        assert_eq!(of_number(2031), seconds(b"2031-07-01"));
        for other in [0, 7, 1_000, 2048, 65_536, 0x7fff_ffff_ffff_ffff] {
            assert_eq!(of_number(other), None, "{other}");
        }
    }

    #[test]
    fn a_date_is_read_whole() {
        assert_eq!(seconds(b"2030-03-17"), Some(1_899_979_200));
        for other in ["2030-13-17", "2030-3-17", "2030/03/17", "phone-0-17"] {
            assert_eq!(seconds(other.as_bytes()), None, "{other}");
        }
    }
}
