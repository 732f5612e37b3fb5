//! Which release takes over from which, read off two states of the log.
//!
//! *Never:* a release takes over twice from the same one without having been taken back in between.

use semver::Version;

use super::stirred::Stirred;
use crate::model::CapabilityName;
use crate::registry::state::{Line, Rollout, State};

/// On what terms a release takes over from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handover {
    /// It spreads, and both serve side by side.
    Spreading,
    /// It spreads together with another that has just taken over: a further variant.
    Beside,
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
pub(super) fn takeovers<'a>(
    old: &'a State,
    new: &'a State,
    stirred: &'a Stirred,
) -> Vec<Takeover<'a>> {
    let mut all = Vec::new();
    for (name, line) in stirred.lines(new) {
        let Some(before) = old.lines.get(name) else { continue };
        let takeovers = takeovers_of(before, line).into_iter();
        all.extend(takeovers.map(|(how, old, new)| Takeover { name, old, new, how }));
    }
    all
}

/// Capabilities of which another release serves or spreads than before.
pub(super) fn changed<'a>(
    old: &'a State,
    new: &'a State,
    stirred: &'a Stirred,
) -> impl Iterator<Item = &'a CapabilityName> {
    fn who(line: &Line) -> (Option<&Version>, Vec<&Version>) {
        (line.stable.as_ref(), spreading(line))
    }
    let changed = stirred.lines(new).filter(move |(name, line)| {
        let before = old.lines.get(*name).map(|line| who(line));
        before != Some(who(line))
    });
    changed.map(|(name, _)| name)
}

fn takeovers_of<'a>(old: &'a Line, new: &'a Line) -> Vec<(Handover, &'a Version, &'a Version)> {
    let (Some(before), Some(now)) = (&old.stable, &new.stable) else { return Vec::new() };
    let spread = spreading(old);
    let fresh = spreading(new).into_iter().filter(|version| !spread.contains(version));
    let how = std::iter::once(Handover::Spreading).chain(std::iter::repeat(Handover::Beside));
    let fresh: Vec<_> = how.zip(fresh).map(|(how, new)| (how, now, new)).collect();
    if !fresh.is_empty() {
        return fresh;
    }
    // What has spread has taken over already.
    let is_new = before != now && !spread.contains(&now);
    // Whoever served before comes back to what it left, and takes over nothing.
    let is_back = old.previous.as_ref() == Some(now);
    let takes_over = is_new && !is_back;
    takes_over.then_some((Handover::AtOnce, before, now)).into_iter().collect()
}

fn spreading(line: &Line) -> Vec<&Version> {
    line.rollout.iter().flat_map(Rollout::let_in).collect()
}
