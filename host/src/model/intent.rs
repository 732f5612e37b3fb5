//! Intents: sentences that ask for a capability, with slots for what varies in them.
//!
//! *Never:* more is looked at than the words of a sentence times the parts of a pattern.

mod align;
mod sentence;
mod slot;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(crate) use sentence::is_filler;
pub use sentence::{Sentence, Word};
pub(crate) use slot::is_email;
pub use slot::{Slot, SlotKind};

/// A pattern is a sentence, not a text.
const INTENT_BYTES_MAX: usize = 512;
/// Words and slots of one pattern; what has more is no longer said in one breath.
const PARTS_MAX: usize = 40;
/// More things than these are not asked for in one sentence, but in a form.
const SLOTS_MAX: usize = 8;

/// A sentence with slots: `convert {amount:number} miles to kilometres`. A slot without a kind takes
/// any words.
///
/// ```
/// use engraft::model::{Intent, Sentence};
///
/// let intent: Intent = "add {days:integer} days to {start:date}".parse()?;
/// let found = intent.find(&Sentence::of("please add 14 days to 2026-02-01")).unwrap();
/// assert_eq!(found.slots["days"], 14);
/// assert_eq!(found.slots["start"], "2026-02-01");
/// assert!(found.confidence > 0.9);
/// # Ok::<(), engraft::model::IntentError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Intent {
    text: String,
    parts: Vec<Part>,
}

/// A word, as it is compared, or a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Word(Word),
    Slot(Slot),
}

/// A sentence that fits a pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What stood in the slots, read as their kinds say.
    pub slots: Map<String, Value>,
    /// How sure it is that this is what was asked for, from 0 to 1.
    pub confidence: f64,
}

/// A text that is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IntentError {
    /// There is nothing to compare with.
    #[error("`{0}` has no word outside of slots, so that every sentence would fit; give it one")]
    NoWords(String),
    /// It is larger than a sentence.
    #[error("a pattern has at most {most} {what}, and this one has {found}; say less in it")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much.
        found: usize,
        /// How much there may be.
        most: usize,
    },
    /// A slot is not written as one.
    #[error(
        "`{{{0}}}` is no slot; write `{{name}}` or `{{name:number}}`, with a name of letters, digits and `_`"
    )]
    Slot(String),
    /// A slot has a kind that there is not.
    #[error("slot `{name}` has the kind `{kind}`; there are {}", SlotKind::WORDS.join(", "))]
    Kind {
        /// The slot.
        name: String,
        /// What stands behind its colon.
        kind: String,
    },
    /// A name stands twice.
    #[error("slot `{0}` stands twice; give each a name of its own")]
    Twice(String),
    /// Two slots of any words side by side cannot be told apart.
    #[error(
        "slots `{0}` and `{1}` have no word between them, so that none knows where the other begins"
    )]
    Together(String, String),
}

impl Intent {
    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The pattern with slots by their names alone, as recipes write it.
    #[must_use]
    pub fn plain(&self) -> String {
        let kind = |slot: &Slot| {
            (format!("{{{}:{}}}", slot.name, slot.kind.word()), format!("{{{}}}", slot.name))
        };
        self.slots()
            .map(kind)
            .fold(self.text.clone(), |text, (typed, plain)| text.replace(&typed, &plain))
    }

