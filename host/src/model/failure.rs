//! A guest's own no, with what a caller needs to decide what to do next.
//!
//! *Never:* a failure carries more guest text than the host has bounded.

use serde::{Deserialize, Serialize};

/// Why an operation gave no output, as the guest tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", content = "facts", rename_all = "kebab-case")]
pub enum Failure {
    /// The input does not fit; another input would.
    #[error("invalid input: {0}")]
    InvalidInput(FailureFacts),
    /// Something the operation needs was not allowed.
    #[error("denied: {0}")]
    Denied(FailureFacts),
    /// Something the operation needs is away.
    #[error("unavailable: {0}")]
    Unavailable(FailureFacts),
    /// Anything else.
    #[error("failed: {0}")]
    Failed(FailureFacts),
}

/// What a caller wants to know of a failure before it decides to try again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureFacts {
    /// One sentence for a person.
    pub message: String,
    /// The same call may succeed later.
    pub retryable: bool,
    /// Something outside has changed already, so a second try may do it twice.
    pub effect_happened: bool,
}

impl Failure {
    /// What is known of it, whatever its kind.
    #[must_use]
    pub const fn facts(&self) -> &FailureFacts {
        match self {
            Self::InvalidInput(facts)
            | Self::Denied(facts)
            | Self::Unavailable(facts)
            | Self::Failed(facts) => facts,
        }
    }
}

// === impl FailureFacts ===

impl FailureFacts {
    /// Facts of a failure that a retry would not mend and that changed nothing.
    #[must_use]
    pub fn final_without_effect(message: impl Into<String>) -> Self {
        Self { message: message.into(), retryable: false, effect_happened: false }
    }
}

impl std::fmt::Display for FailureFacts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}
