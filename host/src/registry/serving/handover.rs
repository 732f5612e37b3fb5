//! Which release takes over from which, read off two states of the log.
//!
//! *Never:* a release takes over twice from the same one without having been taken back in between.

use semver::Version;

use crate::model::CapabilityName;
use crate::registry::state::{Line, State};

/// On what terms a release takes over from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handover {
    /// It spreads, and both serve side by side.
    Spreading,
    /// It replaces the other at once.
    AtOnce,
}

/// One release takes over from another.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Takeover<'a> {
    pub(super) name: &'a CapabilityName,
    pub(super) old: &'a Version,
    pub(super) new: &'a Version,
    pub(super) how: Handover,
}

/// Who takes over from whom between two states.
pub(super) fn takeovers<'a>(old: &'a State, new: &'a State) -> Vec<Takeover<'a>> {
    let lines = new.lines.iter().filter_map(|(name, line)| {
        let (how, old, new) = takeover(old.lines.get(name)?, line)?;
        Some(Takeover { name, old, new, how })
    });
    lines.collect()
}

/// Capabilities of which another release serves or spreads than before.
pub(super) fn changed<'a>(
    old: &'a State,
    new: &'a State,
) -> impl Iterator<Item = &'a CapabilityName> {
    let who = |line: &'a Line| (line.stable.as_ref(), spreading(line));
    let lines = new.lines.iter();
    let changed =
        lines.filter(move |(name, line)| old.lines.get(*name).map(who) != Some(who(line)));
    changed.map(|(name, _)| name)
}

fn takeover<'a>(old: &'a Line, new: &'a Line) -> Option<(Handover, &'a Version, &'a Version)> {
    let (before, now) = (old.stable.as_ref()?, new.stable.as_ref()?);
    let (spread, spreads) = (spreading(old), spreading(new));
    if let Some(new) = spreads.filter(|_| spread != spreads) {
        return Some((Handover::Spreading, now, new));
    }
    // What has spread has taken over already.
    let is_new = before != now && spread != Some(now);
    // Whoever served before comes back to what it left, and takes over nothing.
    let is_back = old.previous.as_ref() == Some(now);
    (is_new && !is_back).then_some((Handover::AtOnce, before, now))
}

fn spreading(line: &Line) -> Option<&Version> {
    line.rollout.as_ref().map(|rollout| &rollout.version)
}
