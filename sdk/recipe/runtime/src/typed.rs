//! Values with their types in JSON, so that nothing is lost on the way: `{"int": "1"}`,
//! `{"bytes": "AP8="}`, `{"map": [[key, value]]}`.
//!
//! *Never:* two values that differ in type are written alike.

use crate::fault::{Cause, raise_with};
use crate::json::{DEPTH_MAX, push_string};
use crate::row::Row;
use crate::value::{Kind, Value};
use crate::{base64, convert, decimal, duration, number, time};

/// A value as typed JSON text.
#[unsafe(no_mangle)]
extern "C" fn rt_to_typed(value: Value) -> Value {
    let mut out = Row::new();
    if push(&mut out, value, DEPTH_MAX) {
        Value::text_of(out)
    } else {
        raise_with(Cause::TooDeep, value)
    }
}

fn push_tag(out: &mut Row<u8>, name: &str) {
    out.extend_from_slice(b"{\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

fn push(out: &mut Row<u8>, value: Value, depth: u32) -> bool {
    let Some(deeper) = depth.checked_sub(1) else { return false };
    let mut text = Row::new();
    match value.kind() {
        Kind::Null => {
            out.extend_from_slice(b"{\"null\":true}");
            return true;
        }
        Kind::Bool => {
            push_tag(out, "bool");
            convert::push_text(out, value);
            out.push(b'}');
            return true;
        }
        Kind::List => {
            push_tag(out, "list");
            out.push(b'[');
            for (at, item) in value.items().iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                if !push(out, *item, deeper) {
                    return false;
                }
            }
            out.extend_from_slice(b"]}");
            return true;
        }
        Kind::Map => {
            push_tag(out, "map");
            out.push(b'[');
            for (at, (key, item)) in value.entries().iter().enumerate() {
                out.extend_from_slice(if at > 0 { b",[" } else { b"[" });
                if !push(out, *key, deeper) {
                    return false;
                }
                out.push(b',');
                if !push(out, *item, deeper) {
                    return false;
                }
                out.push(b']');
            }
            out.extend_from_slice(b"]}");
            return true;
        }
        Kind::Optional => {
            push_tag(out, "optional");
            let held = value.a() == 0 || push(out, Value(value.a()), deeper);
            if value.a() == 0 {
                out.extend_from_slice(b"null");
            }
            out.push(b'}');
            return held;
        }
        Kind::Double => decimal::opt_push_double(&mut text, value.as_double(), 17),
        Kind::Bytes => text = base64::encoded(value.raw()),
        Kind::Type => text.extend_from_slice(value.raw()),
        _ => {
            convert::push_text(&mut text, value);
        }
    }
    push_tag(
        out,
        match value.kind() {
            Kind::Time => "timestamp",
            Kind::Duration => "duration",
            Kind::Ip => "ip",
            Kind::Cidr => "cidr",
            _ => convert::type_name(value),
        },
    );
    push_string(out, &text);
    out.push(b'}');
    true
}

/// The value that typed JSON, already read as plain JSON, stands for.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn rt_of_typed(json: Value) -> Value {
    match of(json) {
        Some(value) => value,
        None => raise_with(Cause::BadInput, Value::text("not a typed value")),
    }
}

fn of(json: Value) -> Option<Value> {
    if !json.is(Kind::Map) || json.len() != 1 {
        return None;
    }
    let (tag, held) = json.entries()[0];
    let text = || held.is(Kind::Text).then(|| held.str());
    Some(match tag.raw() {
        b"null" => Value::null(),
        b"bool" => held.is(Kind::Bool).then_some(held)?,
        b"int" => Value::int(number::signed(text()?.as_bytes())?),
        b"uint" => Value::uint(number::whole(text()?.as_bytes())?),
        b"double" => Value::double(number::parse(text()?.as_bytes())?),
        b"string" => held.is(Kind::Text).then_some(held)?,
        b"bytes" => Value::bytes(base64::decoded(text()?.as_bytes())?.leak()),
        b"timestamp" => {
            let (seconds, nanos) = time::parse(text()?.as_bytes())?;
            Value::time(seconds, nanos)
        }
        b"duration" => Value::duration(duration::parse(text()?.as_bytes())?),
        b"list" if held.is(Kind::List) => {
            Value::list(held.items().iter().map(|item| of(*item)).collect::<Option<_>>()?)
        }
        b"map" if held.is(Kind::List) => {
            let pair = |pair: &Value| match pair.is(Kind::List).then(|| pair.items())? {
                [key, item] => Some((of(*key)?, of(*item)?)),
                _ => None,
            };
            crate::map::indexed(held.items().iter().map(pair).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}
