//! `matches` and the regex extension, over programs that the compiler made or that are made here.
//!
//! *Never:* a pattern that is constant in the recipe is compiled here.

use crate::fault::{Cause, FAULT, raise, raise_with, undecided};
use crate::optional;
use crate::regex::{Found, Machine, compile};
use crate::row::Row;
use crate::value::{Kind, NONE, Value};
use alloc::vec::Vec;

/// Patterns made while the recipe runs have no table of Unicode's classes.
fn no_tables(_: &str) -> Option<Vec<(u32, u32)>> {
    None
}

/// A pattern as a program: text is compiled here, bytes are a program that the compiler made.
fn program(pattern: Value) -> Option<&'static [u32]> {
    match compile(pattern.str(), &(no_tables as fn(&str) -> Option<Vec<(u32, u32)>>)) {
        Some(words) => Some(words.leak()),
        None => {
            raise_with(Cause::BadPattern, pattern);
            None
        }
    }
}

/// A program that the compiler put into the recipe.
fn ready(pattern: Value) -> &'static [u32] {
    // SAFETY: such a cell was made for a program of whole words, aligned to eight.
    unsafe { core::slice::from_raw_parts(pattern.b() as usize as *const u32, pattern.len() / 4) }
}

macro_rules! both_ways {
    ($of_text:ident, $of_program:ident, $work:ident, ($($name:ident),*)) => {
        #[unsafe(no_mangle)]
        extern "C" fn $of_text(text: Value, pattern: Value $(, $name: Value)*) -> Value {
            if !text.is(Kind::Text) || !pattern.is(Kind::Text) {
                return raise(Cause::NoSuchOverload);
            }
            match program(pattern) {
                Some(words) => $work(text, words $(, $name)*),
                None => NONE,
            }
        }

        #[unsafe(no_mangle)]
        extern "C" fn $of_program(text: Value, pattern: Value $(, $name: Value)*) -> Value {
            if !text.is(Kind::Text) {
                return raise(Cause::NoSuchOverload);
            }
            $work(text, ready(pattern) $(, $name)*)
        }
    };
}

