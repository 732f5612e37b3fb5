//! Text by code points, as the language counts it.
//!
//! *Never:* a position splits a character.

use crate::fault::{Cause, raise, raise_with, undecided};
use crate::row::Row;
use crate::same::{begins, ends};
use crate::value::{Kind, Value};

/// How many code points.
pub(crate) fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

fn width(first: u8) -> usize {
    match first {
        0..=0x7f => 1,
        0x80..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => 4,
    }
}

/// Where the `at`-th code point begins; the end for one past the last.
fn offset(bytes: &[u8], at: usize) -> Option<usize> {
    let mut left = at;
    let mut place = 0;
    while left > 0 {
        place += width(*bytes.get(place)?);
        left -= 1;
    }
    (place <= bytes.len()).then_some(place)
}

/// The first place of `part` in `whole` from `start` on.
pub(crate) fn find(whole: &[u8], part: &[u8], start: usize) -> Option<usize> {
    let Some(first) = part.first() else { return Some(start) };
    let last = whole.len().checked_sub(part.len())?;
    (start..=last).find(|at| whole[*at] == *first && begins(&whole[*at..], part))
}

fn all_text(values: &[Value]) -> bool {
    values.iter().all(|value| value.is(Kind::Text))
}

macro_rules! predicate {
    ($name:ident, $test:expr) => {
        #[unsafe(no_mangle)]
        extern "C" fn $name(whole: Value, part: Value) -> u32 {
            if !whole.is(Kind::Text) || !part.is(Kind::Text) {
                return undecided(Cause::NoSuchOverload);
            }
            let test: fn(&[u8], &[u8]) -> bool = $test;
            u32::from(test(whole.raw(), part.raw()))
        }
    };
}

predicate!(rt_contains, |whole, part| find(whole, part, 0).is_some());
predicate!(rt_starts_with, begins);
predicate!(rt_ends_with, ends);

fn over(whole: Value, from: usize, to: usize) -> Value {
    let bytes = &whole.raw()[from..to];
    Value::new(Kind::Text, bytes.len() as u32, bytes.as_ptr() as u64)
}

fn at_int(value: Value) -> Option<usize> {
    usize::try_from(value.as_int()).ok()
}

