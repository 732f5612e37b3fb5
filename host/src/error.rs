//! The one error of the façade, and what kind of trouble it is.
//!
//! *Never:* a guest's failure ends up here; that is an [`Outcome`](crate::model::Outcome).

use crate::artifact::{BundleError, TrustError};
use crate::engine::EngineError;

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
        EngineError::NotAsked { .. } | EngineError::NotGranted { .. } => Class::Policy,
        EngineError::UnknownImport { .. } | EngineError::NotCallable { .. } => Class::Caller,
        EngineError::Cache { .. } | EngineError::Setup { .. } => Class::Transient,
    }
}
