//! Why an op was not recorded.
//!
//! *Never:* an error says that nothing was recorded where something was.

use crate::model::CapabilityName;
use crate::registry::state::Rule;
use crate::store::LogError;

/// Why an op was not recorded.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// It is not allowed.
    #[error(transparent)]
    Rule(#[from] Rule),
    /// The log did not take it.
    #[error(transparent)]
    Log(#[from] LogError),
    /// An entry of the log cannot be read.
    #[error("entry {sequence} of the log cannot be read: {why}; `engraft audit verify` tells more")]
    Entry {
        /// Which one.
        sequence: u64,
        /// Why.
        why: String,
    },
    /// A release is kept after an examination, and in no other way.
    #[error("`{name}` is installed after an examination; no other change installs it")]
    NotAdmitted {
        /// Which capability.
        name: CapabilityName,
    },
    /// The thread that writes has ended.
    #[error("nobody writes to the log any more; open it again")]
    Gone,
    /// The operating system gave no thread.
    #[error("the thread that writes to the log cannot be started: {why}")]
    Thread {
        /// What it says.
        why: String,
    },
}
