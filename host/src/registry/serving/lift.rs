//! How an emergency stop is lifted: with the key of a person whom the keyring trusts.
//!
//! *Never:* a loop lifts a stop; it has no such key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::RegistryError;
use crate::artifact::{Keyring, SigningKey};
use crate::registry::journal::JournalError;
use crate::registry::op::Op;
use crate::registry::state::{Rule, State};

/// The op with which a person's key lifts the stop.
///
/// # Errors
/// Where there is none, or the keyring does not trust the key.
pub fn lift(state: &State, key: &SigningKey, keyring: &Keyring) -> Result<Op, RegistryError> {
    let none = RegistryError::Journal(JournalError::Rule(Rule::NotStopped));
    let stop = state.stop.as_ref().ok_or(none)?;
    let id = key.id();
    if keyring.key(&id).is_none() {
        return Err(RegistryError::Key { key: id, why: "the keyring does not name it" });
    }
    if keyring.revoked().key(&id).is_some() {
        return Err(RegistryError::Key { key: id, why: "it is revoked" });
    }
    let signature = STANDARD.encode(key.sign(stop.statement().as_bytes()));
    Ok(Op::Lifted { key: key.public(), signature })
}
