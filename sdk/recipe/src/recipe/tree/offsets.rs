//! Where the text of a scalar stands in the document, letter by letter: past quotes, escapes, folded
//! lines and the margin of a block.
//!
//! *Never:* a place is told that was guessed: what cannot be followed is told as the scalar's own.

use super::{Scalar, Style};
use crate::cel::Span;

/// For every byte of a scalar's text, where it stands; one more for its end.
#[derive(Debug)]
pub(in crate::recipe) struct Offsets {
    /// None where the text stands as it is from `start` on.
    places: Option<Vec<usize>>,
    start: usize,
    whole: Span,
}

impl Offsets {
    /// The offsets of a scalar that stands at this span.
    pub(in crate::recipe) fn of(document: &str, scalar: &Scalar, span: Span) -> Self {
        let written = document.get(span.start..span.end).unwrap_or_default();
        if written == scalar.text {
            return Self { places: None, start: span.start, whole: span };
        }
        let places = match scalar.style {
            Style::Plain | Style::Flow => {
                flowing(document, span.start, span.end, Style::Plain, scalar)
            }
            Style::Single | Style::Double => {
                flowing(document, span.start + 1, span.end.saturating_sub(1), scalar.style, scalar)
            }
            Style::Literal | Style::Folded => block(document, span.start, scalar),
        };
        let places = places.unwrap_or_else(|| vec![span.start; scalar.text.len() + 1]);
        Self { places: Some(places), start: span.start, whole: span }
    }

    /// A span of the text as a span of the document.
    pub(in crate::recipe) fn span(&self, within: Span) -> Span {
        let Some(places) = &self.places else {
            let end = (self.start + within.end).min(self.whole.end);
            return Span { start: (self.start + within.start).min(end), end };
        };
        let of = |at: usize| places.get(at).or(places.last()).copied().unwrap_or(self.whole.start);
        let start = of(within.start);
        // The last letter may be written with several.
        let end = if within.end > within.start { of(within.end - 1) + 1 } else { start };
        Span { start, end: end.max(start) }
    }
}

/// Plain and quoted scalars: line breaks are folded, and quotes have escapes.
fn flowing(
    document: &str,
    start: usize,
    stop: usize,
    style: Style,
    scalar: &Scalar,
) -> Option<Vec<usize>> {
    let source = document.get(start..stop)?;
    let mut places = Vec::with_capacity(scalar.text.len() + 1);
    let mut text = String::with_capacity(scalar.text.len());
    let mut at = 0;
    while let Some(letter) = source.get(at..)?.chars().next() {
        let rest = source.get(at..)?;
        let (what, length) = match (style, letter) {
            (Style::Single, '\'') => ("'".to_owned(), 2),
            (Style::Double, '\\') => escaped(rest)?,
            (_, ' ' | '\t' | '\r' | '\n') => blank(rest),
            _ => (letter.to_string(), letter.len_utf8()),
        };
        // Only a letter that stands as it is has places of its own inside.
        let alone = what.len() == length;
        places.extend((0..what.len()).map(|byte| start + at + if alone { byte } else { 0 }));
        text.push_str(&what);
        at += length;
    }
    places.push(start + at);
    (text == scalar.text).then_some(places)
}

/// Blanks as they are, or, with line breaks among them, a space or the breaks but one.
fn blank(rest: &str) -> (String, usize) {
    let length = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    let blanks = rest.get(..length).unwrap_or_default();
    match blanks.matches('\n').count() {
        0 => (blanks.to_owned(), length),
        1 => (" ".to_owned(), length),
        breaks => ("\n".repeat(breaks - 1), length),
    }
}

/// What an escape stands for, and how long it is.
fn escaped(rest: &str) -> Option<(String, usize)> {
    let letter = rest.chars().nth(1)?;
    let hex = |digits: usize| {
        let code = u32::from_str_radix(rest.get(2..2 + digits)?, 16).ok()?;
        let (mut decoded, mut length) = (char::from_u32(code), 2 + digits);
        // JSON writes what lies beyond sixteen bits as two escapes.
        if digits == 4 && (0xd800..0xdc00).contains(&code) {
            let low = u32::from_str_radix(rest.get(8..12)?, 16).ok()?;
            decoded = char::from_u32(0x10000 + ((code - 0xd800) << 10) + low.checked_sub(0xdc00)?);
            length = 12;
        }
        Some((decoded?.to_string(), length))
    };
    let simple = match letter {
        'x' => return hex(2),
        'u' => return hex(4),
        'U' => return hex(8),
        '\n' | '\r' => {
            let break_length = if rest.starts_with("\\\r\n") { 3 } else { 2 };
            let margin = rest.get(break_length..)?;
            let margin = margin.len() - margin.trim_start_matches([' ', '\t']).len();
            return Some((String::new(), break_length + margin));
        }
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        other => other,
    };
    Some((simple.to_string(), 1 + letter.len_utf8()))
}

/// Blocks: a margin before every line, and breaks that `>` turns into spaces.
fn block(document: &str, start: usize, scalar: &Scalar) -> Option<Vec<usize>> {
    let rest = document.get(start..)?;
    let mut at = start + rest.find('\n')? + 1;
    let body = document.get(at..)?;
    let filled = body.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let margin = filled.len() - filled.trim_start_matches(' ').len();
    let mut places = Vec::with_capacity(scalar.text.len() + 1);
    let mut fresh = true;
    for letter in scalar.text.chars() {
        if fresh {
            let line = document.get(at..)?;
            at += (line.len() - line.trim_start_matches(' ').len()).min(margin);
            fresh = false;
        }
        let found = document.get(at..).and_then(|rest| rest.chars().next());
        match (letter, found) {
            ('\n' | ' ', Some('\n' | '\r')) => {
                places.push(at);
                at += if document.get(at..)?.starts_with("\r\n") { 2 } else { 1 };
                fresh = true;
                // A fold swallows one break where several stand together.
                if scalar.style == Style::Folded && letter == '\n' {
                    at = past_fold(document, at);
                }
            }
            (letter, Some(found)) if letter == found => {
                places.extend((0..letter.len_utf8()).map(|byte| at + byte));
                at += letter.len_utf8();
            }
            ('\n', None) => places.push(at),
            _ => return None,
        }
    }
    places.push(at);
    Some(places)
}

/// Behind the break that stands where a folded text has one fewer.
fn past_fold(document: &str, at: usize) -> usize {
    let rest = document.get(at..).unwrap_or_default();
    let blank = rest.len() - rest.trim_start_matches(' ').len();
    match rest.get(blank..) {
        Some(rest) if rest.starts_with('\n') && !rest.starts_with("\n\n") => at + blank + 1,
        _ => at,
    }
}
