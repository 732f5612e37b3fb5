//! Names made from titles, paths and operation ids: valid, and each once.
//!
//! *Never:* two things of one document get the same name.

use std::collections::BTreeSet;

/// One part of a name: long enough to be told apart, short enough that three fit into a name.
const WORD_BYTES_MAX: usize = 40;

/// Names that are taken.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken(BTreeSet<String>);

impl Taken {
    /// This word, or with a number behind it where it is taken.
    pub(super) fn take(&mut self, word: String) -> String {
        let mut taken = word.clone();
        let mut number = 2;
        while !self.0.insert(taken.clone()) {
            taken = format!("{word}-{number}");
            number += 1;
        }
        taken
    }
}

/// A text as a part of a name: `listPets` and `List pets!` are `list-pets`. Where nothing is left,
/// or it begins with a digit, `otherwise` goes before it.
pub(super) fn word(text: &str, otherwise: &str) -> String {
    let mut out = String::new();
    let mut last = ' ';
    for letter in text.chars() {
        let begins =
            letter.is_ascii_uppercase() && (last.is_ascii_lowercase() || last.is_ascii_digit());
        if letter.is_ascii_alphanumeric() {
            if (begins || !last.is_ascii_alphanumeric()) && !out.is_empty() && !out.ends_with('-') {
                out.push('-');
            }
            out.push(letter.to_ascii_lowercase());
        }
        last = letter;
    }
    out.truncate(WORD_BYTES_MAX);
    let out = out.trim_end_matches('-');
    match out.chars().next() {
        None => otherwise.to_owned(),
        Some(first) if first.is_ascii_digit() => format!("{otherwise}-{out}"),
        Some(_) => out.to_owned(),
    }
}

/// The same as words: `list-pets` is `list pets`.
pub(super) fn spoken(word: &str) -> String {
    word.replace('-', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_and_each_is_there_once() {
        for (text, name) in [
            ("listPets", "list-pets"),
            ("Swagger Petstore - OpenAPI 3.1", "swagger-petstore-open-api-3-1"),
            ("GET /v1/{id}", "get-v1-id"),
            ("__init__", "init"),
            ("2fa", "op-2fa"),
            ("été", "t"),
            ("日本", "op"),
        ] {
            assert_eq!(word(text, "op"), name, "{text}");
            assert!(word(text, "op").parse::<crate::model::CapabilityName>().is_ok(), "{text}");
        }
        let mut taken = Taken::default();
        assert_eq!(taken.take("a".to_owned()), "a");
        assert_eq!(taken.take("a".to_owned()), "a-2");
        assert_eq!(taken.take("a".to_owned()), "a-3");
    }
}
