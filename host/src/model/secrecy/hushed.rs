//! A text with what is secret in it taken out, and everything else where it was.
//!
//! *Never:* less is taken out of what somebody said than of a sentence that is kept.

use std::ops::Range;

use super::announcing::{Announced, announced, behind_unspaced, is_between, is_saying};
use super::looks::{has_credentials, long_numbers};
use super::words::carries_one;
use super::{REDACTED, looks_secret};
use crate::model::intent::{is_email, is_filler};

/// What kind of text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    /// What somebody says: whatever stands where a secret is told goes.
    Said,
    /// A program: as what is said, but for the words of its language.
    #[cfg_attr(
        not(any(test, feature = "language-model")),
        expect(dead_code, reason = "a language model is told it")
    )]
    Written,
    /// What was found in a program: the same, where it is said that a secret comes or the word looks like
    /// a password. Such a text is about passwords and keys more often than it tells one.
    #[cfg_attr(
        not(any(test, feature = "language-model")),
        expect(dead_code, reason = "a language model is told it")
    )]
    Noted,
    /// An example: what is surely a secret. A person's address may be what it is about.
    Shown,
}

/// Marks between the words of a text.
const QUOTES: &[char] = &['"', '\'', '`', '“', '”', '‘', '’', '«', '»'];
const BRACKETS: &[char] = &['(', ')', '[', ']', '{', '}', '<', '>', ',', ';'];
/// Marks around a word that are the sentence's.
const AROUND: &[char] = &['.', ',', ';', ':', '!', '?', ')', ']', '}', '='];
/// So far a quoted secret is looked for its end.
const QUOTED_BYTES_MAX: usize = 512;
/// Groups of digits behind a word that announces a number.
const GROUP_DIGITS_MAX: usize = 6;
/// A word with a digit in it and so many letters may be a password.
const PASSWORD_CHARS_MIN: usize = 4;
/// What is said of passwords in general, and is none.
const GENERAL: &[&str] = &[
    "no",
    "unknown",
    "allowed",
    "given",
    "required",
    "invalid",
    "wrong",
    "incorrect",
    "correct",
    "not",
    "too",
    "missing",
    "empty",
    "expired",
    "weak",
    "strong",
    "short",
    "long",
    "reset",
    "protected",
    "optional",
    "mandatory",
    "needed",
    "stored",
    "kept",
    "hidden",
    "hashed",
    "encrypted",
    "valid",
    "secret",
    "in",
    "by",
    "string",
    "text",
    "always",
    "never",
    "obligatoire",
    "erforderlich",
    "falsch",
    "null",
    "none",
];
/// Words of schemas and programs that stand where a value would.
const PROGRAM: &[&str] = &[
    "string", "str", "integer", "number", "boolean", "bool", "object", "array", "list", "map",
    "null", "true", "false", "type", "dyn", "any", "required", "format", "input", "self", "none",
];

impl Text {
    const fn is_of_program(self) -> bool {
        matches!(self, Self::Written | Self::Noted)
    }
}

/// What is being told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    /// A secret comes; whether it was said that it comes now, and whether it is surely one.
    Secret {
        is_named: bool,
        is_sure: bool,
    },
    /// A number that is written in groups.
    Digits,
    /// Everything to the end of the line.
    Phrase,
}

/// A text without what is secret in it.
pub(crate) fn hushed(text: &str, kind: Text) -> String {
    let runs = runs(text);
    let words: Vec<&str> = runs.iter().filter_map(|run| text.get(run.clone())).collect();
    let bare: Vec<&str> = words.iter().map(|word| trimmed(word)).collect();
    let mut numbers = vec![false; words.len()];
    for (from, to) in long_numbers(&bare) {
        numbers.iter_mut().skip(from).take(to - from).for_each(|it| *it = true);
    }
    let mut out = String::with_capacity(text.len());
    let (mut told, mut at) = (Told::Nothing, 0);
    for (index, (run, word)) in runs.iter().zip(&bare).enumerate() {
        let between = text.get(at..run.start).unwrap_or_default();
        if run.start < at {
            continue;
        }
        told = told.over(between, kind);
        out.push_str(between);
        let place = Place { words: &words, index, bare: word, kind };
        let whole = text.get(run.clone()).unwrap_or_default();
        let is_number = numbers.get(index) == Some(&true);
        let own = is_number || is_own(word, kind);
        let is_told = told.takes(&place);
        if own && !is_number {
            told = Told::Nothing;
        }
        out.push_str(if own || is_told { REDACTED } else { whole });
        at = match (own, is_told) {
            (false, false) => run.end,
            (true, false) => ended(run.start, whole),
            (_, true) => end(text, run, kind),
        };
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Whether a word is secret wherever it stands.
fn is_own(word: &str, kind: Text) -> bool {
    let address = kind != Text::Shown && is_email(word);
    let carries = match kind {
        Text::Shown => has_credentials(word) || carries_password(word),
        // `key::Name` is a path of a program.
        Text::Written | Text::Noted if word.contains("::") => has_credentials(word),
        Text::Said | Text::Written | Text::Noted => carries_one(word),
    };
    let unspaced = behind_unspaced(word).is_some_and(|it| it.chars().any(char::is_alphanumeric));
    looks_secret(word) || address || carries || unspaced
}

/// Whether a word has a password in it: `password=hunter2`.
fn carries_password(word: &str) -> bool {
    word.split(['?', '&']).any(|pair| {
        let (name, value) = pair.split_once(['=', ':']).unwrap_or((pair, ""));
        let is_password = announced(&[name], 0).is_some_and(|it| it != Announced::Other);
        is_password && is_told(trimmed(value), true, true)
    })
}

/// A word and what is around it.
struct Place<'t> {
    words: &'t [&'t str],
    index: usize,
    bare: &'t str,
    kind: Text,
}

