//! What another attempt waits for, after one that has brought nothing.
//!
//! *Never:* an attempt is made again that cannot bring anything else than it did.

use serde::{Deserialize, Serialize};

use crate::model::Digest;
use crate::registry::state::State;

/// What another attempt waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "for")]
#[non_exhaustive]
pub enum Until {
    /// A moment: something that was away or answered badly may do better then.
    Time {
        /// When, in milliseconds since 1970-01-01T00:00:00Z.
        at_ms: u64,
        /// What came of the attempt.
        why: String,
    },
    /// Money: an author was not asked, because it takes more than there was.
    Money {
        /// Which author.
        author: String,
        /// The most that it takes, in millionths of whatever unit the program counts in.
        micros: u64,
        /// What came of the attempt.
        why: String,
    },
    /// Something new: whoever was asked would say the same again.
    News {
        /// What was there, as [`State::known`](crate::registry::State::known) has it.
        known: Digest,
        /// What came of the attempt.
        why: String,
    },
}

impl State {
    /// What serves everybody, as one digest: while it is the same, authors that ask nobody outside have
    /// the same to work with.
    #[must_use]
    pub fn known(&self) -> Digest {
        let serving = self.lines.iter().filter_map(|(name, line)| {
            let version = line.stable.as_ref()?;
            Some(format!("{name} {version}\n"))
        });
        Digest::of(serving.collect::<String>().as_bytes())
    }
}

impl Until {
    /// What came of the attempt.
    #[must_use]
    pub fn why(&self) -> &str {
        match self {
            Self::Time { why, .. } | Self::Money { why, .. } | Self::News { why, .. } => why,
        }
    }
}
