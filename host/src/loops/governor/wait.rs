//! What work waits for, as a program and a person read it.
//!
//! *Never:* a wait does not say what would end it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Autonomy;

/// What a piece of work waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "for")]
#[non_exhaustive]
pub enum Wait {
    /// Everything stands still.
    Stop {
        /// Why.
        why: String,
    },
    /// Nothing is begun at this time of the day.
    Quiet {
        /// For so long.
        seconds: u64,
    },
    /// The budget does not allow it.
    Budget {
        /// What of it.
        what: String,
    },
    /// Something was away or answered badly, and is given time.
    Pause {
        /// For so long.
        seconds: u64,
        /// Until when, in milliseconds since 1970-01-01T00:00:00Z.
        until_ms: u64,
        /// What came of the last attempt.
        why: String,
    },
    /// Somebody works on it.
    Attempt {
        /// Who.
        by: String,
    },
    /// Others come first.
    Turn {
        /// How many attempts are under way.
        under_way: u32,
    },
    /// Other work makes a release of the same capability.
    Other {
        /// Its number.
        work: u64,
    },
    /// A person has to say that it goes on.
    Person {
        /// How far it may go without.
        may: Autonomy,
    },
    /// A person, or another example, has to say what was meant.
    Doubt {
        /// Why something else may have been.
        doubts: Vec<String>,
    },
    /// Persons have to approve it.
    Approvals {
        /// How many did.
        counted: usize,
        /// How many have to.
        needed: usize,
    },
    /// Users try it.
    Users {
        /// What the steward says.
        said: String,
    },
    /// The release that spreads is another one.
    Rollout,
}

// === impl Wait ===

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stop { why } => write!(f, "everything stands still: {why}"),
            Self::Quiet { seconds } => {
                write!(
                    f,
                    "nothing is begun at this hour, for {} minutes more",
                    seconds.div_ceil(60)
                )
            }
            Self::Budget { what } => write!(f, "the budget holds it: {what}"),
            Self::Pause { seconds, why, .. } => {
                write!(f, "it is tried again in {seconds} s: {why}")
            }
            Self::Attempt { by } => write!(f, "{by} works on it"),
            Self::Turn { under_way } => write!(f, "{under_way} others are worked on at present"),
            Self::Other { work } => {
                write!(f, "work {work} makes a release of the same capability first")
            }
            Self::Person { may: Autonomy::Observe } => {
                f.write_str("what is wanted is only observed; `engraft grow allow` lets it be made")
            }
            Self::Person { .. } => {
                f.write_str("a person has to let it in; `engraft propose apply` does")
            }
            Self::Doubt { doubts } => {
                write!(
                    f,
                    "something else may have been meant: {}; `engraft propose apply` lets it in, and \
                     so may another example",
                    doubts.join("; ")
                )
            }
            Self::Approvals { counted, needed } => {
                write!(
                    f,
                    "{counted} of {needed} approvals are there; `engraft approvals` gives one"
                )
            }
            Self::Users { said } => write!(f, "users try it: {said}"),
            Self::Rollout => f.write_str("another release of it spreads; it comes after that"),
        }
    }
}
