//! What a gap is called: what is to be done, and to what.
//!
//! *Never:* a word that only one person said is in a name, save the verb and what is known to be a
//! thing.

use super::part::Part;
use super::things::is_thing;
use super::tongue::{Tongue, is_german_verb};

/// Words of a name.
const NAMED_MAX: usize = 4;
/// Letters of one of them.
const WORD_CHARS_MAX: usize = 16;
/// What a gap is called of which nothing may be told.
const UNNAMED: &str = "request";

/// Requests, and how many said them.
#[derive(Clone, Copy)]
pub(super) struct Named<'p> {
    pub(super) parts: &'p [Part],
    pub(super) tongue: Tongue,
    /// Whether several people said all these words.
    pub(super) several: bool,
}

/// A word as it may be in a name.
struct Candidate<'p> {
    stem: &'p str,
    text: &'p str,
    given: bool,
}

impl<'p> Named<'p> {
    /// The words of the name, joined.
    pub(super) fn text(self) -> String {
        let words = if self.several { self.shared() } else { self.sure() };
        let words = words.into_iter().map(spelled);
        let named: Vec<String> = words.filter(|word| !word.is_empty()).take(NAMED_MAX).collect();
        if named.is_empty() { UNNAMED.to_owned() } else { named.join("-") }
    }

    /// What several people said. Where nothing was seen to vary yet, what stands behind a word such as
    /// `of` may be what they gave.
    fn shared(self) -> Vec<&'p str> {
        let varies = self.parts.iter().any(|part| matches!(part, Part::Slot(_)));
        let before = |part: &&Part| {
            varies || !matches!(part, Part::Word { text, .. } if self.tongue.leads(text))
        };
        let words = self.parts.iter().take_while(before).filter_map(telling);
        let words = words.filter(|word| !word.given && !self.tongue.leads(word.text));
        let words = words.map(|word| word.text).filter(|text| !self.tongue.asks(text));
        let words: Vec<&str> = words.collect();
        if words.is_empty() { self.sure() } else { words }
    }

    /// What one person said and is nobody's data: the verb, and words that are known.
    fn sure(self) -> Vec<&'p str> {
        let words: Vec<Candidate<'_>> = self.parts.iter().filter_map(telling).collect();
        let verb = self.verb(&words);
        let is_nobodys = |word: &Candidate<'_>| {
            let asks_or_leads = self.tongue.asks(word.text) || self.tongue.leads(word.text);
            !word.given && !asks_or_leads && is_thing(self.tongue, word.text, word.stem)
        };
        let of_all = words.iter().enumerate();
        let sure = of_all.filter(|(at, word)| Some(*at) == verb || is_nobodys(word));
        let mut sure: Vec<&str> = sure.map(|(_, word)| word.text).collect();
        if sure.is_empty() {
            // `who is bob` is a question of who.
            sure.extend(words.first().map(|word| word.text).filter(|it| self.tongue.asks(it)));
        }
        sure
    }

    /// Which word says what is to be done. A request begins with it, where it is no question and tells
    /// nothing of somebody; in German it may as well be the last.
    fn verb(self, words: &[Candidate<'_>]) -> Option<usize> {
        let (first, last) = (words.first()?, words.last()?);
        let behind = self.parts.iter().skip_while(|part| telling(part).is_none()).nth(1);
        let tells = matches!(behind, Some(Part::Word { text, .. }) if self.tongue.tells(text));
        if self.tongue == Tongue::German {
            if is_german_verb(first.text) {
                return Some(0);
            }
            if words.len() > 1 && !last.given && is_german_verb(last.text) {
                return Some(words.len() - 1);
            }
        }
        let is_verb = self.tongue == Tongue::English || first.text.ends_with('e');
        (is_verb && !tells && !first.given && !self.tongue.asks(first.text)).then_some(0)
    }
}

/// A part that is a word and carries something.
fn telling(part: &Part) -> Option<Candidate<'_>> {
    match part {
        Part::Word { stem, text, telling: true, given } => {
            Some(Candidate { stem, text, given: *given })
        }
        Part::Word { .. } | Part::Slot(_) => None,
    }
}

/// A word in the letters that a name may have; nothing of one that does not begin with one.
fn spelled(word: &str) -> String {
    let mut out = String::new();
    for letter in word.chars() {
        match letter {
            'ä' => out.push_str("ae"),
            'ö' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            'à' | 'á' | 'â' => out.push('a'),
            'è' | 'é' | 'ê' => out.push('e'),
            letter if letter.is_ascii_alphanumeric() => out.push(letter.to_ascii_lowercase()),
            _ => {}
        }
    }
    out.truncate(WORD_CHARS_MAX);
    if out.starts_with(|first: char| first.is_ascii_lowercase()) { out } else { String::new() }
}
