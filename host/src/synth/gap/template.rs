//! What requests have in common: words that all of them have, and slots for what stands between.
//!
//! *Never:* what varies is kept in words that only one person said.

use serde::{Deserialize, Serialize};

use super::naming::Named;
use super::part::{Part, Varying, between, looks_given};
use super::summary::Request;
use super::tongue::Tongue;
use crate::model::secrecy::hidden;
use crate::model::{Sentence, SlotKind};

/// Parts of a template; what is said behind so many words is one slot.
const PARTS_MAX: usize = 20;
/// After so many requests words are no longer given up: what does not have them is another gap.
const SETTLED: u32 = 5;

/// What the requests of a gap have in common.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Template {
    parts: Vec<Part>,
    merged: u32,
    /// Who made the first of the requests.
    who: u64,
    /// Whether somebody else made one of the others.
    #[serde(default)]
    several: bool,
    #[serde(default)]
    tongue: Tongue,
}

impl Template {
    /// The template of one request.
    pub(super) fn of(sentence: &str, who: u64) -> Self {
        let read = Sentence::of(sentence);
        let tongue = Tongue::of(read.words());
        let mut parts: Vec<Part> = Vec::new();
        for (word, hidden) in read.words().iter().zip(hidden(read.words())) {
            let part = Part::of(word, hidden, who, tongue);
            let full = parts.len() >= PARTS_MAX;
            match (parts.last_mut(), part) {
                (Some(Part::Slot(last)), Part::Slot(next)) => last.join(&next),
                (Some(Part::Slot(last)), part) if full => last.join(&part.varying(who)),
                (_, part) if full => parts.push(Part::Slot(part.varying(who))),
                (_, part) => parts.push(part),
            }
        }
        // A sentence begins with a large letter, whatever its first word is.
        if let Some(Part::Word { text, given, .. }) = parts.first_mut() {
            *given = looks_given(text);
        }
        Self { parts, merged: 1, who, several: false, tongue }.numbered()
    }

    /// As it is kept, when it is the first of a gap.
    pub(super) fn kept(mut self) -> Self {
        for part in &mut self.parts {
            if let Part::Slot(slot) = part {
                *slot = slot.clone().kept();
            }
        }
        self
    }

    /// Whether nothing was said.
    pub(super) fn is_silent(&self) -> bool {
        self.parts.is_empty()
    }

    /// By which word such requests are looked up: the first that says something.
    pub(super) fn key(&self) -> &str {
        self.key_word().map_or("", |(stem, _)| stem)
    }

    /// That word, as it is compared and as it is written.
    fn key_word(&self) -> Option<(&str, &str)> {
        let words = || {
            self.parts.iter().filter_map(|part| match part {
                Part::Word { stem, text, telling: true, .. } => Some((&**stem, &**text)),
                Part::Word { .. } | Part::Slot(_) => None,
            })
        };
        words().find(|(_, text)| !self.tongue.asks(text)).or_else(|| words().next())
    }

