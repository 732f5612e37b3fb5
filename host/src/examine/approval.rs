//! Approvals: what a person has said yes or no to, signed, expiring, and withdrawable.
//!
//! An approval is bound to the component, to everything that is said of it, to what it asks for, to
//! the policy and to the report. The same again needs no new one; anything else does.
//!
//! *Never:* an approval is made without a person's key; nothing in the host holds one.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::finding::{Blocks, clean};
use super::policy::Conditions;
use super::report::Report;
use crate::artifact::{
    Digests, EnvelopeError, KeyId, Keyring, Moment, SigningKey, StatementError, attest, attested,
};
use crate::model::{CapabilityName, Digest};

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

/// What came of looking through approvals.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    pub(crate) approvers: Vec<KeyId>,
    pub(crate) conditions: Vec<Conditions>,
    pub(crate) is_rejected: bool,
    pub(crate) refusals: Vec<String>,
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

/// Counts the persons whose last word on exactly this is yes and still holds.
pub(crate) fn count(
    approvals: &[Approval],
    binding: &Binding,
    keyring: &Keyring,
    now: Duration,
) -> Counted {
    let mut counted = Counted::default();
    let mut said: Vec<(KeyId, Said)> = Vec::new();
    for approval in approvals {
        match approval.open(keyring, now) {
            Ok((word, signers)) if signers.is_empty() => {
                if word.binding.name == binding.name {
                    counted.refusals.push("nobody whom the keyring trusts signed one".to_owned());
                }
            }
            Ok((word, signers)) => {
                said.extend(signers.into_iter().map(|key| (key, word.clone())));
            }
            Err(error) => counted.refusals.push(clean(&error.to_string())),
        }
    }
    // The last word counts; of two in one second the more careful one.
    said.sort_by_key(|(_, word)| (word.at, word.decision.care()));
    let moment = Moment::at(now);
    let of_this = |word: &Said| word.binding.name == binding.name;
    let mut last: Vec<(KeyId, Said)> = Vec::new();
    for (key, word) in said.into_iter().filter(|(_, word)| of_this(word)) {
        if word.binding.component == binding.component {
            last.retain(|(known, _)| *known != key);
            last.push((key, word));
        }
    }
    for (key, word) in last {
        match word.decision {
            Decision::Withdraw => {
                counted.refusals.push(format!("{key} has withdrawn what it said"));
            }
            Decision::Reject => {
                counted.is_rejected = true;
                counted.refusals.push(format!("{key} has rejected it: {}", clean(&word.why)));
            }
            Decision::Approve => match differs(&word, binding, moment) {
                Some(why) => counted.refusals.push(format!("that of {key} {why}")),
                None => {
                    counted.approvers.push(key);
                    counted.conditions.push(word.conditions);
                }
            },
        }
    }
    counted
}

/// Why an approval of this component does not hold for this examination of it.
fn differs(word: &Said, binding: &Binding, now: Moment) -> Option<String> {
    let bound = &word.binding;
    let why = if word.at > now {
        "is from the future"
    } else if word.until < now {
        return Some(format!("has expired at {}", word.until));
    } else if bound.permissions != binding.permissions {
        "is for other permissions"
    } else if bound.description != binding.description {
        "is for another description"
    } else if bound.policy != binding.policy {
        "was given under another policy"
    } else if bound.findings != binding.findings {
        "was given for other findings"
    } else {
        return None;
    };
    Some(why.to_owned())
}

/// What a person is asked, in the system's own words: the consequences and the difference. Nothing
/// of it is the author's text but names, which are cleaned.
#[must_use]
pub fn consequences(report: &Report) -> Vec<String> {
    let asked = &report.subject.permissions;
    let mut told = Vec::new();
    for rule in &asked.http {
        let methods = if rule.methods.is_empty() {
            "read from".to_owned()
        } else {
            format!("send {} to", rule.methods.join(", "))
        };
        told.push(format!("it may {methods} {}{}", rule.host, rule.path_prefix));
    }
    for rule in &asked.secrets {
        let hosts: Vec<String> = rule.hosts.iter().map(ToString::to_string).collect();
        told.push(format!("the secret `{}` is sent to {}", rule.name, hosts.join(", ")));
    }
    for rule in &asked.files {
        let deed = match rule.access {
            crate::model::Access::ReadOnly => "read",
            crate::model::Access::ReadWrite => "change",
        };
        told.push(format!("it may {deed} files in {}", rule.guest_path));
    }
    for name in &asked.call {
        told.push(format!("it may have {name} do what that may"));
    }
    if let Some(quota) = asked.kv {
        told.push(format!("it may keep {} bytes under {} keys", quota.bytes, quota.keys));
    }
    for (names, what) in [(&asked.config, "read the settings"), (&asked.custom, "use")] {
        told.extend(names.iter().map(|name| format!("it may {what} {name}")));
    }
    if !asked.env.is_empty() {
        told.push(format!("it may read the environment variables {}", asked.env.join(", ")));
    }
    let widening = report.findings.iter().filter(|it| it.blocks == Blocks::UntilApproved);
    told.extend(widening.map(|finding| format!("new: {}", finding.message)));
    told.into_iter().map(|line| clean(&line)).collect()
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
