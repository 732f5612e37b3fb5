//! Words that nobody would say by chance, planted where a candidate can see them and looked for where
//! they should not come out: as they are, backwards, in hexadecimal, in base64.
//!
//! *Never:* a canary is a word that an honest candidate could make up.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;

/// Letters of a canary: enough that it is no accident, few enough for any text.
const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz";
/// How long it is.
const LENGTH: usize = 18;

/// A planted word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Canary(String);

/// How a canary came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// As it was planted.
    Plain,
    /// In other letters, which hides it from whoever looks.
    Coded(&'static str),
}

impl Canary {
    /// The canary of a place; each place has its own, and always the same.
    pub(super) fn of(place: &str) -> Self {
        let digest = blake3::hash(place.as_bytes());
        let letter = |byte: &u8| LETTERS.get(usize::from(*byte) % LETTERS.len()).copied();
        let letters = digest.as_bytes().iter().filter_map(letter).take(LENGTH);
        Self(letters.map(char::from).collect())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which these bytes hold it; the coded one, where it is there in both.
    pub(super) fn find(&self, bytes: &[u8]) -> Option<Form> {
        let lower = bytes.to_ascii_lowercase();
        let has = |needle: &[u8]| lower.windows(needle.len()).any(|window| window == needle);
        let plain = self.0.as_bytes();
        let backwards: Vec<u8> = plain.iter().rev().copied().collect();
        let hex: String = plain.iter().map(|byte| format!("{byte:02x}")).collect();
        let shifted: Vec<u8> = plain.iter().map(|byte| rot13(*byte)).collect();
        let coded = [
            ("backwards", has(&backwards)),
            ("in hexadecimal", has(hex.as_bytes())),
            ("in base64", self.is_in_base64(bytes)),
            ("with its letters shifted by 13", has(&shifted)),
            ("as numbers", has(self.numbers().as_bytes())),
        ];
        let coded = coded.iter().find(|(_, is_there)| *is_there).map(|(form, _)| Form::Coded(form));
        coded.or_else(|| has(plain).then_some(Form::Plain))
    }

    /// Base64 takes three letters at a time, so that where a word begins decides how it looks: what
    /// stands there is decoded, from each of four beginnings.
    fn is_in_base64(&self, bytes: &[u8]) -> bool {
        let is_coded =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
        let words = bytes.split(|byte| !is_coded(byte)).filter(|word| word.len() >= LENGTH);
        words.into_iter().any(|word| {
            (0..4).any(|begin| {
                let rest = word.get(begin..).unwrap_or_default();
                let whole = rest.get(..rest.len() - rest.len() % 4).unwrap_or_default();
                [whole, rest].into_iter().any(|text| {
                    let decoded =
                        STANDARD_NO_PAD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text));
                    decoded.is_ok_and(|decoded| {
                        let lower = decoded.to_ascii_lowercase();
                        let plain = self.0.as_bytes();
                        let backwards: Vec<u8> = plain.iter().rev().copied().collect();
                        [plain, &backwards]
                            .into_iter()
                            .any(|it| lower.windows(it.len()).any(|window| window == it))
                    })
                })
            })
        })
    }

    /// Its letters as a list of numbers.
    fn numbers(&self) -> String {
        self.0.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(",")
    }
}

const fn rot13(letter: u8) -> u8 {
    match letter {
        b'a'..=b'm' => letter + 13,
        b'n'..=b'z' => letter - 13,
        other => other,
    }
}

/// An input with a canary behind each of its texts, and whether there was one.
pub(super) fn planted(input: &str, canary: &Canary) -> Option<String> {
    let mut value: Value = serde_json::from_str(input).ok()?;
    let mut count = 0;
    plant(&mut value, canary, &mut count);
    (count > 0).then(|| value.to_string())
}

fn plant(value: &mut Value, canary: &Canary, count: &mut usize) {
    match value {
        Value::String(text) => {
            *count += 1;
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(canary.as_str());
        }
        // As deep as the strict reader lets inputs be.
        Value::Array(items) => items.iter_mut().for_each(|item| plant(item, canary, count)),
        Value::Object(members) => members.values_mut().for_each(|it| plant(it, canary, count)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canary_is_found_in_every_form() {
        let canary = Canary::of("place");
        let word = canary.as_str();
        assert_eq!(word.len(), LENGTH);
        assert_eq!(canary.find(format!("x{}y", word.to_uppercase()).as_bytes()), Some(Form::Plain));
        let backwards: String = word.chars().rev().collect();
        let hex: String = word.bytes().map(|byte| format!("{byte:02X}")).collect();
        for coded in [backwards.clone(), hex, canary.numbers()] {
            assert!(matches!(canary.find(coded.as_bytes()), Some(Form::Coded(_))), "{coded}");
        }
        for before in ["", "a", "ab", "abc"] {
            for word in [word, &backwards] {
                let coded = STANDARD_NO_PAD.encode(format!("{before}{word}!?"));
                let text = format!("data={coded}&x=1");
                assert_eq!(canary.find(text.as_bytes()), Some(Form::Coded("in base64")), "{text}");
            }
        }
        assert_eq!(canary.find(Canary::of("another").as_str().as_bytes()), None);
    }
}