#[unsafe(no_mangle)]
extern "C" fn rt_matches(text: Value, pattern: Value) -> u32 {
    if !text.is(Kind::Text) || !pattern.is(Kind::Text) {
        return undecided(Cause::NoSuchOverload);
    }
    match program(pattern) {
        Some(words) => u32::from(Machine::new(words, 0).find(text.str(), 0).is_some()),
        None => FAULT,
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_matches_program(text: Value, pattern: Value) -> u32 {
    if !text.is(Kind::Text) {
        return undecided(Cause::NoSuchOverload);
    }
    u32::from(Machine::new(ready(pattern), 0).find(text.str(), 0).is_some())
}

/// Reads a text by the table of a pattern, as the compiler lays it out: a byte, a state.
#[unsafe(no_mangle)]
extern "C" fn rt_matches_table(text: Value, table: u32) -> u32 {
    if !text.is(Kind::Text) {
        return undecided(Cause::NoSuchOverload);
    }
    // SAFETY: the compiler laid out two words, a class for each byte, and a row for each state that a
    // row tells of; a class is less than the width of a row.
    unsafe {
        let words = table as *const u32;
        let width = words.read() as usize;
        let mut state = words.add(1).read() as usize;
        let classes = words.add(2).cast::<u8>();
        let rows = classes.add(256).cast::<u16>();
        for byte in text.raw() {
            let class = classes.add(usize::from(*byte)).read() as usize;
            state = rows.add(state * width + class).read() as usize;
            if state <= 1 {
                return state as u32;
            }
        }
        u32::from(rows.add(state * width + width - 1).read() == 1)
    }
}

fn piece(text: Value, found: &Found, group: usize) -> Option<&'static str> {
    let start = *found.slots.get(group * 2)? as usize;
    let stop = *found.slots.get(group * 2 + 1)? as usize;
    text.str().get(start..stop)
}

/// Calls `each` for the matches one after the other, until it says no.
fn for_each(
    text: Value,
    words: &'static [u32],
    slots: usize,
    mut each: impl FnMut(&Found) -> bool,
) {
    let mut machine = Machine::new(words, slots);
    let mut at = 0;
    let mut last_stop = u32::MAX;
    while at <= text.len() {
        let Some(found) = machine.find(text.str(), at) else { return };
        let (start, stop) = (found.slots[0], found.slots[1]);
        // Nothing right behind a match is not a match of its own.
        let repeated = start == stop && start == last_stop;
        if !repeated && !each(&found) {
            return;
        }
        last_stop = stop;
        at = if stop as usize > at || start != stop {
            stop as usize
        } else {
            let rest = text.str()[at..].chars().next();
            at + rest.map_or(1, char::len_utf8)
        };
        if start == stop && at == stop as usize {
            let rest = text.str()[at..].chars().next();
            at += rest.map_or(1, char::len_utf8);
        }
    }
}

fn too_many_groups(words: &[u32]) -> bool {
    Machine::groups(words) > 1
}

fn extract(text: Value, words: &'static [u32]) -> Value {
    if too_many_groups(words) {
        return raise_with(Cause::BadPattern, Value::text("more than one group"));
    }
    let groups = Machine::groups(words);
    let found = Machine::new(words, 2 + groups * 2).find(text.str(), 0);
    let piece = found.and_then(|found| piece(text, &found, groups));
    match piece {
        Some(piece) if groups == 0 || !piece.is_empty() => optional::of(Value::text(piece)),
        _ => optional::of(NONE),
    }
}

fn extract_all(text: Value, words: &'static [u32]) -> Value {
    if too_many_groups(words) {
        return raise_with(Cause::BadPattern, Value::text("more than one group"));
    }
    let groups = Machine::groups(words);
    let mut items = Row::new();
    for_each(text, words, 2 + groups * 2, |found| {
        match piece(text, found, groups) {
            Some(piece) if groups == 0 || !piece.is_empty() => items.push(Value::text(piece)),
            _ => {}
        }
        true
    });
    Value::list(items)
}

fn replace(text: Value, words: &'static [u32], new: Value) -> Value {
    replace_some(text, words, new, Value::int(-1))
}

fn replace_some(text: Value, words: &'static [u32], new: Value, count: Value) -> Value {
    if !new.is(Kind::Text) || !count.is(Kind::Int) {
        return raise(Cause::NoSuchOverload);
    }
    let mut left = count.as_int();
    if left == 0 {
        return text;
    }
    let bytes = text.raw();
    let mut out = Row::with_room(bytes.len());
    let mut place = 0;
    let mut good = true;
    for_each(text, words, 2 + Machine::groups(words) * 2, |found| {
        out.extend_from_slice(&bytes[place..found.slots[0] as usize]);
        good = push_replacement(&mut out, text, words, found, new.raw());
        place = found.slots[1] as usize;
        left -= 1;
        good && left != 0
    });
    if !good {
        return raise_with(Cause::BadArgument, Value::text("not a replacement"));
    }
    out.extend_from_slice(&bytes[place..]);
    Value::text_of(out)
}

/// `\1` stands for a group, `\\` for a backslash; anything else behind one is wrong.
fn push_replacement(
    out: &mut Row<u8>,
    text: Value,
    words: &[u32],
    found: &Found,
    new: &[u8],
) -> bool {
    let mut letters = new.iter();
    while let Some(letter) = letters.next() {
        if *letter != b'\\' {
            out.push(*letter);
            continue;
        }
        match letters.next() {
            Some(b'\\') => out.push(b'\\'),
            Some(digit @ b'0'..=b'9') => {
                let group = usize::from(digit - b'0');
                if group > Machine::groups(words) {
                    return false;
                }
                if let Some(piece) = piece(text, found, group) {
                    out.extend_from_slice(piece.as_bytes());
                }
            }
            _ => return false,
        }
    }
    true
}

both_ways!(rt_extract, rt_extract_program, extract, ());
both_ways!(rt_extract_all, rt_extract_all_program, extract_all, ());
both_ways!(rt_regex_replace, rt_regex_replace_program, replace, (new));
both_ways!(rt_regex_replace_some, rt_regex_replace_some_program, replace_some, (new, count));
