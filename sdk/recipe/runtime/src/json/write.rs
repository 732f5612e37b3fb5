//! Values to JSON text.
//!
//! *Never:* a number that JSON does not have is written as one that it has.

use crate::fault::Cause;
use crate::row::Row;
use crate::value::{Kind, Value};
use crate::{base64, convert, decimal};

/// Text between quotes. What needs no escape is copied in runs.
pub(crate) fn push_string(out: &mut Row<u8>, bytes: &[u8]) {
    out.push(b'"');
    let mut start = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte >= 0x20 && *byte != b'"' && *byte != b'\\' {
            continue;
        }
        let letter = match byte {
            b'"' | b'\\' => *byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            _ => b'u',
        };
        out.extend_from_slice(&bytes[start..at]);
        start = at + 1;
        let digit = |at: u8| b"0123456789abcdef"[usize::from(at)];
        let escape = [b'\\', letter, b'0', b'0', digit(byte >> 4), digit(byte & 15)];
        out.extend_from_slice(if letter == b'u' { &escape } else { &escape[..2] });
    }
    out.extend_from_slice(&bytes[start..]);
    out.push(b'"');
}

pub(crate) fn push(out: &mut Row<u8>, value: Value, depth: u32) -> Result<(), Cause> {
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
            decimal::opt_push_double(out, double, 17);
        }
        Kind::Text => push_string(out, value.raw()),
        Kind::Bytes => opt_push_bytes(out, value),
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

/// Bytes as text in base64.
#[unsafe(no_mangle)]
#[inline(never)]
pub(crate) fn opt_push_bytes(out: &mut Row<u8>, bytes: Value) {
    push_string(out, &base64::encoded(bytes.raw()));
}

/// Keys of JSON are text; numbers and truth values are written as theirs.
fn push_key(out: &mut Row<u8>, key: Value) -> Result<(), Cause> {
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
