//! Values to JSON text.
//!
//! *Never:* a number that JSON does not have is written as one that it has.

use crate::fault::Cause;
use crate::value::{Kind, Value};
use crate::{base64, convert, decimal};
use alloc::vec::Vec;

/// Text between quotes.
pub(crate) fn push_string(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    for byte in bytes {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..=0x1f => {
                let digit = |at: u8| b"0123456789abcdef"[usize::from(at)];
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
            }
            _ => out.push(*byte),
        }
    }
    out.push(b'"');
}

pub(crate) fn push(out: &mut Vec<u8>, value: Value, depth: u32) -> Result<(), Cause> {
    let Some(deeper) = depth.checked_sub(1) else { return Err(Cause::TooDeep) };
    match value.kind() {
        Kind::Null => out.extend_from_slice(b"null"),
        Kind::Bool | Kind::Int | Kind::Uint => {
            convert::push_text(out, value);
        }
        Kind::Double => {
            let double = value.as_double();
            if !double.is_finite() {
                return Err(Cause::Conversion);
            }
            decimal::push_general(out, double, 17);
        }
        Kind::Text => push_string(out, value.raw()),
        Kind::Bytes => push_string(out, &base64::encoded(value.raw())),
        Kind::Time | Kind::Duration | Kind::Ip | Kind::Cidr => {
            out.push(b'"');
            convert::push_text(out, value);
            out.push(b'"');
        }
        Kind::List => {
            out.push(b'[');
            for (at, item) in value.items().iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                push(out, *item, deeper)?;
            }
            out.push(b']');
        }
        Kind::Map => {
            out.push(b'{');
            for (at, (key, item)) in value.entries().iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                push_key(out, *key)?;
                out.push(b':');
                push(out, *item, deeper)?;
            }
            out.push(b'}');
        }
        // Nothing is null; what is held stands for itself.
        Kind::Optional if value.a() == 0 => out.extend_from_slice(b"null"),
        Kind::Optional => return push(out, Value(value.a()), deeper),
        Kind::Type => push_string(out, value.raw()),
        Kind::Fault => return Err(Cause::Conversion),
    }
    Ok(())
}

/// Keys of JSON are text; numbers and truth values are written as theirs.
fn push_key(out: &mut Vec<u8>, key: Value) -> Result<(), Cause> {
    if key.is(Kind::Text) {
        push_string(out, key.raw());
        return Ok(());
    }
    out.push(b'"');
    if !convert::push_text(out, key) {
        return Err(Cause::BadKey);
    }
    out.push(b'"');
    Ok(())
}
