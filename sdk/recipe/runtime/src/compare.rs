//! Equality across numbers, and order.
//!
//! *Never:* two whole numbers are rounded to be compared.

use crate::fault::{Cause, undecided};
use crate::map;
use crate::value::{Kind, Value};
use core::cmp::Ordering;

/// The order of two numbers of any kinds; none where one is not a number at all.
pub(crate) fn numbers(left: Value, right: Value) -> Option<Ordering> {
    use Kind::{Double, Int, Uint};
    match (left.kind(), right.kind()) {
        (Int, Int) => Some(left.as_int().cmp(&right.as_int())),
        (Uint, Uint) => Some(left.b().cmp(&right.b())),
        (Double, Double) => left.as_double().partial_cmp(&right.as_double()),
        (Int, Uint) => Some(i128::from(left.as_int()).cmp(&i128::from(right.b()))),
        (Uint, Int) => Some(i128::from(left.b()).cmp(&i128::from(right.as_int()))),
        (Int, Double) => whole_and_double(i128::from(left.as_int()), right.as_double()),
        (Uint, Double) => whole_and_double(i128::from(left.b()), right.as_double()),
        (Double, Int) => {
            whole_and_double(i128::from(right.as_int()), left.as_double()).map(Ordering::reverse)
        }
        (Double, Uint) => {
            whole_and_double(i128::from(right.b()), left.as_double()).map(Ordering::reverse)
        }
        _ => None,
    }
}

/// The language compares a whole number with a double as doubles; what lies outside of all whole
/// numbers is smaller or greater in any case.
fn whole_and_double(whole: i128, double: f64) -> Option<Ordering> {
    (whole as f64).partial_cmp(&double)
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
        (Text, Text) | (Bytes, Bytes) | (Type, Type) => left.raw() == right.raw(),
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
    u32::from(left.raw() == right.raw())
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
