//! Which capabilities a change may have touched. All others keep what they have in the snapshot, so
//! that a change costs what it changes, and not what there is.
//!
//! *Never:* a capability is passed over of which another thing may have to be seen than before.

use std::collections::BTreeSet;

use crate::model::CapabilityName;
use crate::registry::state::{Line, Shared, State};

/// Capabilities that have to be looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stirred {
    /// All of them: what changed may be about any.
    All,
    /// These.
    These(BTreeSet<CapabilityName>),
}

impl Stirred {
    /// What differs between two states, the newer of which has every capability of the older.
    pub(super) fn between(old: &State, new: &State) -> Self {
        // Who may serve, and who is pinned to what, is said of components and callers, not of names.
        let is_about_any = old.revoked != new.revoked
            || old.quarantined != new.quarantined
            || old.pins != new.pins
            || old.stop != new.stop;
        if is_about_any {
            return Self::All;
        }
        let mut names = BTreeSet::new();
        if old.aliases != new.aliases {
            // What stood behind an alias may be a capability's own name as well.
            let both = old.aliases.keys().chain(new.aliases.keys());
            let is_news =
                |alias: &&CapabilityName| old.aliases.get(*alias) != new.aliases.get(*alias);
            names.extend(both.filter(is_news).cloned());
        }
        if Shared::is_same(&old.lines, &new.lines) {
            return Self::These(names);
        }
        // Both are in the order of the names, so that one walk compares them.
        let mut before = old.lines.iter().peekable();
        for (name, line) in &new.lines {
            let known = before.next_if(|(known, _)| *known == name);
            if known.is_none_or(|(_, known)| !Shared::is_same(known, line)) {
                names.insert(name.clone());
            }
        }
        Self::These(names)
    }

    /// The same with further capabilities.
    pub(super) fn and(self, more: impl IntoIterator<Item = CapabilityName>) -> Self {
        match self {
            Self::All => Self::All,
            Self::These(mut names) => {
                names.extend(more);
                Self::These(names)
            }
        }
    }

    pub(super) fn includes(&self, name: &CapabilityName) -> bool {
        match self {
            Self::All => true,
            Self::These(names) => names.contains(name),
        }
    }

    /// Those of them that a state has.
    pub(super) fn lines<'a>(
        &'a self,
        state: &'a State,
    ) -> Box<dyn Iterator<Item = (&'a CapabilityName, &'a Line)> + Send + 'a> {
        match self {
            Self::All => Box::new(state.lines.iter().map(|(name, line)| (name, &**line))),
            Self::These(names) => {
                let found = names.iter().filter_map(|name| state.lines.get_key_value(name));
                Box::new(found.map(|(name, line)| (name, &**line)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(names: &[&str]) -> State {
        let mut state = State::default();
        for name in names {
            state.lines.insert(name.parse().unwrap(), Shared::default());
        }
        state
    }

    #[test]
    fn what_a_change_did_not_touch_is_passed_over() {
        let old = state(&["a.a", "b.b", "d.d"]);
        let mut new = old.clone();
        assert_eq!(Stirred::between(&old, &new), Stirred::These(BTreeSet::new()));
        let names =
            |names: &[&str]| Stirred::These(names.iter().map(|n| n.parse().unwrap()).collect());
        new.flags.insert("go".to_owned(), true);
        assert_eq!(Stirred::between(&old, &new), names(&[]), "a flag is no capability's");
        new.lines.insert("c.c".parse().unwrap(), Shared::default());
        new.lines.get_mut(&"d.d".parse::<CapabilityName>().unwrap()).unwrap().was_promoted = true;
        assert_eq!(Stirred::between(&old, &new), names(&["c.c", "d.d"]));
        new.revoked.insert(crate::model::Digest::of(b"x"), "it leaks".to_owned());
        assert_eq!(Stirred::between(&old, &new), Stirred::All);
    }
}
