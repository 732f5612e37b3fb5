//! `format`: values put into text after a pattern.
//!
//! *Never:* an argument is formatted in another way than its letter says.

use crate::fault::{Cause, raise, raise_with};
use crate::row::Row;
use crate::value::{Kind, Value};
use crate::{convert, decimal};

/// The most digits behind the point: no double has more that are not zero by this measure.
const PRECISION_MAX: usize = 1_000;

const PRECISION: usize = 6;

#[unsafe(no_mangle)]
extern "C" fn rt_format(pattern: Value, list: Value) -> Value {
    if !pattern.is(Kind::Text) || !list.is(Kind::List) {
        return raise(Cause::NoSuchOverload);
    }
    let bytes = pattern.raw();
    let mut out = Row::with_room(bytes.len() + 16);
    let mut arguments = list.items().iter();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'%' {
            out.push(bytes[at]);
            at += 1;
            continue;
        }
        if bytes.get(at + 1) == Some(&b'%') {
            out.push(b'%');
            at += 2;
            continue;
        }
        let Some((precision, letter, next)) = clause(bytes, at + 1) else {
            return raise_with(Cause::BadFormat, pattern);
        };
        let Some(argument) = arguments.next() else {
            return raise_with(Cause::BadFormat, Value::text("too few arguments"));
        };
        if !push(&mut out, *argument, letter, precision) {
            return raise_with(Cause::BadFormat, Value::text(convert::type_name(*argument)));
        }
        at = next;
    }
    Value::text_of(out)
}

/// The precision, the letter, and what comes after.
fn clause(bytes: &[u8], mut at: usize) -> Option<(usize, u8, usize)> {
    let mut precision = PRECISION;
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        let digits = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 || digits > 4 {
            return None;
        }
        let number = bytes[at..at + digits].iter();
        precision = number.fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'));
        at += digits;
    }
    (precision <= PRECISION_MAX).then_some((precision, *bytes.get(at)?, at + 1))
}

fn push(out: &mut Row<u8>, value: Value, letter: u8, precision: usize) -> bool {
    match letter {
        b's' => push_any(out, value),
        b'd' => match value.kind() {
            Kind::Int | Kind::Uint => convert::push_text(out, value),
            Kind::Double => {
                decimal::push_plain(out, value.as_double());
                true
            }
            _ => false,
        },
        b'f' => {
            as_double(value).map(|double| decimal::push_fixed(out, double, precision)).is_some()
        }
        b'e' => as_double(value)
            .map(|double| decimal::push_scientific(out, double, precision))
            .is_some(),
        b'b' if value.is(Kind::Bool) => {
            out.push(b'0' + value.a() as u8);
            true
        }
        b'b' => push_based(out, value, 2, false),
        b'o' => push_based(out, value, 8, false),
        b'x' | b'X' => push_hex(out, value, letter == b'X'),
        _ => false,
    }
}

fn as_double(value: Value) -> Option<f64> {
    match value.kind() {
        Kind::Int => Some(value.as_int() as f64),
        Kind::Uint => Some(value.b() as f64),
        Kind::Double => Some(value.as_double()),
        _ => None,
    }
}

fn push_based(out: &mut Row<u8>, value: Value, base: u64, upper: bool) -> bool {
    match value.kind() {
        Kind::Int => {
            if value.as_int() < 0 {
                out.push(b'-');
            }
            decimal::push_unsigned(out, value.as_int().unsigned_abs(), base, upper);
        }
        Kind::Uint => decimal::push_unsigned(out, value.b(), base, upper),
        _ => return false,
    }
    true
}

fn push_hex(out: &mut Row<u8>, value: Value, upper: bool) -> bool {
    if !matches!(value.kind(), Kind::Text | Kind::Bytes) {
        return push_based(out, value, 16, upper);
    }
    let digits = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    for byte in value.raw() {
        out.push(digits[usize::from(byte >> 4)]);
        out.push(digits[usize::from(byte & 15)]);
    }
    true
}

/// Bytes as text; a run of what is not UTF-8 becomes one replacement character.
fn push_lossy(out: &mut Row<u8>, bytes: &[u8]) {
    let mut broken = false;
    for chunk in bytes.utf8_chunks() {
        if !chunk.valid().is_empty() {
            out.extend_from_slice(chunk.valid().as_bytes());
            broken = false;
        }
        if !chunk.invalid().is_empty() && !broken {
            out.extend_from_slice("\u{fffd}".as_bytes());
            broken = true;
        }
    }
}

/// `%s`, for any value that has a text.
fn push_any(out: &mut Row<u8>, value: Value) -> bool {
    match value.kind() {
        Kind::Null => out.extend_from_slice(b"null"),
        Kind::Double => decimal::push_plain(out, value.as_double()),
        Kind::Bytes => push_lossy(out, value.raw()),
        Kind::Type => out.extend_from_slice(value.raw()),
        Kind::List => {
            out.push(b'[');
            for (at, item) in value.items().iter().enumerate() {
                if at > 0 {
                    out.extend_from_slice(b", ");
                }
                if !push_any(out, *item) {
                    return false;
                }
            }
            out.push(b']');
        }
        Kind::Map => return push_map(out, value),
        Kind::Optional | Kind::Fault => return false,
        _ => return convert::push_text(out, value),
    }
    true
}

fn push_map(out: &mut Row<u8>, map: Value) -> bool {
    let mut texts = Row::with_room(map.len());
    for (key, value) in map.entries() {
        let (mut name, mut text) = (Row::new(), Row::new());
        if !push_any(&mut name, *key) || !push_any(&mut text, *value) {
            return false;
        }
        texts.push((&*name.leak(), &*text.leak()));
    }
    let mut order: Row<u32> = (0..texts.len() as u32).collect();
    crate::list::merge_sort(&mut order, &|a, b| texts[a as usize].0.cmp(texts[b as usize].0));
    out.push(b'{');
    for (at, entry) in order.iter().enumerate() {
        if at > 0 {
            out.extend_from_slice(b", ");
        }
        let (name, text) = &texts[*entry as usize];
        out.extend_from_slice(name);
        out.extend_from_slice(b": ");
        out.extend_from_slice(text);
    }
    out.push(b'}');
    true
}
