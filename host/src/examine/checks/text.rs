//! Texts that say something else than what a reader sees, or that speak to a language model.
//!
//! A scanner of words finds what is written plainly and no more; that is why what it finds counts
//! against a candidate, and what it does not find counts for nothing.
//!
//! *Never:* a character is let through because the word it stands in looks harmless.

use crate::examine::codes::from_base64;
use crate::examine::finding::{Draft, Severity};
use crate::examine::subject::{Subject, Text};
use crate::model::letters::{self, is_bidirectional, is_emoji_part, is_unseen, looks_latin, plain};
use crate::model::phrases::{Speaks, images, speaks};

/// Base64 this long is not a word.
const CODED_CHARS_MIN: usize = 24;

pub(in crate::examine) fn invisible(subject: &Subject<'_>) -> Vec<Draft> {
    found(subject, "a text has characters in it that nobody sees", |text| {
        let letters: Vec<char> = text.chars().collect();
        let mut seen = String::new();
        let flags = flags(&letters);
        for (at, letter) in letters.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| letters.get(at)).copied();
            let after = letters.get(at + 1).copied();
            // A terminal obeys them; a text has lines and columns and nothing else of that kind.
            let is_control = letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
            if is_control
                || is_unseen(*letter)
                    && !is_bidirectional(*letter)
                    && !is_joining(*letter, before, after)
                    && !flags.iter().any(|flag| flag.contains(&at))
            {
                seen.push(*letter);
            }
        }
        // Tags repeat ASCII: what they spell is told.
        let spelt: String = seen.chars().filter_map(letters::untagged).collect();
        match (seen.is_empty(), spelt.is_empty()) {
            (true, _) => None,
            (false, true) => Some(format!("{} such characters: {seen}", seen.chars().count())),
            (false, false) => Some(format!("they spell: {spelt}")),
        }
    })
}

/// Signs that take a vowel away.
const VIRAMAS: [char; 12] = [
    '\u{94d}', '\u{9cd}', '\u{a4d}', '\u{acd}', '\u{b4d}', '\u{bcd}', '\u{c4d}', '\u{ccd}',
    '\u{d4d}', '\u{dca}', '\u{1039}', '\u{17d2}',
];

/// How many tags stand between a black flag and the sign that ends them: England's are five.
const FLAG_TAGS_MAX: usize = 6;

/// Where the tags stand that make flags of regions: behind a black flag, and closed.
fn flags(letters: &[char]) -> Vec<std::ops::Range<usize>> {
    let flags = letters.iter().enumerate().filter(|(_, letter)| **letter == '\u{1f3f4}');
    let closed = flags.filter_map(|(at, _)| {
        let tags = letters.get(at + 1..)?.iter();
        let count = tags.take_while(|it| matches!(it, '\u{e0030}'..='\u{e007a}')).count();
        let end = at + 1 + count;
        let is_closed = letters.get(end) == Some(&'\u{e007f}');
        ((1..=FLAG_TAGS_MAX).contains(&count) && is_closed).then_some(at + 1..end + 1)
    });
    closed.collect()
}

/// Joiners belong between letters of scripts that join, and between the parts of an emoji; selectors
/// belong behind one.
fn is_joining(letter: char, before: Option<char>, after: Option<char>) -> bool {
    let of_script = |char: Option<char>| {
        char.is_some_and(|char| !char.is_ascii() && char.is_alphabetic() && !looks_latin(char))
    };
    // Scripts of India join behind the sign that takes a vowel away.
    let is_virama = before.is_some_and(|before| VIRAMAS.contains(&before));
    match letter {
        '\u{200c}' | '\u{200d}' => {
            ((of_script(before) || is_virama) && of_script(after))
                || (letter == '\u{200d}'
                    && before.is_some_and(is_emoji_part)
                    && after.is_some_and(is_emoji_part))
        }
        '\u{fe0e}' | '\u{fe0f}' => before.is_some_and(is_emoji_part),
        _ => false,
    }
}

pub(in crate::examine) fn bidirectional(subject: &Subject<'_>) -> Vec<Draft> {
    found(subject, "a text turns its own direction", |text| {
        let letters: Vec<char> = text.chars().collect();
        let is_rtl = |at: Option<usize>| {
            at.and_then(|at| letters.get(at)).is_some_and(|letter| is_right_to_left(*letter))
        };
        let turning: String = letters
            .iter()
            .enumerate()
            .filter(|(at, char)| {
                // A mark beside a letter of such a script is how people write it.
                let is_mark = matches!(char, '\u{200e}' | '\u{200f}' | '\u{61c}');
                let belongs = is_mark && (is_rtl(at.checked_sub(1)) || is_rtl(Some(at + 1)));
                is_bidirectional(**char) && !belongs
            })
            .map(|(_, char)| *char)
            .collect();
        (!turning.is_empty()).then(|| format!("{turning} in: {text}"))
    })
}

/// Whether a letter is of a script that is written from the right.
const fn is_right_to_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

