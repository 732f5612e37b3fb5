//! Names of capabilities, valid by construction.
//!
//! *Never:* a name that came from outside holds anything but lower-case ASCII letters, digits, `-` and
//! `.`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Long enough for any dotted name in use, short enough for file names and log columns.
const NAME_BYTES_MAX: usize = 128;

/// The dotted name of a capability, for example `text.slugify`. Cheap to clone.
///
/// ```
/// use engraft::model::CapabilityName;
///
/// assert!("text.slugify".parse::<CapabilityName>().is_ok());
/// assert!("Text/../slugify".parse::<CapabilityName>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CapabilityName(Arc<str>);

/// A text that is not a capability's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a capability's name: expected lower-case words of letters, digits and hyphens, \
     each beginning with a letter, joined by dots, at most 128 bytes, such as `text.slugify`"
)]
pub struct NameError(String);

impl CapabilityName {
    /// The space beside a capability's own in which the host keeps notes about its values. No
    /// capability can have it: its tilde is in no name that comes from outside.
    pub(crate) fn notes(&self) -> Self {
        Self(format!("{}~", self.0).into())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

// === impl CapabilityName ===

impl FromStr for CapabilityName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text.len() <= NAME_BYTES_MAX && text.split('.').all(is_word) {
            Ok(Self(text.into()))
        } else {
            Err(NameError(text.chars().take(NAME_BYTES_MAX).collect()))
        }
    }
}

impl TryFrom<String> for CapabilityName {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<CapabilityName> for String {
    fn from(name: CapabilityName) -> Self {
        name.as_str().to_owned()
    }
}

impl AsRef<str> for CapabilityName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for CapabilityName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CapabilityName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CapabilityName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One part between dots: a letter, then letters, digits and single inner hyphens.
pub(crate) fn is_word(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.first().is_some_and(u8::is_ascii_lowercase)
        && !word.ends_with('-')
        && !word.contains("--")
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_hold_and_names_that_do_not() {
        for good in ["a", "text.slugify", "x1.y-2.z"] {
            assert!(good.parse::<CapabilityName>().is_ok(), "{good}");
        }
        for bad in ["", ".", "a.", ".a", "A", "a b", "1a", "a--b", "a-", "a/../b", "é", "a\u{200b}"]
        {
            assert!(bad.parse::<CapabilityName>().is_err(), "{bad}");
        }
        assert!("a".repeat(129).parse::<CapabilityName>().is_err());
    }
}
