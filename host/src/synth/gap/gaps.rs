//! All gaps: failures come in one by one and join the gap that they are most like.
//!
//! *Never:* more is kept than the bounds say, whoever asks for whatever.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::SystemTime;

use super::key::{Key, family};
use super::lessons::{self, Lessons, TeachError, Teacher};
use super::people::People;
use super::template::Template;
use super::{Called, Failed, Gap, Threshold};
use crate::model::GapId;
use crate::model::secrecy::{kept, kept_sentence};
use crate::synth::diagnose::Cause;
use crate::synth::wish::Wish;

/// Gaps that are kept: more than a person looks through, and at some two kilobytes each a few megabytes.
const GAPS_MAX: usize = 4_096;
/// Gaps that begin with one word: so many are compared with each failure.
const ALIKE_MAX: usize = 48;
/// When there are too many, so many of a hundred go at once, so that making room is rare.
const ROOM_PERCENT: usize = 10;
/// A failure joins a gap that has at least this much in common with it.
const LIKENESS_MIN: f64 = 0.3;
/// Requests of one person that shape what a gap has in common; more of them only count.
const SHAPING_MAX: u32 = 3;
/// Sentences that are kept of a gap, to be looked at and to try drafts with.
const SAMPLES_MAX: usize = 6;
/// Reasons that are kept of a gap, as a program's own planner gives them.
const REASONS_MAX: usize = 3;
/// Everything that was taught of all gaps: thousands of examples, and little memory.
const TAUGHT_BYTES_MAX: usize = 16 << 20;

/// The gaps that are known.
///
/// ```
/// use std::time::SystemTime;
/// use engraft::synth::{Failed, Gaps, Threshold};
///
/// let (mut gaps, at) = (Gaps::default(), SystemTime::UNIX_EPOCH);
/// let asked = ["translate cat to French", "translate my dog to German", "please translate it to French"];
/// for (who, sentence) in (1..).zip(asked) {
///     gaps.note(Failed::missing(sentence, who, at));
/// }
/// let due: Vec<_> = gaps.due(Threshold::default(), at).collect();
/// assert_eq!(due.len(), 1);
/// assert_eq!(due[0].intent().unwrap().as_str(), "translate {text} to {text_2}");
/// assert_eq!(due[0].name().unwrap().as_str(), "text.translate");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Gaps {
    all: BTreeMap<GapId, Gap>,
    /// Which gaps begin with which word, by cause and capability.
    alike: HashMap<Key, Vec<GapId>>,
    /// What changed since it was asked last, those that are gone among it.
    changed: BTreeSet<GapId>,
}

impl Gaps {
    /// Takes in a failure; gives the number of the gap that it is of.
    pub fn note(&mut self, failed: Failed<'_>) -> GapId {
        // Redacted whether or not whoever noted it has done so.
        let sentence = kept_sentence(failed.sentence);
        let failed = Failed { sentence: &sentence, ..failed };
        let template = Template::of(&sentence, failed.who);
        let key = Key::of(&failed, &template);
        let id = match self.likest(&key, &template) {
            Some(id) => id,
            None => self.open(key, &template, &failed),
        };
        if let Some(gap) = self.all.get_mut(&id) {
            gap.note(&template, failed);
            self.changed.insert(id);
        }
        id
    }

    /// Takes in what should come of sentences and inputs; gives the number of the gap that they are
    /// of. Where the wish has a name, that of a capability, it is a gap of its own.
    ///
    /// # Errors
    /// Where a part of the wish may not be kept; then nothing of it is.
    pub fn teach(
        &mut self,
        wish: &Wish,
        by: Teacher,
        failed: Failed<'_>,
    ) -> Result<GapId, TeachError> {
        lessons::check(wish)?;
        if self.all.values().map(|gap| gap.lessons.bytes()).sum::<usize>() > TAUGHT_BYTES_MAX {
            let (of, most, what) = ("store", TAUGHT_BYTES_MAX, "bytes");
            return Err(TeachError::TooMany { of, most, what });
        }
        let sentence = kept_sentence(failed.sentence);
        let template = Template::of(&sentence, failed.who);
        // Examples alone, without a name, have nothing in common with other examples.
        let own = lessons::number(wish);
        let call = Called { operation: &own, version: None, input: None };
        let is_alone = template.is_silent() && failed.capability.is_none();
        let failed = Failed { call: failed.call.or(is_alone.then_some(call)), ..failed };
        let known = self.likest(&Key::of(&failed, &template), &template);
        let known = known.and_then(|id| self.all.get(&id));
        let mut lessons = known.map(|gap| gap.lessons.clone()).unwrap_or_default();
        // Tried before anything is noted.
        lessons.take(wish, by)?;
        let id = self.note(failed);
        self.teach_more(id, wish, by)?;
        Ok(id)
    }

