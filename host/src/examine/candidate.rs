//! What is to be examined: a component with where it came from, and what is said of it.
//!
//! Whatever is made here, installed from elsewhere or uploaded by hand becomes a candidate first;
//! there is no other way to be signed or registered.
//!
//! *Never:* the bytes of a candidate change after its digest was computed.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::artifact::{Bundle, Keyring, Manifest};
use crate::model::{CapabilityName, Description, Digest, Permissions};

/// Where a candidate came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CandidateOrigin {
    /// A program of ours has written it.
    Generated,
    /// It came from a registry or another machine, with signatures.
    Installed,
    /// Somebody has brought the file.
    Uploaded,
}

/// Makes a manifest of what a component says of itself.
pub type Complete = Arc<dyn Fn(Description) -> Result<Manifest, String> + Send + Sync + 'static>;

/// A component that nobody has examined yet.
///
/// ```
/// use engraft::examine::{Candidate, CandidateOrigin};
///
/// let component = wat::parse_str("(component)")?;
/// let name = "text.slugify".parse()?;
/// let candidate = Candidate::of_component(name, component, CandidateOrigin::Uploaded);
/// assert_eq!(candidate.name().as_str(), "text.slugify");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Candidate {
    name: CapabilityName,
    component: Arc<[u8]>,
    digest: Digest,
    origin: CandidateOrigin,
    trust: Trust,
    said: Said,
    bundle: Option<Bundle>,
}

/// What a keyring says of a candidate's signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trust {
    /// There are none yet.
    Unsigned,
    /// These keys, by their labels, count.
    Signed { by: Vec<String> },
    /// There are some and they do not count.
    Refused { why: String },
}

/// What is said of a candidate.
#[derive(Clone)]
pub(crate) enum Said {
    /// All of it.
    Manifest(Box<Manifest>),
    /// It has to be asked, and this makes a manifest of the answer.
    Ask(Complete),
}

impl Candidate {
    /// A component with the manifest that it would be released with.
    #[must_use]
    pub fn new(
        manifest: Manifest,
        component: impl Into<Arc<[u8]>>,
        origin: CandidateOrigin,
    ) -> Self {
        let name = manifest.name().clone();
        Self::made(name, component.into(), origin, Said::Manifest(Box::new(manifest)))
    }

    /// A bare component. It is asked what it is, in a throwaway sandbox, once its bytes have passed.
    #[must_use]
    pub fn of_component(
        name: CapabilityName,
        component: impl Into<Arc<[u8]>>,
        origin: CandidateOrigin,
    ) -> Self {
        let complete: Complete = Arc::new(|description| {
            let version = semver::Version::new(0, 0, 0);
            Ok(Manifest::new(description, version))
        });
        Self::made(name, component.into(), origin, Said::Ask(complete))
    }

    /// The same, where something is known that the component does not say.
    #[must_use]
    pub fn completed_by(mut self, complete: Complete) -> Self {
        self.said = Said::Ask(complete);
        self
    }

    /// A bundle, with what the keyring says of it at this moment.
    #[must_use]
    pub fn of_bundle(bundle: Bundle, keyring: &Keyring, now: Duration) -> Self {
        let trust = match keyring.verify(bundle.clone(), now) {
            Ok(verified) => {
                let by = verified.signers().iter().map(|signer| signer.label.clone());
                Trust::Signed { by: by.collect() }
            }
            Err(error) => Trust::Refused { why: error.to_string() },
        };
        let manifest = bundle.claimed_manifest().clone();
        Self {
            name: manifest.name().clone(),
            component: bundle.component_arc(),
            digest: bundle.digest(),
            origin: CandidateOrigin::Installed,
            trust,
            said: Said::Manifest(Box::new(manifest)),
            bundle: Some(bundle),
        }
    }

    fn made(
        name: CapabilityName,
        component: Arc<[u8]>,
        origin: CandidateOrigin,
        said: Said,
    ) -> Self {
        let digest = Digest::of(&component);
        Self { name, component, digest, origin, trust: Trust::Unsigned, said, bundle: None }
    }

    /// What it is called, as far as that is known.
    #[must_use]
    pub const fn name(&self) -> &CapabilityName {
        &self.name
    }

    /// Its version, where a manifest tells one before it runs.
    #[must_use]
    pub fn version(&self) -> Option<&semver::Version> {
        match &self.said {
            Said::Manifest(manifest) => Some(&manifest.version),
            Said::Ask(_) => None,
        }
    }

    /// Its bytes.
    #[must_use]
    pub fn component(&self) -> &[u8] {
        &self.component
    }

    /// The digest of its bytes.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// Where it came from.
    #[must_use]
    pub const fn origin(&self) -> CandidateOrigin {
        self.origin
    }

    /// What it asks for, where that is known before it runs.
    pub(crate) fn asked(&self) -> Option<&Permissions> {
        match &self.said {
            Said::Manifest(manifest) => Some(manifest.permissions()),
            Said::Ask(_) => None,
        }
    }

    pub(crate) fn component_arc(&self) -> Arc<[u8]> {
        Arc::clone(&self.component)
    }

    pub(crate) const fn trust(&self) -> &Trust {
        &self.trust
    }

    pub(crate) const fn said(&self) -> &Said {
        &self.said
    }

    pub(crate) fn into_parts(self) -> (Arc<[u8]>, Option<Bundle>) {
        (self.component, self.bundle)
    }
}

// === impl Candidate ===

impl std::fmt::Debug for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Candidate")
            .field("name", &self.name)
            .field("digest", &self.digest)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