impl Told {
    /// What is told behind marks and blanks.
    fn over(self, between: &str, kind: Text) -> Self {
        // A statement ends, and with it what was named in it.
        let is_over = match self {
            Self::Phrase => between.contains('\n'),
            Self::Secret { .. } => kind.is_of_program() && between.contains(';'),
            Self::Nothing | Self::Digits => false,
        };
        if is_over { Self::Nothing } else { self }
    }

    /// Takes in a word, and says whether it is told as a secret.
    fn takes(&mut self, place: &Place<'_>) -> bool {
        let Place { words, index, bare, kind } = *place;
        let word = words.get(index).copied().unwrap_or_default();
        let is_naming = word.ends_with([':', '=']) || is_saying(bare);
        let before = *self;
        if let Some(how) = announced(words, index) {
            *self = match how {
                Announced::Phrase => Self::Phrase,
                Announced::Password | Announced::Other => {
                    Self::Secret { is_named: is_naming, is_sure: how != Announced::Other }
                }
            };
            if kind.is_of_program() && (is_path(bare) || bare.contains('/')) {
                *self = Self::Nothing;
            }
            return false;
        }
        match before {
            Self::Nothing => false,
            Self::Phrase => !is_filler(bare) && !is_between(bare),
            Self::Digits => {
                let is_group = bare.len() <= GROUP_DIGITS_MAX && is_digits(bare);
                *self = if is_group { before } else { Self::Nothing };
                is_group
            }
            Self::Secret { is_named, is_sure } => {
                let is_field = kind.is_of_program() && word.ends_with(':');
                if is_filler(bare) || is_between(bare) || is_field {
                    *self = Self::Secret { is_named: is_named || is_naming, is_sure };
                    return false;
                }
                *self = if is_digits(bare) { Self::Digits } else { Self::Nothing };
                match kind {
                    Text::Said => bare != "redacted",
                    Text::Written => !is_of_program(bare),
                    Text::Noted => {
                        let is_word = is_of_program(bare) || is_general(bare);
                        !is_word && (is_named || is_mixed(bare))
                    }
                    Text::Shown => is_told(bare, is_named, is_sure),
                }
            }
        }
    }
}

/// Whether a word of an example is a secret behind a word that announces one.
fn is_told(bare: &str, is_named: bool, is_sure: bool) -> bool {
    let has = |is: fn(char) -> bool| bare.chars().any(is);
    let is_word = has(char::is_alphanumeric) && !is_general(bare) && bare != "redacted";
    is_word && is_sure && (is_named || is_mixed(bare))
}

/// Whether it is said of passwords in general.
fn is_general(bare: &str) -> bool {
    GENERAL.contains(&bare.to_lowercase().as_str())
}

/// Whether a word looks like a password: long enough, with a digit in it.
fn is_mixed(bare: &str) -> bool {
    bare.chars().count() >= PASSWORD_CHARS_MIN && bare.contains(|it: char| it.is_ascii_digit())
}

/// Words of a program's own language, which are no values.
fn is_of_program(bare: &str) -> bool {
    bare == "redacted" || PROGRAM.contains(&bare) || is_path(bare)
}

/// Names with dots between them, or a call: `input.key`, `key(`.
fn is_path(bare: &str) -> bool {
    let is_name = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && part.chars().all(|letter| letter.is_ascii_alphabetic() || letter == '_')
    };
    bare.contains('.') && bare.split('.').all(is_name)
}

fn is_digits(bare: &str) -> bool {
    !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit())
}

fn trimmed(word: &str) -> &str {
    word.trim_end_matches(AROUND).trim_start_matches(AROUND)
}

