//! Native code in a bundle: precompiled for one target, signed by a statement of its own.
//!
//! *Never:* the code leaves here; only `Verified` hands it out, once its signers are trusted.

use super::container::Kind;
use super::{BundleError, Sealed};
use crate::artifact::envelope::{Envelope, EnvelopeError, STATEMENT_TYPE};
use crate::artifact::statement::NativeStatement;
use crate::model::{Digest, Stretch};

/// Native code that nobody has decided to trust.
#[derive(Debug, Clone)]
pub struct NativePart {
    pub(crate) statement: NativeStatement,
    pub(crate) sealed: Sealed,
    pub(crate) code: Stretch,
    /// What the code's bytes were found to have.
    pub(crate) digest: Digest,
}

impl NativePart {
    /// The machine it claims to run on, for example `x86_64-unknown-linux-gnu`.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.statement.facts.target
    }

    /// The engine it claims to fit: the hash of everything that must be alike to load it.
    #[must_use]
    pub fn compatibility(&self) -> &str {
        &self.statement.facts.compatibility
    }

    /// The digest that the code's bytes were found to have.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// How large the code is.
    #[must_use]
    pub fn bytes_len(&self) -> usize {
        self.code.len()
    }

    /// Who claims to have signed it.
    #[must_use]
    pub fn claims(&self) -> Vec<String> {
        let signatures = self.sealed.envelope.signatures();
        signatures.iter().map(|signature| signature.key.clone()).collect()
    }

    pub(super) fn read(
        envelope: Option<(Stretch, Digest)>,
        code: Stretch,
        digest: Digest,
        number: usize,
    ) -> Result<Self, BundleError> {
        let what = Kind::NativeEnvelope.name();
        let (bytes, envelope_digest) = envelope.ok_or(BundleError::Missing { section: what })?;
        let fail = |source: EnvelopeError| BundleError::Envelope { what, number, source };
        let envelope = Envelope::parse(&bytes, STATEMENT_TYPE).map_err(fail)?;
        let statement = NativeStatement::from_payload(envelope.payload())
            .map_err(|error| fail(error.into()))?;
        let sealed = Sealed { envelope, bytes, digest: envelope_digest };
        Ok(Self { statement, sealed, code, digest })
    }
}
