//! Quiet hours: when no work is begun.
//!
//! *Never:* the time is read here; it is given.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

const DAY_MINUTES: u64 = 24 * 60;
/// No clock of the world is further from UTC than this.
const OFFSET_MINUTES_MAX: i32 = 14 * 60;

/// From when to when nothing is begun, every day. What is under way is finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// From then.
    pub from: DayTime,
    /// Until then; earlier than `from` is over midnight.
    pub to: DayTime,
    /// How far the clock on the wall is from UTC, in minutes: 60 for Zürich in winter.
    #[serde(default)]
    pub offset_minutes: i32,
}

/// A time of the day, `22:30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DayTime(u64);

/// A text that is no time of the day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no time of the day; expected such as `22:30`")]
pub struct DayTimeError(String);

impl QuietHours {
    /// How long it stays quiet from now on; none where it is not.
    #[must_use]
    pub fn left(&self, now: Duration) -> Option<Duration> {
        let offset = i64::from(self.offset_minutes.clamp(-OFFSET_MINUTES_MAX, OFFSET_MINUTES_MAX));
        let now_minutes = i64::try_from(now.as_secs() / 60).unwrap_or(i64::MAX);
        let day = i64::try_from(DAY_MINUTES).unwrap_or(1);
        let here = now_minutes.saturating_add(offset).rem_euclid(day).unsigned_abs();
        let (from, to) = (self.from.0, self.to.0);
        let is_quiet = match from <= to {
            true => (from..to).contains(&here),
            false => here >= from || here < to,
        };
        let minutes = (to + DAY_MINUTES - here) % DAY_MINUTES;
        let gone = now.as_secs() % 60;
        is_quiet.then(|| Duration::from_secs((minutes * 60).saturating_sub(gone).max(1)))
    }
}

// === impl DayTime ===

impl FromStr for DayTime {
    type Err = DayTimeError;

    fn from_str(text: &str) -> Result<Self, DayTimeError> {
        let refused = || DayTimeError(text.chars().take(20).collect());
        let (hour, minute) = text.split_once(':').ok_or_else(refused)?;
        let number = |digits: &str, below: u64| {
            let is_plain = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<u64>().ok().filter(|number| is_plain && *number < below)
        };
        let (hour, minute) = number(hour, 24).zip(number(minute, 60)).ok_or_else(refused)?;
        Ok(Self(hour * 60 + minute))
    }
}

impl TryFrom<String> for DayTime {
    type Error = DayTimeError;

    fn try_from(text: String) -> Result<Self, DayTimeError> {
        text.parse()
    }
}

impl From<DayTime> for String {
    fn from(time: DayTime) -> Self {
        time.to_string()
    }
}

impl fmt::Display for DayTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}
