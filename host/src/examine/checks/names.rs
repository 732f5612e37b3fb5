//! Names that are taken for others.
//!
//! *Never:* a release is taken for an imitation of its own name.

use std::collections::BTreeMap;

use crate::examine::finding::{Draft, Severity};
use crate::examine::subject::Subject;
use crate::model::letters::skeleton;

/// A name needs this many letters before one wrong letter is a likeness and not another word.
const ONE_SLIP_LETTERS_MIN: usize = 7;
/// The same for two.
const TWO_SLIPS_LETTERS_MIN: usize = 14;

/// In a word this short another letter makes another word as a rule: `get` and `set`.
const SHORT_WORD_LETTERS: usize = 4;

/// Words by which an imitation says that it is the real one, or the better one.
const CLAIMS: [&str; 29] = [
    "official", "original", "verified", "trusted", "secure", "safe", "real", "genuine", "fixed",
    "patched", "now", "latest", "updated", "pro", "plus", "premium", "ultra", "best", "better",
    "easy", "fast", "quick", "lite", "free", "true", "the", "my", "just", "only",
];

/// Names of Engraft's own, which nobody else's should look like.
const RESERVED: [&str; 4] = ["engraft", "host", "system", "capability"];

pub(super) fn imitation(subject: &Subject<'_>) -> Vec<Draft> {
    let Some(manifest) = subject.manifest else { return Vec::new() };
    let name = manifest.name().as_str();
    let mut found = Vec::new();
    for other in subject.names.iter().map(crate::model::CapabilityName::as_str) {
        if other == name {
            continue;
        }
        let likeness = if skeleton(name) == skeleton(other) {
            Some((Severity::Error, "is read as"))
        } else if words(name) == words(other) {
            Some((Severity::Warning, "has the words of"))
        } else if claims_to_be(name, other) {
            Some((Severity::Warning, "claims to be the real"))
        } else {
            let letters = name.len().min(other.len());
            match slips(name, other, 2) {
                Some(1) if letters >= ONE_SLIP_LETTERS_MIN => {
                    let may_be_meant = is_another_word(name, other);
                    let severity = if may_be_meant { Severity::Warning } else { Severity::Error };
                    Some((severity, "is one letter from"))
                }
                Some(2) if letters >= TWO_SLIPS_LETTERS_MIN => {
                    Some((Severity::Warning, "is two letters from"))
                }
                Some(_) | None => None,
            }
        };
        if let Some((severity, how)) = likeness {
            let what = format!("its name `{name}` {how} `{other}`");
            found.push(Draft::new(what).severity(severity).seen("the name", other));
        }
    }
    let first = name.split('.').next().unwrap_or_default();
    if RESERVED.iter().any(|reserved| skeleton(first) == skeleton(reserved)) {
        let what = format!("its name `{name}` looks like one of the host's own");
        found.push(Draft::new(what).seen("the name", first));
    }
    found
}

pub(super) fn operations(subject: &Subject<'_>) -> Vec<Draft> {
    let Some(manifest) = subject.manifest else { return Vec::new() };
    let mut known: BTreeMap<String, &str> = BTreeMap::new();
    let mut found = Vec::new();
    for operation in &manifest.description.operations {
        let name = operation.name.as_str();
        if let Some(other) = known.insert(skeleton(name), name) {
            let what = format!("its operations `{other}` and `{name}` are read as one");
            found.push(Draft::new(what).seen("operations", name));
        }
    }
    found
}

/// Whether a name is another one with nothing more than a claim.
fn claims_to_be(name: &str, other: &str) -> bool {
    let (name, other) = (words(name), words(other));
    let more: Vec<&&str> = name.iter().filter(|word| !other.contains(word)).collect();
    !more.is_empty()
        && more.iter().all(|word| CLAIMS.contains(*word) || is_number(word))
        && other.iter().all(|word| name.contains(word))
}

/// `2`, or `v2`.
fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix('v').unwrap_or(word);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether one letter makes another word of it, as far as can be told without knowing any: another letter in a
/// short word that is no digit, or one thing and several.
fn is_another_word(name: &str, other: &str) -> bool {
    let each = |name: &'_ str| name.split(['.', '-']).map(str::to_owned).collect::<Vec<_>>();
    let (words, others) = (each(name), each(other));
    if words.len() != others.len() {
        return false;
    }
    let mut pairs = words.iter().zip(&others).filter(|(word, other)| word != other);
    let (Some((word, other)), None) = (pairs.next(), pairs.next()) else { return false };
    let is_letter = |word: &String| word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_short = word.len() == other.len() && word.len() <= SHORT_WORD_LETTERS;
    let is_plural = word.strip_suffix('s') == Some(other) || other.strip_suffix('s') == Some(word);
    let is_swapped = {
        let sorted = |word: &String| {
            let mut letters = word.clone().into_bytes();
            letters.sort_unstable();
            letters
        };
        sorted(word) == sorted(other)
    };
    is_letter(word) && is_letter(other) && !is_swapped && (is_short || is_plural)
}

/// The words of a name in the order of the alphabet: `slugify.text` has those of `text.slugify`.
fn words(name: &str) -> Vec<&str> {
    let mut words: Vec<&str> = name.split(['.', '-']).collect();
    words.sort_unstable();
    words
}

/// Letters to add, drop, change or swap with their neighbour; none where there are more than `most`.
fn slips(left: &str, right: &str, most: usize) -> Option<usize> {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len().abs_diff(right.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let at = |line: &[usize], at: usize| line.get(at).copied().unwrap_or(usize::MAX / 2);
            let changed = at(&above, column) + usize::from(letter != other);
            let mut least = changed.min(at(&above, column + 1) + 1).min(at(&line, column) + 1);
            let is_swapped = row.checked_sub(1).and_then(|row| left.get(row)) == Some(other)
                && column.checked_sub(1).and_then(|column| right.get(column)) == Some(letter);
            if is_swapped {
                least = least.min(at(&before, column.saturating_sub(1)) + 1);
            }
            line.push(least);
        }
        before = std::mem::replace(&mut above, line);
    }
    above.last().copied().filter(|slips| *slips <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted_up_to_a_bound() {
        assert_eq!(slips("text.slugify", "text.slugfiy", 2), Some(1));
        assert_eq!(slips("text.slugify", "text.slugif", 2), Some(1));
        assert_eq!(slips("text.slugify", "test.slugifyy", 2), Some(2));
        assert_eq!(slips("text.upper", "text.lower", 2), None);
        assert_eq!(slips("a", "abcdef", 2), None);
    }

    #[test]
    fn another_word_is_not_another_letter() {
        for (name, other) in [("user.set", "user.get"), ("list.item", "list.items")] {
            assert!(is_another_word(name, other), "{name} {other}");
        }
        for (name, other) in [
            ("user.gte", "user.get"),
            ("user.g3t", "user.get"),
            ("text.slugifi", "text.slugify"),
            ("usr.get", "user.get"),
            ("userget", "user.get"),
        ] {
            assert!(!is_another_word(name, other), "{name} {other}");
        }
        assert!(claims_to_be("mail.send-now", "mail.send"));
        assert!(claims_to_be("mail.send-v2", "mail.send"));
        assert!(!claims_to_be("mail.send-later", "mail.send"));
    }
}
