//! Slots: what varies in a sentence, and how it is read.
//!
//! *Never:* a value is guessed that a sentence does not hold.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::IntentError;
use super::sentence::Word;

/// A part of a pattern that varies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The input's property that it fills.
    pub name: String,
    /// How it is read.
    pub kind: SlotKind,
}

/// How what stands in a slot is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SlotKind {
    /// Any words.
    Text,
    /// One word.
    Word,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// A day, as `2026-02-01`.
    Date,
    /// An address of a page.
    Url,
    /// An e-mail address.
    Email,
    /// Numbers with commas or blanks between them.
    Numbers,
    /// Texts with commas between them.
    Texts,
    /// A list or an object in JSON.
    Json,
}

impl SlotKind {
    /// What the kinds are called in patterns.
    pub const WORDS: [&'static str; 10] =
        ["text", "word", "number", "integer", "date", "url", "email", "numbers", "texts", "json"];
    const ALL: [Self; 10] = [
        Self::Text,
        Self::Word,
        Self::Number,
        Self::Integer,
        Self::Date,
        Self::Url,
        Self::Email,
        Self::Numbers,
        Self::Texts,
        Self::Json,
    ];

    /// What it is called in patterns.
    #[must_use]
    pub fn word(self) -> &'static str {
        let at = Self::ALL.iter().position(|kind| *kind == self).unwrap_or(0);
        Self::WORDS.get(at).copied().unwrap_or("text")
    }

    fn of_word(word: &str) -> Option<Self> {
        let at = Self::WORDS.iter().position(|known| *known == word)?;
        Self::ALL.get(at).copied()
    }

    /// How a property with this schema is read; none where its type says nothing better than text.
    #[must_use]
    pub fn of_schema(schema: &Value) -> Option<Self> {
        let word = |schema: &Value, name: &str| schema.get(name)?.as_str().map(str::to_owned);
        let item = schema.get("items").and_then(|items| word(items, "type"));
        let (ty, format) = (word(schema, "type")?, word(schema, "format"));
        match (ty.as_str(), format.as_deref(), item.as_deref()) {
            ("number", ..) => Some(Self::Number),
            ("integer", ..) => Some(Self::Integer),
            ("string", Some("date"), _) => Some(Self::Date),
            ("string", Some("uri"), _) => Some(Self::Url),
            ("string", Some("email"), _) => Some(Self::Email),
            ("array", _, Some("number" | "integer")) => Some(Self::Numbers),
            ("array", _, Some("string")) => Some(Self::Texts),
            ("array" | "object", ..) => Some(Self::Json),
            _ => None,
        }
    }

    /// The schema of a property that such a slot fills.
    #[must_use]
    pub fn schema(self) -> Value {
        // Bounds of lists and texts are what the cost of a recipe follows from.
        match self {
            Self::Text => serde_json::json!({"type": "string", "maxLength": 100_000}),
            Self::Word => serde_json::json!({"type": "string", "maxLength": 200}),
            Self::Number => serde_json::json!({"type": "number"}),
            Self::Integer => serde_json::json!({"type": "integer"}),
            Self::Date => serde_json::json!({"type": "string", "format": "date"}),
            Self::Url => serde_json::json!({"type": "string", "format": "uri", "maxLength": 2_000}),
            Self::Email => serde_json::json!({"type": "string", "format": "email"}),
            Self::Numbers => {
                serde_json::json!({"type": "array", "items": {"type": "number"}, "maxItems": 1_000})
            }
            Self::Texts => {
                let item = serde_json::json!({"type": "string", "maxLength": 2_000});
                serde_json::json!({"type": "array", "items": item, "maxItems": 1_000})
            }
            Self::Json => serde_json::json!({}),
        }
    }

    /// Whether more than one word may stand in it.
    pub(crate) const fn is_long(self) -> bool {
        matches!(self, Self::Text | Self::Numbers | Self::Texts)
    }

    /// Whether a word may stand in it.
    pub(crate) fn admits(self, word: &Word) -> bool {
        match self {
            Self::Text | Self::Texts | Self::Word => true,
            Self::Numbers => {
                word.stem() == "and"
                    || word.as_str().starts_with('[')
                    || word.as_str().split(',').all(|part| number(part).is_some())
            }
            Self::Number | Self::Integer | Self::Date | Self::Url | Self::Email | Self::Json => {
                self.read(word.as_str()).is_some()
            }
        }
    }