    /// Its slots, from left to right.
    pub fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.parts
            .iter()
            .filter_map(|part| if let Part::Slot(slot) = part { Some(slot) } else { None })
    }

    /// Its words outside of slots.
    pub fn words(&self) -> impl Iterator<Item = &Word> {
        self.parts
            .iter()
            .filter_map(|part| if let Part::Word(word) = part { Some(word) } else { None })
    }

    /// A pattern of which an input's schema says how those slots are read that have no kind of their
    /// own. Before that, nobody knows whether two slots side by side can be told apart.
    ///
    /// ```
    /// use engraft::model::{Intent, Sentence};
    /// use serde_json::json;
    ///
    /// let input = json!({"properties": {"amount": {"type": "number"}, "unit": {"type": "string"}}});
    /// let intent = Intent::for_input("pack {amount} {unit}", &input)?;
    /// let found = intent.find(&Sentence::of("pack 2.5 kg")).unwrap();
    /// assert_eq!((&found.slots["amount"], &found.slots["unit"]), (&json!(2.5), &json!("kg")));
    /// # Ok::<(), engraft::model::IntentError>(())
    /// ```
    ///
    /// # Errors
    /// Where the text is no pattern.
    pub fn for_input(text: &str, schema: &Value) -> Result<Self, IntentError> {
        let mut parts = read(text)?;
        for part in &mut parts {
            if let Part::Slot(slot) = part
                && slot.kind == SlotKind::Text
                && let Some(kind) = property(schema, &slot.name).and_then(SlotKind::of_schema)
            {
                slot.kind = kind;
            }
        }
        Self::of(text, parts)
    }

    fn of(text: &str, parts: Vec<Part>) -> Result<Self, IntentError> {
        for pair in parts.windows(2) {
            if let [Part::Slot(one), Part::Slot(other)] = pair
                && one.kind.is_long()
                && other.kind.is_long()
            {
                return Err(IntentError::Together(one.name.clone(), other.name.clone()));
            }
        }
        Ok(Self { text: text.to_owned(), parts })
    }

    /// What stands in the slots, where a sentence fits.
    #[must_use]
    pub fn find(&self, sentence: &Sentence<'_>) -> Option<Found> {
        align::find(&self.parts, sentence)
    }
}

// === impl Intent ===

impl FromStr for Intent {
    type Err = IntentError;

    fn from_str(text: &str) -> Result<Self, IntentError> {
        Self::of(text, read(text)?)
    }
}

/// The words and slots of a text.
fn read(text: &str) -> Result<Vec<Part>, IntentError> {
    within("bytes", text.len(), INTENT_BYTES_MAX)?;
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        push_words(&mut parts, before);
        let (inside, behind) =
            behind.split_once('}').ok_or_else(|| IntentError::Slot(behind.to_owned()))?;
        push_slot(&mut parts, Slot::parse(inside)?)?;
        rest = behind;
    }
    push_words(&mut parts, rest);
    within("words and slots", parts.len(), PARTS_MAX)?;
    let slots = parts.iter().filter(|part| matches!(part, Part::Slot(_))).count();
    within("slots", slots, SLOTS_MAX)?;
    if slots == parts.len() {
        return Err(IntentError::NoWords(text.to_owned()));
    }
    Ok(parts)
}

/// The schema of a property.
fn property<'s>(schema: &'s Value, name: &str) -> Option<&'s Value> {
    schema.get("properties")?.get(name)
}

fn within(what: &'static str, found: usize, most: usize) -> Result<(), IntentError> {
    if found > most { Err(IntentError::TooLarge { what, found, most }) } else { Ok(()) }
}

fn push_words(parts: &mut Vec<Part>, text: &str) {
    // Marks between words are nothing that a person says.
    let said = |word: &Word| word.as_str().contains(char::is_alphanumeric) || word.as_str() == "%";
    parts.extend(Sentence::whole(text).into_words().filter(said).map(Part::Word));
}

fn push_slot(parts: &mut Vec<Part>, slot: Slot) -> Result<(), IntentError> {
    for part in parts.iter() {
        if let Part::Slot(other) = part
            && other.name == slot.name
        {
            return Err(IntentError::Twice(slot.name));
        }
    }
    parts.push(Part::Slot(slot));
    Ok(())
}

impl TryFrom<String> for Intent {
    type Error = IntentError;

    fn try_from(text: String) -> Result<Self, IntentError> {
        text.parse()
    }
}

impl From<Intent> for String {
    fn from(intent: Intent) -> Self {
        intent.text
    }
}

impl fmt::Display for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
