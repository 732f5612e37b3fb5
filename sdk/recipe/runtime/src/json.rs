//! JSON in and out.
//!
//! *Never:* text that is not JSON is read as if it were.

mod read;
mod write;

pub(crate) use read::read;
pub(crate) use write::push_string;

use crate::fault::{Cause, raise, raise_with};
use crate::value::{Kind, Value};
use alloc::vec::Vec;

/// How deep values may be nested, read or written: the stack has room for some times as many.
pub(crate) const DEPTH_MAX: u32 = 128;

/// Reads JSON text at a place in memory.
#[unsafe(no_mangle)]
extern "C" fn rt_read_json(place: u32, length: u32) -> Value {
    // SAFETY: the host wrote this many bytes there, and UTF-8: it is a string of the canonical ABI.
    let bytes = unsafe { core::slice::from_raw_parts(place as *const u8, length as usize) };
    match read(bytes) {
        Some(value) => value,
        None => raise_with(Cause::BadInput, Value::text("the input is not JSON")),
    }
}

/// A value as JSON text; a fault where it has no JSON form.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn rt_to_json(value: Value) -> Value {
    let mut out = Vec::new();
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

/// The value that text is as JSON.
fn decoded(text: Value) -> Value {
    match read(text.raw()) {
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
