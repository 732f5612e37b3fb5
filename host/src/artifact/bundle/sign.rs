//! Signing: component and manifest in, bundle out; the same inputs give the same bytes.
//!
//! *Never:* a development key and a release key sign the same statement.

use std::sync::Arc;

use super::container::{
    BUNDLE_BYTES_MAX, COMPONENT_BYTES_MAX, ENVELOPES_MAX, NATIVE_BYTES_MAX, NATIVE_PARTS_MAX,
};
use super::{Bundle, NativePart, Sealed};
use crate::artifact::envelope::{Envelope, SIGNATURES_MAX, STATEMENT_TYPE};
use crate::artifact::key::{KeyId, Origin, SigningKey};
use crate::artifact::manifest::{MANIFEST_BYTES_MAX, Manifest, ManifestError};
use crate::artifact::statement::{Digests, NativeFacts, NativeStatement, Release, StatementError};
use crate::model::{CapabilityName, Content, Digest};

/// What header and envelopes take of a bundle at most.
const SPARE_BYTES: usize = 32 << 20;

/// Native code to be put into a bundle.
#[derive(Debug, Clone)]
pub struct NativeCode {
    /// The machine it runs on, for example `x86_64-unknown-linux-gnu`.
    pub target: String,
    /// The engine it fits: the hash of everything that must be alike to load it, as text.
    pub compatibility: String,
    /// The compiled code.
    pub code: Arc<[u8]>,
}

/// Why something was not signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// Nobody would have signed it.
    #[error("`{name}` was given no key to sign with; `engraft key new` makes one")]
    NoKey {
        /// What was to be signed.
        name: String,
    },
    /// More keys than a bundle holds.
    #[error("`{name}` was given {count} keys to sign with; at most {SIGNATURES_MAX} may be")]
    TooManyKeys {
        /// What was to be signed.
        name: String,
        /// How many.
        count: usize,
    },
    /// Keys of two kinds.
    #[error(
        "`{name}` is a {expected} statement and {key} is a {found} key; sign with keys of one kind"
    )]
    Origin {
        /// What was to be signed.
        name: String,
        /// The key that does not fit.
        key: KeyId,
        /// What it was made for.
        found: Origin,
        /// What the statement is for.
        expected: Origin,
    },
    /// The manifest would be refused by whoever reads it.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The labels of native code would be refused by whoever reads them.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// A part is empty or larger than a bundle holds.
    #[error("the {part} of `{name}` has {bytes} bytes; from 1 to {bytes_max} may be")]
    Size {
        /// What was to be signed.
        name: String,
        /// Which part.
        part: &'static str,
        /// How many bytes it has.
        bytes: usize,
        /// How many it may have.
        bytes_max: usize,
    },
    /// More envelopes or native parts than a bundle holds.
    #[error("`{name}` would have {count} of {what}; at most {count_max} may be")]
    TooMany {
        /// What was to be signed.
        name: String,
        /// Of what.
        what: &'static str,
        /// How many there would be.
        count: usize,
        /// How many may be.
        count_max: usize,
    },
    /// The two bundles are of different releases.
    #[error("the bundles of `{name}` and `{other}` do not state the same facts")]
    Disagree {
        /// The one.
        name: String,
        /// The other.
        other: String,
    },
}

impl Bundle {
    /// Signs a component together with its manifest.
    ///
    /// # Errors
    ///
    /// [`SignError`] where keys are missing or mixed, or where the result could not be read.
    pub fn sign(
        component: impl Into<Arc<[u8]>>,
        manifest: &Manifest,
        keys: &[&SigningKey],
    ) -> Result<Self, SignError> {
        let component: Arc<[u8]> = component.into();
        let name = manifest.name();
        let origin = one_origin(name, keys)?;
        manifest.check()?;
        check_size(name, "component", component.len(), COMPONENT_BYTES_MAX)?;
        let digests = Digests::of(&component);
        let payload = Release { origin, manifest: manifest.clone(), digests }.to_payload();
        check_size(name, "manifest", payload.len(), MANIFEST_BYTES_MAX)?;
        // Read again, so that the bundle in memory says what whoever reads its bytes will find.
        let release = Release::from_payload(&payload)?;
        let envelope = Envelope::sign(STATEMENT_TYPE, payload, keys);
        Ok(Self {
            release,
            envelopes: vec![Sealed::new(envelope)],
            content: Content::held(digests.blake3, component.into()),
            native: Vec::new(),
        })
    }

