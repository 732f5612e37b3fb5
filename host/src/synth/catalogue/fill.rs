//! Filling in: what a sentence says, as values in a recipe's texts.
//!
//! *Never:* a filled-in text means anything but the value that was said.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::model::{CapabilityName, Example, Intent, SlotKind};
use crate::synth::prose::quoted;

/// A text that is filled in is a name, a mark or an address, not a page.
const TEXT_CHARS_MAX: usize = 200;

/// What may stand for a parameter.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Parameter {
    /// One of these: words for it, and the expression that they become.
    Among(Vec<(Vec<String>, String)>),
    /// A whole number from the first up to the second.
    Integer(i64, i64),
    /// A text.
    Text,
    /// An address of a page. Behind its name come `.host` and `.path`.
    Url,
}

/// A value of a parameter: what was said, and as which text it stands in the recipe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    /// The word for it in names and sentences.
    pub(super) word: String,
    /// As an expression.
    pub(super) expression: String,
    /// As it is written, with what is behind its name.
    pub(super) raw: BTreeMap<&'static str, String>,
}

/// What goes into the holes of an entry.
#[derive(Debug, Clone, Default)]
pub(super) struct Filled {
    pub(super) values: BTreeMap<String, Said>,
    /// Properties of the input that are called otherwise than in the entry.
    pub(super) names: Map<String, Value>,
    /// The pattern that the sentence fitted.
    pub(super) asked_as: String,
    /// Of each sentence the words that were said for parameters that have other words as well.
    pub(super) spoken: Vec<Words>,
}

/// Words for parameters, by their names.
pub(super) type Words = BTreeMap<String, String>;

impl Parameter {
    /// One of these words, each with the expression that it becomes.
    #[must_use]
    pub fn among(choices: &[(&[&str], &str)]) -> Self {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self::Among(choices.iter().map(|(words, it)| (owned(words), (*it).to_owned())).collect())
    }

    /// Whether different words say the same.
    pub(super) const fn has_synonyms(&self) -> bool {
        matches!(self, Self::Among(_))
    }

    /// What was said, where it may stand here.
    pub(super) fn fill(&self, said: &Value) -> Option<Said> {
        let text = match said {
            Value::String(text) => text.trim().to_owned(),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_) => said.to_string(),
        };
        match self {
            Self::Among(choices) => {
                let folded = text.to_lowercase();
                let is = |words: &&(Vec<String>, String)| {
                    words.0.iter().any(|word| word.to_lowercase() == folded)
                };
                // Abbreviations differ in capitals: `m` and `M`.
                let exact = choices.iter().find(|(words, _)| words.contains(&text));
                let (words, expression) = exact.or_else(|| choices.iter().find(is))?;
                Some(Said::new(words.first()?, expression.clone()))
            }
            Self::Integer(least, most) => {
                let whole = SlotKind::Integer.read(&text)?.as_i64()?;
                (least..=most)
                    .contains(&&whole)
                    .then(|| Said::new(&whole.to_string(), whole.to_string()))
            }
            Self::Text => {
                (text.chars().count() <= TEXT_CHARS_MAX).then(|| Said::new(&text, quoted(&text)))
            }
            Self::Url => url(&text),
        }
    }
}

/// An address without what would mean something in a recipe.
fn url(text: &str) -> Option<Said> {
    SlotKind::Url.read(text)?;
    let plain =
        |letter: char| letter.is_ascii_alphanumeric() || "-._~:/?&=%+,;@!*".contains(letter);
    let short = text.len() <= TEXT_CHARS_MAX * 10;
    let (_, behind) = text.split_once("://")?;
    let host_end = behind.find(['/', '?']).unwrap_or(behind.len());
    let (host, path) = behind.split_at_checked(host_end)?;
    // A name before the host is a login, which belongs into no recipe.
    // A star there would be a permission for many hosts, however it is written.
    let is_one = !host.is_empty() && !host.contains(['*', '%']);
    if !short || !text.chars().all(plain) || host.contains('@') || !is_one {
        return None;
    }
    let path = path.split('?').next().unwrap_or_default();
    let path = if path.is_empty() { "/" } else { path };
    let mut said = Said::new(host, quoted(text));
    said.raw.extend([
        ("", text.to_owned()),
        ("host", host.to_lowercase()),
        ("path", path.to_owned()),
    ]);
    Some(said)
}

/// A name that needs no quotes in an expression.
pub(super) fn is_plain(name: &str) -> bool {
    let begins = name.starts_with(|first: char| first.is_ascii_lowercase());
    let letter =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    begins && name.chars().all(letter) && !RESERVED.contains(&name)
}

