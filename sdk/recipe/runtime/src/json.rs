//! JSON in and out.
//!
//! *Never:* text that is not JSON is read as if it were.

mod numeral;
mod place;
mod read;
mod string;
mod write;

pub(crate) use place::BEHIND;
pub(crate) use write::push_string;

use crate::fault::{Cause, is_raised, raise, raise_with};
use crate::heap;
use crate::row::Row;
use crate::value::{Kind, NONE, Value};
use place::Place;
use read::{Shape, read};

/// How deep values may be nested, read or written: the stack has room for some times as many.
pub(crate) const DEPTH_MAX: u32 = 128;

/// Reads JSON text that the host put into memory, in a shape.
#[unsafe(no_mangle)]
extern "C" fn rt_read_input(place: u32, length: u32, shape: u32) -> Value {
    // SAFETY: the host wrote so many bytes there, and `rt_realloc` keeps room behind them. They are
    // UTF-8: it is a string of the canonical ABI.
    let value = unsafe { ended(place, length, Shape::at(shape)) };
    match value {
        Some(value) => value,
        None if is_raised() => NONE,
        None => raise_with(Cause::BadInput, Value::text("the input is not JSON")),
    }
}

/// Puts an end behind text, and reads it.
///
/// # Safety
///
/// Behind the text there is room, which nobody else uses.
unsafe fn ended(place: u32, length: u32, shape: Shape) -> Option<Value> {
    // SAFETY: the caller promises the room.
    unsafe {
        *((place + length) as *mut u8) = 0;
        read(Place::of(place), length, shape)
    }
}

/// A value as JSON text; a fault where it has no JSON form.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn rt_to_json(value: Value) -> Value {
    let mut out = Row::new();
    match write::push(&mut out, value, DEPTH_MAX) {
        Ok(()) => Value::text_of(out),
        Err(cause) => raise_with(cause, Value::text(crate::convert::type_name(value))),
    }
}

/// JSON text as a value.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn rt_of_json(text: Value) -> Value {
    match text.kind() {
        Kind::Text => decoded(text),
        Kind::Bytes => opt_decode_bytes(text),
        _ => raise(Cause::NoSuchOverload),
    }
}

/// The value that text is as JSON. It is copied, since what stands behind it may be another's.
fn decoded(text: Value) -> Value {
    let bytes = text.raw();
    let place = heap::take(bytes.len() + BEHIND);
    // SAFETY: the new place is longer than the text and apart from it.
    let value = unsafe {
        core::ptr::copy_nonoverlapping(bytes.as_ptr(), place, bytes.len());
        ended(place as u32, bytes.len() as u32, Shape::at(Shape::ANY))
    };
    match value {
        Some(value) => value,
        None => raise_with(Cause::Conversion, Value::text("not JSON")),
    }
}

/// The value that bytes are as JSON; they need not be text at all.
#[unsafe(no_mangle)]
#[inline(never)]
pub(crate) fn opt_decode_bytes(bytes: Value) -> Value {
    match core::str::from_utf8(bytes.raw()) {
        Ok(text) => decoded(Value::text(text)),
        Err(_) => raise_with(Cause::Conversion, Value::text("not JSON")),
    }
}
