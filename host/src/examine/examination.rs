//! What a log tells of an examination: who was looked at, how thoroughly, and what came of it.
//!
//! *Never:* it stands for the report; that is kept whole beside the log, under the digest named here.

use std::collections::BTreeSet;

use semver::Version;
use serde::{Deserialize, Serialize};

use super::approval::Binding;
use super::candidate::CandidateOrigin;
use super::catalogue::CheckId;
use super::level::Level;
use super::policy::Conditions;
use super::report::{Report, Verdict};
use crate::artifact::{Moment, Risk};
use crate::model::{CapabilityName, Digest};

/// An examination in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Examination {
    /// The capability.
    pub name: CapabilityName,
    /// Its version, where a manifest tells one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// The component.
    pub component: Digest,
    /// Where it came from.
    pub origin: CandidateOrigin,
    /// How thoroughly it was looked at.
    pub level: Level,
    /// When.
    pub at: Moment,
    /// The report, by its digest.
    pub report: Digest,
    /// What it amounts to.
    pub verdict: Verdict,
    /// The risk; none where nothing is known of what it asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Risk>,
    /// The checks that keep it out, or would without an approval.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub blocking: BTreeSet<CheckId>,
    /// The other checks that found something.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub found: BTreeSet<CheckId>,
    /// What an approval of it is bound to.
    pub binding: Binding,
    /// What the policy wants to hold for it.
    #[serde(default, skip_serializing_if = "Conditions::is_empty")]
    pub conditions: Conditions,
}

impl Examination {
    /// A report in short.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let subject = &report.subject;
        let blocking: BTreeSet<CheckId> = report.blocking().map(|it| it.check).collect();
        let found = report.findings.iter().map(|it| it.check);
        Self {
            name: subject.name.clone(),
            version: subject.version.clone(),
            component: subject.component,
            origin: subject.origin,
            level: report.level,
            at: report.at,
            report: report.digest(),
            verdict: report.verdict,
            risk: report.risk.as_ref().map(|risk| risk.level),
            found: found.filter(|check| !blocking.contains(check)).collect(),
            blocking,
            binding: Binding::of(report),
            conditions: report.rule.clone().map(|rule| rule.conditions).unwrap_or_default(),
        }
    }

    /// How many persons have to have approved it.
    #[must_use]
    pub const fn approvals(&self) -> usize {
        match self.verdict {
            Verdict::NeedsApproval { approvals, .. } => approvals,
            Verdict::Admissible | Verdict::Blocked => 0,
        }
    }
}
