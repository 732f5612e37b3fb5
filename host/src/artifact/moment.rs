//! Moments as signed documents write them, and the time within which something holds.
//!
//! *Never:* the clock is read here; `now` is an argument.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// 9999-12-31T23:59:59Z, the last moment that RFC 3339 can write.
const SECONDS_MAX: u64 = 253_402_300_799;
const DAY_SECONDS: u64 = 86_400;

/// A second of UTC, written `2026-11-20T19:30:00Z`.
///
/// ```
/// use engraft::artifact::Moment;
///
/// let moment: Moment = "2026-11-20T19:30:00Z".parse()?;
/// assert_eq!(moment.to_string(), "2026-11-20T19:30:00Z");
/// # Ok::<(), engraft::artifact::MomentError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Moment(u64);

/// A text that is not a moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a moment: expected UTC as in `2026-11-20T19:30:00Z`, from 1970 to 9999")]
pub struct MomentError(String);

impl Moment {
    /// The moment so many seconds after 1970-01-01T00:00:00Z; at most the end of the year 9999.
    #[must_use]
    pub const fn from_unix(seconds: u64) -> Self {
        Self(if seconds > SECONDS_MAX { SECONDS_MAX } else { seconds })
    }

    /// The second that a time since 1970-01-01T00:00:00Z falls into.
    #[must_use]
    pub const fn at(now: Duration) -> Self {
        Self::from_unix(now.as_secs())
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix(self) -> u64 {
        self.0
    }

    /// The moment so much later.
    #[must_use]
    pub const fn after(self, time: Duration) -> Self {
        Self::from_unix(self.0.saturating_add(time.as_secs()))
    }
}

/// From when until when something holds, both ends included. The default is always.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Validity {
    /// The first moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Moment>,
    /// The last moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Moment>,
}

/// Where a moment lies, seen from a validity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Before(Moment),
    Within,
    After(Moment),
}

impl Validity {
    /// Whether no moment at all lies within.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!((self.not_before, self.not_after), (Some(from), Some(to)) if from > to)
    }

    /// Whether a moment lies within.
    #[must_use]
    pub fn includes(&self, moment: Moment) -> bool {
        self.place(moment) == Place::Within
    }

    pub(crate) fn place(&self, moment: Moment) -> Place {
        match (self.not_before, self.not_after) {
            (Some(from), _) if moment < from => Place::Before(from),
            (_, Some(to)) if moment > to => Place::After(to),
            _ => Place::Within,
        }
    }
}

// === impl Moment ===

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date_of(self.0 / DAY_SECONDS);
        let second = self.0 % DAY_SECONDS;
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        // Written back it must be the same text, so that every moment has one spelling only.
        seconds_of(text)
            .map(Self::from_unix)
            .filter(|moment| moment.to_string() == text)
            .ok_or_else(|| MomentError(super::json::scrub(text)))
    }
}

impl TryFrom<String> for Moment {
    type Error = MomentError;

    fn try_from(text: String) -> Result<Self, MomentError> {
        text.parse()
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        moment.to_string()
    }
}

fn seconds_of(text: &str) -> Option<u64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = three(date, '-')?;
    let [hour, minute, second] = three(time, ':')?;
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let days = days_of(year, month, day)?;
    (hour < 24 && minute < 60 && second < 60)
        .then(|| days * DAY_SECONDS + hour * 3600 + minute * 60 + second)
}

fn three(text: &str, separator: char) -> Option<[u64; 3]> {
    let mut parts = text.splitn(3, separator).map(|part| part.parse::<u64>().ok());
    Some([parts.next()??, parts.next()??, parts.next()??])
}

/// Days since 1970-01-01. Years begin in March here, so that a leap day is the last of its year.
fn days_of(year: u64, month: u64, day: u64) -> Option<u64> {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let before = year * 365 + year / 4 - year / 100 + year / 400;
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    (before + (153 * month + 2) / 5 + day - 1).checked_sub(719_468)
}

fn date_of(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + carry, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_agree_with_known_ones() {
        for (unix, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (SECONDS_MAX, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(Moment::from_unix(unix).to_string(), text);
            assert_eq!(text.parse(), Ok(Moment::from_unix(unix)));
        }
    }

    #[test]
    fn every_day_comes_back() {
        for day in (0..SECONDS_MAX / DAY_SECONDS).step_by(17) {
            let moment = Moment::from_unix(day * DAY_SECONDS + day % DAY_SECONDS);
            assert_eq!(moment.to_string().parse(), Ok(moment));
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for bad in [
            "",
            "2026-11-20",
            "2026-11-20T19:30:00",
            "2026-11-20T19:30:00+00:00",
            "2026-11-20t19:30:00z",
            "2026-1-20T19:30:00Z",
            "2026-02-30T00:00:00Z",
            "2100-02-29T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "2026-11-20T24:00:00Z",
            "2026-11-20T19:30:60Z",
            "2026-11-20T+9:30:00Z",
            "99999999999999999999-01-01T00:00:00Z",
        ] {
            assert!(bad.parse::<Moment>().is_err(), "{bad}");
        }
    }

    #[test]
    fn both_ends_lie_within() {
        let at = Moment::from_unix;
        let validity = Validity { not_before: Some(at(10)), not_after: Some(at(20)) };
        assert_eq!(validity.place(at(9)), Place::Before(at(10)));
        assert!(validity.includes(at(10)) && validity.includes(at(20)));
        assert_eq!(validity.place(at(21)), Place::After(at(20)));
        assert!(Validity::default().includes(at(0)));
    }
}
