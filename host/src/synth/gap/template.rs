//! What requests have in common: words that all of them have, and slots for what stands between.
//!
//! *Never:* what varies is kept in words that only one person said.

use std::hash::{DefaultHasher, Hasher};

use super::joined;
use crate::model::secrecy::{REDACTED, cut, looks_secret, sounds_secret};
use crate::model::{Sentence, SlotKind, Word};

/// Parts of a template; what is said behind so many words is one slot.
const PARTS_MAX: usize = 20;
/// Words of a sentence that are kept.
const SAMPLE_WORDS_MAX: usize = 40;
/// After so many requests words are no longer given up: what does not have them is another gap.
const SETTLED: u32 = 5;
/// Values that are told apart in a slot. With more it is no choice among a few.
const VALUES_MAX: usize = 8;
/// Fewer requests than this say nothing of which values there are.
const CASES_FROM: u32 = 8;
const CASES_MAX: usize = 5;
/// Values longer than this are texts, not cases.
const VALUE_CHARS_MAX: usize = 32;
/// Verbs that say little without what they are done to.
const GENERIC: [&str; 40] = [
    "show",
    "get",
    "give",
    "make",
    "find",
    "tell",
    "calculate",
    "compute",
    "convert",
    "change",
    "create",
    "list",
    "set",
    "add",
    "remove",
    "delete",
    "send",
    "open",
    "start",
    "stop",
    "check",
    "look",
    "write",
    "read",
    "run",
    "use",
    "take",
    "put",
    "turn",
    "do",
    "go",
    "play",
    "search",
    "fetch",
    "print",
    "generate",
    "format",
    "count",
    "sort",
    "extract",
];
/// Words that ask without saying what for.
const ASKING: [&str; 12] = [
    "what", "what's", "whats", "how", "which", "who", "when", "where", "why", "does", "much",
    "many",
];

/// A part of a request or of a template.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// A word: in which spelling it is compared, and how it was written.
    Word { stem: Box<str>, text: Box<str>, telling: bool },
    /// What varies.
    Slot(Varying),
}

/// Something that varies.
#[derive(Debug, Clone)]
pub(super) struct Varying {
    pub(super) name: String,
    pub(super) kind: SlotKind,
    /// Whether some requests have nothing there.
    pub(super) optional: bool,
    values: Vec<Seen>,
    /// Whether there were more values than are told apart.
    many: bool,
    count: u32,
}

/// A value: its number, who said it first, and how it is written; kept only once somebody else said it
/// too.
#[derive(Debug, Clone)]
struct Seen {
    hash: u64,
    who: u64,
    text: Option<Box<str>>,
    shared: bool,
}

/// What the requests of a gap have in common.
#[derive(Debug, Clone)]
pub(super) struct Template {
    parts: Vec<Part>,
    merged: u32,
    /// Who made the first of the requests.
    who: u64,
}

