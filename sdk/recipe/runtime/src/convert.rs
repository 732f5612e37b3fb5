//! Conversions between types, and the types themselves.
//!
//! *Never:* a conversion loses a digit in silence, except from double to integer, which cuts.

use crate::fault::{Cause, raise, raise_with};
use crate::row::Row;
use crate::value::{Kind, Value};
use crate::{decimal, duration, net, number, time};

/// Doubles from here on do not fit into 64 bits with a sign.
const INT_LIMIT: f64 = 9_223_372_036_854_775_808.0;
const UINT_LIMIT: f64 = 18_446_744_073_709_551_616.0;

/// From this many digits on, `string()` gives a double an exponent.
const PLAIN_DIGITS: i32 = 6;

#[unsafe(no_mangle)]
extern "C" fn rt_to_int(value: Value) -> Value {
    match value.kind() {
        Kind::Int => value,
        Kind::Uint => match i64::try_from(value.b()) {
            Ok(value) => Value::int(value),
            Err(_) => raise(Cause::Overflow),
        },
        Kind::Double => {
            let double = value.as_double();
            // Both ends are out: neither is known to be what the double was before it was rounded.
            if double > -INT_LIMIT && double < INT_LIMIT {
                Value::int(double as i64)
            } else {
                raise(Cause::Overflow)
            }
        }
        Kind::Text => match number::signed(value.raw()) {
            Some(value) => Value::int(value),
            None => raise_with(Cause::Conversion, value),
        },
        Kind::Time => Value::int(value.as_int()),
        Kind::Duration => Value::int(value.as_int()),
        _ => raise(Cause::NoSuchOverload),
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_to_uint(value: Value) -> Value {
    match value.kind() {
        Kind::Uint => value,
        Kind::Int => match u64::try_from(value.as_int()) {
            Ok(value) => Value::uint(value),
            Err(_) => raise(Cause::Overflow),
        },
        Kind::Double => {
            let double = value.as_double();
            if double >= 0.0 && double < UINT_LIMIT {
                Value::uint(double as u64)
            } else {
                raise(Cause::Overflow)
            }
        }
        Kind::Text => match number::whole(value.raw()) {
            Some(value) => Value::uint(value),
            None => raise_with(Cause::Conversion, value),
        },
        _ => raise(Cause::NoSuchOverload),
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_to_double(value: Value) -> Value {
    match value.kind() {
        Kind::Double => value,
        Kind::Int => Value::double(value.as_int() as f64),
        Kind::Uint => Value::double(value.b() as f64),
        Kind::Text => match number::parse(value.raw()) {
            // Too many digits before the point are an error, not infinity.
            Some(double) if double.is_finite() || !value.raw().iter().any(u8::is_ascii_digit) => {
                Value::double(double)
            }
            _ => raise_with(Cause::Conversion, value),
        },
        _ => raise(Cause::NoSuchOverload),
    }
}

/// The text of a value of a simple type.
pub(crate) fn push_text(out: &mut Row<u8>, value: Value) -> bool {
    match value.kind() {
        Kind::Bool => out.extend_from_slice(if value.as_bool() { b"true" } else { b"false" }),
        Kind::Int => decimal::push_int(out, value.as_int()),
        Kind::Uint => decimal::push_unsigned(out, value.b(), 10, false),
        Kind::Double => decimal::opt_push_double(out, value.as_double(), PLAIN_DIGITS),
        Kind::Text => out.extend_from_slice(value.raw()),
        Kind::Time => time::opt_push_time(out, value),
        Kind::Duration => duration::opt_push_duration(out, value.as_int()),
        Kind::Ip | Kind::Cidr => net::opt_push_net(out, value),
        _ => return false,
    }
    true
}

/// The text of a whole number that is no value yet.
#[unsafe(no_mangle)]
extern "C" fn rt_int_text(value: i64) -> Value {
    let mut out = Row::new();
    decimal::push_int(&mut out, value);
    Value::text_of(out)
}

#[unsafe(no_mangle)]
extern "C" fn rt_to_string(value: Value) -> Value {
    match value.kind() {
        Kind::Text => return value,
        Kind::Bytes => {
            return match core::str::from_utf8(value.raw()) {
                Ok(text) => Value::text(text),
                Err(_) => raise_with(Cause::Conversion, Value::text("bytes that are not UTF-8")),
            };
        }
        _ => {}
    }
    let mut out = Row::new();
    if push_text(&mut out, value) { Value::text_of(out) } else { raise(Cause::NoSuchOverload) }
}

#[unsafe(no_mangle)]
extern "C" fn rt_to_bytes(value: Value) -> Value {
    match value.kind() {
        Kind::Bytes => value,
        Kind::Text => Value::bytes(value.raw()),
        _ => raise(Cause::NoSuchOverload),
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_to_bool(value: Value) -> Value {
    match value.kind() {
        Kind::Bool => value,
        Kind::Text => match value.raw() {
            b"1" | b"t" | b"T" | b"true" | b"TRUE" | b"True" => Value::bool(true),
            b"0" | b"f" | b"F" | b"false" | b"FALSE" | b"False" => Value::bool(false),
            _ => raise_with(Cause::Conversion, value),
        },
        _ => raise(Cause::NoSuchOverload),
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_to_time(value: Value) -> Value {
    match value.kind() {
        Kind::Time => value,
        Kind::Int => time::checked(value.as_int(), 0),
        Kind::Text => match time::parse(value.raw()) {
            Some((seconds, nanos)) => time::checked(seconds, nanos),
            None => raise_with(Cause::Conversion, value),
        },
        _ => raise(Cause::NoSuchOverload),
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_to_duration(value: Value) -> Value {
    match value.kind() {
        Kind::Duration => value,
        Kind::Int => Value::duration(value.as_int()),
        Kind::Text => match duration::parse(value.raw()) {
            Some(nanos) => Value::duration(nanos),
            None => raise_with(Cause::Conversion, value),
        },
        _ => raise(Cause::NoSuchOverload),
    }
}

/// The name of a value's type.
pub(crate) fn type_name(value: Value) -> &'static str {
    match value.kind() {
        Kind::Null => "null_type",
        Kind::Bool => "bool",
        Kind::Int => "int",
        Kind::Uint => "uint",
        Kind::Double => "double",
        Kind::Text => "string",
        Kind::Bytes => "bytes",
        Kind::List => "list",
        Kind::Map => "map",
        Kind::Time => "google.protobuf.Timestamp",
        Kind::Duration => "google.protobuf.Duration",
        Kind::Type => "type",
        Kind::Optional => "optional_type",
        Kind::Ip => "net.IP",
        Kind::Cidr => "net.CIDR",
        Kind::Fault => "error",
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_type(value: Value) -> Value {
    Value::type_named(type_name(value))
}