#[unsafe(no_mangle)]
extern "C" fn rt_char_at(text: Value, at: Value) -> Value {
    if !text.is(Kind::Text) || !at.is(Kind::Int) {
        return raise(Cause::NoSuchOverload);
    }
    let bytes = text.raw();
    match at_int(at).and_then(|at| offset(bytes, at)) {
        Some(place) if place == bytes.len() => Value::text(""),
        Some(place) => over(text, place, place + width(bytes[place])),
        None => raise_with(Cause::OutOfBounds, at),
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_substring(text: Value, from: Value) -> Value {
    if !text.is(Kind::Text) || !from.is(Kind::Int) {
        return raise(Cause::NoSuchOverload);
    }
    match at_int(from).and_then(|at| offset(text.raw(), at)) {
        Some(place) => over(text, place, text.len()),
        None => raise_with(Cause::OutOfBounds, from),
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_substring_to(text: Value, from: Value, to: Value) -> Value {
    if !text.is(Kind::Text) || !from.is(Kind::Int) || !to.is(Kind::Int) {
        return raise(Cause::NoSuchOverload);
    }
    let (Some(start), Some(stop)) = (at_int(from), at_int(to)) else {
        return raise(Cause::OutOfBounds);
    };
    if start > stop {
        return raise_with(Cause::OutOfBounds, from);
    }
    let Some(start_place) = offset(text.raw(), start) else {
        return raise_with(Cause::OutOfBounds, from);
    };
    match offset(&text.raw()[start_place..], stop - start) {
        Some(length) => over(text, start_place, start_place + length),
        None => raise_with(Cause::OutOfBounds, to),
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_index_of(text: Value, part: Value) -> Value {
    if !all_text(&[text, part]) {
        return raise(Cause::NoSuchOverload);
    }
    match find(text.raw(), part.raw(), 0) {
        Some(place) => Value::int(count(&text.raw()[..place]) as i64),
        None => Value::int(-1),
    }
}

/// Where in the bytes a search begins: before the end, or it is a fault; nothing at all is found
/// wherever it is looked for, the end included.
fn start(text: Value, part: Value, from: Value) -> Option<usize> {
    let at = u64::try_from(from.as_int()).ok()?;
    match offset(text.raw(), usize::try_from(at).unwrap_or(usize::MAX)) {
        Some(place) if place < text.len() => Some(place),
        _ => (part.len() == 0).then_some(text.len()),
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_index_of_from(text: Value, part: Value, from: Value) -> Value {
    if !all_text(&[text, part]) || !from.is(Kind::Int) {
        return raise(Cause::NoSuchOverload);
    }
    let Some(start) = start(text, part, from) else {
        return raise_with(Cause::OutOfBounds, from);
    };
    match find(text.raw(), part.raw(), start) {
        Some(place) => Value::int(count(&text.raw()[..place]) as i64),
        None => Value::int(-1),
    }
}

fn find_last(whole: &[u8], part: &[u8], start: usize) -> Option<usize> {
    let last = whole.len().checked_sub(part.len())?;
    (0..=last.min(start)).rev().find(|at| &whole[*at..*at + part.len()] == part)
}

fn last_index(text: Value, part: Value, start: usize) -> Value {
    match find_last(text.raw(), part.raw(), start) {
        Some(place) => Value::int(count(&text.raw()[..place]) as i64),
        None => Value::int(-1),
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_last_index_of(text: Value, part: Value) -> Value {
    if !all_text(&[text, part]) {
        return raise(Cause::NoSuchOverload);
    }
    last_index(text, part, text.len())
}

#[unsafe(no_mangle)]
extern "C" fn rt_last_index_of_from(text: Value, part: Value, from: Value) -> Value {
    if !all_text(&[text, part]) || !from.is(Kind::Int) {
        return raise(Cause::NoSuchOverload);
    }
    match start(text, part, from) {
        Some(start) => last_index(text, part, start),
        None => raise_with(Cause::OutOfBounds, from),
    }
}

fn mapped(text: Value, change: impl Fn(u8) -> u8) -> Value {
    if !text.is(Kind::Text) {
        return raise(Cause::NoSuchOverload);
    }
    Value::text_of(text.raw().iter().map(|byte| change(*byte)).collect())
}

#[unsafe(no_mangle)]
extern "C" fn rt_lower_ascii(text: Value) -> Value {
    mapped(text, |byte| byte.to_ascii_lowercase())
}

#[unsafe(no_mangle)]
extern "C" fn rt_upper_ascii(text: Value) -> Value {
    mapped(text, |byte| byte.to_ascii_uppercase())
}

pub(crate) fn reversed(text: Value) -> Value {
    let bytes = text.raw();
    let mut out = Row::with_room(bytes.len());
    let mut stop = bytes.len();
    for at in (0..bytes.len()).rev() {
        if bytes[at] & 0xc0 != 0x80 {
            out.extend_from_slice(&bytes[at..stop]);
            stop = at;
        }
    }
    Value::text_of(out)
}

/// White space as Unicode has it, in the 25 code points of `White_Space`.
fn is_space(letter: char) -> bool {
    matches!(letter as u32,
        0x09..=0x0d | 0x20 | 0x85 | 0xa0 | 0x1680 | 0x2000..=0x200a
        | 0x2028 | 0x2029 | 0x202f | 0x205f | 0x3000)
}

#[unsafe(no_mangle)]
extern "C" fn rt_trim(text: Value) -> Value {
    if !text.is(Kind::Text) {
        return raise(Cause::NoSuchOverload);
    }
    Value::text(text.str().trim_matches(is_space))
}

#[unsafe(no_mangle)]
extern "C" fn rt_replace(text: Value, old: Value, new: Value) -> Value {
    if !all_text(&[text, old, new]) {
        return raise(Cause::NoSuchOverload);
    }
    replaced(text, old, new, usize::MAX)
}

#[unsafe(no_mangle)]
extern "C" fn rt_replace_some(text: Value, old: Value, new: Value, count: Value) -> Value {
    if !all_text(&[text, old, new]) || !count.is(Kind::Int) {
        return raise(Cause::NoSuchOverload);
    }
    // A negative number means all of them.
    replaced(text, old, new, usize::try_from(count.as_int()).unwrap_or(usize::MAX))
}

fn replaced(text: Value, old: Value, new: Value, count: usize) -> Value {
    let (bytes, old, new) = (text.raw(), old.raw(), new.raw());
    let mut out = Row::with_room(bytes.len());
    let mut place = 0;
    let mut left = count;
    while left > 0 {
        let Some(found) = find(bytes, old, place) else { break };
        out.extend_from_slice(&bytes[place..found]);
        out.extend_from_slice(new);
        place = found + old.len();
        left -= 1;
        if old.is_empty() {
            // Nothing stands before every character, and at the end.
            let Some(first) = bytes.get(place) else { break };
            let next = place + width(*first);
            out.extend_from_slice(&bytes[place..next]);
            place = next;
        }
    }
    out.extend_from_slice(&bytes[place..]);
    Value::text_of(out)
}

#[unsafe(no_mangle)]
extern "C" fn rt_split(text: Value, by: Value) -> Value {
    if !all_text(&[text, by]) {
        return raise(Cause::NoSuchOverload);
    }
    split(text, by, usize::MAX)
}

#[unsafe(no_mangle)]
extern "C" fn rt_split_some(text: Value, by: Value, count: Value) -> Value {
    if !all_text(&[text, by]) || !count.is(Kind::Int) {
        return raise(Cause::NoSuchOverload);
    }
    split(text, by, usize::try_from(count.as_int()).unwrap_or(usize::MAX))
}

fn split(text: Value, by: Value, count: usize) -> Value {
    let (bytes, by) = (text.raw(), by.raw());
    let mut items = Row::new();
    let mut place = 0;
    if count == 0 {
        return Value::list(items);
    }
    while items.len() + 1 < count {
        let next = if by.is_empty() {
            bytes.get(place).map(|first| place + width(*first)).filter(|next| *next < bytes.len())
        } else {
            find(bytes, by, place)
        };
        let Some(next) = next else { break };
        items.push(over(text, place, next));
        place = next + by.len();
    }
    // Nothing split by nothing has no parts.
    if !by.is_empty() || !bytes.is_empty() {
        items.push(over(text, place, bytes.len()));
    }
    Value::list(items)
}

#[unsafe(no_mangle)]
extern "C" fn rt_join(list: Value) -> Value {
    rt_join_by(list, Value::text(""))
}

#[unsafe(no_mangle)]
extern "C" fn rt_join_by(list: Value, by: Value) -> Value {
    if !list.is(Kind::List) || !by.is(Kind::Text) {
        return raise(Cause::NoSuchOverload);
    }
    if !all_text(list.items()) {
        return raise_with(Cause::BadArgument, Value::text("join of what is not text"));
    }
    let items = list.items();
    let size = items.iter().map(|item| item.len() + by.len()).sum();
    let mut out = Row::with_room(size);
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.extend_from_slice(by.raw());
        }
        out.extend_from_slice(item.raw());
    }
    Value::text_of(out)
}
