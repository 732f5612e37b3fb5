//! The bundle: component, signed statements and optional native code in one file.
//!
//! *Never:* what a bundle says is believed here; only `Keyring::verify` makes it a `Verified`.

mod container;
mod error;
mod native;
mod sign;

use std::ops::Range;
use std::sync::Arc;

pub use container::{BUNDLE_BYTES_MAX, COMPONENT_BYTES_MAX, NATIVE_BYTES_MAX};
pub use error::BundleError;
pub use native::NativePart;
pub use sign::{NativeCode, SignError};

use container::{Kind, Section};

use super::envelope::{Envelope, EnvelopeError, STATEMENT_TYPE};
use super::key::Origin;
use super::manifest::Manifest;
use super::statement::{Digests, Release};
use crate::model::{Content, Digest, Stretch};

/// A bundle that is whole and readable, and that nobody has decided to trust.
#[derive(Debug, Clone)]
pub struct Bundle {
    release: Release,
    envelopes: Vec<Sealed>,
    content: Content,
    native: Vec<NativePart>,
}

/// An envelope with the bytes it was read from, so that a bundle is written as it was read.
#[derive(Debug, Clone)]
pub(crate) struct Sealed {
    pub(crate) envelope: Envelope,
    pub(crate) bytes: Stretch,
    pub(crate) digest: Digest,
}

/// Who claims to have signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The id of the key as the bundle writes it.
    pub key: String,
    /// Which envelope it is in, counted from 1.
    pub envelope: usize,
}

impl Bundle {
    /// Reads a bundle, copying each part of it once. [`Bundle::from_arc`] copies nothing.
    ///
    /// # Errors
    ///
    /// [`BundleError`] for the first thing that is wrong with the bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, BundleError> {
        let take = |range: Range<usize>| bytes.get(range).unwrap_or_default().into();
        Self::read(container::decode(bytes)?, take, Content::held)
    }

    /// Reads a bundle whose parts go on to share these bytes.
    ///
    /// # Errors
    ///
    /// [`BundleError`] for the first thing that is wrong with the bytes.
    pub fn from_arc(bytes: &Arc<[u8]>) -> Result<Self, BundleError> {
        let whole = Stretch::from(Arc::clone(bytes));
        Self::read(container::decode(bytes)?, |range| whole.part(range), Content::held)
    }

    /// Reads a bundle that was installed here before and is to be verified against the record of
    /// that. Its component is not looked at until somebody wants the bytes; where code of it is kept,
    /// nobody does.
    pub(crate) fn reopen(bytes: &Stretch) -> Result<Self, BundleError> {
        let sections = container::decode_all_but(bytes, Kind::Component)?;
        Self::read(sections, |range| bytes.part(range), Content::listed)
    }

    /// The file. What was read is written back byte for byte.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut sections: Vec<(Kind, Digest, &[u8])> = Vec::new();
        for sealed in &self.envelopes {
            sections.push((Kind::Envelope, sealed.digest, &sealed.bytes));
        }
        sections.push((Kind::Component, self.digest(), self.component()));
        for part in &self.native {
            let sealed = &part.sealed;
            sections.push((Kind::NativeEnvelope, sealed.digest, &sealed.bytes));
            sections.push((Kind::NativeCode, part.digest, &part.code));
        }
        container::encode(&sections)
    }

    /// The component.
    #[must_use]
    pub fn component(&self) -> &[u8] {
        // Only what was installed here before can have been damaged since.
        self.content.bytes().map(|bytes| &**bytes).unwrap_or_default()
    }

    /// The component on its own; a copy where it is a part of a larger file in memory.
    #[must_use]
    pub fn component_arc(&self) -> Arc<[u8]> {
        self.content.bytes().map(Stretch::to_arc).unwrap_or_default()
    }

    pub(crate) const fn content(&self) -> &Content {
        &self.content
    }

    /// The digest that the component's bytes were found to have.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.content.digest()
    }

    /// What the bundle claims of itself. To be shown, not to be acted upon.
    #[must_use]
    pub const fn claimed_manifest(&self) -> &Manifest {
        &self.release.manifest
    }

    /// The digests that the bundle claims its component has.
    #[must_use]
    pub const fn claimed_digests(&self) -> Digests {
        self.release.digests
    }

    /// What the bundle claims that it was made for.
    #[must_use]
    pub const fn claimed_origin(&self) -> Origin {
        self.release.origin
    }

    /// Who the bundle claims has signed it.
    #[must_use]
    pub fn claims(&self) -> Vec<Claim> {
        let numbered = self.envelopes.iter().zip(1..);
        numbered
            .flat_map(|(sealed, envelope)| {
                let signatures = sealed.envelope.signatures().iter();
                signatures.map(move |signature| Claim { key: signature.key.clone(), envelope })
            })
            .collect()
    }

    /// The native code in it, whoever signed that.
    #[must_use]
    pub fn native(&self) -> &[NativePart] {
        &self.native
    }

    /// A digest over what the statement says, however it was written.
    pub(crate) fn statement_digest(&self) -> Digest {
        Digest::of(&self.release.to_payload())
    }

    pub(crate) const fn release(&self) -> &Release {
        &self.release
    }

    pub(crate) fn envelopes(&self) -> impl Iterator<Item = &Envelope> {
        self.envelopes.iter().map(|sealed| &sealed.envelope)
    }

    fn read(
        sections: Vec<Section>,
        take: impl Fn(Range<usize>) -> Stretch,
        content: fn(Digest, Stretch) -> Content,
    ) -> Result<Self, BundleError> {
        let mut envelopes = Vec::new();
        let mut release: Option<Release> = None;
        let mut component = None;
        let mut native = Vec::new();
        let mut native_envelope = None;
        for section in sections {
            let Section { kind, range, digest } = section;
            let bytes = take(range);
            match kind {
                Kind::Envelope => {
                    let number = envelopes.len() + 1;
                    let (sealed, found) = read_release(bytes, digest, number)?;
                    if release.as_ref().is_some_and(|first| *first != found) {
                        return Err(BundleError::Disagree { number });
                    }
                    release.get_or_insert(found);
                    envelopes.push(sealed);
                }
                Kind::Component => component = Some(content(digest, bytes)),
                Kind::NativeEnvelope => native_envelope = Some((bytes, digest)),
                Kind::NativeCode => {
                    let envelope = native_envelope.take();
                    native.push(NativePart::read(envelope, bytes, digest, native.len() + 1)?);
                }
            }
        }
        // The container has checked that both are there.
        let release = release.ok_or(BundleError::Missing { section: Kind::Envelope.name() })?;
        let content = component.ok_or(BundleError::Missing { section: Kind::Component.name() })?;
        Ok(Self { release, envelopes, content, native })
    }
}

fn read_release(
    bytes: Stretch,
    digest: Digest,
    number: usize,
) -> Result<(Sealed, Release), BundleError> {
    let what = Kind::Envelope.name();
    let fail = |source: EnvelopeError| BundleError::Envelope { what, number, source };
    let envelope = Envelope::parse(&bytes, STATEMENT_TYPE).map_err(fail)?;
    let release = Release::from_payload(envelope.payload()).map_err(|error| fail(error.into()))?;
    Ok((Sealed { envelope, bytes, digest }, release))
}

// === impl Sealed ===

impl Sealed {
    pub(crate) fn new(envelope: Envelope) -> Self {
        let bytes = envelope.to_bytes();
        let digest = Digest::of(&bytes);
        Self { envelope, bytes: bytes.into(), digest }
    }
}
