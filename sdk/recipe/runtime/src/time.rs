//! Timestamps: seconds and nanoseconds since 1970, from year 1 to year 9999.
//!
//! *Never:* a timestamp outside of that range.

mod calendar;
mod read;

use crate::fault::{Cause, raise, raise_with};
use crate::row::Row;
use crate::value::{Kind, Value};
use crate::{decimal, duration, zone};

use calendar::DAY;
pub(crate) use calendar::{date_of, days_of, is_leap};
pub(crate) use read::parse;

const SECOND: i128 = 1_000_000_000;

pub(crate) fn checked(seconds: i64, nanos: u32) -> Value {
    if calendar::is_moment(seconds) { Value::time(seconds, nanos) } else { raise(Cause::TimeRange) }
}

fn total(time: Value) -> i128 {
    i128::from(time.as_int()) * SECOND + i128::from(time.a())
}

#[unsafe(no_mangle)]
#[inline(never)]
pub(crate) fn opt_time_moved(time: Value, nanos: i128) -> Value {
    let sum = total(time) + nanos;
    checked(sum.div_euclid(SECOND) as i64, sum.rem_euclid(SECOND) as u32)
}

#[unsafe(no_mangle)]
#[inline(never)]
pub(crate) fn opt_time_between(later: Value, earlier: Value) -> Value {
    duration::checked(i64::try_from(total(later) - total(earlier)).ok())
}

fn push_padded(out: &mut Row<u8>, value: i64, width: usize) {
    let start = out.len();
    decimal::push_unsigned(out, value as u64, 10, false);
    while out.len() - start < width {
        out.insert(start, b'0');
    }
}

/// RFC 3339 in UTC, with as many digits of the fraction as there are.
#[unsafe(no_mangle)]
#[inline(never)]
pub(crate) fn opt_push_time(out: &mut Row<u8>, time: Value) {
    let days = time.as_int().div_euclid(DAY);
    let second = time.as_int().rem_euclid(DAY);
    let (year, month, day) = date_of(days);
    push_padded(out, year, 4);
    out.push(b'-');
    push_padded(out, month, 2);
    out.push(b'-');
    push_padded(out, day, 2);
    out.push(b'T');
    push_padded(out, second / 3_600, 2);
    out.push(b':');
    push_padded(out, second / 60 % 60, 2);
    out.push(b':');
    push_padded(out, second % 60, 2);
    duration::push_fraction(out, time.a());
    out.push(b'Z');
}

/// A part of a local time. `seconds` is since 1970 on the local clock.
fn part(what: u32, seconds: i64, nanos: u32) -> i64 {
    let days = seconds.div_euclid(DAY);
    let second = seconds.rem_euclid(DAY);
    let (year, month, day) = date_of(days);
    match what {
        0 => year,
        1 => month - 1,
        2 => days - days_of(year, 1, 1),
        3 => day - 1,
        4 => day,
        // The first of January 1970 was a Thursday.
        5 => (days + 4).rem_euclid(7),
        6 => second / 3_600,
        7 => second / 60 % 60,
        8 => second % 60,
        _ => i64::from(nanos / 1_000_000),
    }
}

/// `getFullYear` and its like, by number, in UTC; hours and smaller of a duration too.
#[unsafe(no_mangle)]
extern "C" fn rt_time_part(time: Value, what: u32) -> Value {
    match time.kind() {
        Kind::Time => Value::int(part(what, time.as_int(), time.a())),
        Kind::Duration => {
            let nanos = time.as_int();
            match what {
                6 => Value::int(nanos / 3_600_000_000_000),
                7 => Value::int(nanos / 60_000_000_000),
                8 => Value::int(nanos / 1_000_000_000),
                // Only the part below a second, as the language has it.
                9 => Value::int(nanos % 1_000_000_000 / 1_000_000),
                _ => raise(Cause::NoSuchOverload),
            }
        }
        _ => raise(Cause::NoSuchOverload),
    }
}

/// The same in a time zone; `zones` is the table of zones that the recipe carries.
#[unsafe(no_mangle)]
extern "C" fn rt_time_part_in(time: Value, name: Value, what: u32, zones: u32) -> Value {
    if !time.is(Kind::Time) || !name.is(Kind::Text) {
        return raise(Cause::NoSuchOverload);
    }
    match zone::offset(zones, name.raw(), time.as_int()) {
        Some(offset) => Value::int(part(what, time.as_int() + offset, time.a())),
        None => raise_with(Cause::UnknownZone, name),
    }
}
