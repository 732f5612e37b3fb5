//! Words and numbers that a candidate knows: what its data holds, and what its code compares with. A
//! condition on one of them is hardly ever met by chance.
//!
//! *Never:* more is kept than a search could use.

use std::collections::BTreeSet;

use crate::examine::facts::Facts;

/// Words that are tried; a search of some hundred inputs tries each of them about once.
const WORDS_MAX: usize = 512;
const NUMBERS_MAX: usize = 512;
/// What is shorter says nothing, what is longer is a sentence.
const WORD_CHARS: std::ops::RangeInclusive<usize> = 2..=40;

/// What values are made from, beside their schema.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    pub(super) words: Vec<String>,
    pub(super) numbers: Vec<i64>,
}

impl Dictionary {
    pub(super) fn of(facts: &Facts<'_>, compared: &[i64]) -> Self {
        let mut words = BTreeSet::new();
        let mut numbers = BTreeSet::new();
        for value in compared {
            // Short texts are compared as numbers.
            let bytes = value.to_le_bytes();
            for length in [2, 4, 8] {
                words.extend(bytes.get(..length).and_then(word));
            }
            numbers.insert(*value);
        }
        let pieces = facts.modules.iter().flat_map(|module| &module.data);
        for piece in pieces {
            let is_text = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
            for run in piece.bytes.split(|byte| !is_text(byte)) {
                words.extend(word(run));
                words.extend(run.split(|byte| !byte.is_ascii_alphanumeric()).filter_map(word));
            }
            if words.len() > 8 * WORDS_MAX {
                break;
            }
        }
        Self { words: spread(words, WORDS_MAX), numbers: spread(numbers, NUMBERS_MAX) }
    }
}

fn word(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?.trim();
    let is_word = WORD_CHARS.contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    is_word.then(|| text.to_owned())
}

/// So many of these, from all over.
fn spread<T>(all: BTreeSet<T>, most: usize) -> Vec<T> {
    let step = all.len().div_ceil(most).max(1);
    all.into_iter().step_by(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examine::level::Bounds;
    use crate::examine::walk::walk;

    #[test]
    fn words_of_data_and_texts_that_are_compared_as_numbers_are_known() {
        let module =
            r#"(module (memory 1) (data (i32.const 0) "\00open-sesame\01x\00two words\00"))"#;
        let bytes = wat::parse_str(module).unwrap();
        let facts = walk(&bytes, &Bounds::default());
        let known = Dictionary::of(&facts, &[i64::from(u32::from_le_bytes(*b"hush")), 77]);
        for word in ["open-sesame", "sesame", "two words", "hush"] {
            assert!(known.words.iter().any(|it| it == word), "{word}: {known:?}");
        }
        assert!(known.numbers.contains(&77) && !known.words.contains(&"x".to_owned()));
        assert!(spread((0..5_000).collect(), NUMBERS_MAX).len() <= NUMBERS_MAX);
    }
}
