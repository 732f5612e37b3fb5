//! Statements about a component that are no release: what was examined, what a person has approved.
//!
//! *Never:* a statement counts whose signature no trusted key of this moment has made.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

use super::envelope::{Envelope, EnvelopeError, STATEMENT_TYPE};
use super::key::{KeyId, SigningKey};
use super::keyring::Keyring;
use super::moment::Moment;
use super::statement::{Digests, StatementError, read_one, write};
use crate::model::CapabilityName;

/// A statement that was read, and who of those that the keyring trusts has signed it.
#[derive(Debug, Clone)]
pub(crate) struct Attested<P> {
    pub(crate) digests: Digests,
    pub(crate) predicate: P,
    pub(crate) signers: Vec<KeyId>,
}

/// Signs an in-toto statement about a component, in a DSSE envelope.
pub(crate) fn attest<P: Serialize>(
    name: &CapabilityName,
    digests: Digests,
    kind: &str,
    predicate: P,
    keys: &[&SigningKey],
) -> Vec<u8> {
    let payload = write(name, digests, kind, predicate);
    Envelope::sign(STATEMENT_TYPE, payload, keys).to_bytes()
}

/// Reads such a statement. Signatures that do not count are left out, forged ones with them: what is
/// left says who stands behind it.
pub(crate) fn attested<P: DeserializeOwned>(
    bytes: &[u8],
    kind: &'static str,
    name: impl Fn(&P) -> CapabilityName,
    keyring: &Keyring,
    now: Duration,
) -> Result<Attested<P>, EnvelopeError> {
    let envelope = Envelope::parse(bytes, STATEMENT_TYPE)?;
    let read: Result<(String, Digests, P), StatementError> = read_one(envelope.payload(), kind);
    let (subject, digests, predicate) = read?;
    let name = name(&predicate);
    if subject != name.as_str() {
        let name = name.to_string();
        return Err(StatementError::Subject { count: 1, name }.into());
    }
    let (signed, now) = (envelope.signed_bytes(), Moment::at(now));
    let mut signers = Vec::new();
    for signature in envelope.signatures() {
        let Some(id) = signature.key_id() else { continue };
        let Some(key) = keyring.key(&id) else { continue };
        let counts = keyring.revoked().key(&id).is_none()
            && key.scope.admit_moment(now, key.successor).is_ok()
            && key.scope.admit_name(name.as_str()).is_ok()
            && signature.verify(&key.key, &signed).is_ok();
        // Two keys of one holder, the old and the new, are one person.
        let holder = keyring.holder(id);
        if counts && !signers.contains(&holder) {
            signers.push(holder);
        }
    }
    Ok(Attested { digests, predicate, signers })
}
