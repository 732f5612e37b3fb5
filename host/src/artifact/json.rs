//! Strict JSON: one meaning for every text, whoever reads it.
//!
//! *Never:* a duplicate key, a text behind the end or a nesting without end is let through.

mod place;

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use place::{Place, Step};

/// Levels of nesting. A schema of a deeply nested record needs about 20; what goes deeper is made
/// to exhaust a stack, and this is half of what the parser below could bear.
pub(crate) const JSON_DEPTH_MAX: u32 = 64;

/// A message longer than this is no longer read, and much of it may be foreign text.
const MESSAGE_CHARS_MAX: usize = 300;

/// A text that is not the JSON that was expected, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}{}: {message}", shown(.pointer))]
pub struct JsonError {
    message: String,
    line: usize,
    column: usize,
    pointer: String,
}

impl JsonError {
    /// The line, counted from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The column in bytes, counted from 1; 0 is the end of the line before.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }

    /// The place as a JSON Pointer; empty for the whole text, and where the text is no JSON.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What is wrong there, without the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// Reads one JSON text strictly: one meaning for every text, whoever reads it. A key that appears
/// twice, a text behind the end and a nesting without end are errors, and so is what does not fit
/// the type; each tells its place.
///
/// ```
/// use engraft::artifact::read_json;
/// use engraft::model::CapabilityName;
///
/// let error = read_json::<Vec<CapabilityName>>(br#"["text.slugify", "No Name"]"#).unwrap_err();
/// assert_eq!((error.line(), error.column(), error.pointer()), (1, 18, "/1"));
/// ```
///
/// # Errors
///
/// [`JsonError`].
pub fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, JsonError> {
    parse(bytes)
}

/// Reads one JSON text strictly.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, JsonError> {
    let text = std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error.valid_up_to()))?;
    let mut reader = serde_json::Deserializer::from_str(text);
    Walk { depth: 0 }.deserialize(&mut reader)?;
    reader.end()?;
    // Only what was refused is read once more, with an eye on the way to it.
    serde_json::from_str(text).or_else(|_| parse_watching(text))
}

fn parse_watching<T: DeserializeOwned>(text: &str) -> Result<T, JsonError> {
    let mut reader = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let steps: Vec<Step<'_>> = error.path().iter().filter_map(Step::of).collect();
        let (pointer, place) = (place::pointer(&steps), place::find(text, &steps));
        JsonError { pointer, ..error.inner().into() }.at(place)
    })
}

/// Foreign text as a person may see it: bounded, and without control characters.
pub(crate) fn scrub(text: &str) -> String {
    let plain = |char: char| if char.is_control() { '\u{fffd}' } else { char };
    text.chars().take(MESSAGE_CHARS_MAX).map(plain).collect()
}

fn not_utf8(bytes: &[u8], valid: usize) -> JsonError {
    let before = bytes.get(..valid).unwrap_or_default();
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    JsonError {
        message: "the text is not UTF-8".to_owned(),
        line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
        column: valid - line_start + 1,
        pointer: String::new(),
    }
}

fn shown(pointer: &str) -> String {
    if pointer.is_empty() { String::new() } else { format!(" (`{pointer}`)") }
}

// === impl JsonError ===

impl From<&serde_json::Error> for JsonError {
    fn from(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let full = error.to_string();
        let place = format!(" at line {line} column {column}");
        let message = scrub(full.strip_suffix(&place).unwrap_or(&full));
        Self { message, line, column, pointer: String::new() }
    }
}

impl JsonError {
    /// A single value that was refused is the better place: the parser tells where it stood when the
    /// type refused, which may be the end of the object around it.
    fn at(self, place: Option<Place>) -> Self {
        match place {
            Some(Place { line, column }) => Self { line, column, ..self },
            None => self,
        }
    }
}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> Self {
        Self::from(&error)
    }
}

/// Walks over a value and keeps nothing of it but the keys of the object that it is in.
#[derive(Clone, Copy)]
struct Walk {
    depth: u32,
}

impl Walk {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth == JSON_DEPTH_MAX {
            return Err(E::custom(format_args!("nested deeper than {JSON_DEPTH_MAX} levels")));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

// === impl Walk ===

impl<'de> DeserializeSeed<'de> for Walk {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        while items.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        let mut seen = HashSet::new();
        while let Some(Key(key)) = entries.next_key()? {
            if seen.contains(&key) {
                return Err(A::Error::custom(format_args!("the key `{key}` appears twice")));
            }
            seen.insert(key);
            entries.next_value_seed(inner)?;
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Key(String);

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn error(text: &[u8]) -> JsonError {
        parse::<Value>(text).unwrap_err()
    }

    #[test]
    fn the_place_is_told() {
        let found = error(b"{\n  \"a\": 1,\n  \"a\": 2\n}");
        assert_eq!((found.line(), found.message()), (3, "the key `a` appears twice"));
        let found = error(b"[\n1, \xff]");
        assert_eq!((found.line(), found.column()), (2, 4));
    }

    #[test]
    fn a_refused_value_is_told_where_it_stands_and_not_where_its_object_ends() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(dead_code, reason = "only its reading is looked at")]
        struct Typed {
            names: Vec<crate::model::CapabilityName>,
            #[serde(default)]
            inner: Option<Box<Typed>>,
        }
        let place = |text: &str| {
            let error = parse::<Typed>(text.as_bytes()).unwrap_err();
            (error.line(), error.column(), error.pointer().to_owned())
        };
        let text = "{\n \"inner\": {\"names\": [\n  \"a.b\",\n  \"No Name\"\n]},\n \"names\": []}";
        assert_eq!(place(text), (4, 3, "/inner/names/1".to_owned()));
        assert_eq!(place("{\"na\\u006des\": [ \"é\", 7 ]}"), (1, 18, "/names/0".to_owned()));
        assert_eq!(place("{\"names\":\n  true}"), (2, 3, "/names".to_owned()));
        // What is not there and what should not be is told by where the parser stands.
        assert_eq!(place("{\n\"nmaes\": []}").0, 2);
        let error = parse::<Typed>(b"{\"inner\": {}}").unwrap_err();
        assert_eq!((error.message(), error.pointer()), ("missing field `names`", "/inner"));
        assert!(error.to_string().contains("(`/inner`): missing field"), "{error}");
    }

    #[test]
    fn duplicates_are_found_however_they_are_written_and_however_deep() {
        assert!(error(br#"{"a": 1, "\u0061": 2}"#).message().contains("twice"));
        assert!(error(br#"[{"b": {"a": 1, "a": 1}}]"#).message().contains("twice"));
        assert!(parse::<Value>(br#"[{"a": 1}, {"a": 1}]"#).is_ok());
    }

    #[test]
    fn depth_is_bounded_and_the_bound_itself_fits() {
        let nest = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse::<Value>(nest(JSON_DEPTH_MAX as usize).as_bytes()).is_ok());
        let found = error(nest(JSON_DEPTH_MAX as usize + 1).as_bytes());
        assert!(found.message().contains("64 levels"), "{found}");
        assert!(error("[".repeat(1_000_000).as_bytes()).message().contains("64 levels"));
        assert!(error(r#"{"a":"#.repeat(1_000_000).as_bytes()).message().contains("64 levels"));
    }

    #[test]
    fn nothing_may_follow_and_foreign_text_is_scrubbed() {
        assert!(error(b"{} {}").message().contains("trailing"));
        let found = parse::<crate::model::Permissions>(br#"{"\u001b[31m": 1}"#).unwrap_err();
        assert!(!found.to_string().contains('\u{1b}'), "{found}");
    }
}