    /// The words that carry something.
    fn telling(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Word { stem, telling: true, .. } => Some(&**stem),
            Part::Word { .. } | Part::Slot(_) => None,
        })
    }

    /// How much a request has in common with these, from 0 to 1; none where it is another thing.
    pub(super) fn likeness(&self, other: &Self) -> Option<f64> {
        let (own, others) = (self.telling().count(), other.telling().count());
        let common =
            self.telling().filter(|stem| other.telling().any(|word| word == *stem)).count();
        let is_generic = |(_, text)| self.tongue.is_generic(text);
        let generic = self.key_word().is_some_and(is_generic) && own.max(others) > 1;
        let least = if generic { 2 } else { 1 };
        if common < least || (self.merged >= SETTLED && common < own) {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "words are few")]
        let likeness = 2.0 * common as f64 / (own + others) as f64;
        Some(likeness)
    }

    /// What these and one more request have in common; none where that says nothing.
    pub(super) fn merged(&self, other: &Self, who: u64) -> Option<Self> {
        let pairs = in_order(&self.parts, &other.parts);
        let mut parts = Vec::new();
        let (mut at, mut on) = (0, 0);
        for (own, others) in pairs.into_iter().chain([(self.parts.len(), other.parts.len())]) {
            let (left, right) = (
                self.parts.get(at..own).unwrap_or_default(),
                other.parts.get(on..others).unwrap_or_default(),
            );
            parts.extend(between((left, self.who), (right, who)).map(Part::Slot));
            parts.extend(self.parts.get(own).map(|part| part.shared(other.parts.get(others))));
            (at, on) = (own + 1, others + 1);
        }
        let merged = Self {
            parts,
            merged: self.merged.saturating_add(1),
            who: self.who,
            several: self.several || who != self.who,
            tongue: self.tongue,
        };
        let merged = merged.numbered();
        let least = if self.merged >= SETTLED { self.telling().count() } else { 1 };
        (merged.telling().count() >= least).then_some(merged)
    }

    /// The same, with a name for every slot.
    fn numbered(mut self) -> Self {
        let mut names: Vec<String> = Vec::new();
        for part in &mut self.parts {
            if let Part::Slot(slot) = part {
                let word = slot.kind.word();
                let taken = names.iter().filter(|name| name.starts_with(word)).count();
                slot.name =
                    if taken == 0 { word.to_owned() } else { format!("{word}_{}", taken + 1) };
                names.push(slot.name.clone());
            }
        }
        self
    }

    pub(super) fn slots(&self) -> impl Iterator<Item = &Varying> {
        self.parts
            .iter()
            .filter_map(|part| if let Part::Slot(slot) = part { Some(slot) } else { None })
    }

    /// As a pattern. A slot that may be empty is left out: a pattern has no half of one.
    pub(super) fn pattern(&self) -> String {
        let parts = self.parts.iter().filter_map(|part| match part {
            Part::Word { text, .. } => Some(text.to_string()),
            Part::Slot(slot) if slot.optional => None,
            Part::Slot(slot) if slot.kind == SlotKind::Text => Some(format!("{{{}}}", slot.name)),
            Part::Slot(slot) => Some(format!("{{{}:{}}}", slot.name, slot.kind.word())),
        });
        parts.collect::<Vec<_>>().join(" ")
    }

    /// As a name: what it is about, a dot, and what is done; none where nothing was said.
    pub(super) fn name(&self) -> Option<String> {
        if self.parts.is_empty() {
            return None;
        }
        let about = self.slots().map(|slot| match slot.kind {
            SlotKind::Date => "date",
            SlotKind::Number | SlotKind::Integer | SlotKind::Numbers => "number",
            SlotKind::Json => "json",
            SlotKind::Url => "http",
            SlotKind::Texts => "list",
            SlotKind::Text | SlotKind::Word | SlotKind::Email => "text",
        });
        let about = about.min_by_key(|about| *about == "text").unwrap_or("text");
        let Self { parts, tongue, several, .. } = self;
        let named = Named { parts, tongue: *tongue, several: *several };
        Some(format!("{about}.{}", named.text()))
    }

    /// What is asked for: the first word that says something is what is to be done, the others are
    /// what it is done to.
    pub(super) fn request(&self) -> Request {
        let mut words = self.words().filter(|text| !self.tongue.asks(text)).map(str::to_owned);
        let verb = words.next();
        let object = words.collect::<Vec<_>>().join(" ");
        let arguments = self.slots().map(|slot| slot.name.clone()).collect();
        Request { verb, object: Some(object).filter(|object| !object.is_empty()), arguments }
    }

    /// The words that carry something, as they are written.
    fn words(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Word { text, telling: true, .. } => Some(&**text),
            Part::Word { .. } | Part::Slot(_) => None,
        })
    }

    pub(super) fn bytes(&self) -> usize {
        let of = |part: &Part| match part {
            Part::Word { stem, text, .. } => stem.len() + text.len(),
            Part::Slot(slot) => slot.bytes(),
        };
        self.parts.capacity() * size_of::<Part>() + self.parts.iter().map(of).sum::<usize>()
    }
}

/// The words that two have in common, in their order: the longest such row.
fn in_order(left: &[Part], right: &[Part]) -> Vec<(usize, usize)> {
    let width = right.len() + 1;
    let mut best = vec![0_u16; (left.len() + 1) * width];
    let value =
        |best: &[u16], at: usize, on: usize| best.get(at * width + on).copied().unwrap_or(0);
    for at in (0..left.len()).rev() {
        for on in (0..right.len()).rev() {
            let here = match (left.get(at), right.get(on)) {
                (Some(a), Some(b)) if a.is_same(b) => a.worth() + value(&best, at + 1, on + 1),
                _ => value(&best, at + 1, on).max(value(&best, at, on + 1)),
            };
            if let Some(cell) = best.get_mut(at * width + on) {
                *cell = here;
            }
        }
    }
    let (mut at, mut on, mut pairs) = (0, 0, Vec::new());
    while let (Some(a), Some(b)) = (left.get(at), right.get(on)) {
        if a.is_same(b) {
            pairs.push((at, on));
            (at, on) = (at + 1, on + 1);
        } else if value(&best, at + 1, on) >= value(&best, at, on + 1) {
            at += 1;
        } else {
            on += 1;
        }
    }
    pairs
}