pub(in crate::examine) fn mixed_script(subject: &Subject<'_>) -> Vec<Draft> {
    found(subject, "a word mixes letters that look alike from several alphabets", |text| {
        let words = text.split(|char: char| !char.is_alphanumeric());
        let mut mixed = words.filter(|word| {
            let has_latin = word.chars().any(|char| char.is_ascii_alphabetic());
            let has_other = has_strange(word);
            let is_all_other = word.chars().count() > 1
                && word.chars().all(|char| looks_latin(char) || char.is_ascii_digit());
            (has_latin && has_other) || is_all_other && letters::is_styled(word)
        });
        mixed.next().map(str::to_owned)
    })
}

/// Letters of Latin's own that look like others of it: of Turkish, and of phonetic script.
const LATIN_OWN: [char; 4] = ['ı', 'ɩ', 'ɡ', 'ɑ'];

/// Whether a word has a letter that only looks Latin. Greek letters stand in front of Latin ones and behind
/// them in what is counted and measured; between small ones nobody writes them.
fn has_strange(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    let is_greek = |letter: &char| matches!(letter, '\u{370}'..='\u{3ff}');
    letters.iter().enumerate().any(|(at, letter)| {
        let (before, behind) = letters.split_at(at);
        let mut around =
            [before.iter().rev().find(|it| !is_greek(it)), behind.iter().find(|it| !is_greek(it))]
                .into_iter();
        let is_between = around.all(|it| it.is_some_and(char::is_ascii_lowercase));
        looks_latin(*letter) && !LATIN_OWN.contains(letter) && (!is_greek(letter) || is_between)
    })
}

pub(in crate::examine) fn instruction(subject: &Subject<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for (wanted, severity, message) in [
        (Speaks::Commands, Severity::Error, "a text gives a language model orders"),
        (Speaks::Addresses, Severity::Warning, "a text speaks to a language model"),
    ] {
        let heard = found(subject, message, |text| {
            let texts = std::iter::once(text.to_owned()).chain(decoded(text));
            texts
                .filter_map(|text| speaks(&plain(&text)))
                .find(|(kind, _)| *kind == wanted)
                .map(|(_, words)| format!("`{words}` in: {text}"))
        });
        drafts.extend(heard.into_iter().map(|draft| draft.severity(severity)));
    }
    let message = "a text has an image that carries something away";
    drafts.extend(found(subject, message, |text| leaking_image(&plain(text), None)));
    drafts
}

/// Words of an input that are shorter stand in addresses by chance.
const LEAKED_CHARS_MIN: usize = 5;

/// An image whose address carries something away: a place for a value, or in an output anything that the
/// input did not name itself.
pub(in crate::examine) fn leaking_image(text: &str, input: Option<&str>) -> Option<String> {
    let has_query = |address: &str| address.contains('?') && address.contains('=');
    let has_hole = |address: &str| address.contains(['{', '$']) || address.contains("%7b");
    let leaks = |address: &str| match input {
        None => has_hole(address) || address.ends_with('='),
        // Whoever named the place has it shown; what follows may be written in another way.
        Some(input) if input.contains(address.split('?').next().unwrap_or_default()) => false,
        Some(input) => {
            let is_word = |word: &&str| word.chars().count() >= LEAKED_CHARS_MIN;
            let mut words = input.split(|it: char| !it.is_alphanumeric()).filter(is_word);
            has_query(address) || words.any(|word| address.contains(word))
        }
    };
    let found = images(text).into_iter().find(|address| leaks(address));
    found.map(|address| format!("an image from {address}"))
}

/// The orders that an output gives to a language model, or hides in letters that nobody sees; none where
/// the input had them already.
pub(in crate::examine) fn slipped_in(output: &str, input: &str) -> Option<String> {
    let orders = |text: &str| {
        let texts = std::iter::once(text.to_owned()).chain(decoded(text));
        let heard = texts.filter_map(|text| speaks(&plain(&text)));
        heard.filter(|(kind, _)| *kind == Speaks::Commands).map(|(_, words)| words).next()
    };
    let tags = |text: &str| -> String { text.chars().filter_map(letters::untagged).collect() };
    if let Some(words) = orders(output).filter(|_| orders(input).is_none()) {
        return Some(format!("`{words}`"));
    }
    let spelt = tags(output);
    (!spelt.is_empty() && tags(input).is_empty()).then(|| format!("unseen letters spell: {spelt}"))
}

/// What stands in a text as base64, where that is text again.
fn decoded(text: &str) -> Vec<String> {
    let is_coded = |char: char| char.is_ascii_alphanumeric() || matches!(char, '+' | '/' | '=');
    let words = text.split(|char| !is_coded(char)).map(|word| word.trim_end_matches('='));
    words
        .filter(|word| word.len() >= CODED_CHARS_MIN)
        .filter_map(|word| from_base64(word.as_bytes()))
        .filter_map(|bytes| String::from_utf8(bytes).ok())
        .collect()
}

/// One finding with every text of which `look` tells something.
fn found(
    subject: &Subject<'_>,
    message: &str,
    look: impl Fn(&str) -> Option<String>,
) -> Vec<Draft> {
    let mut found: Option<Draft> = None;
    for Text { place, text } in &subject.texts {
        if let Some(detail) = look(text) {
            found = Some(found.unwrap_or_else(|| Draft::new(message)).seen(place, detail));
        }
    }
    found.into_iter().collect()
}

#[cfg(test)]
mod tests;
