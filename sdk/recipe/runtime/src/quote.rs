//! Text as a literal of the language.
//!
//! *Never:* what is quoted here reads back as anything else.

use crate::fault::{Cause, raise};
use crate::row::Row;
use crate::value::{Kind, Value};

#[unsafe(no_mangle)]
extern "C" fn rt_quote(text: Value) -> Value {
    if !text.is(Kind::Text) {
        return raise(Cause::NoSuchOverload);
    }
    let mut out = Row::with_room(text.len() + 2);
    out.push(b'"');
    for byte in text.raw() {
        let escaped = match byte {
            0x07 => b'a',
            0x08 => b'b',
            0x0c => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x0b => b'v',
            b'\\' | b'"' => *byte,
            _ => {
                out.push(*byte);
                continue;
            }
        };
        out.push(b'\\');
        out.push(escaped);
    }
    out.push(b'"');
    Value::text_of(out)
}
