//! What the building of capabilities says when it cannot, as this command tells it.
//!
//! *Never:* a compiler's words are lost or shortened.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "these errors are open to later ones; those are for the author to mend, as most are"
)]

use engraft_build::{BuildError, InstallError, NewError, ProjectError};

use crate::trouble::Trouble;

impl From<ProjectError> for Trouble {
    fn from(error: ProjectError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<NewError> for Trouble {
    fn from(error: NewError) -> Self {
        match &error {
            NewError::Io { .. } | NewError::Bindings(_) => Self::fault(error.to_string()),
            _ => Self::usage(error.to_string()),
        }
    }
}

impl From<InstallError> for Trouble {
    fn from(error: InstallError) -> Self {
        Self::fault(error.to_string())
    }
}

impl From<BuildError> for Trouble {
    fn from(error: BuildError) -> Self {
        match &error {
            BuildError::Component(_) => Self::corrupt(error.to_string()),
            BuildError::Io { .. } | BuildError::Contract(_) => Self::fault(error.to_string()),
            _ => Self::usage(error.to_string()),
        }
    }
}
