//! What sounds or looks like a secret.
//!
//! *Never:* the lists here are taken for complete; where only a shape is wanted, no value is let through.

mod announcing;
mod hushed;
mod looks;
mod words;

use serde_json::{Map, Value};

pub(crate) use hushed::{Text, hushed};
pub(crate) use looks::looks_secret;
pub(crate) use words::hidden;

use super::intent::{Sentence, is_email};

/// What stands in the place of what is not to be seen.
pub(crate) const REDACTED: &str = "[redacted]";
/// Longer texts are cut: a sample is to be looked at, not to be the data.
pub(crate) const TEXT_CHARS_MAX: usize = 256;
/// As much of a sentence is read; a page that is pasted behind it is data.
pub(crate) const SENTENCE_BYTES_MAX: usize = 4_096;
/// Words of a sentence that are kept.
const SENTENCE_WORDS_MAX: usize = 40;
/// What secrets are called, in lower case and without `_` and `-`.
const SECRET_NAMES: [&str; 17] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "key",
    "auth",
    "bearer",
    "cookie",
    "credential",
    "session",
    "signature",
    "pin",
    "ssn",
    "iban",
    "card",
];

/// A text with the words in it replaced that look like keys.
pub(crate) fn scrubbed(text: &str) -> String {
    let seen = cut(text);
    if !seen.split_whitespace().any(looks_secret) {
        return seen;
    }
    let words = seen.split(' ').map(|word| if looks_secret(word) { REDACTED } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// A text as it may be kept: shorter, and without secrets, addresses of people and what a terminal
/// would obey. More is taken out here than where somebody only looks.
pub(crate) fn kept(text: &str) -> String {
    let text: String = cut(text).chars().filter(|letter| !is_control(*letter)).collect();
    let read = Sentence::whole(&text);
    let hidden = hidden(read.words());
    if !hidden.contains(&true) {
        return text;
    }
    let words = read.words().iter().zip(hidden);
    let words = words.map(|(word, hidden)| if hidden { REDACTED } else { word.as_str() });
    words.collect::<Vec<_>>().join(" ")
}

/// A sentence as it may be kept: as [`kept`], word by word, and with what stood between quotes between
/// quotes, so that it reads the same again.
pub(crate) fn kept_sentence(sentence: &str) -> String {
    let end = sentence.len().min(SENTENCE_BYTES_MAX);
    let end = (0..=end).rev().find(|end| sentence.is_char_boundary(*end)).unwrap_or_default();
    let read = Sentence::of(sentence.get(..end).unwrap_or_default());
    let words = read.words().iter().zip(hidden(read.words())).map(|(word, hidden)| {
        let text = word.as_str();
        match hidden {
            true => REDACTED.to_owned(),
            false if word.is_quoted() => format!("\"{text}\""),
            false => text.to_owned(),
        }
    });
    let seen = words.take(SENTENCE_WORDS_MAX).collect::<Vec<_>>().join(" ");
    cut(&seen.chars().filter(|letter| !is_control(*letter)).collect::<String>())
}

/// A value as it may be kept.
pub(crate) fn kept_value(value: &Value) -> Value {
    match value {
        Value::String(text) => kept(text).into(),
        Value::Array(entries) => entries.iter().map(kept_value).collect::<Vec<_>>().into(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| match sounds_secret(name) {
                true => (cut(name), REDACTED.into()),
                false => (kept(name), kept_value(value)),
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Value::Number(number) if looks_secret(&number.to_string()) => REDACTED.into(),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_)) => plain.clone(),
    }
}

/// Whether a value that somebody shows as an example holds a secret. Narrower than what is
/// [kept](kept_value): an example is refused for it, so that what is only about secrets passes.
pub(crate) fn shows_secret(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => false,
        Value::Number(number) => looks_secret(&number.to_string()),
        Value::String(text) => hushed(text, Text::Shown) != *text,
        Value::Array(entries) => entries.iter().any(shows_secret),
        Value::Object(fields) => fields.iter().any(|(name, value)| {
            let is_said = value.is_number() || value.as_str().is_some_and(|text| !text.is_empty());
            is_said && announcing::names_password(name) || shows_secret(value)
        }),
    }
}

/// Where in a value a secret seems to stand: a pointer into it, which says nothing of the secret.
pub(crate) fn secret_place(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Bool(_) => None,
        Value::Number(number) => looks_secret(&number.to_string()).then(String::new),
        Value::String(text) => {
            let read = Sentence::whole(text);
            // An address may be what an example is about.
            let words = read.words().iter().zip(hidden(read.words()));
            let mut secret = words.filter(|(word, hidden)| *hidden && !is_email(word.as_str()));
            secret.next().map(|_| String::new())
        }
        Value::Array(entries) => entries
            .iter()
            .enumerate()
            .find_map(|(at, entry)| Some(format!("/{at}{}", secret_place(entry)?))),
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            let own = sounds_secret(name) && !value.is_null();
            let place = if own { Some(String::new()) } else { secret_place(value) };
            place.map(|place| format!("/{}{place}", kept(name)))
        }),
    }
}

/// Whether a field of this name holds a secret.
pub(crate) fn sounds_secret(name: &str) -> bool {
    let letters = name.chars().filter(|letter| letter.is_alphanumeric());
    let name: String = letters.flat_map(char::to_lowercase).collect();
    SECRET_NAMES.iter().any(|secret| name.contains(secret))
}

/// What a terminal would obey, and what makes text read otherwise than it stands.
pub(crate) fn is_control(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// As much of a text as is kept.
pub(crate) fn cut(text: &str) -> String {
    let mut seen: String = text.chars().take(TEXT_CHARS_MAX).collect();
    if seen.len() < text.len() {
        seen.push('…');
    }
    seen
}