/// Words that the expression language keeps for itself.
const RESERVED: [&str; 22] = [
    "as",
    "if",
    "in",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "import",
    "let",
    "loop",
    "null",
    "package",
    "namespace",
    "return",
    "true",
    "var",
    "void",
    "while",
    "size",
];

// === impl Said ===

impl Said {
    fn new(word: &str, expression: String) -> Self {
        Self { word: word.to_owned(), expression, raw: BTreeMap::new() }
    }
}

// === impl Filled ===

impl Filled {
    /// What a property of the input is called.
    pub(super) fn name<'n>(&'n self, own: &'n str) -> &'n str {
        self.names.get(own).and_then(Value::as_str).unwrap_or(own)
    }

    /// An example of the entry, with the names that its input has here.
    pub(super) fn renamed(&self, example: Example) -> Example {
        let Value::Object(input) = example.input else { return example };
        let input = input.into_iter().map(|(own, value)| (self.name(&own).to_owned(), value));
        Example { input: Value::Object(input.collect()), ..example }
    }

    /// A part of a document with everything filled in.
    pub(super) fn fill(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text).into(),
            Value::Array(items) => items.iter().map(|item| self.fill(item)).collect(),
            Value::Object(fields) => Value::Object(
                fields.iter().map(|(name, value)| (name.clone(), self.fill(value))).collect(),
            ),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    fn text(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('@') {
            out.push_str(before);
            rest = behind;
            let hole = |open: char, close: char| behind.strip_prefix(open)?.split_once(close);
            if let Some((name, behind)) = hole('{', '}') {
                out.push_str(&self.expression(name));
                rest = behind;
            } else if let Some((name, behind)) =
                hole('[', ']').filter(|(name, _)| self.is_raw(name))
            {
                out.push_str(self.raw(name));
                rest = behind;
            } else {
                out.push('@');
            }
        }
        out + rest
    }

    fn expression(&self, name: &str) -> String {
        match self.values.get(name) {
            Some(said) => said.expression.clone(),
            None => format!("input.{}", self.name(name)),
        }
    }

    /// A bracket behind the sign may as well be a class of a regular expression.
    fn is_raw(&self, name: &str) -> bool {
        self.values.contains_key(name.split('.').next().unwrap_or(name))
    }

    fn raw(&self, name: &str) -> &str {
        let (name, part) = name.split_once('.').unwrap_or((name, ""));
        self.values.get(name).and_then(|said| said.raw.get(part)).map_or("", String::as_str)
    }

    /// A sentence in which parameters are named.
    pub(super) fn sentence(&self, text: &str) -> String {
        self.values.iter().fold(text.to_owned(), |text, (name, said)| {
            text.replace(&format!("@{{{name}}}"), &said.word)
        })
    }

    /// The patterns of an entry as those of the recipe, in which its parameters are words: those that they
    /// are mostly called by, and those by which somebody asked.
    pub(super) fn intents(&self, intents: &[Intent]) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        let none = Words::new();
        for spoken in std::iter::once(&none).chain(&self.spoken) {
            for text in intents.iter().map(|intent| self.intent(intent, spoken)) {
                if !all.contains(&text) {
                    all.push(text);
                }
            }
        }
        all
    }

    fn intent(&self, intent: &Intent, spoken: &Words) -> String {
        let mut text = intent.as_str().to_owned();
        for slot in intent.slots() {
            let written =
                [format!("{{{}:{}}}", slot.name, slot.kind.word()), format!("{{{}}}", slot.name)];
            let new = match self.values.get(&slot.name) {
                Some(said) => spoken.get(&slot.name).unwrap_or(&said.word).replace(['{', '}'], ""),
                None => format!("{{{}}}", self.name(&slot.name)),
            };
            text = written.iter().fold(text, |text, old| text.replace(old, &new));
        }
        text
    }

    /// The entry's name, and behind it what makes this one of several.
    pub(super) fn capability(&self, entry: &CapabilityName) -> CapabilityName {
        let letters = |word: &str| -> String {
            word.chars()
                .filter(char::is_ascii_alphanumeric)
                .take(24)
                .collect::<String>()
                .to_ascii_lowercase()
        };
        let words: Vec<String> = self
            .values
            .values()
            .map(|said| letters(&said.word))
            .filter(|word| !word.is_empty())
            .collect();
        let all = [vec![entry.as_str().to_owned()], words].concat().join("-");
        all.parse().unwrap_or_else(|_| entry.clone())
    }
}
