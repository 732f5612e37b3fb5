//! What goes out, is made of what went in, and can be read by nobody: a code that has no name here.
//!
//! The same call is made with one word, with another one of the same length, and with a longer one. What
//! is neither the word nor the same in the first two is made of it; and where it grows with the third, it
//! says as much as the word does. A checksum does not grow.
//!
//! *Never:* what holds the word's own letters in a row counts as unread.

use super::canary::Canary;
use crate::examine::sandbox::{Function, HostCall, Seen};

/// Letters of a word in a row that whoever reads them knows again.
const KNOWN_LETTERS: usize = 4;

/// Three runs of the same call, each with what was planted in it.
pub(super) struct Runs<'a> {
    pub(super) first: (&'a Seen, [&'a Canary; 3]),
    pub(super) other: (&'a Seen, [&'a Canary; 3]),
    pub(super) longer: (&'a Seen, [&'a Canary; 3]),
}

impl<'a> Runs<'a> {
    /// The first call that says what nobody can read, but for those of which it is known how to.
    pub(super) fn unread(&self, is_known: impl Fn(usize) -> bool) -> Option<&'a HostCall> {
        let (first, other, longer) = (self.first.0, self.other.0, self.longer.0);
        // Where there are other calls, they cannot be held against one another.
        let is_alike = |seen: &Seen| {
            let functions = |seen: &Seen| -> Vec<Function> {
                seen.calls.iter().map(|call| call.function).collect()
            };
            functions(seen) == functions(first)
        };
        if !is_alike(other) || !is_alike(longer) {
            return None;
        }
        let calls = first.calls.iter().zip(&other.calls).zip(&longer.calls).enumerate();
        // What is the same for another word is not made of this one.
        let sent = calls
            .filter(|(at, ((call, other), _))| call.leaves() && call != other && !is_known(*at));
        let mut unread = sent.filter(|(_, ((first, other), longer))| {
            let rest = unknown(&first.outgoing(), self.first.1);
            let is_made_of_it = rest != unknown(&other.outgoing(), self.other.1);
            let grows = unknown(&longer.outgoing(), self.longer.1).len().saturating_sub(rest.len());
            let shortest = self.first.1.iter().map(|canary| canary.as_str().len()).min();
            is_made_of_it && grows >= shortest.unwrap_or_default() / 2
        });
        unread.next().map(|(_, ((call, _), _))| call)
    }
}

/// What is left of these bytes without all stretches that are letters of these words in a row.
fn unknown(bytes: &[u8], words: [&Canary; 3]) -> Vec<u8> {
    let mut rest = Vec::with_capacity(bytes.len());
    let mut at = 0;
    let may_begin = |byte: &u8| {
        words.iter().any(|word| word.as_str().as_bytes().contains(&byte.to_ascii_lowercase()))
    };
    while let Some(here) = bytes.get(at..).filter(|here| !here.is_empty()) {
        if !here.first().is_some_and(may_begin) {
            rest.extend(here.first());
            at += 1;
            continue;
        }
        let known = words.iter().map(|word| in_a_row(here, word.as_str().as_bytes())).max();
        let known = known.filter(|length| *length >= KNOWN_LETTERS);
        if known.is_none() {
            rest.extend(here.first());
        }
        at += known.unwrap_or(1);
    }
    rest
}

/// How many of the first bytes here stand in a word in a row.
fn in_a_row(here: &[u8], word: &[u8]) -> usize {
    let same = |begin: usize| {
        let letters = word.iter().skip(begin).zip(here);
        letters.take_while(|(letter, byte)| letter.eq_ignore_ascii_case(byte)).count()
    };
    (0..word.len()).map(same).max().unwrap_or_default()
}
