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
/// Words of so few letters are all one letter from another: `get` and `set`, `map` and `max`.
const SHORT_LETTERS_MAX: usize = 3;

/// Words that add nothing to what a name does: an imitation says by them that it is the real one, or
/// just has one more.
const FILLERS: &[&str] = &[
    "official", "original", "verified", "trusted", "secure", "safe", "real", "genuine", "fixed",
    "patched", "now", "new", "plus", "pro", "fast", "quick", "easy", "simple", "best", "better",
    "good", "great", "super", "ultra", "premium", "latest", "updated", "improved", "next", "true",
    "my", "the", "this", "tool", "helper", "plugin", "app", "v2", "v3", "x",
];

/// Words for deeds. Two names that differ by two of them are for two deeds, however near their letters
/// stand.
const DEEDS: &[&str] = &[
    "add",
    "append",
    "bind",
    "book",
    "build",
    "call",
    "cancel",
    "clean",
    "clear",
    "close",
    "compare",
    "compile",
    "compose",
    "compress",
    "convert",
    "copy",
    "count",
    "create",
    "decode",
    "decompress",
    "decrypt",
    "delete",
    "deny",
    "deploy",
    "disable",
    "draw",
    "drop",
    "edit",
    "enable",
    "encode",
    "encrypt",
    "exclude",
    "export",
    "extract",
    "fetch",
    "filter",
    "find",
    "format",
    "include",
    "import",
    "insert",
    "inspect",
    "invert",
    "invite",
    "join",
    "list",
    "load",
    "lock",
    "look",
    "loop",
    "lower",
    "mask",
    "merge",
    "move",
    "open",
    "parse",
    "pause",
    "post",
    "print",
    "push",
    "read",
    "receive",
    "remove",
    "render",
    "reset",
    "resize",
    "save",
    "search",
    "send",
    "sort",
    "split",
    "start",
    "stop",
    "tell",
    "unlock",
    "write",
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
            slipped(name, other)
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

/// Whether a name is another one with nothing more than a claim or a filler, as a word or at the end of
/// one.
fn claims_to_be(name: &str, other: &str) -> bool {
    let (name, other) = (words(name), words(other));
    let more: Vec<&str> = name.iter().filter(|word| !other.contains(word)).copied().collect();
    let less: Vec<&str> = other.iter().filter(|word| !name.contains(word)).copied().collect();
    let is_filler = |word: &&str| FILLERS.contains(word);
    match (more.as_slice(), less.as_slice()) {
        ([], _) => false,
        (more, []) => more.iter().all(is_filler),
        ([more], [less]) => {
            let rest = more.strip_prefix(less).or_else(|| more.strip_suffix(less));
            rest.is_some_and(|rest| is_filler(&rest))
        }
        _ => false,
    }
}

/// Whether a name is another one with wrong letters. Whole words that stand for two deeds, short ones,
/// and numbers make another name and not a wrong one.
fn slipped(name: &str, other: &str) -> Option<(Severity, &'static str)> {
    let parts = |name| -> Vec<&str> { str::split(name, ['.', '-']).collect() };
    let (own, others) = (parts(name), parts(other));
    let is_alike = own.len() == others.len();
    let mut differing = own.iter().zip(&others).filter(|(own, other)| own != other);
    if is_alike && differing.all(|(own, other)| is_another(own, other)) {
        return None;
    }
    let letters = name.len().min(other.len());
    match slips(name, other, 2) {
        Some(1) if letters >= ONE_SLIP_LETTERS_MIN => Some((Severity::Error, "is one letter from")),
        Some(2) if letters >= TWO_SLIPS_LETTERS_MIN => {
            Some((Severity::Warning, "is two letters from"))
        }
        Some(_) | None => None,
    }
}

/// Whether a word is another one than that of a name beside it, and not that one with a slip.
fn is_another(word: &str, other: &str) -> bool {
    let is_deed = |word| DEEDS.contains(&word);
    let letters = |word: &str| -> Vec<u8> {
        let mut letters = word.as_bytes().to_vec();
        letters.sort_unstable();
        letters
    };
    // Letters that only changed their places make no word of few letters another.
    let is_short = word.len() == other.len()
        && word.len() <= SHORT_LETTERS_MAX
        && letters(word) != letters(other);
    let (digits, text): (Vec<char>, Vec<char>) = word.chars().partition(char::is_ascii_digit);
    let (other_digits, other_text): (Vec<char>, Vec<char>) =
        other.chars().partition(char::is_ascii_digit);
    let is_number = text == other_text && !digits.is_empty() && !other_digits.is_empty();
    is_short || is_number || (is_deed(word) && is_deed(other))
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

    fn is_like(name: &str, other: &str) -> bool {
        claims_to_be(name, other) || slipped(name, other).is_some()
    }

    #[test]
    fn other_deeds_are_other_names() {
        for (name, other) in [
            ("user.set", "user.get"),
            ("table.insert", "table.invert"),
            ("document.encode", "document.decode"),
            ("hash.sha224", "hash.sha256"),
            ("text-codec.base32", "text-codec.base64"),
            ("mail.send", "mail.list"),
            ("user.get-name", "user.get"),
        ] {
            assert!(!is_like(name, other), "{name} {other}");
        }
    }

    #[test]
    fn wrong_letters_and_fillers_are_imitations() {
        for (name, other) in [
            ("mail.semd", "mail.send"),
            ("mail.sned", "mail.send"),
            ("mail.sendd", "mail.send"),
            ("mail.snd", "mail.send"),
            ("user.gte", "user.get"),
            ("mail.send-now", "mail.send"),
            ("mail.sendnow", "mail.send"),
            ("mail.send-v2", "mail.send"),
            ("my-mail.send", "mail.send"),
        ] {
            assert!(is_like(name, other), "{name} {other}");
        }
    }
}