    /// The same for a gap that is known.
    ///
    /// # Errors
    /// As [`Gaps::teach`], and where it is not.
    pub fn teach_more(&mut self, id: GapId, wish: &Wish, by: Teacher) -> Result<(), TeachError> {
        lessons::check(wish)?;
        let gap = self.all.get_mut(&id).ok_or(TeachError::UnknownGap(id))?;
        gap.lessons.take(wish, by)?;
        self.changed.insert(id);
        Ok(())
    }

    /// Leaves alone exactly these from now on; their requests are still counted, and join them, so
    /// that no other gap is opened for the same thing.
    pub fn dismiss_only(&mut self, dismissed: impl Fn(GapId) -> bool) {
        for (id, gap) in &mut self.all {
            gap.dismissed = dismissed(*id);
        }
    }

    /// A gap by its number.
    #[must_use]
    pub fn gap(&self, id: GapId) -> Option<&Gap> {
        self.all.get(&id)
    }

    /// All of them, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &Gap> {
        self.all.values()
    }

    /// Those that are worth work, the most wanted first.
    pub fn due(&self, threshold: Threshold, now: SystemTime) -> impl Iterator<Item = &Gap> {
        let mut due: Vec<&Gap> = self.iter().filter(|gap| gap.is_due(threshold, now)).collect();
        due.sort_by_key(|gap| {
            std::cmp::Reverse((gap.is_taught(), gap.people(), gap.people.weight()))
        });
        due.into_iter()
    }

    /// Puts a gap back that was kept elsewhere, in place of one with its number.
    pub fn put(&mut self, gap: Gap) {
        self.remove(gap.id);
        self.changed.remove(&gap.id);
        self.alike.entry(Key::of_gap(&gap)).or_default().push(gap.id);
        self.all.insert(gap.id, gap);
    }

    /// What changed since this was asked last: the gap, or none where it is gone.
    pub fn take_changed(&mut self) -> Vec<(GapId, Option<&Gap>)> {
        let changed = std::mem::take(&mut self.changed);
        changed.into_iter().map(|id| (id, self.all.get(&id))).collect()
    }

    /// Notes that these were not kept after all.
    pub(crate) fn has_to_be_kept(&mut self, gaps: impl IntoIterator<Item = GapId>) {
        self.changed.extend(gaps);
    }

    /// Whether anything did.
    #[must_use]
    pub fn has_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// About how much memory all of this takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let gaps: usize = self.all.values().map(Gap::bytes).sum();
        let keys = self
            .alike
            .iter()
            .map(|(key, ids)| key.word.len() + ids.capacity() * 8 + size_of::<(Key, Vec<u64>)>());
        gaps + keys.sum::<usize>()
    }

    fn likest(&self, key: &Key, template: &Template) -> Option<GapId> {
        let alike = self.alike.get(key)?.iter().filter_map(|id| self.all.get(id));
        if template.is_silent() {
            // Of what was called without a word there is one gap for each operation.
            return alike.map(|gap| gap.id).next();
        }
        let liked = alike.filter_map(|gap| Some((gap.template.likeness(template)?, gap.id)));
        let best = liked.max_by(|(a, one), (b, other)| a.total_cmp(b).then(other.cmp(one)));
        // Requests that begin alike have a word in common already.
        best.filter(|(likeness, _)| *likeness >= LIKENESS_MIN).map(|(_, id)| id)
    }

    fn open(&mut self, key: Key, template: &Template, failed: &Failed<'_>) -> GapId {
        if self.all.len() >= GAPS_MAX {
            self.make_room();
        }
        let mut id = key.id(template);
        while self.all.contains_key(&id) {
            id = id.next();
        }
        let word = key.word.clone();
        let alike = self.alike.entry(key).or_default();
        let mut gone = None;
        if alike.len() >= ALIKE_MAX {
            // The least wanted of those that begin alike gives way.
            let all = &self.all;
            let least = alike.iter().enumerate().min_by_key(|(_, id)| all.get(id).map(Gap::worth));
            gone = least.map(|(at, _)| at).map(|at| alike.swap_remove(at));
        }
        alike.push(id);
        let gap = Gap {
            id,
            cause: family(failed.cause),
            capability: failed.capability.cloned(),
            word,
            template: template.clone().kept(),
            people: People::default(),
            unsure: 0,
            near: None,
            first: failed.at,
            last: failed.at,
            samples: Vec::new(),
            reasons: Vec::new(),
            lessons: Lessons::default(),
            calls: super::Calls::default(),
            dismissed: false,
        };
        self.all.insert(id, gap);
        gone.into_iter().for_each(|gone| self.drop_gap(gone));
        id
    }

    fn drop_gap(&mut self, id: GapId) {
        if self.all.remove(&id).is_some() {
            self.changed.insert(id);
        }
    }

    fn remove(&mut self, id: GapId) {
        if let Some(gap) = self.all.get(&id)
            && let Some(alike) = self.alike.get_mut(&Key::of_gap(gap))
        {
            alike.retain(|other| *other != id);
        }
        self.drop_gap(id);
    }

    /// Lets go of the least wanted gaps, first of those of people who opened very many: one person
    /// who asks for nonsense all day does not push out what others need.
    fn make_room(&mut self) {
        let mut opened: HashMap<u64, usize> = HashMap::new();
        for gap in self.all.values() {
            *opened.entry(gap.people.first()).or_default() += 1;
        }
        let mut least: Vec<_> = self
            .all
            .values()
            .map(|gap| {
                let many = opened.get(&gap.people.first()).copied().unwrap_or(0) > GAPS_MAX / 8;
                let crowded = many && gap.people() < 2 && !gap.is_kept();
                (!crowded, gap.worth(), gap.id)
            })
            .collect();
        least.sort_unstable();
        for (_, _, id) in least.into_iter().take(GAPS_MAX * ROOM_PERCENT / 100) {
            self.drop_gap(id);
        }
        let all = &self.all;
        self.alike.retain(|_, ids| {
            ids.retain(|id| all.contains_key(id));
            !ids.is_empty()
        });
    }
}

