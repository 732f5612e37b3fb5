//! Where a value stands in a JSON text, found again by the way to it.
//!
//! *Never:* a text that was not read as strict JSON before is looked at; what is wrong with one is
//! told by its reader.

use serde_path_to_error::Segment;

/// One step from a value into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step<'a> {
    Key(&'a str),
    Item(usize),
}

/// A place, counted from 1; columns are in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl<'a> Step<'a> {
    /// An enum's variant is written as a key where it is written as an object.
    pub(super) fn of(segment: &'a Segment) -> Option<Self> {
        match segment {
            Segment::Seq { index } => Some(Self::Item(*index)),
            Segment::Map { key } => Some(Self::Key(key)),
            Segment::Enum { variant } => Some(Self::Key(variant)),
            Segment::Unknown => None,
        }
    }
}

/// The way as a JSON Pointer.
pub(super) fn pointer(steps: &[Step<'_>]) -> String {
    steps
        .iter()
        .map(|step| match step {
            Step::Key(key) => {
                format!("/{}", super::scrub(&key.replace('~', "~0").replace('/', "~1")))
            }
            Step::Item(index) => format!("/{index}"),
        })
        .collect()
}

/// Where the value at the end of the way begins; none where it is an object, whose own parts may be
/// at fault, or where the way leads nowhere.
pub(super) fn find(text: &str, steps: &[Step<'_>]) -> Option<Place> {
    let mut at = skip_blank(text, 0);
    for step in steps {
        at = match step {
            Step::Key(key) => value_of(text, at, key)?,
            Step::Item(index) => item_of(text, at, *index)?,
        };
    }
    if text.as_bytes().get(at) == Some(&b'{') {
        return None;
    }
    let before = text.get(..at)?;
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Some(Place { line: before.matches('\n').count() + 1, column: at - line_start + 1 })
}

/// Where the value of a key begins, in an object that begins at `at`.
fn value_of(text: &str, at: usize, wanted: &str) -> Option<usize> {
    let mut at = enter(text, at, b'{')?;
    loop {
        let key_end = skip_value(text, at)?;
        let key: String = serde_json::from_str(text.get(at..key_end)?).ok()?;
        let value = skip_blank(text, skip_blank(text, key_end) + 1);
        if key == wanted {
            return Some(value);
        }
        at = next(text, skip_value(text, value)?)?;
    }
}

/// Where an item begins, in an array that begins at `at`.
fn item_of(text: &str, at: usize, wanted: usize) -> Option<usize> {
    let mut at = enter(text, at, b'[')?;
    for _ in 0..wanted {
        at = next(text, skip_value(text, at)?)?;
    }
    Some(at)
}

/// The first part of an array or an object that has any.
fn enter(text: &str, at: usize, opening: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let inside = (bytes.get(at) == Some(&opening)).then(|| skip_blank(text, at + 1))?;
    (!matches!(bytes.get(inside), Some(b'}' | b']') | None)).then_some(inside)
}

/// The part behind the comma, where one follows.
fn next(text: &str, at: usize) -> Option<usize> {
    let at = skip_blank(text, at);
    (text.as_bytes().get(at) == Some(&b',')).then(|| skip_blank(text, at + 1))
}

/// The end of the value that begins at `at`.
fn skip_value(text: &str, at: usize) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (offset, byte) in text.as_bytes().get(at..)?.iter().enumerate() {
        let here = at + offset;
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => {
                quoted = !quoted;
                if !quoted && depth == 0 {
                    return Some(here + 1);
                }
            }
            _ if quoted => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return Some(here),
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(here + 1);
                }
            }
            b',' | b':' | b' ' | b'\n' | b'\t' | b'\r' if depth == 0 => return Some(here),
            _ => {}
        }
    }
    Some(text.len())
}

fn skip_blank(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let blank = rest.bytes().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\t' | b'\r'));
    at + blank.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, steps: &[Step<'_>]) -> Option<(usize, usize)> {
        find(text, steps).map(|place| (place.line, place.column))
    }

    #[test]
    fn a_value_is_found_by_the_way_to_it() {
        use Step::{Item, Key};
        let text = "{\n \"a\" : [1, {\"b,]\": \"x\\\"}\", \"c\":-2.5e1 }, []],\"d\":null}";
        assert_eq!(found(text, &[Key("a"), Item(0)]), Some((2, 9)));
        assert_eq!(found(text, &[Key("a"), Item(1), Key("b,]")]), Some((2, 20)));
        assert_eq!(found(text, &[Key("a"), Item(1), Key("c")]), Some((2, 32)));
        assert_eq!(found(text, &[Key("a"), Item(2)]), Some((2, 42)));
        assert_eq!(found(text, &[Key("d")]), Some((2, 50)));
        for nowhere in [&[Key("e")][..], &[Key("a"), Item(3)], &[Key("d"), Item(0)], &[]] {
            assert_eq!(found(text, nowhere), None, "{nowhere:?}");
        }
        assert_eq!(found("  7", &[]), Some((1, 3)));
        assert_eq!(pointer(&[Key("a/~"), Item(4)]), "/a~1~0/4");
    }
}
