//! Why an operation gave no output, and why the host did not do what it was asked.
//!
//! *Never:* a failure is a bare text; a caller reads from it whether to try again.

use std::fmt::{self, Display};

/// Why an operation gave no output. Everything that can be displayed makes one:
///
/// ```
/// use engraft_guest::Failure;
///
/// let parsed: Result<u8, Failure> = "300".parse().map_err(Failure::invalid_input);
/// assert!(parsed.unwrap_err().message().contains("too large"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub(crate) kind: FailureKind,
    pub(crate) message: String,
    pub(crate) retryable: bool,
    pub(crate) effect_happened: bool,
}

/// The kinds of failure that callers tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// The input does not fit; another input would.
    InvalidInput,
    /// Something the operation needs was not allowed.
    Denied,
    /// Something the operation needs is away.
    Unavailable,
    /// Anything else.
    Failed,
}

/// Why the host did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostError {
    /// It was not asked for in the manifest, or not granted. Nothing has happened.
    Denied(String),
    /// A limit of this call or a quota is used up. Nothing has happened.
    Exhausted(String),
    /// The arguments do not fit. Nothing has happened.
    Invalid(String),
    /// Not now; a later try may succeed.
    Unavailable(String),
    /// It was tried and failed; something may have happened.
    Failed(String),
}

// === impl Failure ===

impl Failure {
    /// The input does not fit; another input would.
    #[must_use]
    pub fn invalid_input(message: impl Display) -> Self {
        Self::new(FailureKind::InvalidInput, message.to_string())
    }

    /// Something the operation needs was not allowed.
    #[must_use]
    pub fn denied(message: impl Display) -> Self {
        Self::new(FailureKind::Denied, message.to_string())
    }

    /// Something the operation needs is away. The same call may succeed later, unless
    /// [`permanent`](Self::permanent) says otherwise.
    #[must_use]
    pub fn unavailable(message: impl Display) -> Self {
        Self::new(FailureKind::Unavailable, message.to_string()).retryable()
    }

    /// Anything else.
    #[must_use]
    pub fn failed(message: impl Display) -> Self {
        Self::new(FailureKind::Failed, message.to_string())
    }

    /// Says that the same call may succeed later.
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    /// Says that the same call will fail again.
    #[must_use]
    pub fn permanent(mut self) -> Self {
        self.retryable = false;
        self
    }

    /// Says that something outside has changed already, so that a second try may do it twice.
    #[must_use]
    pub fn after_effect(mut self) -> Self {
        self.effect_happened = true;
        self
    }

    /// Which kind it is.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    /// One sentence for a person.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.retryable
    }

    /// Whether something outside has changed already.
    #[must_use]
    pub fn effect_happened(&self) -> bool {
        self.effect_happened
    }

    fn new(kind: FailureKind, message: String) -> Self {
        Self { kind, message, retryable: false, effect_happened: false }
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// A denial stays a denial and an absence an absence, so that `?` tells the caller the truth.
impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        match error {
            HostError::Denied(message) => Self::denied(message),
            // The quota is as full at the next try.
            HostError::Exhausted(message) => Self::unavailable(message).permanent(),
            HostError::Invalid(message) => Self::failed(message),
            HostError::Unavailable(message) => Self::unavailable(message),
            // The contract says that something may have happened; a caller has to assume it.
            HostError::Failed(message) => Self::failed(message).after_effect(),
        }
    }
}

// === impl HostError ===

impl HostError {
    /// One sentence for a person.
    #[must_use]
    pub fn message(&self) -> &str {
        match self {
            Self::Denied(message)
            | Self::Exhausted(message)
            | Self::Invalid(message)
            | Self::Unavailable(message)
            | Self::Failed(message) => message,
        }
    }
}

impl Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for HostError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_error_keeps_its_facts_as_a_failure() {
        let facts = |error: HostError| {
            let failure = Failure::from(error);
            (failure.kind(), failure.is_retryable(), failure.effect_happened())
        };
        let text = || "x".to_owned();
        assert_eq!(facts(HostError::Denied(text())), (FailureKind::Denied, false, false));
        assert_eq!(facts(HostError::Exhausted(text())), (FailureKind::Unavailable, false, false));
        assert_eq!(facts(HostError::Invalid(text())), (FailureKind::Failed, false, false));
        assert_eq!(facts(HostError::Unavailable(text())), (FailureKind::Unavailable, true, false));
        assert_eq!(facts(HostError::Failed(text())), (FailureKind::Failed, false, true));
    }
}
