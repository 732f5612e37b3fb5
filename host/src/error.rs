//! The one error of the façade, and what kind of trouble it is.
//!
//! *Never:* a guest's failure is an [`Error`]; that is an [`Outcome`], which only [`CallError`]
//! wraps, for callers who want nothing but the output.

use crate::artifact::{BundleError, KeyringError, SignError, TrustError};
use crate::engine::EngineError;
use crate::examine::{ExamineError, Examined, NotApproved, Report};
use crate::model::Outcome;
use crate::registry::{JournalError, NotAdmitted, RegistryError, Rule, WantError};
use crate::store::LogError;

/// Why the host did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are not a bundle.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The bundle is not trusted.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The component cannot be loaded.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The registry did not make a change.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// It could not be examined.
    #[error(transparent)]
    Examine(#[from] ExamineError),
    /// It was examined and is not let through.
    #[error("{why}")]
    NotApproved {
        /// What came of the examination.
        report: Box<Report>,
        /// Why it is not let through.
        why: NotApproved,
    },
    /// A release may not be kept.
    #[error(transparent)]
    NotAdmitted(#[from] NotAdmitted),
    /// What was approved cannot be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// A key cannot be trusted.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// A wish is not taken.
    #[error(transparent)]
    Want(#[from] WantError),
    /// Nothing is made with this key, or this is not signed with it.
    #[cfg(feature = "grow")]
    #[error(transparent)]
    Making(#[from] crate::MakingError),
}

/// Why a typed call gave no typed output.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The input does not become JSON.
    #[error("the input does not become JSON: {0}")]
    Input(#[source] serde_json::Error),
    /// The output does not fit the type.
    #[error("the output does not fit the type: {0}")]
    Output(#[source] serde_json::Error),
    /// The call ended otherwise than with an output.
    #[error("`{capability}`: {outcome}")]
    Outcome {
        /// Which capability.
        capability: String,
        /// How it ended.
        outcome: Outcome,
    },
}

/// What kind of trouble an error is: who can mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// Whoever asked, by asking otherwise.
    Caller,
    /// Whoever owns keys, grants and limits.
    Policy,
    /// Time: the same may work later.
    Transient,
    /// Nobody; the bytes are broken and must come anew.
    Corrupt,
    /// Us.
    Bug,
}

impl From<JournalError> for Error {
    fn from(error: JournalError) -> Self {
        Self::Registry(error.into())
    }
}

impl Error {
    /// An examination that did not end in an approval.
    pub(crate) fn not_approved((examined, why): (Examined, NotApproved)) -> Self {
        Self::NotApproved { report: Box::new(examined.report().clone()), why }
    }

    /// What kind of trouble this is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Bundle(_) => Class::Corrupt,
            Self::Trust(_) => Class::Policy,
            Self::Engine(error) => engine_class(error),
            Self::Registry(error) => registry_class(error),
            Self::Examine(ExamineError::Engine(error)) => engine_class(error),
            Self::Examine(_) => Class::Corrupt,
            Self::NotApproved { .. } | Self::NotAdmitted(_) => Class::Policy,
            Self::Sign(_) | Self::Keyring(_) | Self::Want(_) => Class::Caller,
            #[cfg(feature = "grow")]
            Self::Making(_) => Class::Policy,
        }
    }
}

fn registry_class(error: &RegistryError) -> Class {
    match error {
        RegistryError::Journal(error) => journal_class(error),
        RegistryError::Load { .. } => Class::Corrupt,
        RegistryError::Key { .. } | RegistryError::NoKey | RegistryError::NotSaid { .. } => {
            Class::Policy
        }
    }
}

const fn journal_class(error: &JournalError) -> Class {
    match error {
        JournalError::Entry { .. } | JournalError::Log(LogError::Damaged { .. }) => Class::Corrupt,
        JournalError::Log(LogError::Foreign { .. } | LogError::Newer { .. }) => Class::Caller,
        JournalError::Log(
            LogError::Conflict { .. }
            | LogError::KeptByOthers { .. }
            | LogError::Full { .. }
            | LogError::Unavailable { .. },
        )
        | JournalError::Gone
        | JournalError::Thread { .. } => Class::Transient,
        JournalError::Rule(
            Rule::Revoked { .. }
            | Rule::Quarantined { .. }
            | Rule::Stopped { .. }
            | Rule::Unsigned { .. }
            | Rule::Unexamined { .. }
            | Rule::Narrow { .. }
            | Rule::Suspended { .. }
            | Rule::NotSaid { .. },
        )
        | JournalError::NotAdmitted { .. } => Class::Policy,
        JournalError::Rule(_) => Class::Caller,
    }
}

fn engine_class(error: &EngineError) -> Class {
    match error {
        EngineError::CoreModule { .. }
        | EngineError::NotWasm { .. }
        | EngineError::Invalid { .. }
        | EngineError::Altered { .. }
        | EngineError::NotDescribed { .. } => Class::Corrupt,
        EngineError::NotAsked { .. }
        | EngineError::NotGranted { .. }
        | EngineError::Directory { .. }
        | EngineError::Walled { .. } => Class::Policy,
        EngineError::UnknownImport { .. } | EngineError::NotCallable { .. } => Class::Caller,
        EngineError::Cache { .. } | EngineError::Setup { .. } => Class::Transient,
    }
}
