//! Revocations: keys and digests that are good no longer, told by a signed and numbered list.
//!
//! *Never:* what was revoked becomes good again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::envelope::{Envelope, EnvelopeError, REVOCATIONS_TYPE, SIGNATURES_MAX};
use super::json::{self, JsonError, scrub};
use super::key::{KeyId, SigningKey};
use super::keyring::{Refusal, listed};
use super::moment::Moment;
use super::statement::StatementError;
use crate::model::Digest;

/// A list of revocations before it is signed. Each new one has a higher sequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevocationList {
    /// Its place in the line of lists.
    pub sequence: u64,
    /// When it was made.
    pub issued: Moment,
    /// Keys, and why.
    #[serde(default)]
    pub keys: BTreeMap<KeyId, String>,
    /// Components, statements and native code, and why.
    #[serde(default)]
    pub digests: BTreeMap<Digest, String>,
}

/// A list of revocations with signatures that nobody has checked yet; one `.revocations` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRevocations {
    list: RevocationList,
    envelope: Envelope,
}

/// Everything that a keyring knows to be revoked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Revoked {
    sequence: u64,
    keys: BTreeMap<KeyId, String>,
    digests: BTreeMap<Digest, String>,
}

/// Why a list of revocations is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevocationError {
    /// The file cannot be read.
    #[error("the revocations are not readable: {0}")]
    Envelope(#[from] EnvelopeError),
    /// The list in it cannot be read.
    #[error("the list of revocations is not readable: {0}")]
    Json(#[from] JsonError),
    /// Nobody would have signed it, or too many.
    #[error("a list of revocations takes from 1 to {SIGNATURES_MAX} keys to sign with")]
    Keys,
    /// A signature in the name of a trusted key does not fit.
    #[error("the signature of {key} on the revocations does not fit; fetch them again")]
    BadSignature {
        /// In whose name.
        key: KeyId,
    },
    /// Too few signatures count.
    #[error("the revocations have {counted} of {needed} signatures needed{}", listed(.refusals))]
    TooFewSigners {
        /// How many distinct signers count.
        counted: usize,
        /// How many the keyring asks for.
        needed: usize,
        /// Why the others do not count.
        refusals: Vec<Refusal>,
    },
    /// A later list was seen already.
    #[error("the revocations have sequence {sequence}, and {highest} was seen already")]
    Older {
        /// The list's.
        sequence: u64,
        /// The highest seen.
        highest: u64,
    },
}

impl RevocationList {
    /// Signs the list.
    ///
    /// # Errors
    ///
    /// [`RevocationError`] without a key, or where the result would be too large to be read.
    pub fn sign(self, keys: &[&SigningKey]) -> Result<SignedRevocations, RevocationError> {
        if keys.is_empty() || keys.len() > SIGNATURES_MAX {
            return Err(RevocationError::Keys);
        }
        let payload = serde_json::to_vec(&self).unwrap_or_default();
        let envelope = Envelope::sign(REVOCATIONS_TYPE, payload, keys);
        SignedRevocations::parse(&envelope.to_bytes())
    }
}

impl SignedRevocations {
    /// Reads signed revocations.
    ///
    /// # Errors
    ///
    /// [`RevocationError`] for the first thing that is wrong with the bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, RevocationError> {
        let envelope = Envelope::parse(bytes, REVOCATIONS_TYPE)?;
        let list = json::parse(envelope.payload())?;
        Ok(Self { list, envelope })
    }

    /// The file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.envelope.to_bytes()
    }

    /// What the file claims is revoked. To be shown, not to be acted upon.
    #[must_use]
    pub const fn claimed_list(&self) -> &RevocationList {
        &self.list
    }

    pub(crate) const fn list(&self) -> &RevocationList {
        &self.list
    }

    pub(crate) const fn envelope(&self) -> &Envelope {
        &self.envelope
    }
}

impl Revoked {
    /// Why a key is revoked, where it is.
    #[must_use]
    pub fn key(&self, id: &KeyId) -> Option<&str> {
        self.keys.get(id).map(String::as_str)
    }

    /// Why some bytes are revoked, where they are.
    #[must_use]
    pub fn digest(&self, digest: &Digest) -> Option<&str> {
        self.digests.get(digest).map(String::as_str)
    }

    /// The sequence of the last list taken over; 0 before the first.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// All revoked keys, and why.
    #[must_use]
    pub const fn keys(&self) -> &BTreeMap<KeyId, String> {
        &self.keys
    }

    /// All revoked digests, and why.
    #[must_use]
    pub const fn digests(&self) -> &BTreeMap<Digest, String> {
        &self.digests
    }

    pub(crate) fn add_key(&mut self, id: KeyId, reason: &str) {
        self.keys.entry(id).or_insert_with(|| scrub(reason));
    }

    pub(crate) fn add_digest(&mut self, digest: Digest, reason: &str) {
        self.digests.entry(digest).or_insert_with(|| scrub(reason));
    }

    /// Adds a list whose signatures hold. The same list once more changes nothing.
    pub(crate) fn take(&mut self, list: &RevocationList) -> Result<(), RevocationError> {
        if list.sequence < self.sequence {
            let (sequence, highest) = (list.sequence, self.sequence);
            return Err(RevocationError::Older { sequence, highest });
        }
        self.sequence = list.sequence;
        list.keys.iter().for_each(|(id, reason)| self.add_key(*id, reason));
        list.digests.iter().for_each(|(digest, reason)| self.add_digest(*digest, reason));
        Ok(())
    }
}

// === impl RevocationError ===

impl From<StatementError> for RevocationError {
    fn from(error: StatementError) -> Self {
        Self::Envelope(error.into())
    }
}
