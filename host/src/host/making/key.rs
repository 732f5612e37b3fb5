//! The making key: whether it is as narrow as it has to be, and what it does not sign.
//!
//! *Never:* a key is used here that the keyring trusts with more than what may be made.

use crate::artifact::{Ceiling, KeyId, SigningKey, makeable};
use crate::host::Host;
use crate::model::{CapabilityName, Permissions};

/// Why nothing is made, or why something was not signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MakingError {
    /// The keyring does not name the key.
    #[error(
        "the keyring does not trust {key}, so that nothing it signs would count; give it to \
         `HostBuilder::making`, or trust it with `Scope::of_making`"
    )]
    NotTrusted {
        /// Which key.
        key: KeyId,
    },
    /// The key could sign what nothing that is made may be.
    #[error("{key} may sign {excess}, and a key that a loop holds may not; narrow its scope")]
    TooWide {
        /// Which key.
        key: KeyId,
        /// What is too much.
        excess: String,
    },
    /// What was made asks for too much.
    #[error(
        "`{name}` asks for {excess}, and what is made here gets no more than is granted already, \
         and no secret; grant it, or have a person write it and sign it"
    )]
    AsksTooMuch {
        /// Which capability.
        name: CapabilityName,
        /// What is too much.
        excess: String,
    },
}

/// Whether a key is as narrow as it has to be.
pub(crate) fn check(host: &Host, key: &SigningKey) -> Result<(), MakingError> {
    let id = key.public().id();
    let trusted = host.parts.keyring.key(&id).ok_or(MakingError::NotTrusted { key: id })?;
    let too_wide = |excess: &str| MakingError::TooWide { key: id, excess: excess.to_owned() };
    let scope = &trusted.scope;
    if scope.native {
        return Err(too_wide("native code"));
    }
    if scope.revocations {
        return Err(too_wide("revocations"));
    }
    let Ceiling::Within(most) = &scope.permissions else {
        return Err(too_wide("whatever is asked for"));
    };
    let grants = host.parts.terms.iter().map(|(_, terms)| &terms.grant);
    match most.beyond(&makeable(grants)) {
        Some(excess) => Err(too_wide(&excess)),
        None => Ok(()),
    }
}

/// Refuses what asks for more than the terms of exactly this name grant.
pub(crate) fn refuse(
    host: &Host,
    name: &CapabilityName,
    asked: &Permissions,
) -> Result<(), MakingError> {
    match asked.beyond(&makeable([&host.terms_of(name).grant])) {
        Some(excess) => Err(MakingError::AsksTooMuch { name: name.clone(), excess }),
        None => Ok(()),
    }
}
