//! The evidence: a candidate that was examined, and one that may be signed and registered.
//!
//! *Never:* either is made anywhere but at the end of the work that it stands for; and each owns the
//! bytes that were looked at, so that nobody approves one thing and registers another.

mod refusal;

use std::sync::Arc;
use std::time::Duration;

use super::approval::{Approval, Binding};
use super::candidate::Candidate;
use super::policy::Conditions;
use super::report::{Report, Verdict};
use crate::artifact::{Bundle, KeyId, Keyring, Manifest, SignError, SigningKey};
pub use refusal::NotApproved;

/// A candidate with the report of its examination.
///
/// Only an [`Examiner`](super::Examiner) makes one; there is no other constructor to reach for:
///
/// ```compile_fail
/// use engraft::examine::{Candidate, Examined, Report};
///
/// fn forge(candidate: Candidate, report: Report) -> Examined {
///     Examined::new(candidate, None, report)
/// }
/// ```
///
/// nor can the report of one be put to another:
///
/// ```compile_fail
/// use engraft::examine::Examined;
///
/// fn swap(one: Examined, other: Examined) -> Examined {
///     Examined { report: one.report, ..other }
/// }
/// ```
#[derive(Debug)]
pub struct Examined {
    candidate: Candidate,
    manifest: Option<Manifest>,
    report: Report,
}

/// A candidate that may be signed and registered.
///
/// Only [`Examined::approve`] makes one, out of the candidate that was examined:
///
/// ```compile_fail
/// use engraft::examine::{Approved, Candidate, Report};
///
/// fn forge(candidate: Candidate, report: Report) -> Approved {
///     Approved { candidate, report }
/// }
/// ```
///
/// and signing it takes it away, so that nothing is signed twice from one approval:
///
/// ```compile_fail
/// use engraft::artifact::SigningKey;
/// use engraft::examine::Approved;
///
/// fn twice(approved: Approved, key: &SigningKey) {
///     let _first = approved.sign(&[key]);
///     let _second = approved.sign(&[key]);
/// }
/// ```
#[derive(Debug)]
pub struct Approved {
    component: Arc<[u8]>,
    bundle: Option<Bundle>,
    manifest: Manifest,
    report: Report,
    approvers: Vec<KeyId>,
    conditions: Vec<Conditions>,
}

/// What a registry wants to see of a release: that exactly these bytes were examined and approved.
///
/// Only [`Approved::clear`] makes one:
///
/// ```compile_fail
/// use engraft::examine::{Cleared, Report};
///
/// fn forge(report: Report) -> Cleared {
///     Cleared { report, conditions: Vec::new() }
/// }
/// ```
#[derive(Debug)]
pub struct Cleared {
    report: Report,
    conditions: Vec<Conditions>,
}

impl Examined {
    pub(super) const fn new(
        candidate: Candidate,
        manifest: Option<Manifest>,
        report: Report,
    ) -> Self {
        Self { candidate, manifest, report }
    }

    /// What came of it.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// The manifest that was examined; none where the candidate did not get so far.
    #[must_use]
    pub const fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }

    /// The report as a signed statement.
    #[must_use]
    pub fn sign_report(&self, keys: &[&SigningKey]) -> Vec<u8> {
        self.report.sign(keys)
    }

    /// What an approval of this has to be bound to.
    #[must_use]
    pub fn binding(&self) -> Binding {
        Binding::of(&self.report)
    }

    /// Lets it through, where nothing blocks it and enough different persons have approved exactly
    /// this.
    ///
    /// # Errors
    ///
    /// [`NotApproved`], together with the candidate.
    pub fn approve(
        self,
        approvals: &[Approval],
        keyring: &Keyring,
        now: Duration,
    ) -> Result<Approved, Box<(Self, NotApproved)>> {
        let name = self.report.subject.name.to_string();
        let needed = match self.report.verdict {
            Verdict::Blocked => {
                let checks = self.report.blocking().map(|it| it.check.to_string()).collect();
                return Err(Box::new((self, NotApproved::Blocked { name, checks })));
            }
            Verdict::NeedsApproval { approvals, .. } => approvals,
            Verdict::Admissible => 0,
        };
        if let Some(why) = self.missing() {
            return Err(Box::new((self, NotApproved::Incomplete { name, why })));
        }
        let counted = super::approval::count(approvals, &self.binding(), keyring, now);
        let refusals = counted.refusals;
        if counted.is_rejected {
            return Err(Box::new((self, NotApproved::Rejected { name, refusals })));
        }
        if counted.approvers.len() < needed {
            let counted = counted.approvers.len();
            let why = NotApproved::TooFew { name, counted, needed, refusals };
            return Err(Box::new((self, why)));
        }
        let Self { candidate, manifest, report } = self;
        let Some(manifest) = manifest else {
            let checks = vec!["manifest.described".to_owned()];
            let back = Self { candidate, manifest: None, report };
            return Err(Box::new((back, NotApproved::Blocked { name, checks })));
        };
        let mut conditions: Vec<Conditions> =
            report.rule.iter().map(|rule| rule.conditions.clone()).collect();
        conditions.extend(counted.conditions);
        conditions.retain(|conditions| !conditions.is_empty());
        let (component, bundle) = candidate.into_parts();
        let approvers = counted.approvers;
        Ok(Approved { component, bundle, manifest, report, approvers, conditions })
    }
}

impl Examined {
    /// What an examination of less than everything lacks.
    fn missing(&self) -> Option<String> {
        let Report { level, level_wanted, without, .. } = &self.report;
        if level < level_wanted {
            return Some(format!("at level {level}, and the policy wants {level_wanted}"));
        }
        let left_out: Vec<&str> = without.iter().map(|check| check.as_str()).collect();
        (!left_out.is_empty()).then(|| format!("without {}", left_out.join(", ")))
    }
}

impl Approved {
    /// What came of the examination.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// Who has approved it.
    #[must_use]
    pub fn approvers(&self) -> &[KeyId] {
        &self.approvers
    }

    /// What holds for it; whoever registers it has to hold all of these.
    #[must_use]
    pub fn conditions(&self) -> &[Conditions] {
        &self.conditions
    }

    /// Makes the bundle of exactly what was examined. One that came signed keeps its signatures, and
    /// these are added.
    ///
    /// # Errors
    ///
    /// [`SignError`] where keys are missing or mixed.
    pub fn sign(self, keys: &[&SigningKey]) -> Result<Bundle, SignError> {
        Ok(self.clear(keys)?.0)
    }

    /// The same, with what a registry wants to see before it keeps that bundle.
    ///
    /// # Errors
    ///
    /// [`SignError`] where keys are missing or mixed.
    pub fn clear(self, keys: &[&SigningKey]) -> Result<(Bundle, Cleared), SignError> {
        let bundle = match self.bundle {
            Some(bundle) => keys.iter().try_fold(bundle, |bundle, key| bundle.countersign(key)),
            None => Bundle::sign(self.component, &self.manifest, keys),
        };
        Ok((bundle?, Cleared { report: self.report, conditions: self.conditions }))
    }
}

impl Cleared {
    /// What came of the examination.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// What holds for it.
    #[must_use]
    pub fn conditions(&self) -> &[Conditions] {
        &self.conditions
    }
}
