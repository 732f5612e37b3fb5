//! The one error of the façade, and what kind of trouble it is.
//!
//! *Never:* a guest's failure is an [`Error`]; that is an [`Outcome`], which only [`CallError`]
//! wraps, for callers who want nothing but the output.

use crate::artifact::{BundleError, TrustError};
use crate::engine::EngineError;
use crate::model::Outcome;

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

impl Error {
    /// What kind of trouble this is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Bundle(_) => Class::Corrupt,
            Self::Trust(_) => Class::Policy,
            Self::Engine(error) => engine_class(error),
        }
    }
}

fn engine_class(error: &EngineError) -> Class {
    match error {
        EngineError::CoreModule { .. }
        | EngineError::NotWasm { .. }
        | EngineError::Invalid { .. }
        | EngineError::NotDescribed { .. } => Class::Corrupt,
        EngineError::NotAsked { .. }
        | EngineError::NotGranted { .. }
        | EngineError::Directory { .. } => Class::Policy,
        EngineError::UnknownImport { .. } | EngineError::NotCallable { .. } => Class::Caller,
        EngineError::Cache { .. } | EngineError::Setup { .. } => Class::Transient,
    }
}
