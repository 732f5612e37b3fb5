//! Text by code points.
//!
//! *Never:* a position splits a character.

use crate::op::{Class, Op};
use crate::value::Value;

pub(super) fn apply(op: &Op, kids: &[Value]) -> Option<Value> {
    // These two take lists.
    match op {
        Op::Concat => {
            let parts: Option<Vec<&str>> = kids.iter().map(Value::as_text).collect();
            return Some(Value::text(parts?.concat()));
        }
        Op::Join => {
            let items: Option<Vec<&str>> =
                kids.first()?.as_list()?.iter().map(Value::as_text).collect();
            return Some(Value::text(items?.join(kids.get(1)?.as_text()?)));
        }
        _ => {}
    }
    let whole = kids.first()?.as_text()?;
    match op {
        Op::Lower => Some(Value::text(whole.to_ascii_lowercase())),
        Op::Upper => Some(Value::text(whole.to_ascii_uppercase())),
        Op::Trim => Some(Value::text(whole.trim_matches(char::is_whitespace))),
        Op::Title => Some(Value::text(title(whole))),
        Op::Substring => {
            let (from, to) = (kids.get(1)?.as_int()?, kids.get(2)?.as_int()?);
            slice(whole, from, to).map(Value::text)
        }
        Op::From => whole.get(offset(whole, kids.get(1)?.as_int()?)?..).map(Value::text),
        Op::Keep(class) => Some(kept(whole, |letter| class.has(letter))),
        Op::Drop(class) => Some(kept(whole, |letter| !class.has(letter))),
        Op::Tokens(class) => Some(Value::list(tokens(whole, *class).map(Value::text))),
        Op::Decimals => Some(Value::list(decimals(whole).into_iter().map(Value::text))),
        Op::Has(class) => Some(Value::Bool(whole.contains(|letter| class.has(letter)))),
        _ => with_part(op, whole, kids),
    }
}

fn with_part(op: &Op, whole: &str, kids: &[Value]) -> Option<Value> {
    let part = kids.get(1)?.as_text()?;
    match op {
        Op::Replace => Some(Value::text(replaced(whole, part, kids.get(2)?.as_text()?))),
        Op::Split => Some(Value::list(split(whole, part).into_iter().map(Value::text))),
        // Nothing is no place to split at once; see `split`.
        Op::SplitTwo if part.is_empty() => None,
        Op::SplitTwo => Some(Value::list(whole.splitn(2, part).map(Value::text))),
        Op::IndexOf => position(whole, whole.find(part)),
        Op::LastIndexOf => position(whole, whole.rfind(part)),
        Op::Nth => nth(whole, part, kids.get(2)?.as_int()?),
        Op::Count => int(split(whole, part).len())
            .and_then(|parts| Some(Value::Int(parts.as_int()?.checked_sub(1)?))),
        Op::Contains => Some(Value::Bool(whole.contains(part))),
        Op::Starts => Some(Value::Bool(whole.starts_with(part))),
        Op::Ends => Some(Value::Bool(whole.ends_with(part))),
        _ => None,
    }
}

fn replaced(whole: &str, old: &str, new: &str) -> String {
    whole.replace(old, new)
}

/// Text split by nothing is its characters, and nothing split by nothing has no parts.
fn split<'a>(whole: &'a str, by: &str) -> Vec<&'a str> {
    if by.is_empty() {
        whole.split("").filter(|part| !part.is_empty()).collect()
    } else {
        whole.split(by).collect()
    }
}

fn position(whole: &str, place: Option<usize>) -> Option<Value> {
    let Some(place) = place else { return Some(Value::Int(-1)) };
    int(whole.get(..place)?.chars().count())
}

fn int(count: usize) -> Option<Value> {
    i64::try_from(count).ok().map(Value::Int)
}

/// As the recipe has it: the size of what the first n parts make when they are joined again.
fn nth(whole: &str, part: &str, n: i64) -> Option<Value> {
    let parts = split(whole, part);
    let first = parts.get(..usize::try_from(n).ok()?)?;
    int(first.join(part).chars().count())
}

/// Where the `at`-th character begins; the end for one past the last.
pub(super) fn offset(text: &str, at: i64) -> Option<usize> {
    let at = usize::try_from(at).ok()?;
    if text.is_ascii() {
        return (at <= text.len()).then_some(at);
    }
    text.char_indices().map(|(place, _)| place).chain([text.len()]).nth(at)
}

fn slice(text: &str, from: i64, to: i64) -> Option<&str> {
    if from > to {
        return None;
    }
    text.get(offset(text, from)?..offset(text, to)?)
}

fn kept(whole: &str, keep: impl Fn(char) -> bool) -> Value {
    Value::text(whole.chars().filter(|letter| keep(*letter)).collect::<String>())
}

/// The runs of a class's characters.
pub(crate) fn tokens(whole: &str, class: Class) -> impl Iterator<Item = &str> {
    whole.split(move |letter| !class.has(letter)).filter(|token| !token.is_empty())
}

/// Numbers with a point between digits, from the left.
pub(crate) fn decimals(whole: &str) -> Vec<&str> {
    let digit = |letter: char| letter.is_ascii_digit();
    let mut found = Vec::new();
    let mut rest = whole;
    while let Some(start) = rest.find(digit) {
        let from = rest.get(start..).unwrap_or_default();
        let ends = |text: &str| text.find(|letter| !digit(letter)).unwrap_or(text.len());
        let whole = ends(from);
        let behind = from.get(whole..).and_then(|it| it.strip_prefix('.')).map_or(0, ends);
        if behind > 0 {
            found.extend(from.get(..whole + 1 + behind));
        }
        let next = if behind > 0 { whole + 1 + behind } else { whole };
        rest = from.get(next..).unwrap_or_default();
    }
    found
}

/// Each word between blanks with a capital in front and small letters behind it.
fn title(whole: &str) -> String {
    let words: Vec<String> = whole
        .split(' ')
        .map(|word| {
            let width = word.chars().next().map_or(0, char::len_utf8);
            let (first, rest) = word.split_at(width);
            first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
        })
        .collect();
    words.join(" ")
}
