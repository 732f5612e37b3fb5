//! Optional values.
//!
//! *Never:* an optional without a value is read as null.

use crate::fault::{Cause, raise, undecided};
use crate::value::{Kind, NONE, Value};

/// An optional that holds `value`, or nothing where there is none.
pub(crate) fn of(value: Value) -> Value {
    Value::new(Kind::Optional, value.0, 0)
}

#[unsafe(no_mangle)]
extern "C" fn rt_optional_of(value: Value) -> Value {
    of(value)
}

#[unsafe(no_mangle)]
extern "C" fn rt_optional_none() -> Value {
    of(NONE)
}

fn is_zero(value: Value) -> bool {
    match value.kind() {
        Kind::Null => true,
        Kind::Bool => value.a() == 0,
        Kind::Int | Kind::Uint | Kind::Duration => value.b() == 0,
        Kind::Double => value.as_double() == 0.0,
        Kind::Text | Kind::Bytes | Kind::List | Kind::Map => value.len() == 0,
        Kind::Time => value.b() == 0 && value.a() == 0,
        Kind::Optional => value.a() == 0,
        Kind::Type | Kind::Ip | Kind::Cidr | Kind::Fault => false,
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_optional_of_non_zero(value: Value) -> Value {
    of(if is_zero(value) { NONE } else { value })
}

#[unsafe(no_mangle)]
extern "C" fn rt_has_value(value: Value) -> u32 {
    if value.is(Kind::Optional) {
        u32::from(value.a() != 0)
    } else {
        undecided(Cause::NoSuchOverload)
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_value(value: Value) -> Value {
    match value.kind() {
        Kind::Optional if value.a() == 0 => raise(Cause::NoValue),
        Kind::Optional => Value(value.a()),
        _ => raise(Cause::NoSuchOverload),
    }
}

/// The values of those optionals in a list that hold one.
#[unsafe(no_mangle)]
extern "C" fn rt_unwrap(list: Value) -> Value {
    if !list.is(Kind::List) || list.items().iter().any(|item| !item.is(Kind::Optional)) {
        return raise(Cause::NoSuchOverload);
    }
    let held = list.items().iter().filter(|item| item.a() != 0);
    Value::list(held.map(|item| Value(item.a())).collect())
}
