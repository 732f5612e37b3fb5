//! When a gap is worth work.
//!
//! *Never:* what one user says is a need of all, where others use the program too.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// When a gap is worth work. As JSON it is
/// `{"requests": 3, "people": 2, "within_seconds": 604800, "teachers": 2}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Threshold {
    /// So many requests, of which each person counts for a few at most.
    pub requests: u64,
    /// From so many people: what one person says is no need of all.
    pub people: usize,
    /// The last of them no longer ago than this.
    #[serde(rename = "within_seconds", with = "seconds")]
    pub within: Duration,
    /// Or so many users who showed what is wanted. Whom the program itself teaches for needs no other.
    pub teachers: usize,
}

impl Threshold {
    /// For an assistant of one person, where every request is a need.
    pub const PERSONAL: Self = Self { requests: 1, people: 1, within: Self::WEEK, teachers: 1 };
    const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);
}

// === impl Threshold ===

impl Default for Threshold {
    /// Three requests of two people within a week: the least that is no slip and no one's whim.
    fn default() -> Self {
        Self { requests: 3, people: 2, within: Self::WEEK, teachers: 2 }
    }
}

/// A time as whole seconds, which is what a person writes.
mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(time.as_secs())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_secs)
    }
}
