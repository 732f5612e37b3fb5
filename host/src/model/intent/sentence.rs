//! Sentences as they are compared: their words, without marks around them and in one spelling.
//!
//! *Never:* what a person put between quotes is taken apart.

use std::ops::Range;

/// Words of a sentence that are looked at one by one; what comes behind them is one more. A page that
/// somebody pastes behind a request is one thing in it.
const WORDS_MAX: usize = 2_048;
/// Said for politeness before a request, and no part of it.
const POLITE_BEFORE: [&str; 9] =
    ["please", "hey", "hi", "hello", "kindly", "thanks", "thank", "pls", "ok"];
/// The same behind one, where a greeting is what the request is about.
const POLITE_BEHIND: [&str; 4] = ["please", "kindly", "thanks", "pls"];
/// Words that carry little: one more or one less is the same request.
const FILLERS: [&str; 31] = [
    "a", "an", "the", "of", "my", "me", "can", "could", "would", "will", "you", "i", "want",
    "need", "to", "this", "that", "these", "those", "us", "our", "for", "just", "is", "are",
    "please", "some", "like", "it", "do", "be",
];

/// A sentence that somebody said, read once for many patterns.
#[derive(Debug, Clone)]
pub struct Sentence<'t> {
    text: &'t str,
    words: Vec<Word>,
}

/// A word of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// As it was written, without quotes and marks around it.
    text: String,
    /// In the spelling in which words are compared.
    stem: String,
    /// Where it stands, with what is around it.
    span: Range<usize>,
    quoted: bool,
}

impl<'t> Sentence<'t> {
    /// Reads a sentence, without what is said around a request for politeness.
    #[must_use]
    pub fn of(text: &'t str) -> Self {
        let mut sentence = Self::whole(text);
        let behind = |word: &Word| !word.quoted && is_among(&POLITE_BEHIND, &word.text);
        while sentence.words.len() > 1 && sentence.words.last().is_some_and(behind) {
            sentence.words.pop();
        }
        let before = |word: &&Word| !word.quoted && is_among(&POLITE_BEFORE, &word.text);
        let front = sentence.words.iter().take_while(before).count();
        if front < sentence.words.len() {
            sentence.words.drain(..front);
        }
        sentence
    }

    /// Reads all of a sentence.
    pub(crate) fn whole(text: &'t str) -> Self {
        let mut words = Vec::new();
        let mut at = 0;
        while let Some((start, end, quoted)) = next(text, at) {
            let end = if words.len() + 1 == WORDS_MAX { text.trim_end().len() } else { end };
            words.push(Word::of(text, start..end, quoted));
            at = end;
        }
        Self { text, words }
    }

    /// Its words.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    pub(crate) fn into_words(self) -> impl Iterator<Item = Word> {
        self.words.into_iter()
    }

    /// What stands from one word up to another, as it was written.
    pub(crate) fn between(&self, from: usize, to: usize) -> &'t str {
        let (Some(first), Some(last)) = (self.words.get(from), self.words.get(to)) else {
            return "";
        };
        let whole = self.text.get(first.span.start..last.span.end).unwrap_or_default();
        // The mark at the end of a sentence is the sentence's.
        if to + 1 == self.words.len() && !last.quoted {
            whole.trim_end_matches(['.', '?', '!'])
        } else {
            whole
        }
    }
}

impl Word {
    fn of(text: &str, span: Range<usize>, quoted: bool) -> Self {
        let whole = text.get(span.clone()).unwrap_or_default();
        let inner = if quoted { inside(whole) } else { bare(whole) };
        let stem = if inner == "%" { "percent".to_owned() } else { stem(inner) };
        Self { text: inner.to_owned(), stem, span, quoted }
    }

    /// As it was written, without quotes and marks around it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// In the spelling in which words are compared: small letters, without endings.
    #[must_use]
    pub fn stem(&self) -> &str {
        &self.stem
    }

