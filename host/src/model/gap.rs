//! The number of a gap, by which people and the log name it.
//!
//! *Never:* two gaps of one store have the same.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// So many bits tell four thousand gaps apart and are twelve digits that a person can copy.
const BITS: u64 = (1 << 48) - 1;

/// The number of a gap: twelve hexadecimal digits.
///
/// ```
/// use engraft::model::GapId;
///
/// let id: GapId = "00000000c0de".parse()?;
/// assert_eq!(id, GapId::new(0xc0de));
/// assert!("c0de".parse::<GapId>().is_err());
/// # Ok::<(), engraft::model::GapIdError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GapId(u64);

/// A text that is not the number of a gap.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no number of a gap: expected twelve hexadecimal digits, as `engraft gaps list` shows"
)]
pub struct GapIdError(String);

impl GapId {
    /// One made of the low 48 bits of a number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number & BITS)
    }

    /// As a number.
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }

    /// The one behind it, for whoever finds this one taken.
    #[must_use]
    pub(crate) const fn next(self) -> Self {
        Self::new(self.0.wrapping_add(1))
    }
}

// === impl GapId ===

impl fmt::Display for GapId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012x}", self.0)
    }
}

impl FromStr for GapId {
    type Err = GapIdError;

    fn from_str(text: &str) -> Result<Self, GapIdError> {
        let is_one = text.len() == 12 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        let number = u64::from_str_radix(text, 16).ok().filter(|_| is_one);
        number.map(Self).ok_or_else(|| GapIdError(text.chars().take(80).collect()))
    }
}

impl TryFrom<String> for GapId {
    type Error = GapIdError;

    fn try_from(text: String) -> Result<Self, GapIdError> {
        text.parse()
    }
}

impl From<GapId> for String {
    fn from(id: GapId) -> Self {
        id.to_string()
    }
}