    /// What a text says, read as this kind; none where it says nothing of it.
    #[must_use]
    pub fn read(self, text: &str) -> Option<Value> {
        let text = text.trim();
        match self {
            Self::Text => Some(text.into()),
            Self::Word => (!text.contains(char::is_whitespace)).then(|| text.into()),
            Self::Number => Some(number(text)?.into()),
            Self::Integer => {
                let whole =
                    number(text).filter(|number| number.fract() == 0.0 && number.abs() < 9e15)?;
                #[expect(clippy::cast_possible_truncation, reason = "whole, and small enough")]
                Some((whole as i64).into())
            }
            Self::Date => is_date(text).then(|| text.into()),
            Self::Url => is_url(text).then(|| text.into()),
            Self::Email => is_email(text).then(|| text.into()),
            Self::Numbers if text.starts_with('[') => Self::Json.read(text),
            Self::Numbers => {
                let parts = text.split(|letter: char| letter == ',' || letter.is_whitespace());
                let said = parts.filter(|part| !part.is_empty() && *part != "and");
                let numbers: Option<Vec<Value>> =
                    said.map(|part| Some(number(part)?.into())).collect();
                numbers.filter(|numbers| !numbers.is_empty()).map(Value::from)
            }
            Self::Texts if text.starts_with('[') => Self::Json.read(text),
            Self::Texts => Some(texts(text).into()),
            Self::Json => {
                let json = serde_json::from_str::<Value>(text).ok()?;
                (json.is_array() || json.is_object()).then_some(json)
            }
        }
    }
}

/// A list as people write one: with commas, and an `and` before the last.
fn texts(text: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = text.split(',').map(str::trim).collect();
    if let Some(last) = parts.pop() {
        let last = last.strip_prefix("and ").unwrap_or(last);
        match last.split_once(" and ") {
            Some((one, other)) => parts.extend([one.trim(), other.trim()]),
            None => parts.push(last),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// A number as people write it: with a sign of money or per cent, and commas between thousands.
pub(crate) fn number(text: &str) -> Option<f64> {
    let bare = text.trim_start_matches(['$', '€', '£']).trim_end_matches(['%', '€']);
    let plain = if in_thousands(bare) { bare.replace(',', "") } else { bare.to_owned() };
    let digits = plain.bytes().any(|byte| byte.is_ascii_digit());
    let only = plain.bytes().all(|byte| byte.is_ascii_digit() || b".-+eE".contains(&byte));
    (digits && only).then(|| plain.parse().ok()).flatten().filter(|number: &f64| number.is_finite())
}

fn in_thousands(text: &str) -> bool {
    let whole = text.split('.').next().unwrap_or_default();
    let mut groups = whole.trim_start_matches('-').split(',');
    groups.next().is_some_and(|first| (1..=3).contains(&first.len()))
        && groups.clone().count() > 0
        && groups.all(|group| group.len() == 3)
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut part = |width: usize, most: u32| {
        let part = parts.next().filter(|part| part.len() == width)?;
        part.parse::<u32>().ok().filter(|number| (1..=most).contains(number))
    };
    part(4, 9999).is_some()
        && part(2, 12).is_some()
        && part(2, 31).is_some()
        && parts.next().is_none()
}

fn is_url(text: &str) -> bool {
    let behind = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    behind.is_some_and(|host| host.starts_with(|letter: char| letter.is_alphanumeric()))
}

pub(crate) fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let plain = |letter: char| letter.is_alphanumeric() || "._%+-".contains(letter);
    let labels = || host.split('.');
    !name.is_empty()
        && name.chars().all(plain)
        && labels().count() > 1
        && labels().all(|label| {
            !label.is_empty()
                && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
        })
}

// === impl Slot ===

impl Slot {
    /// Reads what stands between the braces of a pattern.
    pub(super) fn parse(inside: &str) -> Result<Self, IntentError> {
        let (name, kind) = match inside.split_once(':') {
            Some((name, kind)) => (name, Some(kind)),
            None => (inside, None),
        };
        let letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let begins = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        if !begins || !name.chars().all(letter) {
            return Err(IntentError::Slot(inside.to_owned()));
        }
        let kind = match kind {
            None => SlotKind::Text,
            Some(kind) => SlotKind::of_word(kind).ok_or_else(|| IntentError::Kind {
                name: name.to_owned(),
                kind: kind.to_owned(),
            })?,
        };
        Ok(Self { name: name.to_owned(), kind })
    }
}