// === impl Gap ===

impl Gap {
    fn note(&mut self, template: &Template, failed: Failed<'_>) {
        let times = self.people.note(failed.who);
        let shapes = times <= SHAPING_MAX;
        self.first = self.first.min(failed.at);
        self.last = self.last.max(failed.at);
        if failed.cause == Cause::LowConfidence {
            self.unsure = self.unsure.saturating_add(1);
            self.near = failed.near.cloned().or_else(|| self.near.take());
        }
        if let Some(call) = failed.call {
            self.calls.note(call, shapes);
        }
        if self.people.requests() > 1
            && shapes
            && let Some(merged) = self.template.merged(template, failed.who)
        {
            self.template = merged;
        }
        // A sample from each person shows more than many of one.
        if self.samples.len() < SAMPLES_MAX && shapes && !failed.sentence.trim().is_empty() {
            let sample = failed.sentence.to_owned();
            if !self.samples.contains(&sample) {
                self.samples.push(sample);
            }
        }
        if let Some(why) = failed.why.map(kept).filter(|why| shapes && !why.trim().is_empty())
            && self.reasons.len() < REASONS_MAX
            && !self.reasons.contains(&why)
        {
            self.reasons.push(why);
        }
    }

    /// Whether it is kept whoever else wants what: somebody taught it, or said that it is no gap, and
    /// would have to do so again.
    fn is_kept(&self) -> bool {
        self.dismissed || !self.lessons.is_empty()
    }

    /// What speaks for keeping it.
    fn worth(&self) -> (bool, bool, u64, SystemTime) {
        (self.is_kept(), self.people() > 1, self.people.weight(), self.last)
    }

    fn bytes(&self) -> usize {
        let texts = self.samples.iter().chain(&self.reasons);
        let samples: usize = texts.map(String::capacity).sum();
        let own = size_of::<Self>() + self.template.bytes() + self.people.bytes();
        own + samples + self.lessons.bytes() + self.calls.bytes()
    }
}
