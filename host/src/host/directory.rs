//! Which capabilities are live, by name: read by every call, replaced whole by every change.
//!
//! *Never:* a reader waits for a writer, or sees half of a change.

use std::collections::HashMap;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use super::Capability;
use crate::model::CapabilityName;
use crate::model::sync::{ArcSwap, Guard, Mutex, PoisonError};

/// All live capabilities at one moment. Names are known only once their bundle is trusted, so a quick
/// hash will do; in an order, a search among a thousand would take a tenth of a short call's time.
type Live = HashMap<CapabilityName, Capability, FxBuildHasher>;

/// The live capabilities.
#[derive(Default)]
pub(crate) struct Directory {
    live: ArcSwap<Live>,
    /// One change at a time; readers never take it.
    writer: Mutex<()>,
}

impl Directory {
    pub(crate) fn find(&self, name: &str) -> Option<Capability> {
        self.live.load().get(name).cloned()
    }

    /// What is live now, for as long as one call: that costs less than a clone of the capability,
    /// and what is removed meanwhile goes when the call has ended, at its deadline at the latest.
    pub(crate) fn live(&self) -> Guard<Arc<Live>> {
        self.live.load()
    }

    /// All that are live, by name.
    pub(crate) fn all(&self) -> Vec<Capability> {
        let mut all: Vec<Capability> = self.live.load().values().cloned().collect();
        all.sort_unstable_by(|one, other| one.name().cmp(other.name()));
        all
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
        let mut live = Live::clone(&self.live.load());
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
