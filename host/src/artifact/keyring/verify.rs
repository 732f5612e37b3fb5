//! The decision: whether what a bundle says is signed by enough of those who may say it.
//!
//! *Never:* a check here can be left out by an argument; each way in runs through `decide`.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::artifact::bundle::{Bundle, NativePart};
use crate::artifact::envelope::{Envelope, Signature};
use crate::artifact::key::{KeyId, Origin};
use crate::artifact::ledger::SeenRelease;
use crate::artifact::moment::{Moment, Place};
use crate::artifact::statement::{Digests, sha256};
use crate::artifact::verified::{
    DroppedNative, Installed, NativeRefusal, Rollback, Signer, Verified,
};

use super::error::{Reason, Refusal, ReleaseName, TrustError};
use super::{Keyring, TrustedKey};

/// Why the bundle is being verified; it decides what the release is measured against.
enum Way<'a> {
    Install,
    Rollback(&'a Rollback),
    Installed(&'a Installed),
}

/// Who counts and who does not.
#[derive(Default)]
pub(crate) struct Count {
    pub(crate) signers: Vec<Signer>,
    pub(crate) refusals: Vec<Refusal>,
    holders: BTreeSet<KeyId>,
}

/// A signature in the name of a key of the keyring that the key did not make.
pub(crate) struct Forged(pub(crate) KeyId);

impl Keyring {
    /// Verifies a bundle that is to be installed: signatures, scopes, thresholds, revocations,
    /// validity, sequence, and every digest that the statement lists.
    ///
    /// # Errors
    ///
    /// [`TrustError`], naming the release, the keys and what to do.
    pub fn verify(&self, bundle: Bundle, now: Duration) -> Result<Verified, TrustError> {
        self.decide(bundle, &Way::Install, Moment::at(now))
    }

    /// Verifies a bundle that is older than one seen before, because a person asked for exactly
    /// this release. Everything else is as in [`Keyring::verify`].
    ///
    /// # Errors
    ///
    /// [`TrustError`]; [`TrustError::NotTheOne`] where it is another release than the one named.
    pub fn verify_rollback(
        &self,
        bundle: Bundle,
        rollback: &Rollback,
        now: Duration,
    ) -> Result<Verified, TrustError> {
        self.decide(bundle, &Way::Rollback(rollback), Moment::at(now))
    }

    /// Verifies a bundle again that was installed here before, against the record of that: the
    /// component's BLAKE3 digest is computed again, its SHA-256 digest was computed when the record
    /// was made, and both are compared with what the statement lists. Signatures, scopes,
    /// revocations and validity are checked as they stand now; the sequence was admitted then.
    ///
    /// # Errors
    ///
    /// [`TrustError`]; [`TrustError::NotTheOne`] where the record is of something else.
    pub fn verify_installed(
        &self,
        bundle: Bundle,
        installed: &Installed,
        now: Duration,
    ) -> Result<Verified, TrustError> {
        self.decide(bundle, &Way::Installed(installed), Moment::at(now))
    }

    /// Takes note that a release was installed, so that no older one is taken for new hereafter.
    ///
    /// # Errors
    ///
    /// [`TrustError`] where a later release was noted meanwhile, or the note could not be kept.
    pub fn admit(&self, verified: &Verified) -> Result<(), TrustError> {
        let manifest = verified.manifest();
        let release = SeenRelease { sequence: manifest.sequence, statement: verified.statement() };
        match self.seen.raise(manifest.name(), release)? {
            None => Ok(()),
            // A rollback was asked for by name, and what was installed was admitted before.
            Some(_) if !verified.is_new() => Ok(()),
            Some(highest) => {
                Err(out_of_sequence(ReleaseName::of(verified.bundle()), release, highest))
            }
        }
    }

    fn decide(&self, bundle: Bundle, way: &Way<'_>, now: Moment) -> Result<Verified, TrustError> {
        let signers = self.check_signers(&bundle, now)?;
        let statement = bundle.statement_digest();
        for digest in [bundle.digest(), statement] {
            if let Some(reason) = self.revoked.digest(&digest) {
                let (release, reason) = (ReleaseName::of(&bundle), reason.to_owned());
                return Err(TrustError::Revoked { release, reason });
            }
        }
        check_validity(&bundle, now)?;
        let release = SeenRelease { sequence: bundle.release().manifest.sequence, statement };
        self.check_sequence(&bundle, release, way)?;
        check_digests(&bundle, way)?;
        let (native, dropped) = self.sort_native(&bundle, now);
        let is_new = matches!(way, Way::Install);
        Ok(Verified::new(bundle, statement, signers, native, dropped, is_new))
    }

    fn check_signers(&self, bundle: &Bundle, now: Moment) -> Result<Vec<Signer>, TrustError> {
        let release = bundle.release();
        let manifest = &release.manifest;
        self.check_development(bundle)?;
        let fits = |key: &TrustedKey| key.scope.admit(manifest);
        let count = self.count(bundle.envelopes(), release.origin, now, fits);
        let count = count.map_err(|Forged(key)| TrustError::BadSignature {
            release: ReleaseName::of(bundle),
            key,
        })?;
        let needed = self.needed(manifest.name().as_str());
        if count.counted() < needed {
            return Err(TrustError::TooFewSigners {
                release: ReleaseName::of(bundle),
                counted: count.counted(),
                needed,
                refusals: count.refusals,
            });
        }
        Ok(count.signers)
    }

    /// A plain word where nothing is wrong but that the bundle never left its author's desk.
    fn check_development(&self, bundle: &Bundle) -> Result<(), TrustError> {
        let named = |signature: &Signature| {
            let key = signature.key_id().and_then(|id| self.key(&id));
            key.is_some_and(|key| key.origin == Origin::Development)
        };
        let mut signatures = bundle.envelopes().flat_map(Envelope::signatures);
        if bundle.release().origin != Origin::Development || signatures.any(named) {
            return Ok(());
        }
        let keys = bundle.claims().into_iter().map(|claim| claim.key).collect();
        Err(TrustError::Development { release: ReleaseName::of(bundle), keys })
    }

    /// Counts distinct signers of one statement.
    pub(crate) fn count<'e>(
        &self,
        envelopes: impl Iterator<Item = &'e Envelope>,
        origin: Origin,
        now: Moment,
        fits: impl Fn(&TrustedKey) -> Result<(), Reason>,
    ) -> Result<Count, Forged> {
        let mut count = Count::default();
        for envelope in envelopes {
            let signed = envelope.signed_bytes();
            for signature in envelope.signatures() {
                let Some((id, key)) =
                    signature.key_id().and_then(|id| self.key(&id).map(|key| (id, key)))
                else {
                    count.refuse(signature, Reason::Unknown);
                    continue;
                };
                signature.verify(&key.key, &signed).map_err(|_| Forged(id))?;
                let result = self.admit_key(id, key, origin, now).and_then(|()| fits(key));
                match result {
                    Ok(()) if count.holders.insert(self.holder(id)) => count.sign(id, key),
                    Ok(()) => count.refuse(signature, Reason::Again),
                    Err(reason) => count.refuse(signature, reason),
                }
            }
        }
        Ok(count)
    }

    /// Whether anything that this key signs counts now.
    fn admit_key(
        &self,
        id: KeyId,
        key: &TrustedKey,
        origin: Origin,
        now: Moment,
    ) -> Result<(), Reason> {
        if let Some(reason) = self.revoked.key(&id) {
            return Err(Reason::Revoked { reason: reason.to_owned() });
        }
        key.scope.admit_moment(now, key.successor)?;
        if key.origin != origin {
            return Err(Reason::Origin { key: key.origin, statement: origin });
        }
        Ok(())
    }

    fn check_sequence(
        &self,
        bundle: &Bundle,
        release: SeenRelease,
        way: &Way<'_>,
    ) -> Result<(), TrustError> {
        let name = bundle.release().manifest.name();
        let asked = match way {
            Way::Install => {
                return match self.seen.highest(name)? {
                    Some(highest) if !highest.allows(release) => {
                        Err(out_of_sequence(ReleaseName::of(bundle), release, highest))
                    }
                    _ => Ok(()),
                };
            }
            Way::Rollback(rollback) if rollback.names(bundle) => return Ok(()),
            Way::Rollback(rollback) => rollback.to_string(),
            Way::Installed(installed) if installed.statement == release.statement => return Ok(()),
            Way::Installed(installed) => installed.to_string(),
        };
        let (release, sequence) = (ReleaseName::of(bundle), release.sequence);
        Err(TrustError::NotTheOne { release, sequence, asked })
    }

    /// Parts whose signers are trusted with native code, by number, and the others with a reason.
    fn sort_native(&self, bundle: &Bundle, now: Moment) -> (Vec<usize>, Vec<DroppedNative>) {
        let (mut kept, mut dropped) = (Vec::new(), Vec::new());
        for (number, part) in bundle.native().iter().enumerate() {
            match self.check_native(bundle, part, now) {
                Ok(()) => kept.push(number),
                Err(reason) => dropped.push(DroppedNative {
                    target: part.target().to_owned(),
                    compatibility: part.compatibility().to_owned(),
                    reason,
                }),
            }
        }
        (kept, dropped)
    }

    fn check_native(
        &self,
        bundle: &Bundle,
        part: &NativePart,
        now: Moment,
    ) -> Result<(), NativeRefusal> {
        let facts = &part.statement.facts;
        let name = bundle.release().manifest.name();
        if facts.component != bundle.digest() || facts.name != *name {
            let (other, component) = (facts.name.to_string(), facts.component);
            return Err(NativeRefusal::OtherComponent { name: other, component });
        }
        if part.statement.code != part.digest {
            return Err(NativeRefusal::Digest { listed: part.statement.code, found: part.digest });
        }
        if let Some(reason) = self.revoked.digest(&part.digest) {
            return Err(NativeRefusal::Revoked { reason: reason.to_owned() });
        }
        let fits = |key: &TrustedKey| {
            key.scope.admit_name(name.as_str())?;
            if key.scope.native { Ok(()) } else { Err(Reason::Native) }
        };
        let envelopes = std::iter::once(&part.sealed.envelope);
        let count = self
            .count(envelopes, facts.origin, now, fits)
            .unwrap_or_else(|Forged(key)| Count::forged(key));
        let needed = self.needed(name.as_str());
        if count.counted() < needed {
            let (counted, refusals) = (count.counted(), count.refusals);
            return Err(NativeRefusal::TooFewSigners { counted, needed, refusals });
        }
        Ok(())
    }
}

