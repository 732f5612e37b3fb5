//! YAML and JSON text to a tree whose every part knows where it stands.
//!
//! Only what YAML shares with JSON is read: no anchors and aliases, no tags, no second document, and
//! keys that are text. A recipe is plain data, and whoever reads one sees all of it.
//!
//! *Never:* a text costs more than its limits, or a part of it is read twice.

mod build;
mod offsets;

use crate::cel::Span;
use crate::diagnostic::Diagnostic;
use serde_json::{Map, Number, Value};
use std::ops::Range;

pub(super) use build::Style;
pub(super) use offsets::Offsets;

/// A recipe larger than this is refused: it is a program, not a store of data.
pub const DOCUMENT_MAX: usize = 262_144;

/// Lists and maps within each other. The deepest known recipe, schemas included, has fourteen.
pub const NESTING_MAX: usize = 40;

/// Values in one document, so that time and memory to check it stay in proportion to its use.
pub const VALUES_MAX: usize = 20_000;

/// One scalar. The longest expression may be this long, and nothing else needs to be.
pub const SCALAR_MAX: usize = 65_536;

/// A key, as JSON writes it. YAML reads a longer one in some places and not in others.
pub const KEY_MAX: usize = 1_000;

/// A value of the document.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) content: Content,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(super) enum Content {
    Scalar(Scalar),
    List(Style, Vec<Node>),
    Map(Style, Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) at: Span,
    pub(super) node: Node,
}

/// Text, a number, a truth value or null.
#[derive(Debug, Clone)]
pub(super) struct Scalar {
    /// As it reads, quotes and escapes resolved.
    pub(super) text: String,
    pub(super) style: Style,
    pub(super) value: Plain,
}

/// What a scalar stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Plain {
    Null,
    Bool(bool),
    Number(Number),
    Text,
}

/// The tree of a document.
pub(super) fn read(document: &str) -> Result<Node, Vec<Diagnostic>> {
    fit(document).map_err(|problem| vec![problem])?;
    build::tree(document)
}

/// What no document may hold, before anything else looks at it.
fn fit(document: &str) -> Result<(), Diagnostic> {
    let at = |range: Range<usize>| Span { start: range.start, end: range.end };
    if document.len() > DOCUMENT_MAX {
        let message =
            format!("this recipe has {} bytes, and {DOCUMENT_MAX} are the most", document.len());
        return Err(Diagnostic::new(at(0..0), message).mend("keep data elsewhere, and fetch it"));
    }
    if document.starts_with('\u{feff}') {
        let message = "the document begins with a byte order mark";
        return Err(Diagnostic::new(at(0..3), message).mend("save it as UTF-8 without one"));
    }
    let control = |letter: &char| {
        letter.is_control() && !matches!(letter, '\n' | '\r' | '\t' | '\u{85}')
            || *letter == '\u{feff}'
    };
    if let Some((start, letter)) = document.char_indices().find(|(_, letter)| control(letter)) {
        let message = format!("the character U+{:04X} may not stand here", u32::from(letter));
        return Err(Diagnostic::new(at(start..start + letter.len_utf8()), message)
            .mend("take it out, or write it as an escape between double quotes: `\"\\u0007\"`"));
    }
    Ok(())
}

// === impl Node ===

/// A text as JSON writes it, quotes included.
fn written(text: &str) -> String {
    plain(Value::from(text).to_string())
}

/// JSON without letters that JSON may have as they are and YAML may not: each stands in a text, and is
/// written as its number there.
fn plain(json: String) -> String {
    let is_strange = |letter: char| {
        matches!(
            letter,
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
    };
    if !json.contains(is_strange) {
        return json;
    }
    let mut plain = String::with_capacity(json.len() + 16);
    for letter in json.chars() {
        match is_strange(letter) {
            true => plain.push_str(&format!("\\u{:04x}", u32::from(letter))),
            false => plain.push(letter),
        }
    }
    plain
}

impl Node {
    /// The value as JSON has it.
    pub(super) fn json(&self) -> Value {
        match &self.content {
            Content::Scalar(scalar) => scalar.json(),
            Content::List(_, items) => items.iter().map(Self::json).collect(),
            Content::Map(_, entries) => {
                let pair = |entry: &Entry| (entry.name.clone(), entry.node.json());
                Value::Object(entries.iter().map(pair).collect::<Map<_, _>>())
            }
        }
    }

    /// The value as JSON text, its fields in their order.
    pub(super) fn json_text(&self) -> String {
        match &self.content {
            Content::Scalar(scalar) => plain(scalar.json().to_string()),
            Content::List(_, items) => {
                let items: Vec<String> = items.iter().map(Self::json_text).collect();
                format!("[{}]", items.join(","))
            }
            Content::Map(_, entries) => {
                let pair =
                    |entry: &Entry| format!("{}:{}", written(&entry.name), entry.node.json_text());
                let pairs: Vec<String> = entries.iter().map(pair).collect();
                format!("{{{}}}", pairs.join(","))
            }
        }
    }

    /// What stands under a key of a map.
    pub(super) fn field(&self, name: &str) -> Option<&Self> {
        self.entries().iter().find(|entry| entry.name == name).map(|entry| &entry.node)
    }

    /// The entries of a map; none of anything else.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.content {
            Content::Map(_, entries) => entries,
            Content::Scalar(_) | Content::List(..) => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub(super) fn items(&self) -> &[Self] {
        match &self.content {
            Content::List(_, items) => items,
            Content::Scalar(_) | Content::Map(..) => &[],
        }
    }

    /// The text of a scalar, as it is written.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(scalar) => Some(&scalar.text),
            Content::List(..) | Content::Map(..) => None,
        }
    }

    /// What it is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match &self.content {
            Content::List(..) => "a list",
            Content::Map(..) => "an object",
            Content::Scalar(scalar) => match scalar.value {
                Plain::Null => "null",
                Plain::Bool(_) => "a truth value",
                Plain::Number(_) => "a number",
                Plain::Text => "text",
            },
        }
    }
}

// === impl Scalar ===

impl Scalar {
    fn json(&self) -> Value {
        match &self.value {
            Plain::Null => Value::Null,
            Plain::Bool(value) => Value::Bool(*value),
            Plain::Number(number) => Value::Number(number.clone()),
            Plain::Text => Value::String(self.text.clone()),
        }
    }
}

#[cfg(test)]
mod tests;
