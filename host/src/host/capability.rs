//! One live capability: what was signed, and what runs.
//!
//! *Never:* made from anything but a verified bundle.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use semver::Version;

use crate::artifact::{Manifest, Signer, Verified};
use crate::engine::{Counts, Invocation, Loaded, Report};
use crate::model::{CapabilityName, Digest};
use crate::registry::Handover;
use crate::store::probation::Probation;

/// A capability that can be called. Cheap to clone; a clone keeps its release, whatever is
/// installed under the name later.
#[derive(Clone)]
pub struct Capability {
    inner: Arc<Inner>,
}

struct Inner {
    loaded: Loaded,
    manifest: Manifest,
    digest: Digest,
    signers: Vec<Signer>,
    /// Its values, where it may be on probation.
    values: Option<Arc<Probation>>,
    purpose: Purpose,
    /// Whose open sessions move to it. Weak, because a release that serves nobody any more is to go.
    before: Mutex<Option<(Weak<Inner>, Handover)>>,
}

/// What a release was loaded for.
#[derive(PartialEq, Eq)]
enum Purpose {
    Serve,
    /// To be asked beside the one that serves, without effects.
    Shadow,
}

impl Capability {
    pub(crate) fn new(loaded: Loaded, verified: &Verified, values: Option<Arc<Probation>>) -> Self {
        Self::made(loaded, verified, values, Purpose::Serve)
    }

    /// One that is asked beside another, loaded on an engine without effects.
    pub(super) fn shadow(loaded: Loaded, verified: &Verified) -> Self {
        Self::made(loaded, verified, None, Purpose::Shadow)
    }

    pub(super) fn is_shadow(&self) -> bool {
        self.inner.purpose == Purpose::Shadow
    }

    fn made(
        loaded: Loaded,
        verified: &Verified,
        values: Option<Arc<Probation>>,
        purpose: Purpose,
    ) -> Self {
        let inner = Inner {
            loaded,
            manifest: verified.manifest().clone(),
            digest: verified.digest(),
            signers: verified.signers().to_vec(),
            values,
            purpose,
            before: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Its values, where it may be on probation.
    pub(super) fn probation(&self) -> Option<&Probation> {
        self.inner.values.as_deref()
    }

    /// Lets the open sessions of another release move to it.
    pub(super) fn come_after(&self, before: &Self, how: Handover) {
        let mut slot = self.inner.before.lock().unwrap_or_else(PoisonError::into_inner);
        *slot = Some((Arc::downgrade(&before.inner), how));
    }

    /// Whose open sessions move to it, while that is still there.
    pub(super) fn before(&self) -> Option<(Self, Handover)> {
        let slot = self.inner.before.lock().unwrap_or_else(PoisonError::into_inner);
        let (before, how) = slot.as_ref()?;
        Some((Self { inner: before.upgrade()? }, *how))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &CapabilityName {
        &self.inner.manifest.description.name
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.inner.manifest.version
    }

    /// The digest of its component.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.inner.digest
    }

    /// Everything that was signed of it.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.inner.manifest
    }

    /// Who signed it, of those that the keyring trusts for it.
    #[must_use]
    pub fn signers(&self) -> &[Signer] {
        &self.inner.signers
    }

    /// How many of its calls ended how.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.inner.loaded.counts()
    }

    /// What runs, for typed calls through [`engine::raw`](crate::engine::raw).
    #[must_use]
    pub fn loaded(&self) -> &Loaded {
        &self.inner.loaded
    }

    /// Calls it. Dropping the future cancels the call, and counts it as cancelled.
    pub fn call<'a>(
        &'a self,
        invocation: Invocation<'a>,
    ) -> impl Future<Output = Report> + Send + 'a {
        self.inner.loaded.call(invocation)
    }

    /// Calls it from a program without a runtime. Not for use inside of one.
    #[must_use]
    pub fn call_blocking(&self, invocation: Invocation<'_>) -> Report {
        self.inner.loaded.call_blocking(invocation)
    }
}

// === impl Capability ===

impl fmt::Debug for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capability")
            .field("name", self.name())
            .field("version", &self.version().to_string())
            .field("digest", &self.digest())
            .finish_non_exhaustive()
    }
}
