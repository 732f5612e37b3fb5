//! The time, as the host chooses to tell it: real or frozen. Needs the `clock` permission.
//!
//! *Never:* `std::time` in a capability; without WASI it panics.

use std::fmt;
use std::time::Duration;

use crate::{HostError, sys};

/// A moment since 1970-01-01T00:00:00Z, without leap seconds. Displays as RFC 3339.
///
/// ```
/// use engraft_guest::clock::Timestamp;
///
/// let moment = Timestamp::new(1_700_000_000, 500_000_000);
/// assert_eq!(moment.to_string(), "2023-11-14T22:13:20.5Z");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: i64,
    nanoseconds: u32,
}

/// The time of day.
///
/// # Errors
/// Where the clock is not allowed.
pub fn now() -> Result<Timestamp, HostError> {
    sys::clock_now()
}

/// Time since some fixed moment; never goes back.
///
/// # Errors
/// Where the clock is not allowed.
pub fn monotonic() -> Result<Duration, HostError> {
    sys::clock_monotonic().map(Duration::from_nanos)
}

// === impl Timestamp ===

impl Timestamp {
    /// From seconds since 1970 and nanoseconds; more than a second of those carries over.
    #[must_use]
    pub const fn new(seconds: i64, nanoseconds: u32) -> Self {
        let carried = nanoseconds / 1_000_000_000;
        Self {
            seconds: seconds.saturating_add(carried as i64),
            nanoseconds: nanoseconds % 1_000_000_000,
        }
    }

    /// Whole seconds since 1970.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds within the second.
    #[must_use]
    pub const fn nanoseconds(self) -> u32 {
        self.nanoseconds
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub const fn unix_ms(self) -> i64 {
        self.seconds.saturating_mul(1000).saturating_add((self.nanoseconds / 1_000_000) as i64)
    }

    /// Year, month and day in UTC.
    #[must_use]
    pub const fn date(self) -> (i64, u8, u8) {
        // Howard Hinnant's civil_from_days: eras of 400 years that begin in March.
        let days = self.seconds.div_euclid(86_400) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
        (year, month as u8, day as u8)
    }

    /// Hour, minute and second in UTC.
    #[must_use]
    pub const fn time(self) -> (u8, u8, u8) {
        let second = self.seconds.rem_euclid(86_400);
        ((second / 3600) as u8, (second / 60 % 60) as u8, (second % 60) as u8)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        let (hour, minute, second) = self.time();
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if self.nanoseconds > 0 {
            let fraction = format!("{:09}", self.nanoseconds);
            write!(f, ".{}", fraction.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_hold_across_leap_days_centuries_and_the_epoch() {
        let shown = |seconds| Timestamp::new(seconds, 0).to_string();
        assert_eq!(shown(0), "1970-01-01T00:00:00Z");
        assert_eq!(shown(-1), "1969-12-31T23:59:59Z");
        assert_eq!(shown(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(shown(4_107_542_400), "2100-03-01T00:00:00Z");
        assert_eq!(shown(-2_203_891_200), "1900-03-01T00:00:00Z");
    }

    #[test]
    fn nanoseconds_carry_over() {
        let moment = Timestamp::new(1, 2_000_000_007);
        assert_eq!((moment.seconds(), moment.nanoseconds()), (3, 7));
        assert_eq!(moment.unix_ms(), 3000);
    }
}
