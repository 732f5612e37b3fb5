//! How one call ended, as data. A guest's failure is never the host's `Err`.
//!
//! *Never:* an outcome is guessed from a counter; it is read from what stopped the guest.

use std::fmt;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Failure;

/// How one call ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", content = "detail", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Outcome {
    /// It gave an output.
    Returned(Output),
    /// It said no, with a typed failure.
    Refused(Failure),
    /// It broke.
    Trapped {
        /// What kind of break.
        kind: TrapKind,
        /// What the guest said as it broke, bounded and scrubbed.
        message: String,
    },
    /// It burnt all its fuel.
    OutOfFuel {
        /// The fuel it had.
        limit: u64,
    },
    /// It wanted more memory than it may have.
    OutOfMemory {
        /// The bytes it may have.
        limit: u64,
        /// The bytes it wanted.
        wanted: u64,
    },
    /// Its time was over.
    Deadline {
        /// The time it had.
        limit: Duration,
    },
    /// It went over another limit.
    Exceeded {
        /// Which one.
        limit: Limit,
        /// What was allowed.
        allowed: u64,
        /// What it wanted, where that is known; else one more than allowed.
        wanted: u64,
    },
    /// Policy said no before it ran.
    Denied {
        /// What was denied, and what to do about it.
        message: String,
    },
    /// The caller went away; nothing more happens on its behalf.
    Cancelled,
    /// The host could not run it now.
    Unavailable {
        /// Why, and what to do about it.
        message: String,
    },
}

/// The JSON text that an operation gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Output(String);

/// A limit with an outcome of its own kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Limit {
    /// Elements of tables.
    TableElements,
    /// Core instances, memories or tables inside the component.
    Instances,
    /// The call stack, in bytes.
    Stack,
    /// Calls of host functions.
    HostCalls,
    /// The input text, in bytes.
    InputBytes,
    /// The output text, in bytes.
    OutputBytes,
    /// What a guest hands to one host function, in bytes.
    HostCallBytes,
    /// Handles of resources that a session holds open.
    Handles,
    /// How deep capabilities call one another.
    CallDepth,
    /// Calls of this capability under way at once.
    ConcurrentCalls,
    /// Calls of the whole host under way at once.
    HostConcurrentCalls,
}

/// What kind of break stopped a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TrapKind {
    /// `unreachable`: most languages' panic or abort.
    Unreachable,
    /// An access outside memory.
    MemoryBounds,
    /// An access outside a table, through an empty element or with the wrong signature.
    Table,
    /// A division by zero, an overflow or a conversion that does not fit.
    Arithmetic,
    /// The component entered itself, or broke the component model's rules.
    Component,
    /// The program ended itself with an exit code that says failure.
    Exit,
    /// Any other.
    Other,
}

impl Outcome {
    /// Whether the call gave an output.
    #[must_use]
    pub const fn is_returned(&self) -> bool {
        matches!(self, Self::Returned(_))
    }

    /// The word for it in metrics, traces and JSON.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Returned(_) => "returned",
            Self::Refused(_) => "refused",
            Self::Trapped { .. } => "trapped",
            Self::OutOfFuel { .. } => "out-of-fuel",
            Self::OutOfMemory { .. } => "out-of-memory",
            Self::Deadline { .. } => "deadline",
            Self::Exceeded { .. } => "exceeded",
            Self::Denied { .. } => "denied",
            Self::Cancelled => "cancelled",
            Self::Unavailable { .. } => "unavailable",
        }
    }
}

// === impl Output ===

impl Output {
    /// Wraps JSON text. Whether it is JSON shows when it is read.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text as the guest gave it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, without a copy.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    /// Reads the text as JSON into any type.
    ///
    /// # Errors
    /// Where the text is not JSON, is nested deeper than 128 levels, or does not fit the type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.0)
    }
}

// === impl Limit ===

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TableElements => "table elements",
            Self::Instances => "core instances, memories or tables",
            Self::Stack => "bytes of call stack",
            Self::HostCalls => "calls of host functions",
            Self::InputBytes => "bytes of input",
            Self::OutputBytes => "bytes of output",
            Self::HostCallBytes => "bytes for one host function",
            Self::Handles => "open handles in one session",
            Self::CallDepth => "levels of calls between capabilities",
            Self::ConcurrentCalls => "calls of this capability at once",
            Self::HostConcurrentCalls => "calls of this host at once",
        })
    }
}

// === impl Outcome ===

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Returned(output) => f.write_str(output.as_str()),
            Self::Refused(failure) => write!(f, "{failure}"),
            Self::Trapped { kind, message } => write!(f, "it broke ({kind:?}): {message}"),
            Self::OutOfFuel { limit } => {
                write!(f, "it burnt all its fuel, {limit}; raise `fuel` if it needs more")
            }
            Self::OutOfMemory { limit, wanted } => write!(
                f,
                "it wanted {wanted} bytes of memory and may have {limit}; \
                 raise `memory_bytes` if it needs more"
            ),
            Self::Deadline { limit } => {
                write!(f, "its {limit:?} were over; raise `deadline` if it needs longer")
            }
            Self::Exceeded { limit, allowed, wanted } => {
                write!(f, "it wanted {wanted} {limit} and may have {allowed}")
            }
            Self::Denied { message } => write!(f, "denied: {message}"),
            Self::Cancelled => f.write_str("its caller went away"),
            Self::Unavailable { message } => write!(f, "unavailable: {message}"),
        }
    }
}
