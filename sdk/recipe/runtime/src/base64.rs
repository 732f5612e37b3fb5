//! Base64, with padding or without.
//!
//! *Never:* a letter outside of the alphabet is passed over.

use crate::fault::{Cause, raise, raise_with};
use crate::row::Row;
use crate::value::{Kind, Value};

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(crate) fn encoded(bytes: &[u8]) -> Row<u8> {
    let mut out = Row::with_room(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at)) as usize & 63];
            out.push(if at <= chunk.len() { letter } else { b'=' });
        }
    }
    out
}

pub(crate) fn decoded(text: &[u8]) -> Option<Row<u8>> {
    let body = match text {
        [body @ .., b'=', b'='] | [body @ .., b'='] if text.len() % 4 == 0 => body,
        _ => text,
    };
    if body.len() % 4 == 1 {
        return None;
    }
    let mut out = Row::with_room(body.len() / 4 * 3 + 2);
    for chunk in body.chunks(4) {
        let mut bits = 0;
        for letter in chunk {
            let six = match letter {
                b'A'..=b'Z' => letter - b'A',
                b'a'..=b'z' => letter - b'a' + 26,
                b'0'..=b'9' => letter - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            bits = bits << 6 | u32::from(six);
        }
        bits <<= 6 * (4 - chunk.len());
        for at in 0..chunk.len() - 1 {
            out.push((bits >> (16 - 8 * at)) as u8);
        }
    }
    Some(out)
}

#[unsafe(no_mangle)]
extern "C" fn rt_base64_encode(bytes: Value) -> Value {
    if !bytes.is(Kind::Bytes) {
        return raise(Cause::NoSuchOverload);
    }
    Value::text_of(encoded(bytes.raw()))
}

#[unsafe(no_mangle)]
extern "C" fn rt_base64_decode(text: Value) -> Value {
    if !text.is(Kind::Text) {
        return raise(Cause::NoSuchOverload);
    }
    // Line breaks are passed over, as whoever wrapped the text meant it.
    let mut letters = Row::with_room(text.len());
    letters.extend(text.raw().iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')));
    match decoded(&letters) {
        Some(bytes) => Value::bytes(bytes.leak()),
        None => raise_with(Cause::BadArgument, Value::text("not base64")),
    }
}
