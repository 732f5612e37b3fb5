//! Who has approved exactly this: the last word of each person, and why the others do not count.
//!
//! *Never:* an earlier word of somebody counts beside a later one.

use std::time::Duration;

use super::{Approval, Binding, Decision, Said};
use crate::artifact::{KeyId, Keyring, Moment};
use crate::examine::finding::clean;
use crate::examine::policy::Conditions;

/// What came of looking through approvals.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    pub(crate) approvers: Vec<KeyId>,
    pub(crate) conditions: Vec<Conditions>,
    pub(crate) is_rejected: bool,
    pub(crate) refusals: Vec<String>,
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
