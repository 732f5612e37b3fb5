//! Keys and tokens that were left, or hidden, in a candidate.
//!
//! Data is looked at as it will lie in memory: pieces that an author has cut a key into come
//! together there, whatever order they stand in. Text is read in one and in two bytes a letter,
//! backwards, and once through base64.
//!
//! *Never:* a secret that is found stands in a report; its beginning and its length do.

mod issuers;

use crate::examine::codes::{from_base64, from_hex};
use crate::examine::facts::{Data, Module};
use crate::examine::finding::Draft;
use crate::examine::subject::Subject;
use issuers::Secret;

/// The shortest text that any issuer's token has.
const TEXT_BYTES_MIN: usize = 16;
/// A token of high entropy is of about this length; what is longer is data.
const TOKEN_CHARS: std::ops::RangeInclusive<usize> = 24..=128;
/// Bits of entropy a letter: random base64 of 40 letters has about 4.7, English words 3 to 4.
const ENTROPY_MIN: f64 = 4.2;
/// How far before a token the word may stand that says what it is.
const NEAR_BYTES: usize = 32;
/// Gaps between pieces of data that are filled with nothing when they are put together. What lies
/// further apart is looked at as two.
const GAP_BYTES_MAX: u64 = 16;

/// Sections with names of functions.
const NAMES: [&str; 3] = ["name", "component-name", ".debug_str"];

pub(super) fn secret(subject: &Subject<'_>) -> Vec<Draft> {
    let mut found = Found::default();
    for (place, bytes) in places(subject) {
        found.add(&place, scan(&bytes));
    }
    in_names(subject, &mut found);
    for part in subject.facts.stored.split(|byte| *byte == 0) {
        found.add("what its code puts into memory", issuers::find(part));
    }
    found.into_drafts()
}

/// Names of functions hold a key as they are, or not at all: what compilers make of names has long words
/// of its own, that would be anything in another code.
fn in_names(subject: &Subject<'_>, found: &mut Found) {
    for module in &subject.facts.modules {
        let called = module.called.join("\n");
        found.add(&format!("names in module {}", module.number), issuers::find(called.as_bytes()));
    }
    let is_names = |name: &str| NAMES.contains(&name);
    for custom in subject.facts.customs.iter().filter(|custom| is_names(custom.name)) {
        found.add(&format!("section `{}`", custom.name), issuers::find(custom.bytes));
    }
}

/// Looks through what else there is of a candidate, each stretch with its place.
pub(crate) fn in_places(places: impl Iterator<Item = (String, Vec<u8>)>) -> Vec<Draft> {
    let mut found = Found::default();
    for (place, bytes) in places {
        // Most of a memory is empty, and looking through nothing takes as long.
        for part in bytes.split(|byte| *byte == 0).filter(|part| part.len() >= TEXT_BYTES_MIN) {
            found.add(&place, scan(part));
        }
    }
    found.into_drafts()
}

pub(super) fn in_manifest(subject: &Subject<'_>) -> Vec<Draft> {
    let mut found = Found::default();
    for text in &subject.texts {
        found.add(&text.place, scan(text.text.as_bytes()));
    }
    found.into_drafts()
}

pub(super) fn secret_like(subject: &Subject<'_>) -> Vec<Draft> {
    let mut found: Option<Draft> = None;
    for (place, bytes) in places(subject) {
        for token in random_tokens(&bytes) {
            let begin = || Draft::new("its data holds what looks like a key");
            found = Some(found.unwrap_or_else(begin).seen(&place, issuers::shown(token)));
        }
    }
    found.into_iter().collect()
}

/// Whether a word is a key, by what an issuer's documentation says its keys look like.
pub(crate) fn carries_secret(word: &[u8]) -> bool {
    !issuers::find(word).is_empty()
}

/// Looks through bytes for what issuers' documentation says their keys look like.
fn scan(bytes: &[u8]) -> Vec<Secret> {
    let mut found = issuers::find(bytes);
    for text in wide_texts(bytes) {
        found.extend(issuers::find(&text));
    }
    let backwards: Vec<u8> = bytes.iter().rev().copied().collect();
    found.extend(issuers::find(&backwards));
    for decoded in decoded_words(bytes) {
        found.extend(issuers::find(&decoded));
        // In another code once more, where it is text again.
        if decoded.is_ascii() {
            found.extend(decoded_words(&decoded).flat_map(|twice| issuers::find(&twice)));
        }
    }
    found
}

/// What the words of a text stand for in base64 and in hexadecimal.
fn decoded_words(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    coded_words(bytes).flat_map(|word| [from_base64(word), from_hex(word)]).flatten()
}

/// Stretches of the candidate, each with its place.
fn places(subject: &Subject<'_>) -> Vec<(String, Vec<u8>)> {
    let mut places = Vec::new();
    for module in &subject.facts.modules {
        places.extend(image(module));
    }
    for custom in &subject.facts.customs {
        // Names of functions are made by compilers, and hashes in them are no keys; see `in_names`.
        if !NAMES.contains(&custom.name) {
            places.push((format!("section `{}`", custom.name), custom.bytes.to_vec()));
        }
    }
    places
}