    /// Adds a signature to the first envelope. Whoever signed before stays.
    ///
    /// # Errors
    ///
    /// [`SignError`] where the key is of another kind than those before it, or one too many.
    pub fn countersign(mut self, key: &SigningKey) -> Result<Self, SignError> {
        let name = self.release.manifest.name();
        let expected = self.release.origin;
        if key.origin() != expected {
            let (name, found) = (name.to_string(), key.origin());
            return Err(SignError::Origin { name, key: key.id(), found, expected });
        }
        if let Some(first) = self.envelopes.first_mut() {
            let mut envelope = first.envelope.clone();
            envelope.add_signature(key);
            if envelope.signatures().len() > SIGNATURES_MAX {
                let (name, count) = (name.to_string(), envelope.signatures().len());
                return Err(SignError::TooManyKeys { name, count });
            }
            *first = Sealed::new(envelope);
        }
        Ok(self)
    }

    /// Takes over the envelopes of another bundle of the same release, signed elsewhere.
    ///
    /// # Errors
    ///
    /// [`SignError`] where the two do not state the same facts, or there are too many envelopes.
    pub fn join(mut self, other: Self) -> Result<Self, SignError> {
        let name = self.release.manifest.name().to_string();
        if self.release != other.release || self.digest() != other.digest() {
            let other = other.release.manifest.name().to_string();
            return Err(SignError::Disagree { name, other });
        }
        for sealed in other.envelopes {
            if self.envelopes.iter().all(|known| known.digest != sealed.digest) {
                self.envelopes.push(sealed);
            }
        }
        check_count(&name, "envelopes", self.envelopes.len(), ENVELOPES_MAX)?;
        Ok(self)
    }

    /// Adds native code under a statement of its own, in place of any for the same engine.
    ///
    /// # Errors
    ///
    /// [`SignError`] where keys are missing or mixed, or where the result could not be read.
    pub fn attach_native(
        mut self,
        native: NativeCode,
        keys: &[&SigningKey],
    ) -> Result<Self, SignError> {
        let name = self.release.manifest.name().clone();
        let NativeCode { target, compatibility, code } = native;
        check_size(&name, "native code", code.len(), NATIVE_BYTES_MAX)?;
        let origin = one_origin(&name, keys)?;
        let component = self.digest();
        let facts = NativeFacts { origin, name: name.clone(), component, target, compatibility };
        facts.check()?;
        let digest = Digest::of(&code);
        let statement = NativeStatement { facts, code: digest };
        let envelope = Envelope::sign(STATEMENT_TYPE, statement.to_payload(), keys);
        let part =
            NativePart { statement, sealed: Sealed::new(envelope), code: code.into(), digest };
        self.native.retain(|known| {
            known.target() != part.target() || known.compatibility() != part.compatibility()
        });
        self.native.push(part);
        check_count(name.as_str(), "native parts", self.native.len(), NATIVE_PARTS_MAX)?;
        let code_bytes: usize = self.native.iter().map(NativePart::bytes_len).sum();
        let bytes = code_bytes.saturating_add(self.component().len());
        check_size(&name, "bundle", bytes.saturating_add(SPARE_BYTES), BUNDLE_BYTES_MAX)?;
        Ok(self)
    }
}

/// What all these keys were made for.
fn one_origin(name: &CapabilityName, keys: &[&SigningKey]) -> Result<Origin, SignError> {
    let name = name.to_string();
    if keys.len() > SIGNATURES_MAX {
        return Err(SignError::TooManyKeys { name, count: keys.len() });
    }
    let Some(first) = keys.first() else {
        return Err(SignError::NoKey { name });
    };
    let expected = first.origin();
    match keys.iter().find(|key| key.origin() != expected) {
        None => Ok(expected),
        Some(key) => Err(SignError::Origin { name, key: key.id(), found: key.origin(), expected }),
    }
}

fn check_size(
    name: &CapabilityName,
    part: &'static str,
    bytes: usize,
    bytes_max: usize,
) -> Result<(), SignError> {
    if (1..=bytes_max).contains(&bytes) {
        return Ok(());
    }
    Err(SignError::Size { name: name.to_string(), part, bytes, bytes_max })
}

fn check_count(
    name: &str,
    what: &'static str,
    count: usize,
    count_max: usize,
) -> Result<(), SignError> {
    if count <= count_max {
        return Ok(());
    }
    Err(SignError::TooMany { name: name.to_owned(), what, count, count_max })
}
