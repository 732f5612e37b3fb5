//! Which words of a sentence are not to be kept.
//!
//! *Never:* a word is kept that stands where a secret is told.

use super::{REDACTED, looks_secret, secret_place};
use crate::model::intent::{Word, is_email};

/// Words behind which people tell a secret.
const ANNOUNCING: [&str; 20] = [
    "password",
    "passwd",
    "passcode",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "key",
    "bearer",
    "cookie",
    "credential",
    "credentials",
    "pin",
    "ssn",
    "iban",
    "card",
    "cvv",
    "cvc",
    "login",
];
/// What stands between such a word and the secret.
const BETWEEN: [&str; 9] =
    ["was", "equals", "set", "now", "changed", "reads", "number", "code", "with"];
/// How many groups of digits, of how many each, are read as one number of a card or an account.
const GROUPS_MIN: usize = 3;
const GROUP_DIGITS: std::ops::RangeInclusive<usize> = 2..=6;
const GROUPED_DIGITS: std::ops::RangeInclusive<usize> = 12..=34;

/// For each word whether it is not to be kept: it looks like a key, it is somebody's address, or it
/// stands where a secret is told.
pub(crate) fn hidden(words: &[Word]) -> Vec<bool> {
    let mut told = Told::Nothing;
    let mut hidden: Vec<bool> = words.iter().map(|word| told.takes(word)).collect();
    for (from, to) in groups(words) {
        hidden.iter_mut().skip(from).take(to - from).for_each(|hidden| *hidden = true);
    }
    hidden
}

/// What is being told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    /// One word, which comes next.
    Secret,
    /// Everything that comes.
    Phrase,
}

impl Told {
    /// Takes in a word, and says whether it is not to be kept.
    fn takes(&mut self, word: &Word) -> bool {
        let text = word.as_str();
        let announces = announces(text);
        let before = *self;
        let is_between = word.is_filler()
            || !text.contains(char::is_alphanumeric)
            || BETWEEN.iter().any(|between| between.eq_ignore_ascii_case(text));
        if announces && !word.is_quoted() {
            let phrase = text.to_lowercase().starts_with("passphrase");
            *self = if phrase { Self::Phrase } else { Self::Secret };
        } else if before == Self::Secret && !is_between {
            *self = Self::Nothing;
        }
        let is_told = match before {
            Self::Nothing => false,
            Self::Secret => !is_between && !announces,
            Self::Phrase => !is_between,
        };
        is_told || text == REDACTED || looks_secret(text) || is_email(text) || carries_one(text)
    }
}

/// Whether a secret comes behind a word: `password`, `API-Key:`.
fn announces(word: &str) -> bool {
    let small = word.to_lowercase();
    let mut parts = small.split(|letter: char| !letter.is_alphanumeric());
    parts.any(|part| ANNOUNCING.contains(&part.strip_suffix('s').unwrap_or(part)))
}

/// Whether a word has a secret in it: `token=abc`, `https://me:word@host`.
fn carries_one(word: &str) -> bool {
    let behind = word.split_once("://").map(|(_, behind)| behind);
    let place = behind.map(|behind| behind.split('/').next().unwrap_or_default());
    if place.is_some_and(|place| place.contains('@')) {
        return true;
    }
    if word.starts_with(['{', '['])
        && let Ok(value) = serde_json::from_str(word)
    {
        return secret_place(&value).is_some();
    }
    let mut pairs = word.split(['?', '&', ';', ',']);
    pairs.any(|pair| {
        let (name, value) = pair.split_once(['=', ':']).unwrap_or((pair, ""));
        announces(name) && value.contains(char::is_alphanumeric)
    })
}

/// Where groups of digits stand that are one long number.
fn groups(words: &[Word]) -> Vec<(usize, usize)> {
    let digits = |word: &Word| {
        let is_group = word.as_str().chars().all(|letter| letter.is_ascii_digit());
        is_group.then_some(word.as_str().len()).filter(|digits| GROUP_DIGITS.contains(digits))
    };
    let (mut found, mut from, mut sum) = (Vec::new(), 0, 0);
    for (at, count) in words.iter().map(digits).chain([None]).enumerate() {
        if let Some(count) = count {
            sum += count;
            continue;
        }
        if at - from >= GROUPS_MIN && GROUPED_DIGITS.contains(&sum) {
            found.push((from, at));
        }
        (from, sum) = (at + 1, 0);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::{kept, secret_place};
    use super::*;
    use crate::model::Sentence;

    #[test]
    fn what_is_told_as_a_secret_is_not_kept() {
        for (sentence, secrets) in [
            ("log me in with password hunter2 now", &["hunter2"][..]),
            ("my password is: swordfish", &["swordfish"]),
            ("my password was hunter2", &["hunter2"]),
            ("password : hunter2", &["hunter2"]),
            ("set password=hunter2 please", &["hunter2"]),
            ("the passphrase is correct horse battery staple", &["horse", "staple"]),
            ("mail ann@example.org about it", &["ann@example.org"]),
            ("pay with 4111 1111 1111 1111 today", &["4111", "1111"]),
            ("use AKIAIOSFODNN7EXAMPLE there", &["AKIA"]),
            ("the key ghp_abcdefghijklmno1", &["ghp_"]),
            ("fetch https://me:word@host/a", &["word"]),
            ("fetch https://host/a?token=abc", &["abc"]),
            ("api-key: zzz", &["zzz"]),
            (r#"store {"user": 1, "password": "hunter2"}"#, &["hunter2"]),
        ] {
            let kept = kept(sentence);
            assert!(secrets.iter().all(|secret| !kept.contains(secret)), "{kept}");
        }
    }

    #[test]
    fn what_is_no_secret_is_kept() {
        for sentence in [
            "add milk to my shopping list",
            "a monkey at the keyboard",
            "sum 10 20 30 and 40",
            "what day is 2026-02-01",
            "call 12 people about 3 things",
            "see https://example.org/a/long/way",
        ] {
            let read = Sentence::whole(sentence);
            assert!(!hidden(read.words()).contains(&true), "{sentence}");
        }
    }

    #[test]
    fn the_place_of_a_secret_is_told_and_not_the_secret() {
        let value = serde_json::json!({"a": [1, {"password": "hunter2"}]});
        assert_eq!(secret_place(&value).as_deref(), Some("/a/1/password"));
        let value = serde_json::json!(["fine", "my pin is 1234"]);
        assert_eq!(secret_place(&value).as_deref(), Some("/1"));
        assert_eq!(secret_place(&serde_json::json!({"mail": "ann@example.org"})), None);
    }
}
