//! Arithmetic over values whose kinds are known only when the recipe runs.
//!
//! *Never:* a number wraps around.

use crate::fault::{Cause, raise};
use crate::row::Row;
use crate::value::{Kind, NONE, Value};
use crate::{duration, list, time};

fn int_or(value: Option<i64>) -> Value {
    match value {
        Some(value) => Value::int(value),
        None => raise(Cause::Overflow),
    }
}

fn uint_or(value: Option<u64>) -> Value {
    match value {
        Some(value) => Value::uint(value),
        None => raise(Cause::Overflow),
    }
}

/// Two pieces of bytes, one after the other.
pub(crate) fn joined(left: &[u8], right: &[u8]) -> Row<u8> {
    let mut bytes = Row::with_room(left.len() + right.len());
    bytes.extend_from_slice(left);
    bytes.extend_from_slice(right);
    bytes
}

#[unsafe(no_mangle)]
pub(crate) extern "C" fn rt_add(left: Value, right: Value) -> Value {
    use Kind::{Bytes, Double, Duration, Int, List, Text, Time, Uint};
    match (left.kind(), right.kind()) {
        (Int, Int) => int_or(left.as_int().checked_add(right.as_int())),
        (Uint, Uint) => uint_or(left.b().checked_add(right.b())),
        (Double, Double) => Value::double(left.as_double() + right.as_double()),
        (Text, Text) => Value::text_of(joined(left.raw(), right.raw())),
        (Bytes, Bytes) => Value::bytes(joined(left.raw(), right.raw()).leak()),
        (List, List) => list::concatenated(left, right),
        (Duration, Duration) => duration::checked(left.as_int().checked_add(right.as_int())),
        (Time, Duration) => time::opt_time_moved(left, i128::from(right.as_int())),
        (Duration, Time) => time::opt_time_moved(right, i128::from(left.as_int())),
        _ => raise(Cause::NoSuchOverload),
    }
}

/// Text joined to text, both known to be text.
#[unsafe(no_mangle)]
extern "C" fn rt_concat(left: Value, right: Value) -> Value {
    Value::text_of(joined(left.raw(), right.raw()))
}

#[unsafe(no_mangle)]
extern "C" fn rt_subtract(left: Value, right: Value) -> Value {
    use Kind::{Double, Duration, Int, Time, Uint};
    match (left.kind(), right.kind()) {
        (Int, Int) => int_or(left.as_int().checked_sub(right.as_int())),
        (Uint, Uint) => uint_or(left.b().checked_sub(right.b())),
        (Double, Double) => Value::double(left.as_double() - right.as_double()),
        (Duration, Duration) => duration::checked(left.as_int().checked_sub(right.as_int())),
        (Time, Duration) => time::opt_time_moved(left, -i128::from(right.as_int())),
        (Time, Time) => time::opt_time_between(left, right),
        _ => raise(Cause::NoSuchOverload),
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_multiply(left: Value, right: Value) -> Value {
    use Kind::{Double, Int, Uint};
    match (left.kind(), right.kind()) {
        (Int, Int) => int_or(left.as_int().checked_mul(right.as_int())),
        (Uint, Uint) => uint_or(left.b().checked_mul(right.b())),
        (Double, Double) => Value::double(left.as_double() * right.as_double()),
        _ => raise(Cause::NoSuchOverload),
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_divide(left: Value, right: Value) -> Value {
    use Kind::{Double, Int, Uint};
    match (left.kind(), right.kind()) {
        (Int, Int) | (Uint, Uint) if right.b() == 0 => raise(Cause::DivideByZero),
        (Int, Int) => int_or(left.as_int().checked_div(right.as_int())),
        (Uint, Uint) => Value::uint(left.b() / right.b()),
        (Double, Double) => Value::double(left.as_double() / right.as_double()),
        _ => raise(Cause::NoSuchOverload),
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_modulo(left: Value, right: Value) -> Value {
    use Kind::{Int, Uint};
    match (left.kind(), right.kind()) {
        (Int, Int) | (Uint, Uint) if right.b() == 0 => raise(Cause::ModulusByZero),
        (Int, Int) => int_or(left.as_int().checked_rem(right.as_int())),
        (Uint, Uint) => Value::uint(left.b() % right.b()),
        _ => raise(Cause::NoSuchOverload),
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_negate(value: Value) -> Value {
    match value.kind() {
        Kind::Int => int_or(value.as_int().checked_neg()),
        Kind::Double => Value::double(-value.as_double()),
        Kind::Duration => duration::checked(value.as_int().checked_neg()),
        _ => raise(Cause::NoSuchOverload),
    }
}

/// A whole number's product, checked; generated code adds and subtracts by itself.
#[unsafe(no_mangle)]
extern "C" fn rt_int_multiply(left: i64, right: i64) -> Value {
    int_or(left.checked_mul(right))
}

#[unsafe(no_mangle)]
extern "C" fn rt_uint_multiply(left: u64, right: u64) -> Value {
    uint_or(left.checked_mul(right))
}

/// What is not `true` or `false` has no opposite.
#[unsafe(no_mangle)]
extern "C" fn rt_not(value: Value) -> Value {
    if value.is(Kind::Bool) { Value::bool(!value.as_bool()) } else { raise(Cause::NoSuchOverload) }
}

/// Reads a value as 0 or 1; anything else is a fault.
#[unsafe(no_mangle)]
extern "C" fn rt_truth(value: Value) -> u32 {
    if value.is(Kind::Bool) { value.a() } else { crate::fault::undecided(Cause::NoSuchOverload) }
}

/// Passes a value of this kind on; anything else is a fault.
#[unsafe(no_mangle)]
extern "C" fn rt_expect(value: Value, kind: u32) -> Value {
    if value.kind() as u32 == kind { value } else { raise_none() }
}

fn raise_none() -> Value {
    raise(Cause::NoSuchOverload);
    NONE
}