/// Data as it lies in memory when the module begins: pieces side by side are one.
fn image(module: &Module<'_>) -> Vec<(String, Vec<u8>)> {
    let mut placed: Vec<(u32, u64, &Data<'_>)> = Vec::new();
    let mut parts = Vec::new();
    for piece in &module.data {
        match piece.at {
            Some(at) => placed.push((piece.memory, at, piece)),
            None => parts.push((place(module, piece), piece.bytes.to_vec())),
        }
    }
    placed.sort_by_key(|(memory, at, _)| (*memory, *at));
    let mut open: Option<(u32, u64, String, Vec<u8>)> = None;
    for (memory, at, piece) in placed {
        let end = at.saturating_add(piece.bytes.len() as u64);
        match &mut open {
            Some((same, reached, _, bytes))
                if *same == memory && at <= reached.saturating_add(GAP_BYTES_MAX) =>
            {
                // A gap of nothing is left out: text that is read as one would skip it too.
                let overlap = usize::try_from(reached.saturating_sub(at)).unwrap_or_default();
                bytes.extend_from_slice(piece.bytes.get(overlap..).unwrap_or_default());
                *reached = end.max(*reached);
            }
            _ => {
                parts.extend(open.take().map(|(.., place, bytes)| (place, bytes)));
                open = Some((memory, end, place(module, piece), piece.bytes.to_vec()));
            }
        }
    }
    parts.extend(open.map(|(.., place, bytes)| (place, bytes)));
    parts
}

fn place(module: &Module<'_>, piece: &Data<'_>) -> String {
    format!("module {}, data at byte {}", module.number, piece.range.start)
}

/// Texts of two bytes a letter, as JavaScript and Windows have them, made narrow.
fn wide_texts(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut texts = Vec::new();
    for shift in 0..2 {
        let mut text = Vec::new();
        let pairs = bytes.get(shift..).unwrap_or_default().chunks_exact(2);
        for pair in pairs {
            match pair {
                [letter, 0] if letter.is_ascii_graphic() || *letter == b' ' => text.push(*letter),
                _ => {
                    if text.len() >= TEXT_BYTES_MIN {
                        texts.push(std::mem::take(&mut text));
                    }
                    text.clear();
                }
            }
        }
        if text.len() >= TEXT_BYTES_MIN {
            texts.push(text);
        }
    }
    texts
}

fn coded_words(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_coded =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let words = bytes.split(move |byte| !is_coded(byte));
    words.filter(|word| (TEXT_BYTES_MIN..=4_096).contains(&word.len()))
}

/// Tokens that are as random as keys, behind a word that says that they are one.
fn random_tokens(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = 0;
    let words = bytes
        .split(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'-')));
    words.filter(move |word| {
        let begin = at;
        at += word.len() + 1;
        let near = bytes.get(begin.saturating_sub(NEAR_BYTES)..begin).unwrap_or_default();
        TOKEN_CHARS.contains(&word.len()) && says_key(near) && is_random(word)
    })
}

fn says_key(near: &[u8]) -> bool {
    const WORDS: [&[u8]; 9] = [
        b"secret",
        b"token",
        b"passwd",
        b"password",
        b"api_key",
        b"apikey",
        b"api-key",
        b"authorization",
        b"bearer",
    ];
    let near = near.to_ascii_lowercase();
    WORDS.iter().any(|word| near.windows(word.len()).any(|window| window == *word))
}

#[expect(clippy::cast_precision_loss, reason = "counts of a hundred letters")]
fn is_random(word: &[u8]) -> bool {
    let classes = [u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit];
    if !classes.iter().all(|class| word.iter().any(class)) {
        return false;
    }
    // An alphabet is as even as a key, and it is in order.
    let ascending = word.windows(4).any(|four| {
        matches!(four, [a, b, c, d] if a.wrapping_add(1) == *b && b.wrapping_add(1) == *c
            && c.wrapping_add(1) == *d)
    });
    let mut counts = [0_usize; 256];
    for byte in word {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let total = word.len() as f64;
    let shares = counts.iter().filter(|count| **count > 0).map(|count| *count as f64 / total);
    let entropy: f64 = shares.map(|share| -share * share.log2()).sum();
    !ascending && entropy >= ENTROPY_MIN
}

/// What was found, told once for each kind.
#[derive(Default)]
struct Found {
    drafts: Vec<(&'static str, Draft)>,
}

impl Found {
    fn add(&mut self, place: &str, secrets: Vec<Secret>) {
        for Secret { issuer, shown } in secrets {
            match self.drafts.iter_mut().find(|(known, _)| *known == issuer) {
                Some((_, draft)) => *draft = draft.clone().seen(place, shown),
                None => {
                    let draft = Draft::new(format!("it carries {issuer}")).seen(place, shown);
                    self.drafts.push((issuer, draft));
                }
            }
        }
    }

    fn into_drafts(self) -> Vec<Draft> {
        self.drafts.into_iter().map(|(_, draft)| draft).collect()
    }
}

#[cfg(test)]
mod tests;
