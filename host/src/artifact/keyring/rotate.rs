//! Changes over time: one key after another, and lists of what is revoked.
//!
//! *Never:* a change here makes a revoked key or digest good again.

use std::time::Duration;

use crate::artifact::key::{KeyId, Origin, PublicKey};
use crate::artifact::moment::Moment;
use crate::artifact::revocation::{RevocationError, SignedRevocations};

use super::error::Reason;
use super::verify::Forged;
use super::{Keyring, KeyringError, TrustedKey};

impl Keyring {
    /// Lets a new key follow an old one with the same scope. Both count until `overlap` is over,
    /// and together they are one signer, so that nobody becomes two by changing keys.
    ///
    /// # Errors
    ///
    /// [`KeyringError`] where the old key is not there or the new one is, or is revoked.
    pub fn rotate(
        &mut self,
        old: &KeyId,
        new: PublicKey,
        now: Duration,
        overlap: Duration,
    ) -> Result<KeyId, KeyringError> {
        let before = self.key(old).ok_or(KeyringError::Unknown { key: *old })?.clone();
        let from = Moment::at(now);
        let end = from.after(overlap);
        let mut after = TrustedKey { key: new, successor: None, ..before };
        after.scope.validity.not_before = Some(from);
        let id = self.trust(after)?;
        if let Some(before) = self.keys.get_mut(old) {
            let validity = &mut before.scope.validity;
            validity.not_after = Some(validity.not_after.map_or(end, |known| known.min(end)));
            before.successor = Some(id);
        }
        Ok(id)
    }

    /// Takes over a signed list of revocations. What was revoked before stays revoked.
    ///
    /// # Errors
    ///
    /// [`RevocationError`] where too few signatures count, or a later list was seen already.
    pub fn apply(
        &mut self,
        revocations: &SignedRevocations,
        now: Duration,
    ) -> Result<(), RevocationError> {
        let may = |key: &TrustedKey| {
            if key.scope.revocations { Ok(()) } else { Err(Reason::Revocations) }
        };
        let envelopes = std::iter::once(revocations.envelope());
        let count = self
            .count(envelopes, Origin::Release, Moment::at(now), may)
            .map_err(|Forged(key)| RevocationError::BadSignature { key })?;
        let needed = usize::try_from(self.revocation_signers.get()).unwrap_or(usize::MAX);
        if count.counted() < needed {
            let (counted, refusals) = (count.counted(), count.refusals);
            return Err(RevocationError::TooFewSigners { counted, needed, refusals });
        }
        self.revoked.take(revocations.list())
    }
}
