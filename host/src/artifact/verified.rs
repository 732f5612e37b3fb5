//! The evidence that a keyring said yes: a bundle that nobody can put into other bytes' place.
//!
//! *Never:* a `Verified` is made anywhere but in `Keyring::verify` and its two companions.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::bundle::{Bundle, NativePart};
use super::key::{KeyId, Origin};
use super::keyring::{Refusal, listed};
use super::manifest::Manifest;
use super::statement::Digests;
use crate::model::{CapabilityName, Content, Digest, Stretch};

/// A bundle that a keyring trusts, together with why.
///
/// Only a keyring makes one; there is no other constructor to reach for:
///
/// ```compile_fail
/// use engraft::artifact::{Bundle, Verified};
///
/// fn forge(bundle: Bundle) -> Verified {
///     let digest = bundle.digest();
///     Verified::new(bundle, digest, vec![], vec![], vec![], true)
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Verified {
    bundle: Bundle,
    statement: Digest,
    signers: Vec<Signer>,
    native: Vec<usize>,
    dropped: Vec<DroppedNative>,
    is_new: bool,
}

/// A key whose signature counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// Its id.
    pub key: KeyId,
    /// Whose it is, as the keyring says.
    pub label: String,
    /// What it was made for.
    pub origin: Origin,
}

/// Native code that was left unused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedNative {
    /// The machine that it claims to run on.
    pub target: String,
    /// The engine that it claims to fit.
    pub compatibility: String,
    /// Why it was left unused.
    pub reason: NativeRefusal,
}

/// Why native code is left unused. The component runs all the same, compiled here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NativeRefusal {
    /// Too few of those who signed it are trusted with native code.
    #[error("it has {counted} of {needed} signatures needed{}", listed(.refusals))]
    TooFewSigners {
        /// How many distinct signers count.
        counted: usize,
        /// How many the keyring asks for.
        needed: usize,
        /// Why the others do not count.
        refusals: Vec<Refusal>,
    },
    /// It was made from another component.
    #[error("it was made from `{name}` ({})", .component.short())]
    OtherComponent {
        /// From which capability.
        name: String,
        /// From which component.
        component: Digest,
    },
    /// It is not the code that was signed.
    #[error("its digest is {} and the statement lists {}", .found.short(), .listed.short())]
    Digest {
        /// What was signed.
        listed: Digest,
        /// What is there.
        found: Digest,
    },
    /// These very bytes were revoked.
    #[error("it is revoked ({reason})")]
    Revoked {
        /// Why.
        reason: String,
    },
}

/// The record of an installation: what [`Verified`] was found to be, for verifying it again.
///
/// It is as trustworthy as the place where it is kept; keep it beside the keyring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Installed {
    /// The capability.
    pub name: CapabilityName,
    /// Its place in the line of releases.
    pub sequence: u64,
    /// A digest over everything that the statement says.
    pub statement: Digest,
    /// The component's digests, all of them computed.
    pub digests: Digests,
}

/// The one older release that a person wants back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rollback {
    /// The capability.
    pub name: CapabilityName,
    /// The release's place in the line.
    pub sequence: u64,
    /// The component.
    pub digest: Digest,
}

impl Verified {
    pub(super) const fn new(
        bundle: Bundle,
        statement: Digest,
        signers: Vec<Signer>,
        native: Vec<usize>,
        dropped: Vec<DroppedNative>,
        is_new: bool,
    ) -> Self {
        Self { bundle, statement, signers, native, dropped, is_new }
    }

    /// The component.
    #[must_use]
    pub fn component(&self) -> &[u8] {
        self.bundle.component()
    }

    /// The component and its digest, shared with the bundle that it came in.
    #[must_use]
    pub const fn content(&self) -> &Content {
        self.bundle.content()
    }

    /// The component's digest.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.bundle.digest()
    }

    /// What its signers say of it.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        self.bundle.claimed_manifest()
    }

    /// Whether it was signed for development.
    #[must_use]
    pub const fn origin(&self) -> Origin {
        self.bundle.claimed_origin()
    }

    /// Whose signatures counted.
    #[must_use]
    pub fn signers(&self) -> &[Signer] {
        &self.signers
    }

    /// Native code for an engine, where its signers are trusted with that.
    #[must_use]
    pub fn native(&self, compatibility: &str) -> Option<Stretch> {
        let part = self.native_parts().find(|part| part.compatibility() == compatibility)?;
        Some(part.code.clone())
    }

    /// All native code whose signers are trusted with that.
    pub fn native_parts(&self) -> impl Iterator<Item = &NativePart> {
        self.native.iter().filter_map(|number| self.bundle.native().get(*number))
    }

    /// Native code that was left unused, and why.
    #[must_use]
    pub fn dropped_native(&self) -> &[DroppedNative] {
        &self.dropped
    }

    /// A digest over everything that the statement says.
    #[must_use]
    pub const fn statement(&self) -> Digest {
        self.statement
    }

    /// The bundle as it was read, for keeping.
    #[must_use]
    pub const fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// The record with which it can be verified again quickly.
    #[must_use]
    pub fn installed(&self) -> Installed {
        Installed {
            name: self.manifest().name().clone(),
            sequence: self.manifest().sequence,
            statement: self.statement,
            digests: self.bundle.claimed_digests(),
        }
    }

    /// Whether it goes forward; neither a rollback nor installed before.
    pub(crate) const fn is_new(&self) -> bool {
        self.is_new
    }
}

impl Rollback {
    /// The rollback to a release that was installed before.
    #[must_use]
    pub fn to(installed: &Installed) -> Self {
        let Installed { name, sequence, digests, .. } = installed.clone();
        Self { name, sequence, digest: digests.blake3 }
    }

    pub(crate) fn names(&self, bundle: &Bundle) -> bool {
        let manifest = bundle.claimed_manifest();
        *manifest.name() == self.name
            && manifest.sequence == self.sequence
            && bundle.digest() == self.digest
    }
}

// === impl Installed ===

impl fmt::Display for Installed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, sequence, digests, .. } = self;
        write!(f, "installed `{name}` ({}) with sequence {sequence}", digests.blake3.short())
    }
}

// === impl Rollback ===

impl fmt::Display for Rollback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, sequence, digest } = self;
        write!(f, "rollback to `{name}` ({}) with sequence {sequence}", digest.short())
    }
}
