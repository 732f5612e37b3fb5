//! What may be seen of an input: nothing, its shape, or its values without what sounds secret.
//!
//! *Never:* a value is let through because its name is not on a list, where only the shape was asked
//! for.

use serde_json::{Map, Value};

use crate::model::secrecy::{REDACTED, cut, scrubbed, sounds_secret};

/// Entries of a list that a shape tells of; the rest are like them, or many.
const SHAPE_ENTRIES_MAX: usize = 8;
/// How much of an input a listener sees.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Redaction {
    /// Nothing.
    Omit,
    /// Names and types: what tells one kind of request from another.
    #[default]
    Shape,
    /// Values as well. Those under a name that sounds secret, and texts that look like a key, are
    /// replaced; a list of names is never complete, so this is for those who may see the inputs.
    Values,
}

impl Redaction {
    /// An input as it may be seen; none where it is not JSON or not to be seen.
    pub(super) fn input(self, input: &str) -> Option<Value> {
        let value = || serde_json::from_str::<Value>(input).ok();
        match self {
            Self::Omit => None,
            Self::Shape => Some(shape(value()?)),
            Self::Values => Some(values(value()?)),
        }
    }

    /// A text of a guest as it may be seen.
    pub(super) fn text(self, text: &str) -> Option<String> {
        match self {
            Self::Omit | Self::Shape => None,
            Self::Values => Some(scrubbed(text)),
        }
    }
}

fn shape(value: Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Bool(_) => "boolean".into(),
        Value::Number(_) => "number".into(),
        Value::String(_) => "string".into(),
        Value::Array(entries) => {
            entries.into_iter().take(SHAPE_ENTRIES_MAX).map(shape).collect::<Vec<_>>().into()
        }
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| (cut(&name), shape(value)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
    }
}

fn values(value: Value) -> Value {
    match value {
        Value::String(text) => scrubbed(&text).into(),
        Value::Array(entries) => entries.into_iter().map(values).collect::<Vec<_>>().into(),
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| match sounds_secret(&name) {
                true => (cut(&name), REDACTED.into()),
                false => (cut(&name), values(value)),
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_)) => plain,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::secrecy::TEXT_CHARS_MAX;

    fn input() -> String {
        json!({
            "title": "Hello there",
            "apiKey": "hunter2",
            "nested": {"Pass_Word": 7, "tags": ["a", 1, null, true]},
            "note": "call me with sk-live-a1b2c3d4e5f6g7h8i9j0 or 4111111111111111",
        })
        .to_string()
    }

    #[test]
    fn a_shape_has_no_values() {
        let shape = Redaction::default().input(&input()).unwrap();
        let expected = json!({
            "title": "string",
            "apiKey": "string",
            "nested": {"Pass_Word": "number", "tags": ["string", "number", null, "boolean"]},
            "note": "string",
        });
        assert_eq!(shape, expected);
        assert_eq!(Redaction::Shape.text("`Hello there` is no number"), None);
    }

    #[test]
    fn values_are_without_what_sounds_or_looks_secret() {
        let seen = Redaction::Values.input(&input()).unwrap();
        assert_eq!(seen["title"], "Hello there");
        assert_eq!(seen["apiKey"], REDACTED);
        assert_eq!(seen["nested"]["Pass_Word"], REDACTED);
        assert_eq!(seen["nested"]["tags"], json!(["a", 1, null, true]));
        assert_eq!(seen["note"], "call me with [redacted] or [redacted]");
        let long = Redaction::Values.input(&json!("word ".repeat(100)).to_string()).unwrap();
        assert_eq!(long.as_str().unwrap().chars().count(), TEXT_CHARS_MAX + 1);
        assert_eq!(
            Redaction::Values.text("`https://example.org/a/long/way` is away").unwrap(),
            "`https://example.org/a/long/way` is away"
        );
    }

    #[test]
    fn what_is_not_json_or_not_to_be_seen_is_not_seen() {
        assert_eq!(Redaction::Omit.input("{}"), None);
        assert_eq!(Redaction::Values.input("no json"), None);
    }
}
