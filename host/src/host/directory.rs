//! Which capabilities are live, by name: read by every call, replaced whole by every change.
//!
//! *Never:* a reader waits for a writer, or sees half of a change.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arc_swap::{ArcSwap, Guard};

use super::Capability;
use crate::engine::{Invocation, PeerAnswer, PeerCall, Peers};
use crate::model::{CapabilityName, Failure, FailureFacts, Outcome};

/// All live capabilities at one moment.
type Live = BTreeMap<CapabilityName, Capability>;

/// The live capabilities.
#[derive(Default)]
pub(crate) struct Directory {
    live: ArcSwap<Live>,
    /// One change at a time; readers never take it.
    writer: Mutex<()>,
}

/// How guests find other capabilities. Weak, because capabilities hold the engine that holds this.
pub(crate) struct Neighbours(pub(crate) Weak<Directory>);

impl Directory {
    pub(crate) fn find(&self, name: &str) -> Option<Capability> {
        self.live.load().get(name).cloned()
    }

    /// What is live now, for as long as one call: that costs less than a clone of the capability,
    /// and what is removed meanwhile goes when the call has ended, at its deadline at the latest.
    pub(crate) fn live(&self) -> Guard<Arc<Live>> {
        self.live.load()
    }

    pub(crate) fn all(&self) -> Vec<Capability> {
        self.live.load().values().cloned().collect()
    }

    /// Puts a capability in place of any of its name, and gives that one back.
    pub(crate) fn put(&self, capability: Capability) -> Option<Capability> {
        self.change(|live| live.insert(capability.name().clone(), capability))
    }

    /// Takes a capability out. Calls under way end on it.
    pub(crate) fn remove(&self, name: &str) -> Option<Capability> {
        self.change(|live| live.remove(name))
    }

    fn change<T>(&self, change: impl FnOnce(&mut Live) -> T) -> T {
        let _turn = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut live = BTreeMap::clone(&self.live.load());
        let result = change(&mut live);
        self.live.store(Arc::new(live));
        result
    }

    /// Says that nothing is installed under a name, and which names come near.
    pub(crate) fn unknown(&self, name: &str) -> String {
        let live = self.live.load();
        let near = live
            .keys()
            .map(|known| (distance(known.as_str(), name), known))
            .filter(|(distance, _)| *distance <= 3)
            .min()
            .map(|(_, known)| known);
        match near {
            Some(near) => {
                format!("no capability `{name}` is installed; did you mean `{near}`?")
            }
            None => format!("no capability `{name}` is installed; install a bundle of it first"),
        }
    }
}

// === impl Neighbours ===

impl Peers for Neighbours {
    fn call<'a>(&'a self, name: &'a CapabilityName, invocation: Invocation<'a>) -> PeerCall<'a> {
        Box::pin(async move {
            let Some(directory) = self.0.upgrade() else {
                return refused(Failure::Unavailable(FailureFacts::final_without_effect(
                    "the host is shutting down",
                )));
            };
            match directory.find(name.as_str()) {
                Some(capability) => {
                    let report = capability.call(invocation).await;
                    PeerAnswer { result: result(name, report.outcome), fuel: report.usage.fuel }
                }
                None => refused(Failure::Unavailable(FailureFacts::final_without_effect(
                    directory.unknown(name.as_str()),
                ))),
            }
        })
    }
}

fn refused(failure: Failure) -> PeerAnswer {
    PeerAnswer { result: Err(failure), fuel: 0 }
}

/// What a guest is told of another capability's outcome.
fn result(name: &CapabilityName, outcome: Outcome) -> Result<String, Failure> {
    let facts = |outcome: &Outcome, retryable| FailureFacts {
        message: format!("`{name}`: {outcome}"),
        retryable,
        // What stopped in the middle may have done something already.
        effect_happened: true,
    };
    match outcome {
        Outcome::Returned(output) => Ok(output.into_string()),
        Outcome::Refused(failure) => Err(failure),
        Outcome::Denied { .. } => {
            let message = format!("`{name}`: {outcome}");
            Err(Failure::Denied(FailureFacts::final_without_effect(message)))
        }
        Outcome::Unavailable { .. } => {
            let message = format!("`{name}`: {outcome}");
            Err(Failure::Unavailable(FailureFacts {
                message,
                retryable: true,
                effect_happened: false,
            }))
        }
        Outcome::Deadline { .. } | Outcome::Cancelled => {
            Err(Failure::Unavailable(facts(&outcome, true)))
        }
        Outcome::Trapped { .. }
        | Outcome::OutOfFuel { .. }
        | Outcome::OutOfMemory { .. }
        | Outcome::Exceeded { .. } => Err(Failure::Failed(facts(&outcome, false))),
    }
}

/// How many single-letter edits lie between two names. Names are short, so the plain way will do.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(128).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, left) in one.chars().enumerate() {
        let mut diagonal = line;
        let mut before = line + 1;
        for (cell, right) in row.iter_mut().skip(1).zip(&other) {
            let above = *cell;
            // `before` is the cell to the left in the line being made.
            let value = (above + 1).min(before + 1).min(diagonal + usize::from(left != *right));
            diagonal = above;
            before = value;
            *cell = value;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn distance_counts_edits() {
        assert_eq!(distance("text.slugify", "text.slugify"), 0);
        assert_eq!(distance("text.slugify", "text.sluggify"), 1);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