fn check_validity(bundle: &Bundle, now: Moment) -> Result<(), TrustError> {
    let release = || ReleaseName::of(bundle);
    match bundle.release().manifest.validity.place(now) {
        Place::Within => Ok(()),
        Place::Before(from) => Err(TrustError::NotYetValid { release: release(), from }),
        Place::After(to) => Err(TrustError::Expired { release: release(), to }),
    }
}

/// Every listed digest must match. BLAKE3 was computed when the bundle was read; SHA-256 takes
/// three times as long and is computed here, unless the record of an installation has it.
fn check_digests(bundle: &Bundle, way: &Way<'_>) -> Result<(), TrustError> {
    let listed = bundle.release().digests;
    let known = if let Way::Installed(installed) = way
        && installed.digests.blake3 == bundle.digest()
    {
        Some(installed.digests.sha256)
    } else {
        None
    };
    let fail = |algorithm, listed, found| {
        let release = ReleaseName::of(bundle);
        Err(TrustError::Digest { release, algorithm, listed, found })
    };
    if listed.blake3 != bundle.digest() {
        return fail("BLAKE3", listed.blake3.to_hex(), bundle.digest().to_hex());
    }
    let found = known.unwrap_or_else(|| sha256(bundle.component()));
    if listed.sha256 != found {
        let hex = |sha256| Digests { sha256, ..listed }.sha256_hex();
        return fail("SHA-256", hex(listed.sha256), hex(found));
    }
    Ok(())
}

fn out_of_sequence(
    name: Box<ReleaseName>,
    release: SeenRelease,
    highest: SeenRelease,
) -> TrustError {
    let (sequence, highest) = (release.sequence, highest.sequence);
    if sequence == highest {
        TrustError::SequenceTaken { release: name, sequence }
    } else {
        TrustError::Older { release: name, sequence, highest }
    }
}

// === impl Count ===

impl Count {
    pub(crate) fn counted(&self) -> usize {
        self.signers.len()
    }

    fn sign(&mut self, key: KeyId, trusted: &TrustedKey) {
        let (label, origin) = (trusted.label.clone(), trusted.origin);
        self.signers.push(Signer { key, label, origin });
    }

    fn refuse(&mut self, signature: &Signature, reason: Reason) {
        self.refusals.push(Refusal { key: signature.key.clone(), reason });
    }

    fn forged(key: KeyId) -> Self {
        let refusal = Refusal { key: key.to_string(), reason: Reason::BadSignature };
        Self { refusals: vec![refusal], ..Self::default() }
    }
}
