//! All gaps: failures come in one by one and join the gap that they are most like.
//!
//! *Never:* more is kept than the bounds say, whoever asks for whatever.

use std::collections::{BTreeMap, HashMap};
use std::time::SystemTime;

use serde_json::Value;

use super::people::People;
use super::template::{self, Template};
use super::{Gap, SAMPLES_MAX, TAUGHT_BYTES_MAX, TAUGHT_MAX, Threshold};
use crate::model::CapabilityName;
use crate::synth::diagnose::Cause;

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

/// A request that was not served.
#[derive(Debug, Clone, Copy)]
pub struct Failed<'a> {
    /// What was said.
    pub sentence: &'a str,
    /// Why it was not served.
    pub cause: Cause,
    /// The capability that failed, where there was one.
    pub capability: Option<&'a CapabilityName>,
    /// Who asked, as a number that says no more than that it was the same person.
    pub who: u64,
    /// When.
    pub at: SystemTime,
}

/// The gaps that are known.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use engraft::synth::{Cause, Failed, Gaps, Threshold};
///
/// let (mut gaps, at) = (Gaps::default(), SystemTime::UNIX_EPOCH);
/// for (who, sentence) in ["translate cat to French", "translate my dog to German", "please translate it to French"].into_iter().enumerate() {
///     gaps.note(Failed { sentence, cause: Cause::Missing, capability: None, who: who as u64, at });
/// }
/// let due: Vec<_> = gaps.due(Threshold::default(), at).collect();
/// assert_eq!(due.len(), 1);
/// assert_eq!(due[0].intent().unwrap().as_str(), "translate {text} to {text_2}");
/// assert_eq!(due[0].name().unwrap().as_str(), "text.translate");
/// ```
#[derive(Debug, Default)]
pub struct Gaps {
    all: BTreeMap<u64, Gap>,
    /// Which gaps begin with which word, by cause and capability.
    alike: HashMap<Key, Vec<u64>>,
    next: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    cause: Cause,
    capability: Option<CapabilityName>,
    word: Box<str>,
}

impl Gaps {
    /// Takes in a failure; gives the number of the gap that it is of.
    pub fn note(&mut self, failed: Failed<'_>) -> u64 {
        let template = Template::of(failed.sentence, failed.who);
        let key = Key {
            cause: failed.cause,
            capability: failed.capability.cloned(),
            word: template.key().into(),
        };
        let id = match self.likest(&key, &template) {
            Some(id) => id,
            None => self.open(key, template.clone(), failed),
        };
        if let Some(gap) = self.all.get_mut(&id) {
            gap.note(&template, failed);
        }
        id
    }

    /// What a request of a gap should have given, as somebody says; whether that gap is known.
    pub fn teach(&mut self, id: u64, sentence: &str, wanted: Value) -> bool {
        let Some(gap) = self.all.get_mut(&id) else { return false };
        let small = wanted.to_string().len() <= TAUGHT_BYTES_MAX;
        if small && gap.taught.len() < TAUGHT_MAX {
            gap.taught.push((sentence.to_owned(), wanted));
        }
        small
    }

    /// Leaves a gap alone from now on; its requests are still counted. Whether it is known.
    pub fn dismiss(&mut self, id: u64) -> bool {
        let gap = self.all.get_mut(&id);
        gap.map(|gap| gap.dismissed = true).is_some()
    }

    /// A gap by its number.
    #[must_use]
    pub fn gap(&self, id: u64) -> Option<&Gap> {
        self.all.get(&id)
    }

    /// All of them, in the order in which they were opened.
    pub fn iter(&self) -> impl Iterator<Item = &Gap> {
        self.all.values()
    }

    /// Those that are worth work, the most wanted first.
    pub fn due(&self, threshold: Threshold, now: SystemTime) -> impl Iterator<Item = &Gap> {
        let mut due: Vec<&Gap> = self.iter().filter(|gap| gap.is_due(threshold, now)).collect();
        due.sort_by_key(|gap| {
            std::cmp::Reverse((!gap.taught.is_empty(), gap.people(), gap.people.weight()))
        });
        due.into_iter()
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

    fn likest(&self, key: &Key, template: &Template) -> Option<u64> {
        let alike = self.alike.get(key)?.iter().filter_map(|id| self.all.get(id));
        let liked = alike.filter_map(|gap| Some((gap.template.likeness(template)?, gap.id)));
        let best = liked.max_by(|(a, one), (b, other)| a.total_cmp(b).then(other.cmp(one)));
        // Requests that begin alike have a word in common already.
        best.filter(|(likeness, _)| *likeness >= LIKENESS_MIN).map(|(_, id)| id)
    }

    fn open(&mut self, key: Key, template: Template, failed: Failed<'_>) -> u64 {
        if self.all.len() >= GAPS_MAX {
            self.make_room();
        }
        self.next += 1;
        let id = self.next;
        let alike = self.alike.entry(key).or_default();
        if alike.len() >= ALIKE_MAX {
            // The least wanted of those that begin alike gives way.
            let all = &self.all;
            let least = alike.iter().enumerate().min_by_key(|(_, id)| all.get(id).map(Gap::worth));
            if let Some(at) = least.map(|(at, _)| at) {
                let gone = alike.swap_remove(at);
                self.all.remove(&gone);
            }
        }
        alike.push(id);
        let gap = Gap {
            id,
            cause: failed.cause,
            capability: failed.capability.cloned(),
            template: template.kept(),
            people: People::default(),
            first: failed.at,
            last: failed.at,
            samples: Vec::new(),
            taught: Vec::new(),
            dismissed: false,
        };
        self.all.insert(id, gap);
        id
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
                let crowded = many && gap.people() < 2 && gap.taught.is_empty();
                (!crowded, gap.worth(), gap.id)
            })
            .collect();
        least.sort_unstable();
        for (_, _, id) in least.into_iter().take(GAPS_MAX * ROOM_PERCENT / 100) {
            self.all.remove(&id);
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
        self.first = self.first.min(failed.at);
        self.last = self.last.max(failed.at);
        if self.people.requests() > 1
            && times <= SHAPING_MAX
            && let Some(merged) = self.template.merged(template, failed.who)
        {
            self.template = merged;
        }
        // A sample from each person shows more than many of one.
        if self.samples.len() < SAMPLES_MAX && times <= SHAPING_MAX {
            let sample = template::sample(failed.sentence);
            if !self.samples.contains(&sample) {
                self.samples.push(sample);
            }
        }
    }

    /// What speaks for keeping it.
    fn worth(&self) -> (bool, bool, u64, SystemTime) {
        (!self.taught.is_empty(), self.people() > 1, self.people.weight(), self.last)
    }

    fn bytes(&self) -> usize {
        let samples: usize = self.samples.iter().map(String::capacity).sum();
        let taught: usize = self
            .taught
            .iter()
            .map(|(sentence, value)| sentence.len() + value.to_string().len() * 2)
            .sum();
        size_of::<Self>() + self.template.bytes() + self.people.bytes() + samples + taught
    }
}
