//! Parts of requests: words, and what varies.
//!
//! *Never:* what varies is kept in words that only one person said.

use serde::{Deserialize, Serialize};

use super::joined;
use super::tongue::Tongue;
use crate::model::secrecy::is_control;
use crate::model::{Digest, SlotKind, Word};

/// Values that are told apart in a slot. With more it is no choice among a few.
const VALUES_MAX: usize = 8;
/// Fewer requests than this say nothing of which values there are.
const CASES_FROM: u32 = 8;
const CASES_MAX: usize = 5;
/// Values longer than this are texts, not cases.
const VALUE_CHARS_MAX: usize = 32;

/// Letters of a word that are kept; what is longer is data.
const WORD_CHARS_MAX: usize = 40;

/// A part of a request or of a template.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Part {
    /// A word: in which spelling it is compared, and how it was written. One that is `given` looks like
    /// what a person gave, not like what is to be done: a name of somebody, a code.
    Word {
        stem: Box<str>,
        text: Box<str>,
        telling: bool,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        given: bool,
    },
    /// What varies.
    Slot(Varying),
}

/// Something that varies.
#[derive(Debug, Clone, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Seen {
    hash: u64,
    who: u64,
    text: Option<Box<str>>,
    shared: bool,
}

/// One slot for what stands between two words on either side.
pub(super) fn between(left: (&[Part], u64), right: (&[Part], u64)) -> Option<Varying> {
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
    pub(super) fn of(word: &Word, hidden: bool, who: u64, tongue: Tongue) -> Self {
        let text = word.as_str();
        if hidden && SlotKind::Email.read(text).is_none() {
            return Self::Slot(Varying::hidden());
        }
        if !word.is_quoted() && text.chars().count() > WORD_CHARS_MAX && !text.contains("://") {
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
                text: plain(text).into(),
                // Marks alone say nothing, and are no part of a pattern.
                telling: !tongue.is_filler(word) && text.contains(char::is_alphanumeric),
                // In German every noun has a capital.
                given: looks_given(text)
                    || (tongue == Tongue::English && text.starts_with(char::is_uppercase)),
            },
        }
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Word { stem, .. }, Self::Word { stem: other, .. }) => stem == other,
            _ => false,
        }
    }

    /// The same as another request has it: what looks given in both is no part of what is asked for,
    /// though both have it.
    pub(super) fn shared(&self, other: Option<&Self>) -> Self {
        match (self.clone(), other) {
            (Self::Word { stem, text, telling, given }, Some(Self::Word { given: too, .. })) => {
                Self::Word { stem, text, telling, given: given && *too }
            }
            (part, _) => part,
        }
    }

    /// How much it is to have this in common.
    pub(super) const fn worth(&self) -> u16 {
        match self {
            Self::Word { telling: true, .. } => 10,
            Self::Word { .. } | Self::Slot(_) => 1,
        }
    }

    pub(super) fn varying(&self, who: u64) -> Varying {
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
    pub(super) fn join(&mut self, next: &Self) {
        self.kind = SlotKind::Text;
        self.optional &= next.optional;
        (self.many, self.values) = (true, Vec::new());
    }

    /// Without the words that only one person said.
    pub(super) fn kept(mut self) -> Self {
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

    pub(super) fn bytes(&self) -> usize {
        let texts = self.values.iter().filter_map(|seen| seen.text.as_ref()).map(|text| text.len());
        self.name.capacity() + self.values.capacity() * size_of::<Seen>() + texts.sum::<usize>()
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

/// Whether a word is what a person gave, however it is spelled: a code, or somebody that something is
/// of.
pub(super) fn looks_given(text: &str) -> bool {
    let asks = ["what", "who", "it", "that", "let", "where", "how", "there", "here"];
    let owner = text.strip_suffix("'s").or_else(|| text.strip_suffix("’s"));
    let is_owner = owner.is_some_and(|it| !asks.contains(&it.to_lowercase().as_str()));
    text.contains(char::is_numeric) || is_owner
}

/// A word as a pattern has it: without what a terminal would obey, or what would open a slot.
fn plain(word: &str) -> String {
    let seen = |letter: &char| !is_control(*letter) && !matches!(letter, '{' | '}');
    word.to_lowercase().chars().filter(seen).collect()
}

/// The same number for the same text in every version and on every machine, because it is kept.
fn hash(text: &str) -> u64 {
    let digest = Digest::of(text.to_lowercase().as_bytes());
    let bytes = digest.as_bytes().iter().take(8);
    bytes.fold(0, |number, byte| number << 8 | u64::from(*byte))
}
