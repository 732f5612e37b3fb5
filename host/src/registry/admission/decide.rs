//! A person's word on a candidate, as an op: whose key, what was said, and the signature over it.
//!
//! *Never:* a word is taken from anything but what was signed; whoever replays the log checks the
//! signature again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::artifact::{EnvelopeError, KeyId, Keyring, PublicKey, Scope, TrustedKey};
use crate::examine::{Approval, Decision, Examination, Said};
use crate::model::CapabilityName;
use crate::registry::op::Op;

/// What a person has said to a candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// Whose key.
    pub key: KeyId,
    /// What was said.
    pub said: Said,
    /// The signed decision.
    pub signed: String,
}

/// The ops with which a log takes a signed decision in, one for each person who signed it; none where
/// nobody whom the keyring trusts has.
///
/// # Errors
/// Where the bytes are no decision.
pub fn decide(
    approval: &Approval,
    keyring: &Keyring,
    now: Duration,
) -> Result<Vec<Op>, EnvelopeError> {
    let (said, counted) = approval.open(keyring, now)?;
    let Said { binding, decision, .. } = said;
    let signed = String::from_utf8_lossy(approval.to_bytes()).into_owned();
    let mut ops = Vec::new();
    for (_, key) in keyring.keys().filter(|(id, _)| keyring.revoked().key(id).is_none()) {
        if counted.is_empty() || !is_signed_by(approval, &key.key, now)? {
            continue;
        }
        let (name, key, signed) = (binding.name.clone(), key.key.clone(), signed.clone());
        ops.push(Op::Decided { name, component: binding.component, decision, key, signed });
    }
    Ok(ops)
}

fn is_signed_by(
    approval: &Approval,
    key: &PublicKey,
    now: Duration,
) -> Result<bool, EnvelopeError> {
    Ok(!approval.open(&alone(key), now)?.1.is_empty())
}

/// A keyring that says of one key alone whether it has signed.
fn alone(key: &PublicKey) -> Keyring {
    let mut keyring = Keyring::new();
    // An empty keyring has no key that this one could be the double of.
    drop(keyring.trust(TrustedKey::release(key.clone(), "", Scope::everything())));
    keyring
}

impl Word {
    /// Reads what an op says that a key has signed; none where it has not.
    pub(crate) fn read(
        (name, decision): (&CapabilityName, Decision),
        key: &PublicKey,
        signed: &str,
        now: Duration,
    ) -> Option<Self> {
        let approval = Approval::from_bytes(signed.as_bytes().to_vec());
        let (said, signers) = approval.open(&alone(key), now).ok()?;
        let is_it = said.binding.name == *name && said.decision == decision;
        let key = key.id();
        (is_it && signers.contains(&key)).then(|| Self { key, said, signed: signed.to_owned() })
    }

    /// The signed decision, to be counted by whoever has a keyring.
    #[must_use]
    pub fn approval(&self) -> Approval {
        Approval::from_bytes(self.signed.as_bytes().to_vec())
    }

    /// Whether it is a yes to exactly what was examined.
    pub(crate) fn counts(&self, examination: &Examination) -> bool {
        self.said.decision == Decision::Approve && self.said.binding == examination.binding
    }

    /// Whether a word of the same person on the same component comes after this one.
    pub(crate) fn gives_way_to(&self, other: &Self) -> bool {
        let order = |word: &Self| (word.said.at, word.said.decision.care());
        self.key == other.key && order(self) <= order(other)
    }
}
