//! What examinations and persons' words do to releases: on which conditions they serve, and when they
//! do not any more.
//!
//! *Never:* a word counts that its key has not signed, or longer than it was given for.

use std::time::Duration;

use semver::Version;

use super::{Release, Rule, State};
use crate::artifact::Moment;
use crate::examine::Examination;
use crate::model::{CapabilityName, Digest};
use crate::registry::admission::{Reach, Word};
use crate::registry::op::{Installed, Op, Record, ReleaseOrigin};

/// Candidates that were not admitted and are remembered, for whoever looks what waits for an
/// approval; the log holds them all.
const EXAMINED_MAX: usize = 64;

impl State {
    /// Remembers a candidate that was not admitted, in place of an earlier look at it.
    pub(super) fn note_examined(&mut self, examination: &Examination) {
        let is_other = |known: &Examination| {
            known.component != examination.component || known.name != examination.name
        };
        self.examined.retain(is_other);
        self.examined.push(examination.clone());
        let over = self.examined.len().saturating_sub(EXAMINED_MAX);
        self.examined.drain(..over);
    }

    /// Takes a person's word in, and looks again at what it is about.
    pub(super) fn decide(&mut self, record: &Record) -> Result<(), Rule> {
        let Op::Decided { name, component, decision, key, signed } = &record.op else {
            return Ok(());
        };
        let now = Duration::from_millis(record.at_ms);
        let word = Word::read((name, *decision), key, signed, now);
        let word = word.filter(|word| word.said.binding.component == *component);
        let not_said = || Rule::NotSaid { name: name.clone(), key: key.id() };
        let word = word.ok_or_else(not_said)?;
        let words = self.words.entry(*component).or_default();
        let is_of_same = |known: &Word| known.said.binding.name == *name;
        if words.iter().any(|known| is_of_same(known) && word.gives_way_to(known) && *known != word)
        {
            // What was said later stands already.
            return Ok(());
        }
        words.retain(|known| !(is_of_same(known) && known.gives_way_to(&word)));
        words.push(word);
        self.reconsider(name, *component, record.at_ms)
    }

    /// Whether a word is in already.
    pub(crate) fn has_heard(&self, op: &Op) -> bool {
        let Op::Decided { component, key, signed, .. } = op else { return false };
        let words = self.words.get(component);
        words.into_iter().flatten().any(|word| word.key == key.id() && word.signed == *signed)
    }

    /// Ends what was approved until a time that is over.
    pub(super) fn expire(
        &mut self,
        name: &CapabilityName,
        version: &Version,
        at_ms: u64,
    ) -> Result<(), Rule> {
        let reach = &self.known_release(name, version)?.reach;
        let until = reach.until.filter(|until| *until < moment(at_ms));
        let Some(until) = until.filter(|_| reach.suspended.is_none()) else {
            return Err(Rule::NotEnded { name: name.clone(), version: version.clone() });
        };
        let release = self.release_mut(name, version)?;
        release.reach.suspended = Some(format!("its approval ended at {until}"));
        let component = release.installed.component;
        self.settle(name, component);
        Ok(())
    }

    /// On which conditions a release serves, as far as is known now.
    pub(super) fn reach_of(&self, installed: &Installed, at_ms: u64) -> Result<Reach, Rule> {
        let Some(examination) = &installed.examination else { return Ok(Reach::default()) };
        if examination.component != installed.component || examination.name != installed.name {
            return Err(Rule::Unexamined {
                name: installed.name.clone(),
                version: installed.version.clone(),
                examined: examination.component,
            });
        }
        let words = self.words.get(&installed.component);
        let words: Vec<Word> = words
            .into_iter()
            .flatten()
            .filter(|word| word.said.binding.name == installed.name)
            .cloned()
            .collect();
        Ok(Reach::of(examination, &words, moment(at_ms)))
    }

    /// A release that is approved, or needs no approval.
    pub(super) fn approved(
        &self,
        name: &CapabilityName,
        version: &Version,
    ) -> Result<&Release, Rule> {
        let release = self.known_release(name, version)?;
        match &release.reach.suspended {
            None => Ok(release),
            Some(why) => Err(Rule::Suspended {
                name: name.clone(),
                version: version.clone(),
                why: why.clone(),
            }),
        }
    }

    /// Whether a release may take the place of another that serves everybody: where it is for some
    /// users only, the others would be left with nothing.
    pub(super) fn wide_enough(&self, name: &CapabilityName, version: &Version) -> Result<(), Rule> {
        let serves = self.known_line(name)?.stable.as_ref();
        let reach = &self.known_release(name, version)?.reach;
        if !reach.is_narrow() || serves.is_none_or(|serves| serves == version) {
            return Ok(());
        }
        let (name, version, reach) = (name.clone(), version.clone(), reach.to_string());
        Err(Rule::Narrow { name, version, reach })
    }

    fn reconsider(
        &mut self,
        name: &CapabilityName,
        component: Digest,
        at_ms: u64,
    ) -> Result<(), Rule> {
        let Some(line) = self.lines.get(name) else { return Ok(()) };
        let meant = line.releases.values().map(|release| &release.installed);
        let meant: Vec<Installed> =
            meant.filter(|installed| installed.component == component).cloned().collect();
        for installed in meant {
            let reach = self.reach_of(&installed, at_ms)?;
            self.release_mut(name, &installed.version)?.reach = reach;
        }
        self.settle(name, component);
        Ok(())
    }

    /// Takes what is suspended out of service, and lets what is so no longer serve where nobody does.
    fn settle(&mut self, name: &CapabilityName, component: Digest) {
        let is_meant = |release: &Release| {
            release.installed.component == component && release.reach.suspended.is_some()
        };
        self.retire(name, is_meant, "it is not approved any more");
        let is_barred =
            self.revoked.contains_key(&component) || self.quarantined.contains_key(&component);
        let Some(line) = self.lines.get_mut(name).filter(|_| !is_barred) else { return };
        // What a loop has made is let in again by a rollout or a person, as it was at first.
        if line.stable.is_none() {
            let is_back = |release: &Release| {
                release.installed.component == component
                    && release.installed.origin != ReleaseOrigin::Generated
                    && release.reach.suspended.is_none()
            };
            let back = line.releases.values().rev().find(|release| is_back(release));
            if let Some(back) = back.map(|release| release.installed.version.clone()) {
                line.fill_in(Some(back), "it is approved again");
            }
        }
    }
}

fn moment(at_ms: u64) -> Moment {
    Moment::at(Duration::from_millis(at_ms))
}
