//! The report of an examination: stable JSON, and the same as a signed in-toto statement.
//!
//! *Never:* a report says more than was looked at; checks that did not run are listed with the reason.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::candidate::CandidateOrigin;
use super::catalogue::CheckId;
use super::coverage::Coverage;
use super::finding::{Blocks, Finding};
use super::level::Level;
use super::performance::Performance;
use super::policy::Rule;
use super::risk::RiskReport;
use super::spread::Spreads;
use crate::artifact::{
    Bound, Digests, EnvelopeError, KeyId, Keyring, Moment, SigningKey, attest, attested,
};
use crate::model::{CapabilityName, Digest, Permissions};

/// The form of the report; a change that a reader has to know of raises it.
pub const REPORT_FORMAT: u32 = 1;
/// What the statement is.
const PREDICATE: &str = "https://engraft.dev/examination/v1";

/// What came of an examination.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// [`REPORT_FORMAT`].
    pub format: u32,
    /// The program that examined.
    pub examiner: String,
    /// What was examined.
    pub subject: Subject,
    /// How thoroughly.
    pub level: Level,
    /// How thoroughly the policy wants it at least.
    pub level_wanted: Level,
    /// Checks that were left out; with any, nothing can be approved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<CheckId>,
    /// The policy that it was held against.
    pub policy: Digest,
    /// When.
    pub at: Moment,
    /// What it amounts to.
    pub verdict: Verdict,
    /// Everything that was found.
    pub findings: Vec<Finding>,
    /// Every check of the level, and what became of it.
    pub checks: Vec<CheckRun>,
    /// The risk; none where nothing is known of what it asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<RiskReport>,
    /// What the policy does with this risk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// What was measured.
    pub measures: Measures,
    /// How much of it ran, where that was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    /// How fast it is, where that was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performance: Option<Performance>,
}

/// What was examined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// The capability.
    pub name: CapabilityName,
    /// Its version, where a manifest tells one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<semver::Version>,
    /// The component.
    pub component: Digest,
    /// The component as other tools know it, by both digests.
    pub digests: Digests,
    /// How large it is.
    pub bytes: u64,
    /// What is said of it, its texts and schemas included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Digest>,
    /// What it asks for.
    #[serde(default)]
    pub permissions: Permissions,
    /// Where it came from.
    pub origin: CandidateOrigin,
    /// Whose signatures count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signers: Vec<String>,
    /// The version that it was compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared_with: Option<semver::Version>,
}

/// What an examination amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Verdict {
    /// Nothing blocks it.
    Admissible,
    /// Nothing blocks it but that persons have to approve it.
    NeedsApproval {
        /// How many different ones.
        approvals: usize,
        /// Whether a finding asks for it, and not the risk alone.
        for_findings: bool,
    },
    /// It is kept out.
    Blocked,
}

/// What became of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckRun {
    /// Which.
    pub check: CheckId,
    /// What became of it.
    pub end: CheckEnd,
    /// Why it did not run, or could not tell.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub because: String,
}

/// What became of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckEnd {
    /// It ran and found nothing.
    Passed,
    /// It found something.
    Found,
    /// It ran and could not tell.
    Inconclusive,
    /// It did not run.
    Skipped,
}

/// What was measured.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Measures {
    /// Core modules in it.
    pub modules: u64,
    /// Functions in all of them.
    pub functions: u64,
    /// Bytes of data in all of them.
    pub data_bytes: u64,
    /// Proposals of WebAssembly that it uses.
    pub features: Vec<String>,
    /// Whether its structure alone bounds its runs; otherwise fuel does.
    pub is_bounded_by_structure: bool,
    /// What its manifest states as the bound of its runs. None of those that were made went over it, where
    /// `sandbox.bound` has passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
    /// Whether all that follows was done in a worker.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub in_worker: bool,
    /// Calls that were made of it.
    pub calls: u64,
    /// Fuel of the costliest of them.
    pub fuel_max: u64,
    /// Memory of the largest of them.
    pub memory_bytes_max: u64,
    /// How time, fuel and memory of all of them are spread.
    #[serde(skip_serializing_if = "Spreads::is_empty")]
    pub spreads: Spreads,
}

impl Report {
    /// Whether something keeps it out that no approval buys back.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.verdict == Verdict::Blocked
    }

    /// The findings that keep it out, or would without an approval.
    pub fn blocking(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.blocks != Blocks::No)
    }

    /// The findings of one check.
    pub fn of(&self, check: CheckId) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.check == check)
    }

    /// Whether runs were held against the bound that it states, and none went over it.
    #[must_use]
    pub fn keeps_its_bound(&self) -> bool {
        let passed = |run: &CheckRun| run.check == CheckId::BOUND && run.end == CheckEnd::Passed;
        self.checks.iter().any(passed)
    }

    /// The report as JSON, on lines of its own.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Writing plain data to memory does not fail.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// What a report is known by.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.to_bytes())
    }

    /// The bytes that its digest is of, to be kept under it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Signs it: an in-toto statement about the component, in a DSSE envelope.
    #[must_use]
    pub fn sign(&self, keys: &[&SigningKey]) -> Vec<u8> {
        attest(&self.subject.name, self.subject.digests, PREDICATE, self, keys)
    }

    /// Reads a signed report, and says who of those that the keyring trusts has signed it; nobody
    /// where that is nobody.
    ///
    /// # Errors
    ///
    /// Where the bytes are no such statement, or are about another component than the report.
    pub fn open(
        envelope: &[u8],
        keyring: &Keyring,
        now: Duration,
    ) -> Result<(Self, Vec<KeyId>), EnvelopeError> {
        let name = |report: &Self| report.subject.name.clone();
        let read = attested::<Self>(envelope, PREDICATE, name, keyring, now)?;
        let subject = &read.predicate.subject;
        if read.digests != subject.digests || subject.digests.blake3 != subject.component {
            let name = read.predicate.subject.name.to_string();
            return Err(crate::artifact::StatementError::Subject { count: 1, name }.into());
        }
        Ok((read.predicate, read.signers))
    }
}
