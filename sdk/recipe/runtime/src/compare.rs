//! Equality across numbers, and order.
//!
//! *Never:* two whole numbers are rounded to be compared.

use crate::fault::{Cause, undecided};
use crate::map;
use crate::same::same;
use crate::value::{Kind, Value};
use core::cmp::Ordering;

/// The order of two numbers of any kinds; none where one is not a number at all.
pub(crate) fn numbers(left: Value, right: Value) -> Option<Ordering> {
    use Kind::{Int, Uint};
    match (left.kind(), right.kind()) {
        (Int, Int) => Some(left.as_int().cmp(&right.as_int())),
        (Uint, Uint) => Some(left.b().cmp(&right.b())),
        // What is over all numbers with a sign is more than each of them.
        (Int, Uint) if left.as_int() < 0 => Some(Ordering::Less),
        (Uint, Int) if right.as_int() < 0 => Some(Ordering::Greater),
        (Int, Uint) | (Uint, Int) => Some(left.b().cmp(&right.b())),
        _ => opt_double_order(left, right),
    }
}

/// The same where one of them is a double: the language compares them as doubles.
#[unsafe(no_mangle)]
#[inline(never)]
fn opt_double_order(left: Value, right: Value) -> Option<Ordering> {
    let double = |value: Value| match value.kind() {
        Kind::Int => value.as_int() as f64,
        Kind::Uint => value.b() as f64,
        _ => value.as_double(),
    };
    double(left).partial_cmp(&double(right))
}

pub(crate) fn is_number(kind: Kind) -> bool {
    matches!(kind, Kind::Int | Kind::Uint | Kind::Double)
}

/// Whether two values are the same; values of different kinds are not, save numbers.
pub(crate) fn equal(left: Value, right: Value) -> bool {
    use Kind::{Bool, Bytes, Cidr, Duration, Ip, List, Map, Null, Optional, Text, Time, Type};
    match (left.kind(), right.kind()) {
        (a, b) if is_number(a) && is_number(b) => numbers(left, right) == Some(Ordering::Equal),
        (Null, Null) => true,
        (Bool, Bool) => left.a() == right.a(),
        (Text, Text) | (Bytes, Bytes) | (Type, Type) => same(left.raw(), right.raw()),
        (Duration, Duration) => left.b() == right.b(),
        (Time, Time) => left.b() == right.b() && left.a() == right.a(),
        (List, List) => {
            let (left, right) = (left.items(), right.items());
            left.len() == right.len() && left.iter().zip(right).all(|(a, b)| equal(*a, *b))
        }
        (Map, Map) => {
            left.len() == right.len()
                && left.entries().iter().all(|(key, value)| {
                    map::find(right, *key).is_some_and(|other| equal(*value, other))
                })
        }
        (Optional, Optional) => match (left.a(), right.a()) {
            (0, 0) => true,
            (0, _) | (_, 0) => false,
            (a, b) => equal(Value(a), Value(b)),
        },
        (Ip, Ip) | (Cidr, Cidr) => crate::net::same(left, right),
        _ => false,
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_equal(left: Value, right: Value) -> u32 {
    u32::from(equal(left, right))
}

/// Text against text; anything else is a fault.
#[unsafe(no_mangle)]
extern "C" fn rt_same_text(left: Value, right: Value) -> u32 {
    if !left.is(Kind::Text) || !right.is(Kind::Text) {
        return undecided(Cause::NoSuchOverload);
    }
    u32::from(same(left.raw(), right.raw()))
}

/// The order as -1, 0 or 1; 2 where there is none to speak of (a NaN), 3 for a fault.
#[unsafe(no_mangle)]
extern "C" fn rt_order(left: Value, right: Value) -> i32 {
    use Kind::{Bool, Bytes, Duration, Text, Time};
    let order = match (left.kind(), right.kind()) {
        (a, b) if is_number(a) && is_number(b) => match numbers(left, right) {
            Some(order) => order,
            None => return 2,
        },
        (Bool, Bool) => left.a().cmp(&right.a()),
        (Text, Text) | (Bytes, Bytes) => left.raw().cmp(right.raw()),
        (Duration, Duration) => left.as_int().cmp(&right.as_int()),
        (Time, Time) => left.as_int().cmp(&right.as_int()).then(left.a().cmp(&right.a())),
        _ => {
            undecided(Cause::NoSuchOverload);
            return 3;
        }
    };
    order as i32
}

/// Whether `item` is in a list, or a key of a map.
#[unsafe(no_mangle)]
extern "C" fn rt_in(item: Value, whole: Value) -> u32 {
    match whole.kind() {
        Kind::List => u32::from(whole.items().iter().any(|other| equal(item, *other))),
        Kind::Map => u32::from(map::find(whole, item).is_some()),
        _ => undecided(Cause::NoSuchOverload),
    }
}
