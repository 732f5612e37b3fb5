//! The way in and out of a component: which operation, and the answer as the contract lays it out.
//!
//! *Never:* a fault leaves without saying what it was, and where.

use crate::fault::{Cause, effects, message, parts, raise_with, retryable, rt_take};
use crate::json::push_string;
use crate::row::Row;
use crate::value::{Kind, NONE, Value};
use crate::{convert, decimal, map};

fn words(place: u32, count: usize) -> &'static [u32] {
    // SAFETY: the compiler laid this table out in whole words, aligned to eight.
    unsafe { core::slice::from_raw_parts(place as *const u32, count) }
}

fn bytes(place: u32, length: u32) -> &'static [u8] {
    // SAFETY: the host or the compiler gave this place and length together.
    unsafe { core::slice::from_raw_parts(place as *const u8, length as usize) }
}

/// The number of an operation in a table of names; one past the last where it is not there.
#[unsafe(no_mangle)]
extern "C" fn rt_operation(table: u32, count: u32, place: u32, length: u32) -> u32 {
    let name = bytes(place, length);
    let mut names = words(table, count as usize * 2).chunks_exact(2);
    names.position(|entry| bytes(entry[0], entry[1]) == name).map_or(count, |at| at as u32)
}

/// An input by its name; none where the caller gave none, which is a fault only where it is used.
#[unsafe(no_mangle)]
extern "C" fn rt_input(input: Value, name: Value) -> Value {
    map::field(input, name).unwrap_or(NONE)
}

/// The same for inputs that come with their types.
#[unsafe(no_mangle)]
extern "C" fn rt_typed_input(input: Value, name: Value) -> Value {
    match map::field(input, name) {
        Some(json) => crate::typed::rt_of_typed(json),
        None => NONE,
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_no_operation() -> Value {
    raise_with(Cause::BadInput, Value::text("there is no such operation"))
}

/// The place of five words that the host reads.
fn record(words: [u32; 5]) -> u32 {
    let place = crate::heap::take(20);
    // SAFETY: the heap gave twenty bytes, aligned to eight.
    unsafe { place.cast::<[u32; 5]>().write(words) };
    place as u32
}

/// The answer of an operation: text, or the current fault.
#[unsafe(no_mangle)]
extern "C" fn rt_answer(text: Value) -> u32 {
    if text.is_none() {
        return failure();
    }
    record([0, text.b() as u32, text.a(), 0, 0])
}

fn failure() -> u32 {
    let fault = rt_take();
    let (cause, about, place) = parts(fault);
    let text = Value::text_of(sentence(cause, about, place));
    let is = |wanted: Cause| cause == wanted as u32;
    let kind = match () {
        () if is(Cause::BadInput) => 0,
        () if is(Cause::Denied) => 1,
        () if is(Cause::Unavailable) => 2,
        () => 3,
    };
    let facts = u32::from(retryable(fault)) | u32::from(effects()) << 8;
    record([1, kind, text.b() as u32, text.a(), facts])
}

/// The longest piece of a value that a message shows.
const SHOWN_MAX: usize = 80;

/// As much of a text as a message may show.
fn shortened(text: &[u8]) -> &[u8] {
    let mut stop = text.len().min(SHOWN_MAX);
    while text.get(stop).is_some_and(|byte| byte & 0xc0 == 0x80) {
        stop -= 1;
    }
    &text[..stop]
}

/// `no such key: "name" (line 3, column 5)`
pub(crate) fn sentence(cause: u32, about: Value, place: u32) -> Row<u8> {
    // What the host said stands for itself.
    let host = cause >= Cause::Denied as u32 && !about.is_none();
    let mut out = Row::from(if host { &[] } else { message(cause).as_bytes() });
    if host {
        out.extend_from_slice(about.raw());
    } else if !about.is_none() {
        out.extend_from_slice(b": ");
        let mut shown = Row::new();
        match about.kind() {
            Kind::Text => push_string(&mut shown, shortened(about.raw())),
            Kind::Fault => shown.extend_from_slice(message(about.a()).as_bytes()),
            _ if convert::push_text(&mut shown, about) => {}
            _ => shown.extend_from_slice(convert::type_name(about).as_bytes()),
        }
        out.extend_from_slice(shortened(&shown));
    }
    if place != 0 {
        out.extend_from_slice(b" (line ");
        decimal::push_unsigned(&mut out, u64::from(place >> 12), 10, false);
        out.extend_from_slice(b", column ");
        decimal::push_unsigned(&mut out, u64::from(place & 0xfff), 10, false);
        out.push(b')');
    }
    out
}
