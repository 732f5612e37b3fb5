//! Admission: what a registry wants to see before it keeps a release, and on which conditions that
//! release then serves.
//!
//! ```text
//! Approved ─clear→ Cleared ─admit→ Admitted ─install→ Release
//! ```
//!
//! *Never:* a release is kept that nobody looked at, but where a policy names the throwaway path; and
//! such a one is marked as that for as long as the log lasts.

mod decide;
mod reach;
#[cfg(test)]
mod tests;

pub use decide::{Word, decide};
pub use reach::{Narrow, Reach};

use std::collections::BTreeSet;
use std::time::Duration;

use super::op::{Installed, OperationCard, ReleaseOrigin};
use super::state::Release;
use crate::artifact::{Keyring, Manifest, Origin, Verified};
use crate::examine::{CandidateOrigin, Cleared, Examination, Policy, Throwaway};
use crate::model::Digest;

/// A release that may be kept.
///
/// It is made of a [`Cleared`] candidate, or of work in progress where a policy names that; there is
/// no other constructor to reach for:
///
/// ```compile_fail
/// use engraft::registry::{Admitted, Installed};
///
/// fn forge(installed: Installed) -> Admitted {
///     Admitted { installed, report: None }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Admitted {
    installed: Installed,
    /// The report of its examination, to be kept beside the log.
    report: Option<Vec<u8>>,
}

/// Why a release may not be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAdmitted {
    /// The policy does not name the throwaway path.
    #[error(
        "`{release}` was not examined, and the policy does not admit work in progress; install it \
         through an examination, or say `throwaway: admit` where a program is being written"
    )]
    Unexamined {
        /// Which release.
        release: String,
    },
    /// It is no work in progress.
    #[error(
        "`{release}` is signed by {by}, whose key is not for development; what is released is examined"
    )]
    Released {
        /// Which release.
        release: String,
        /// Who has signed it.
        by: String,
    },
    /// The bundle is another one than was examined.
    #[error("`{release}` holds {found}, and {examined} was examined")]
    Another {
        /// Which release.
        release: String,
        /// What is in the bundle.
        found: Digest,
        /// What was examined.
        examined: Digest,
    },
}

impl Admitted {
    /// A release of what was examined and approved.
    ///
    /// # Errors
    /// Where the bundle holds something else.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "evidence is used up, so that it admits once"
    )]
    pub fn new(cleared: Cleared, verified: &Verified, bundle: &[u8]) -> Result<Self, NotAdmitted> {
        let mut installed = Installed::of(verified, bundle);
        let examination = Examination::of(cleared.report());
        if examination.component != installed.component || examination.name != installed.name {
            let (found, examined) = (installed.component, examination.component);
            return Err(NotAdmitted::Another { release: installed.called(), found, examined });
        }
        if examination.origin == CandidateOrigin::Generated {
            installed.origin = ReleaseOrigin::Generated;
        }
        installed.examination = Some(Box::new(examination));
        Ok(Self { installed, report: Some(cleared.report().to_bytes()) })
    }

    /// Work in progress that nobody has looked at, where a development key alone has signed it.
    ///
    /// # Errors
    /// Where the policy does not name that, or another key has signed.
    pub fn in_progress(
        verified: &Verified,
        bundle: &[u8],
        policy: &Policy,
    ) -> Result<Self, NotAdmitted> {
        let installed = Installed::of(verified, bundle);
        let other = verified.signers().iter().find(|it| it.origin != Origin::Development);
        if let Some(other) = other {
            let by = other.label.clone();
            return Err(NotAdmitted::Released { release: installed.called(), by });
        }
        Self::scripted(installed, policy)
    }

    /// A release of no bundle that a keyring knows, for whatever plays releases: simulations, benches
    /// and tests of a registry alone. No host loads one.
    ///
    /// # Errors
    /// Where the policy does not name the throwaway path.
    pub fn scripted(installed: Installed, policy: &Policy) -> Result<Self, NotAdmitted> {
        let installed = Installed { examination: None, ..installed };
        installed.refuse_unexamined(policy)?;
        Ok(Self { installed, report: None })
    }

    /// What a test says is kept, whoever looked at it.
    #[cfg(test)]
    pub(crate) const fn played(installed: Installed) -> Self {
        Self { installed, report: None }
    }

    /// What is to be recorded.
    pub(super) const fn installed(&self) -> &Installed {
        &self.installed
    }

    /// What is recorded, and what is kept beside it.
    pub(super) fn into_parts(self, bundle: &[u8]) -> (Installed, Vec<(Digest, Vec<u8>)>) {
        let Self { installed, report } = self;
        let report = report.map(|report| (Digest::of(&report), report));
        let blobs = std::iter::once((installed.bundle, bundle.to_vec())).chain(report);
        (installed, blobs.collect())
    }
}

impl Release {
    /// Whether the keyring, as it is now, still counts the approvals that it rests on.
    ///
    /// # Errors
    /// Why not, in words.
    pub(crate) fn still_approved(&self, keyring: &Keyring, now: Duration) -> Result<(), String> {
        let examination = self.installed.examination.as_ref();
        let needed = examination.map_or(0, |examination| examination.approvals());
        let mut persons = BTreeSet::new();
        for word in &self.reach.approved_by {
            // One that cannot be read counts for nobody.
            let signers = word.approval().open(keyring, now).map(|(_, signers)| signers);
            persons.extend(signers.unwrap_or_default());
        }
        if persons.len() < needed {
            let counted = persons.len();
            return Err(format!(
                "{counted} of {needed} approvals count by the keyring as it is now"
            ));
        }
        Ok(())
    }
}

impl Installed {
    fn of(verified: &Verified, bundle: &[u8]) -> Self {
        let Manifest { description, version, sequence, .. } = verified.manifest();
        let card = |operation: &crate::model::Operation| OperationCard {
            name: operation.name.clone(),
            input: operation.input_schema.clone(),
            output: operation.output_schema.clone(),
        };
        Self {
            name: description.name.clone(),
            version: version.clone(),
            component: verified.digest(),
            bundle: Digest::of(bundle),
            sequence: *sequence,
            origin: ReleaseOrigin::Brought,
            operations: description.operations.iter().map(card).collect(),
            verified: Some(verified.installed()),
            examination: None,
        }
    }

    /// Whether a policy lets it serve, as far as that rests on its examination.
    ///
    /// # Errors
    /// Where there was none, and the policy does not name the throwaway path.
    pub(crate) fn refuse_unexamined(&self, policy: &Policy) -> Result<(), NotAdmitted> {
        if self.examination.is_none() && policy.throwaway == Throwaway::Refuse {
            return Err(NotAdmitted::Unexamined { release: self.called() });
        }
        Ok(())
    }

    pub(super) fn called(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}