impl Template {
    /// The template of one request.
    pub(super) fn of(sentence: &str, who: u64) -> Self {
        let read = Sentence::of(sentence);
        let mut parts: Vec<Part> = Vec::new();
        let mut secret_next = false;
        for word in read.words() {
            let part = Part::of(word, secret_next, who);
            secret_next = sounds_secret(word.as_str()) || (secret_next && word.is_filler());
            let full = parts.len() >= PARTS_MAX;
            match (parts.last_mut(), part) {
                (Some(Part::Slot(last)), Part::Slot(next)) => last.join(&next),
                (Some(Part::Slot(last)), part) if full => last.join(&part.varying(who)),
                (_, part) if full => parts.push(Part::Slot(part.varying(who))),
                (_, part) => parts.push(part),
            }
        }
        Self { parts, merged: 1, who }.numbered()
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

    /// By which word such requests are looked up: the first that says something.
    pub(super) fn key(&self) -> &str {
        let asks = |stem: &&str| !ASKING.contains(stem);
        self.telling().find(asks).or_else(|| self.telling().next()).unwrap_or_default()
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
        let generic = GENERIC.contains(&self.key()) && own.max(others) > 1;
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
        let pairs = common(&self.parts, &other.parts);
        let mut parts = Vec::new();
        let (mut at, mut on) = (0, 0);
        for (own, others) in pairs.into_iter().chain([(self.parts.len(), other.parts.len())]) {
            let (left, right) = (
                self.parts.get(at..own).unwrap_or_default(),
                other.parts.get(on..others).unwrap_or_default(),
            );
            parts.extend(between((left, self.who), (right, who)).map(Part::Slot));
            parts.extend(self.parts.get(own).cloned());
            (at, on) = (own + 1, others + 1);
        }
        let merged =
            Self { parts, merged: self.merged.saturating_add(1), who: self.who }.numbered();
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

    /// As a name: what it is about, a dot, and what is done.
    pub(super) fn name(&self) -> String {
        let about = self.slots().map(|slot| match slot.kind {
            SlotKind::Date => "date",
            SlotKind::Number | SlotKind::Integer | SlotKind::Numbers => "number",
            SlotKind::Json => "json",
            SlotKind::Url => "http",
            SlotKind::Texts => "list",
            SlotKind::Text | SlotKind::Word | SlotKind::Email => "text",
        });
        let about = about.min_by_key(|about| *about == "text").unwrap_or("text");
        let words = self.parts.iter().filter_map(|part| match part {
            Part::Word { text, telling: true, .. } => {
                let plain: String =
                    text.chars().filter(char::is_ascii_alphanumeric).take(16).collect();
                Some(plain.to_ascii_lowercase())
            }
            Part::Word { .. } | Part::Slot(_) => None,
        });
        let words = words.filter(|word| word.starts_with(|first: char| first.is_ascii_lowercase()));
        format!("{about}.{}", words.take(4).collect::<Vec<_>>().join("-"))
    }

    pub(super) fn bytes(&self) -> usize {
        let of = |part: &Part| match part {
            Part::Word { stem, text, .. } => stem.len() + text.len(),
            Part::Slot(slot) => {
                let texts: usize = slot
                    .values
                    .iter()
                    .filter_map(|seen| seen.text.as_ref())
                    .map(|text| text.len())
                    .sum();
                slot.name.capacity() + slot.values.capacity() * size_of::<Seen>() + texts
            }
        };
        self.parts.capacity() * size_of::<Part>() + self.parts.iter().map(of).sum::<usize>()
    }
}

/// A sentence as it may be kept: without secrets and addresses, and not longer than a sentence.
pub(super) fn sample(sentence: &str) -> String {
    let mut secret = false;
    let read = Sentence::of(sentence);
    let words = read.words().iter().map(|word| {
        let text = word.as_str();
        let hide = (secret && !word.is_filler())
            || looks_secret(text)
            || SlotKind::Email.read(text).is_some();
        secret = sounds_secret(text) || (secret && word.is_filler());
        match hide {
            true => REDACTED.to_owned(),
            false if word.is_quoted() => format!("\"{text}\""),
            false => text.to_owned(),
        }
    });
    cut(&words.take(SAMPLE_WORDS_MAX).collect::<Vec<_>>().join(" "))
}

/// The words that two have in common, in their order: the longest such row.
fn common(left: &[Part], right: &[Part]) -> Vec<(usize, usize)> {
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

/// One slot for what stands between two words on either side.
fn between(left: (&[Part], u64), right: (&[Part], u64)) -> Option<Varying> {
    let one = |(parts, who): (&[Part], u64)| -> Option<Varying> {
        let mut parts = parts.iter().map(|part| part.varying(who));
        let mut first = parts.next()?;
        parts.for_each(|next| first.join(&next));
        Some(first)
    };
    match (one(left).map(Varying::kept), one(right)) {
        (Some(mut left), Some(right)) => {
            left.kind = joined(left.kind, right.kind);
            left.optional |= right.optional;
            left.count = left.count.saturating_add(right.count);
            left.many |= right.many;
            right.values.iter().for_each(|value| left.see(value));
            Some(left)
        }
        (Some(slot), None) | (None, Some(slot)) => Some(Varying { optional: true, ..slot.kept() }),
        (None, None) => None,
    }
}

// === impl Part ===

impl Part {
    fn of(word: &Word, secret: bool, who: u64) -> Self {
        let text = word.as_str();
        if (secret && !word.is_filler()) || looks_secret(text) {
            return Self::Slot(Varying::hidden());
        }
        let typed = [
            SlotKind::Integer,
            SlotKind::Number,
            SlotKind::Date,
            SlotKind::Url,
            SlotKind::Email,
            SlotKind::Json,
        ];
        let kind = typed.into_iter().find(|kind| kind.read(text).is_some());
        match kind {
            // Numbers and addresses are nobody's choice among a few.
            Some(kind) => Self::Slot(Varying { kind, ..Varying::hidden() }),
            None if word.is_quoted() => Self::Slot(Varying::of(text, who)),
            None => Self::Word {
                stem: word.stem().into(),
                text: text.to_lowercase().replace(['{', '}'], "").into(),
                telling: !word.is_filler(),
            },
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Word { stem, .. }, Self::Word { stem: other, .. }) => stem == other,
            _ => false,
        }
    }

    /// How much it is to have this in common.
    const fn worth(&self) -> u16 {
        match self {
            Self::Word { telling: true, .. } => 10,
            Self::Word { .. } | Self::Slot(_) => 1,
        }
    }

    fn varying(&self, who: u64) -> Varying {
        match self {
            Self::Word { text, .. } => Varying::of(text, who),
            Self::Slot(slot) => slot.clone(),
        }
    }
}

// === impl Varying ===

impl Varying {
    fn of(text: &str, who: u64) -> Self {
        let short = text.chars().count() <= VALUE_CHARS_MAX;
        let values = vec![Seen { hash: hash(text), who, text: Some(text.into()), shared: false }];
        let values = if short { values } else { Vec::new() };
        Self {
            name: String::new(),
            kind: SlotKind::Text,
            optional: false,
            values,
            many: !short,
            count: 1,
        }
    }

    /// A value of which nothing is kept but that it was there.
    fn hidden() -> Self {
        Self {
            name: String::new(),
            kind: SlotKind::Text,
            optional: false,
            values: Vec::new(),
            many: true,
            count: 1,
        }
    }

    /// Takes in what stands right behind it: together they are a longer text.
    fn join(&mut self, next: &Self) {
        self.kind = SlotKind::Text;
        self.optional &= next.optional;
        (self.many, self.values) = (true, Vec::new());
    }

    /// Without the words that only one person said.
    fn kept(mut self) -> Self {
        for value in self.values.iter_mut().filter(|value| !value.shared) {
            value.text = None;
        }
        self
    }

    fn see(&mut self, value: &Seen) {
        let room = self.values.len() < VALUES_MAX;
        match self.values.iter_mut().find(|known| known.hash == value.hash) {
            Some(known) if known.who != value.who => {
                known.text = known.text.take().or_else(|| value.text.clone());
                known.shared = true;
            }
            Some(_) => {}
            None if room => {
                self.values.push(Seen { text: None, ..value.clone() });
            }
            None => self.many = true,
        }
    }

    /// The values, where they are few and each was said by several people.
    pub(super) fn cases(&self) -> Vec<&str> {
        let all =
            !self.many && self.count >= CASES_FROM && (2..=CASES_MAX).contains(&self.values.len());
        let texts: Option<Vec<&str>> =
            self.values.iter().map(|value| value.text.as_deref()).collect();
        texts.filter(|_| all).unwrap_or_default()
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(text.to_lowercase().as_bytes());
    hasher.finish()
}
