//! JSON that a person wrote, read with errors that show the place.
//!
//! *Never:* an error without line and column.

use engraft::artifact::read_json;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::place::Place;
use crate::trouble::{Result, Trouble};

/// Reads what a person wrote to be signed or obeyed, strictly; `source` is the file's name.
pub(crate) fn read<T: DeserializeOwned>(source: &str, bytes: &[u8]) -> Result<T> {
    utf8(source, bytes)?;
    read_json(bytes).map_err(|error| Trouble::in_json(source, bytes, &error))
}

/// Looks whether an input is JSON; `source` is what it is called. What it means is for the capability.
pub(crate) fn check(source: &str, bytes: &[u8]) -> Result<()> {
    let text = utf8(source, bytes)?;
    let read: std::result::Result<Value, _> = serde_json::from_str(text);
    read.map(drop).map_err(|error| {
        let full = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let what = full.strip_suffix(&place).unwrap_or(&full);
        let what = match what {
            "recursion limit exceeded" => "it is nested deeper than 128 levels",
            other => other,
        };
        let place = Place::at(source, text, error.line(), error.column());
        Trouble::corrupt(format!("{source} is not the JSON expected: {what}")).at(place)
    })
}

/// Text, whatever is in it.
pub(crate) fn utf8<'a>(source: &str, bytes: &'a [u8]) -> Result<&'a str> {
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let lossy = String::from_utf8_lossy(bytes);
        let place = Place::at(source, &lossy, line, error.valid_up_to() - start + 1);
        Trouble::corrupt(format!("{source} is not UTF-8")).at(place)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shows_its_place() {
        let error = check("the input", b"{\n  \"a\": tru\n}").unwrap_err();
        let place = error.place.as_deref().unwrap();
        assert_eq!((place.line, place.column, place.text.as_str()), (2, 11, "  \"a\": tru"));
        assert!(error.message.contains("the input"), "{}", error.message);
        assert_eq!(error.kind.code(), 4);
    }

    #[test]
    fn depth_is_bounded_and_told() {
        let bomb = "[".repeat(100_000);
        let error = check("the input", bomb.as_bytes()).unwrap_err();
        assert!(error.message.contains("deeper than 128 levels"), "{}", error.message);
    }

    #[test]
    fn other_encodings_are_told() {
        let error = read::<Value>("a.json", b"{\n\"\xff\"}").unwrap_err();
        assert_eq!(error.place.map(|place| (place.line, place.column)), Some((2, 2)));
    }
}
