//! Why a registry did not make a change.
//!
//! *Never:* a change that was refused is half made.

use semver::Version;

use crate::artifact::KeyId;
use crate::model::CapabilityName;
use crate::registry::journal::JournalError;

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// It was not recorded.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// It is recorded, and a release that it needs cannot be made ready; the old ones go on serving.
    #[error(
        "`{name}` {version} cannot be made ready, so what served before goes on serving: {why}"
    )]
    Load {
        /// Which capability.
        name: CapabilityName,
        /// Which version.
        version: Version,
        /// Why.
        why: String,
    },
    /// The key is not a person's whom the keyring trusts.
    #[error("{key} does not lift a stop: {why}")]
    Key {
        /// Which key.
        key: KeyId,
        /// Why not.
        why: &'static str,
    },
    /// A stop is lifted with a key, and in no other way.
    #[error("a stop is lifted with a person's key; no other change lifts it")]
    NoKey,
    /// A person's word is one that the keyring trusts.
    #[error("nobody whom the keyring trusts has signed what is said of `{name}`{why}")]
    NotSaid {
        /// Which capability; empty where that is not known either.
        name: String,
        /// What is wrong with it, where it is no decision at all.
        why: String,
    },
}
