//! Inputs brought into the shape that their schema promises: whole numbers become doubles where
//! doubles are wanted, and what does not fit is refused.
//!
//! A shape is a word for its kind and what goes with it; zero is anything.
//!
//! *Never:* a value goes on whose type is not the promised one.

use crate::fault::{Cause, raise_with};
use crate::map;
use crate::value::{Kind, NONE, Value};
use alloc::vec::Vec;

fn word(place: u32) -> u32 {
    // SAFETY: the compiler laid shapes out in whole words.
    unsafe { (place as *const u32).read() }
}

fn name(place: u32) -> &'static str {
    // SAFETY: the compiler wrote this place and length of UTF-8 together.
    unsafe {
        let bytes = core::slice::from_raw_parts(word(place) as *const u8, word(place + 4) as usize);
        core::str::from_utf8_unchecked(bytes)
    }
}

/// The whole numbers that a double holds without a gap.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

#[unsafe(no_mangle)]
extern "C" fn rt_shape(value: Value, shape: u32) -> Value {
    shaped(value, shape, "the input")
}

fn shaped(value: Value, shape: u32, at: &'static str) -> Value {
    if shape == 0 {
        return value;
    }
    let kind = value.kind();
    match (word(shape), kind) {
        (1, Kind::Text) | (2, Kind::Int) | (3, Kind::Double) | (4, Kind::Bool) => value,
        (2, Kind::Double) => {
            let double = value.as_double();
            if double as i64 as f64 == double && double < WHOLE_MAX && double > -WHOLE_MAX {
                return Value::int(double as i64);
            }
            wrong(at)
        }
        (3, Kind::Int) => Value::double(value.as_int() as f64),
        (3, Kind::Uint) => Value::double(value.b() as f64),
        (5, Kind::List) => {
            let inner = word(shape + 4);
            if inner == 0 {
                return value;
            }
            let mut items = Vec::with_capacity(value.len());
            for item in value.items() {
                let item = shaped(*item, inner, at);
                if item.is_none() {
                    return NONE;
                }
                items.push(item);
            }
            Value::list(items)
        }
        (6, Kind::Map) => {
            let inner = word(shape + 4);
            entries(value, |_| (inner, at))
        }
        (7, Kind::Map) => record(value, shape),
        _ => wrong(at),
    }
}

/// The fault of a value that does not fit, by the field that it is in.
fn wrong(at: &'static str) -> Value {
    raise_with(Cause::BadInput, Value::text(at))
}

fn entries(value: Value, shape_of: impl Fn(Value) -> (u32, &'static str)) -> Value {
    let mut entries = Vec::with_capacity(value.len());
    for (key, item) in value.entries() {
        let (shape, at) = shape_of(*key);
        let item = shaped(*item, shape, at);
        if item.is_none() {
            return NONE;
        }
        entries.push((*key, item));
    }
    let map = Value::map(entries);
    // The keys and their order are the same, and so is their index.
    map.set_index(value.index());
    map
}

fn record(value: Value, shape: u32) -> Value {
    let fields = (0..word(shape + 4)).map(|at| shape + 8 + at * 16);
    for field in fields.clone() {
        let missing = word(field + 12) != 0 && map::field(value, name(field)).is_none();
        if missing {
            return wrong(name(field));
        }
    }
    entries(value, |key| {
        let known = fields.clone().find(|field| name(*field).as_bytes() == key.raw());
        known.map_or((0, "the input"), |field| (word(field + 8), name(field)))
    })
}
