//! Sources for a new project that is described and not yet written: every operation typed, and
//! answering that it is not written yet.
//!
//! *Never:* a stub gives an output that looks like an answer.

mod assemblyscript;
mod c;
mod compiled;
mod rust;
mod scripts;
mod shape;

use serde_json::Value;

use crate::Language;
use crate::description::{Description, Operation};

/// The files that stand in place of the template's.
pub(crate) fn sources(
    language: Language,
    name: &str,
    description: &Description,
) -> Vec<(String, String)> {
    match language {
        Language::Rust => rust::sources(name, description),
        Language::C => c::sources(description),
        Language::Cpp => compiled::cpp(description),
        Language::Zig => compiled::zig(description),
        Language::Go => compiled::go(description),
        Language::Python => scripts::python(description),
        Language::JavaScript | Language::TypeScript => scripts::javascript(language, description),
        Language::AssemblyScript => assemblyscript::sources(description),
    }
}

/// What a property may be, as far as types of programming languages tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    Text,
    Integer,
    Number,
    Boolean,
    List(&'a Value),
    Anything,
}

/// One property of an object.
pub(crate) struct Property<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: Kind<'a>,
    pub(crate) schema: &'a Value,
    pub(crate) is_required: bool,
    description: &'a str,
}

pub(crate) fn kind(schema: &Value) -> Kind<'_> {
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => Kind::Text,
        Some("integer") => Kind::Integer,
        Some("number") => Kind::Number,
        Some("boolean") => Kind::Boolean,
        Some("array") => Kind::List(schema.get("items").unwrap_or(&Value::Null)),
        _ => Kind::Anything,
    }
}

/// The properties of an object's schema, in order.
pub(crate) fn properties(schema: &Value) -> Vec<Property<'_>> {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let object = schema.get("properties").and_then(Value::as_object);
    object
        .into_iter()
        .flatten()
        .map(|(name, schema)| Property {
            name,
            kind: kind(schema),
            schema,
            is_required: required.contains(&name.as_str()),
            description: schema.get("description").and_then(Value::as_str).unwrap_or_default(),
        })
        .collect()
}

/// One line for a comment.
fn summary(operation: &Operation) -> String {
    let text = if operation.summary.is_empty() { "Not described yet." } else { &operation.summary };
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace("*/", "* /")
}

/// `count-words` as `CountWords`.
pub(crate) fn camel(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
    };
    name.split(['-', '_']).filter_map(capital).collect()
}

/// `count-words` as `countWords`.
pub(crate) fn function(name: &str) -> String {
    let mut letters = camel(name);
    letters.replace_range(..1, &letters.get(..1).unwrap_or_default().to_ascii_lowercase());
    letters
}

/// A property's name as one of most languages: letters, digits and underscores.
fn identifier(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' })
        .collect();
    if plain.starts_with(|first: char| first.is_ascii_digit()) {
        format!("_{plain}")
    } else {
        plain
    }
}
