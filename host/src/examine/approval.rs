//! Approvals: what a person has said yes or no to, signed, expiring, and withdrawable.
//!
//! An approval is bound to the component, to everything that is said of it, to what it asks for, to
//! the policy and to the report. The same again needs no new one; anything else does.
//!
//! *Never:* an approval is made without a person's key; nothing in the host holds one.

mod consequences;
mod count;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::policy::Conditions;
use super::report::Report;
use crate::artifact::{
    Digests, EnvelopeError, KeyId, Keyring, Moment, SigningKey, StatementError, attest, attested,
};
use crate::model::{CapabilityName, Digest};
pub use consequences::consequences;
pub(crate) use count::count;

/// What the statement is.
const PREDICATE: &str = "https://engraft.dev/approval/v1";
/// How long an approval holds where nobody says otherwise: a quarter of a year.
pub const APPROVAL_LIFE: Duration = Duration::from_secs(90 * 24 * 3_600);

/// What an approval is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// The capability.
    pub name: CapabilityName,
    /// The component.
    pub component: Digest,
    /// Everything that is said of it; none where nothing is known.
    pub description: Option<Digest>,
    /// What it asks for.
    pub permissions: Digest,
    /// The policy that it was examined by.
    pub policy: Digest,
    /// What was found, so that a later examination that finds more is another one.
    pub findings: Digest,
}

/// What a person says to a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Yes.
    Approve,
    /// No; one no outweighs every yes.
    Reject,
    /// What this person said before no longer holds.
    Withdraw,
}

impl Decision {
    /// How careful it is: whoever says two things in one second is held to the more careful one.
    pub(crate) const fn care(self) -> u8 {
        match self {
            Self::Approve => 0,
            Self::Withdraw => 1,
            Self::Reject => 2,
        }
    }
}

/// A decision about a candidate, before it is signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// About what.
    pub binding: Binding,
    /// What.
    pub decision: Decision,
    /// Why, in the person's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// When.
    pub at: Moment,
    /// Until when it holds.
    pub until: Moment,
    /// What holds for what is let through so.
    #[serde(default, skip_serializing_if = "Conditions::is_empty")]
    pub conditions: Conditions,
}

/// A signed decision, whose signature is checked each time it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    envelope: Vec<u8>,
}

impl Binding {
    /// What an approval of this report's candidate is bound to.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let subject = &report.subject;
        let blocking: Vec<_> = report.blocking().map(|it| (it.check, &it.message)).collect();
        Self {
            name: subject.name.clone(),
            component: subject.component,
            description: subject.description,
            permissions: digest(&subject.permissions),
            policy: report.policy,
            findings: digest(&blocking),
        }
    }
}

impl Approval {
    /// Signs a decision with a person's key.
    #[must_use]
    pub fn sign(said: &Said, digests: Digests, key: &SigningKey) -> Self {
        Self { envelope: attest(&said.binding.name, digests, PREDICATE, said, &[key]) }
    }

    /// Takes a signed decision as it was kept. What is in it shows when it is opened.
    #[must_use]
    pub const fn from_bytes(envelope: Vec<u8>) -> Self {
        Self { envelope }
    }

    /// The envelope, to be kept.
    #[must_use]
    pub fn to_bytes(&self) -> &[u8] {
        &self.envelope
    }

    /// The component that it says it is about, whoever has signed it; none where it is no decision.
    #[must_use]
    pub fn claimed_component(&self) -> Option<Digest> {
        let (said, _) = self.open(&Keyring::new(), Duration::ZERO).ok()?;
        Some(said.binding.component)
    }

    /// What it says, and who of those that the keyring trusts has signed it.
    ///
    /// # Errors
    ///
    /// Where it is no such statement.
    pub fn open(
        &self,
        keyring: &Keyring,
        now: Duration,
    ) -> Result<(Said, Vec<KeyId>), EnvelopeError> {
        let name = |said: &Said| said.binding.name.clone();
        let read = attested::<Said>(&self.envelope, PREDICATE, name, keyring, now)?;
        if read.digests.blake3 != read.predicate.binding.component {
            let name = read.predicate.binding.name.to_string();
            return Err(StatementError::Subject { count: 1, name }.into());
        }
        Ok((read.predicate, read.signers))
    }
}

/// Plain data as one digest. Writing it to memory does not fail.
fn digest(value: &impl Serialize) -> Digest {
    Digest::of(&serde_json::to_vec(value).unwrap_or_default())
}

// === impl Decision ===

impl std::fmt::Display for Decision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Approve => "approved",
            Self::Reject => "rejected",
            Self::Withdraw => "withdrawn",
        })
    }
}