    /// Whether it stood between quotes.
    #[must_use]
    pub const fn is_quoted(&self) -> bool {
        self.quoted
    }

    /// Whether a request is the same without it.
    #[must_use]
    pub fn is_filler(&self) -> bool {
        !self.quoted && is_filler(&self.text)
    }
}

/// Whether a word carries little.
pub(crate) fn is_filler(word: &str) -> bool {
    is_among(&FILLERS, word)
}

fn is_among(list: &[&str], word: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Where the next word begins and ends.
fn next(text: &str, at: usize) -> Option<(usize, usize, bool)> {
    let rest = text.get(at..)?;
    let start = at + rest.find(|letter: char| !letter.is_whitespace())?;
    let word = text.get(start..)?;
    let plain = word.find(char::is_whitespace).map_or(text.len(), |end| start + end);
    let first = word.chars().next()?;
    let quoted = closing(first).and_then(|close| {
        let inner = word.get(first.len_utf8()..)?;
        inner.match_indices(close).find_map(|(end, mark)| {
            let behind = start + first.len_utf8() + end + mark.len();
            // An apostrophe within a word closes nothing.
            let ends =
                text.get(behind..)?.chars().next().is_none_or(|next| !next.is_alphanumeric());
            (ends && end > 0).then_some(behind)
        })
    });
    if let Some(end) = quoted {
        return Some((start, end, true));
    }
    if matches!(first, '{' | '[')
        && let Some(end) = json_end(word)
    {
        return Some((start, start + end, false));
    }
    Some((start, start + measure(text.get(start..plain)?), false))
}

/// How much of a word is its number, where a sign or a unit stands right behind it: `15%`, `5km`.
fn measure(word: &str) -> usize {
    let end = word.trim_end_matches([',', '.', '?', '!']).len();
    let digits = word.find(|letter: char| !letter.is_ascii_digit() && !".,".contains(letter));
    let Some(digits) = digits.filter(|digits| *digits > 0 && *digits < end) else {
        return word.len();
    };
    let unit = word.get(digits..end).unwrap_or_default();
    let ordinal = ["st", "nd", "rd", "th"].contains(&unit);
    let is_unit =
        unit == "%" || (unit.len() <= 3 && !ordinal && unit.chars().all(char::is_alphabetic));
    if is_unit { digits } else { word.len() }
}

fn closing(open: char) -> Option<char> {
    Some(match open {
        '"' | '\'' | '`' => open,
        '“' => '”',
        '‘' => '’',
        '«' => '»',
        _ => return None,
    })
}

/// Where the brackets that a text begins with are closed.
fn json_end(text: &str) -> Option<usize> {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// What stands between the quotes of a word.
fn inside(quoted: &str) -> &str {
    let mut letters = quoted.chars();
    letters.next();
    letters.next_back();
    letters.as_str()
}

/// A word without the marks that a sentence puts around it.
fn bare(word: &str) -> &str {
    let end = word.trim_end_matches([',', '.', ';', ':', '!', '?', ')']);
    let word = if end.is_empty() { word } else { end };
    word.strip_prefix('(').unwrap_or(word)
}

/// One spelling for the forms of a word that ask for the same thing. Crude on purpose: both sides of
/// every comparison go through it.
pub(crate) fn stem(word: &str) -> String {
    let small = word.to_lowercase();
    let small = small.strip_suffix("'s").unwrap_or(&small);
    let cut = |ending: &str, least: usize| {
        small.strip_suffix(ending).filter(|rest| rest.chars().count() >= least)
    };
    if let Some(rest) = cut("ies", 2) {
        return format!("{rest}y");
    }
    let shorter = cut("ing", 4)
        .or_else(|| cut("ed", 4))
        .or_else(|| cut("es", 4))
        .or_else(|| cut("s", 3).filter(|rest| !rest.ends_with(['s', 'u', 'i'])))
        .unwrap_or(small);
    shorter.strip_suffix('e').filter(|rest| rest.len() > 3).unwrap_or(shorter).to_owned()
}
