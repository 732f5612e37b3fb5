//! What becomes of one capability when a release of it comes, goes, or takes the place of another.
//!
//! *Never:* a release is compared with itself: what serves everybody does not spread beside it.

use semver::Version;

use super::compatible::differences;
use super::{Line, Release, Rule};
use crate::model::{CapabilityName, Digest};
use crate::registry::op::Installed;

impl Line {
    /// Lets a release serve everybody, by a step of its own.
    pub(super) fn serve(&mut self, version: Version) {
        if self.stable.as_ref() != Some(&version) {
            self.previous = self.stable.replace(version);
            self.was_promoted = false;
        }
    }

    /// Lets a release serve because another does not any more, or none. It may spread at that time, as
    /// whoever served before and is tried again does: then it leaves its rollout, whose share it has
    /// outgrown. Other variants go on and are compared with it.
    pub(super) fn fill_in(&mut self, version: Option<Version>, why: &str) {
        if let Some(version) = &version {
            self.leave(version, &format!("it serves everybody now: {why}"));
        }
        self.stable = version;
        // Nobody has judged it for everybody.
        self.was_promoted = false;
    }

    /// Takes releases out of service, and lets whoever served before serve again, where that may.
    pub(super) fn retire(
        &mut self,
        is_meant: impl Fn(&Release) -> bool,
        may_serve: impl Fn(&Release) -> bool,
        why: &str,
    ) {
        let spreading = self.rollout.iter().flat_map(|rollout| rollout.versions());
        let is_hit = |version: &&Version| self.release(version).is_some_and(&is_meant);
        let hit: Vec<Version> = spreading.filter(is_hit).cloned().collect();
        hit.iter().for_each(|version| self.leave(version, why));
        if self.serving().is_some_and(&is_meant) {
            let gone = self.stable.take().map(|gone| gone.to_string()).unwrap_or_default();
            let previous = self.previous.take();
            let back = previous.filter(|version| self.release(version).is_some_and(&may_serve));
            self.fill_in(back, &format!("{gone} does not any more ({why})"));
        }
    }

    /// Takes a release out of a rollout, which is over where it was the last.
    fn leave(&mut self, version: &Version, why: &str) {
        let Some(rollout) = self.rollout.as_mut().filter(|rollout| rollout.has(version)) else {
            return;
        };
        if !rollout.take_out(version, why) {
            self.rollout = None;
        }
    }

    /// Whether a component is one of its releases.
    pub(super) fn has(&self, component: &Digest) -> bool {
        self.releases.values().any(|release| release.installed.component == *component)
    }

    pub(super) fn unknown(&self, name: &CapabilityName, version: &Version) -> Rule {
        let known: Vec<String> = self.releases.keys().map(ToString::to_string).collect();
        let (name, version, known) = (name.clone(), version.clone(), known.join(", "));
        Rule::UnknownVersion { name, version, known }
    }

    /// A version that semver calls compatible with an older one may not take anything away.
    pub(super) fn check_compatible(&self, installed: &Installed) -> Result<(), Rule> {
        let version = &installed.version;
        let older = self.releases.values().rev().find(|release| {
            let older = &release.installed.version;
            older < version && older.pre.is_empty() && is_same_series(older, version)
        });
        let Some(older) = older else { return Ok(()) };
        let differences = differences(&older.installed.operations, &installed.operations);
        if differences.is_empty() {
            return Ok(());
        }
        Err(Rule::NotCompatible {
            name: installed.name.clone(),
            version: version.clone(),
            older: older.installed.version.clone(),
            differences,
        })
    }
}

/// Whether `^older` allows the newer version.
fn is_same_series(older: &Version, newer: &Version) -> bool {
    if newer.pre.is_empty() {
        let caret = semver::Comparator {
            op: semver::Op::Caret,
            major: older.major,
            minor: Some(older.minor),
            patch: Some(older.patch),
            pre: semver::Prerelease::EMPTY,
        };
        return caret.matches(newer);
    }
    false
}
