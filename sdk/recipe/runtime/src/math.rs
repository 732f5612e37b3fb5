//! The math extension.
//!
//! *Never:* a whole number is rounded on its way through a double.

use crate::compare::{is_number, numbers};
use crate::fault::{Cause, raise, raise_with, undecided};
use crate::value::{Kind, Value};
use core::cmp::Ordering;

fn extreme(list: Value, wanted: Ordering) -> Value {
    if is_number(list.kind()) {
        return list;
    }
    if !list.is(Kind::List) {
        return raise(Cause::NoSuchOverload);
    }
    let Some(mut best) = list.items().first().copied() else {
        return raise_with(Cause::BadArgument, Value::text("the extreme of an empty list"));
    };
    for item in list.items() {
        if !is_number(item.kind()) {
            return raise(Cause::NoSuchOverload);
        }
        if numbers(*item, best) == Some(wanted) {
            best = *item;
        }
    }
    best
}

#[unsafe(no_mangle)]
extern "C" fn rt_greatest(list: Value) -> Value {
    extreme(list, Ordering::Greater)
}

#[unsafe(no_mangle)]
extern "C" fn rt_least(list: Value) -> Value {
    extreme(list, Ordering::Less)
}

macro_rules! of_double {
    ($name:ident, $change:expr) => {
        #[unsafe(no_mangle)]
        extern "C" fn $name(value: Value) -> Value {
            if !value.is(Kind::Double) {
                return raise(Cause::NoSuchOverload);
            }
            let change: fn(f64) -> f64 = $change;
            Value::double(change(value.as_double()))
        }
    };
}

of_double!(rt_ceil, ceil);
of_double!(rt_floor, floor);
of_double!(rt_trunc, trunc);
of_double!(rt_round, |value| {
    // Halves go away from zero.
    let whole = trunc(value);
    let step = if value < 0.0 { -1.0 } else { 1.0 };
    if (value - whole) * step >= 0.5 { whole + step } else { whole }
});

fn trunc(value: f64) -> f64 {
    // Beyond 2^52 there are no fractions, and below it the number fits into an integer.
    if !(value > -4_503_599_627_370_496.0 && value < 4_503_599_627_370_496.0) {
        return value;
    }
    ((value as i64) as f64).copysign(value)
}

fn floor(value: f64) -> f64 {
    let whole = trunc(value);
    if whole > value { whole - 1.0 } else { whole }
}

fn ceil(value: f64) -> f64 {
    let whole = trunc(value);
    if whole < value { whole + 1.0 } else { whole }
}

macro_rules! double_test {
    ($name:ident, $test:expr) => {
        #[unsafe(no_mangle)]
        extern "C" fn $name(value: Value) -> u32 {
            if !value.is(Kind::Double) {
                return undecided(Cause::NoSuchOverload);
            }
            let test: fn(f64) -> bool = $test;
            u32::from(test(value.as_double()))
        }
    };
}

double_test!(rt_is_nan, f64::is_nan);
double_test!(rt_is_inf, f64::is_infinite);
double_test!(rt_is_finite, f64::is_finite);

#[unsafe(no_mangle)]
extern "C" fn rt_abs(value: Value) -> Value {
    match value.kind() {
        Kind::Int => match value.as_int().checked_abs() {
            Some(value) => Value::int(value),
            None => raise(Cause::Overflow),
        },
        Kind::Uint => value,
        Kind::Double => Value::double(f64::from_bits(value.b() & !(1 << 63))),
        _ => raise(Cause::NoSuchOverload),
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_sign(value: Value) -> Value {
    match value.kind() {
        Kind::Int => Value::int(value.as_int().signum()),
        Kind::Uint => Value::uint(value.b().min(1)),
        Kind::Double => {
            let double = value.as_double();
            Value::double(if double > 0.0 {
                1.0
            } else if double < 0.0 {
                -1.0
            } else if double == 0.0 {
                // A zero below zero has no sign of its own.
                0.0
            } else {
                double
            })
        }
        _ => raise(Cause::NoSuchOverload),
    }
}

/// Any number as a double; generated code takes the root with an instruction of the machine.
#[unsafe(no_mangle)]
extern "C" fn rt_number(value: Value) -> Value {
    match value.kind() {
        Kind::Int => Value::double(value.as_int() as f64),
        Kind::Uint => Value::double(value.b() as f64),
        Kind::Double => value,
        _ => raise(Cause::NoSuchOverload),
    }
}

fn bits(left: Value, right: Value, join: fn(u64, u64) -> u64) -> Value {
    match (left.kind(), right.kind()) {
        (Kind::Int, Kind::Int) | (Kind::Uint, Kind::Uint) => {
            Value::new(left.kind(), 0, join(left.b(), right.b()))
        }
        _ => raise(Cause::NoSuchOverload),
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_bit_and(left: Value, right: Value) -> Value {
    bits(left, right, |left, right| left & right)
}

#[unsafe(no_mangle)]
extern "C" fn rt_bit_or(left: Value, right: Value) -> Value {
    bits(left, right, |left, right| left | right)
}

#[unsafe(no_mangle)]
extern "C" fn rt_bit_xor(left: Value, right: Value) -> Value {
    bits(left, right, |left, right| left ^ right)
}

#[unsafe(no_mangle)]
extern "C" fn rt_bit_not(value: Value) -> Value {
    bits(value, value, |value, _| !value)
}

fn shifted(value: Value, by: Value, shift: fn(u64, u32) -> u64) -> Value {
    if !matches!(value.kind(), Kind::Int | Kind::Uint) || !by.is(Kind::Int) {
        return raise(Cause::NoSuchOverload);
    }
    let by = by.as_int();
    if by < 0 {
        return raise_with(Cause::BadArgument, Value::text("shift by a negative number"));
    }
    // Shifts are logical: what falls off is gone, and zeros follow.
    let bits = if by >= 64 { 0 } else { shift(value.b(), by as u32) };
    Value::new(value.kind(), 0, bits)
}

#[unsafe(no_mangle)]
extern "C" fn rt_shift_left(value: Value, by: Value) -> Value {
    shifted(value, by, |value, by| value << by)
}

#[unsafe(no_mangle)]
extern "C" fn rt_shift_right(value: Value, by: Value) -> Value {
    shifted(value, by, |value, by| value >> by)
}
