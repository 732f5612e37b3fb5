//! Which words of a sentence are not to be kept.
//!
//! *Never:* a word is kept that stands where a secret is told.

use super::announcing::{Announced, announced, announces, behind_unspaced, is_between};
use super::looks::long_numbers;
use super::{REDACTED, Text, hushed, looks_secret, secret_place};
use crate::model::intent::{Word, is_email};

/// For each word whether it is not to be kept: it looks like a key, it is somebody's address, or it
/// stands where a secret is told.
pub(crate) fn hidden(words: &[Word]) -> Vec<bool> {
    let texts: Vec<&str> = words.iter().map(Word::as_str).collect();
    let mut told = Told::Nothing;
    let mut hidden: Vec<bool> = words
        .iter()
        .enumerate()
        .map(|(at, word)| told.takes(word, announced(&texts, at)))
        .collect();
    for (from, to) in long_numbers(&texts) {
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
    /// A number that is written in groups.
    Digits,
    /// Everything that comes.
    Phrase,
}

impl Told {
    /// Takes in a word, and says whether it is not to be kept.
    fn takes(&mut self, word: &Word, announced: Option<Announced>) -> bool {
        let text = word.as_str();
        let announced = announced.filter(|_| !word.is_quoted());
        let before = *self;
        let is_between = word.is_filler() || is_between(text);
        let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match announced {
            Some(Announced::Phrase) => *self = Self::Phrase,
            Some(_) => *self = Self::Secret,
            None if before == Self::Secret && !is_between => {
                *self = if is_digits { Self::Digits } else { Self::Nothing };
            }
            None if before == Self::Digits && !is_digits => *self = Self::Nothing,
            None => {}
        }
        let is_told = match before {
            Self::Nothing => false,
            Self::Secret => !is_between && announced.is_none(),
            Self::Digits => is_digits,
            Self::Phrase => !is_between,
        };
        // A sentence between quotes may tell one as well.
        let is_quoted = word.is_quoted() && hushed(text, Text::Shown) != text;
        is_told
            || text == REDACTED
            || looks_secret(text)
            || is_email(text)
            || is_quoted
            || carries_one(text)
    }
}

/// Whether a word has a secret in it: `token=abc`, `https://me:word@host`.
pub(super) fn carries_one(word: &str) -> bool {
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
    if behind_unspaced(word).is_some_and(|behind| behind.contains(char::is_alphanumeric)) {
        return true;
    }
    let mut pairs = word.split(['?', '&', ';', ',']);
    pairs.any(|pair| {
        let (name, value) = pair.split_once(['=', ':']).unwrap_or((pair, ""));
        announces(name).is_some() && value.contains(char::is_alphanumeric)
    })
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
            ("mot de passe : azerty99", &["azerty99"]),
            ("mein Passwort ist geheim123", &["geheim123"]),
            ("la contraseña es abretesesamo", &["abretesesamo"]),
            ("la mia parola d'ordine è sesamo", &["sesamo"]),
            ("minha senha é abacaxi", &["abacaxi"]),
            ("het wachtwoord is welkom", &["welkom"]),
            ("moje hasło: kotek", &["kotek"]),
            ("the card is 1234 5678 9012 3456", &["1234", "3456"]),
            ("connect to postgres://u:s3cr3tpw@db.example.org/x", &["s3cr3tpw"]),
            ("id AKIAIOSFODNN7EXAMPLE and wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", &["wJalr"]),
            ("say \"my password is swordfish\"", &["swordfish"]),
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
            "look up 9780306406157 and 4006381333931",
            "call +4915112345678 or 0049 30 1234 5678",
            "moments 20261130215109 and 1700000000000",
            "fetch http://169.254.169.254/x",
            "traduci la parola casa",
            "translate \"press any key\"",
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