/// Where the words of a text stand: between blanks, quotes and brackets. An address on the net is one.
fn runs(text: &str) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut start = None;
    for (at, letter) in text.char_indices() {
        let is_address = start.is_some_and(|from| text.get(from..at).is_some_and(is_url));
        let ends = letter.is_whitespace()
            || matches!(letter, '"' | '`' | '<' | '>')
            || !is_address && (QUOTES.contains(&letter) || BRACKETS.contains(&letter));
        match (start, ends) {
            (None, false) => start = Some(at),
            (Some(from), true) => {
                runs.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    runs.extend(start.map(|from| from..text.len()));
    runs
}

/// Whether a word has begun as an address. Looked at near its beginning, so that long words cost nothing.
fn is_url(begun: &str) -> bool {
    const SCHEME_BYTES_MAX: usize = 64;
    let end = (0..=begun.len().min(SCHEME_BYTES_MAX)).rev().find(|at| begun.is_char_boundary(*at));
    begun.get(..end.unwrap_or_default()).is_some_and(|begun| begun.contains("://"))
}

/// Where what is told as a secret ends that begins with a word.
fn end(text: &str, run: &Range<usize>, kind: Text) -> usize {
    let word = text.get(run.clone()).unwrap_or_default();
    let opening = text.get(..run.start).and_then(|before| before.chars().next_back());
    let closing = opening.and_then(|open| match open {
        '"' | '\'' | '`' => Some(open),
        '“' => Some('”'),
        '‘' => Some('’'),
        '«' => Some('»'),
        _ => None,
    });
    let rest = text.get(run.start..).unwrap_or_default();
    let quoted = closing.and_then(|close| rest.find(close));
    if let Some(quoted) = quoted.filter(|end| *end <= QUOTED_BYTES_MAX) {
        return run.end.max(run.start + quoted);
    }
    // A password may have any mark in it; of a program it is known where its values end.
    let whole = match kind {
        Text::Written | Text::Noted => word,
        Text::Said | Text::Shown => rest.split(char::is_whitespace).next().unwrap_or(word),
    };
    ended(run.start, whole)
}

/// Where a word ends, without the marks that are the sentence's.
fn ended(start: usize, word: &str) -> usize {
    let bare = word.trim_end_matches(|letter| AROUND.contains(&letter) || QUOTES.contains(&letter));
    start + bare.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_says_loses_its_secrets_and_nothing_else() {
        for (said, left) in [
            (
                "log in with password hunter2 to postgres://u:s3cr3tpw@db.example.org/x",
                "log in with password [redacted] to [redacted]",
            ),
            ("mot de passe : azerty99", "mot de passe : [redacted]"),
            ("mein Passwort ist geheim123.", "mein Passwort ist [redacted]."),
            ("la contraseña es \"abre te\" ahora", "la contraseña es \"[redacted]\" ahora"),
            ("a senha é abacaxi", "a senha é [redacted]"),
            ("mijn wachtwoord is welkom", "mijn wachtwoord is [redacted]"),
            ("moje hasło to kotek", "moje hasło to [redacted]"),
            ("il codice segreto è 4711", "il codice segreto è [redacted]"),
            ("密码hunter2", "[redacted]"),
            (
                "card 1234 5678 9012 3456, ok",
                "card [redacted] [redacted] [redacted] [redacted], ok",
            ),
            ("{\"password\": \"two words\", \"a\": 1}", "{\"password\": \"[redacted]\", \"a\": 1}"),
            ("mail ann@example.org\n about  it", "mail [redacted]\n about  it"),
            ("pay 4111 1111 1111 1111", "pay [redacted] [redacted] [redacted] [redacted]"),
            (
                "send DE89 3704 0044 0532 0130 00",
                "send [redacted] [redacted] [redacted] [redacted] [redacted] [redacted]",
            ),
        ] {
            assert_eq!(hushed(said, Text::Said), left);
        }
        for plain in [
            "add  milk to my \"shopping list\"",
            "ISBN 978 0 306 40615 7 and +49 30 123456",
            "what is http://169.254.169.254/x",
            "traduci la parola casa",
            "il passe par Paris",
        ] {
            assert_eq!(hushed(plain, Text::Said), plain);
        }
    }

    #[test]
    fn a_program_keeps_the_words_of_its_language() {
        for (written, left) in [
            ("key: {type: string}\nreturn: input.key", "key: {type: string}\nreturn: input.key"),
            ("let token = item.token.clone();\nrun(a)", "let token = item.token.clone();\nrun(a)"),
            ("let password = \"two words\";", "let password = \"[redacted]\";"),
            ("password: hunter2\nname: a", "password: [redacted]\nname: a"),
            ("Incorrect API key: sk-proj-abcdefg12345.", "Incorrect API key: [redacted]."),
        ] {
            assert_eq!(hushed(written, Text::Written), left);
        }
        for noted in [
            "couldn't read `/etc/passwd`: Permission denied",
            "`password` in `log in with {password}` is no property of the input",
            "it asks for the secret `github`, which it may not",
        ] {
            assert_eq!(hushed(noted, Text::Noted), noted);
        }
        for told in ["it gives \"password is swordfish\"", "at `password hunter2`"] {
            assert!(hushed(told, Text::Noted).contains(REDACTED), "{told}");
        }
    }

    #[test]
    fn an_example_that_is_about_secrets_is_none() {
        for plain in [
            "press any key to continue",
            "The password is required",
            "Password: required",
            "forgot password? click here",
            "ann@example.org",
            "9780306406157",
            "token ring 4711",
            "the secret garden",
        ] {
            assert_eq!(hushed(plain, Text::Shown), plain);
        }
        for secret in [
            "my password is swordfish",
            "password hunter2",
            "password=hunter2&user=ann",
            "mot de passe : azerty99",
            "postgres://u:s3cr3tpw@db.example.org/x",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        ] {
            assert!(hushed(secret, Text::Shown).contains(REDACTED), "{secret}");
        }
    }
}
