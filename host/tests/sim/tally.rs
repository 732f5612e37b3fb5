//! What happened in a world, counted: a world in which nothing happens shows nothing.

use std::collections::BTreeMap;

/// What happened in a world.
#[derive(Debug, Default)]
pub(crate) struct Tally(BTreeMap<&'static str, u64>);

impl Tally {
    pub(crate) fn note(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (what, count) in &other.0 {
            *self.0.entry(what).or_default() += count;
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (&'static str, u64)> {
        const EXPECTED: [&str; 16] = [
            "call",
            "cancelled",
            "fault",
            "fallback",
            "installed",
            "rollout-started",
            "variants-started",
            "shadow-started",
            "compared",
            "advanced",
            "promoted",
            "rolled-back",
            "revoked",
            "stopped",
            "lifted",
            "restarted",
        ];
        EXPECTED.iter().map(|what| (*what, self.0.get(what).copied().unwrap_or(0)))
    }
}
