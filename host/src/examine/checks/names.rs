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

/// Words by which an imitation says that it is the real one.
const CLAIMS: [&str; 10] = [
    "official", "original", "verified", "trusted", "secure", "safe", "real", "genuine", "fixed",
    "patched",
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
                    Some((Severity::Error, "is one letter from"))
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
        && more.iter().all(|word| CLAIMS.contains(*word))
        && other.iter().all(|word| name.contains(word))
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
}
