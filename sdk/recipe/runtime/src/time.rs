//! Timestamps: seconds and nanoseconds since 1970, from year 1 to year 9999.
//!
//! *Never:* a timestamp outside of that range.

use crate::fault::{Cause, raise, raise_with};
use crate::value::{Kind, Value};
use crate::{decimal, duration, zone};
use alloc::vec::Vec;

const FIRST: i64 = -62_135_596_800;
const LAST: i64 = 253_402_300_799;
const SECOND: i128 = 1_000_000_000;
const DAY: i64 = 86_400;

pub(crate) fn checked(seconds: i64, nanos: u32) -> Value {
    if (FIRST..=LAST).contains(&seconds) {
        Value::time(seconds, nanos)
    } else {
        raise(Cause::TimeRange)
    }
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

/// Days since 1970 of a date, and back, after the proleptic Gregorian calendar: years begin in March
/// here, so that the leap day is the last.
pub(crate) fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

pub(crate) fn date_of(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day = shifted.rem_euclid(146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let month_day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, month_day)
}

pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn two(text: &[u8]) -> Option<i64> {
    match text {
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some(i64::from((a - b'0') * 10 + (b - b'0'))),
        _ => None,
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// RFC 3339: `2009-02-13T23:31:30.5Z`, or with an offset.
pub(crate) fn parse(text: &[u8]) -> Option<(i64, u32)> {
    let year = two(text.get(..2)?)? * 100 + two(text.get(2..4)?)?;
    let (month, day) = (two(text.get(5..7)?)?, two(text.get(8..10)?)?);
    let (hour, minute) = (two(text.get(11..13)?)?, two(text.get(14..16)?)?);
    let second = two(text.get(17..19)?)?;
    let marks = [text[4], text[7], text[10], text[13], text[16]];
    if marks != *b"--T::" && marks != *b"--t::" {
        return None;
    }
    let date = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    if !date || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (nanos, rest) = fraction(&text[19..])?;
    let offset = match rest {
        b"Z" | b"z" => 0,
        [sign @ (b'+' | b'-'), a, b, b':', c, d] => {
            let (hours, minutes) = (two(&[*a, *b])?, two(&[*c, *d])?);
            if hours > 24 || minutes > 59 {
                return None;
            }
            (hours * 60 + minutes) * if *sign == b'-' { -60 } else { 60 }
        }
        _ => return None,
    };
    let days = days_of(year, month, day);
    Some((days * DAY + hour * 3_600 + minute * 60 + second - offset, nanos))
}

/// `.123` as nanoseconds, and what follows; digits beyond nine are cut off.
fn fraction(text: &[u8]) -> Option<(u32, &[u8])> {
    let [b'.', digits @ ..] = text else { return Some((0, text)) };
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 {
        return None;
    }
    let mut nanos = 0;
    for at in 0..9 {
        let digit = if at < count { digits[at] - b'0' } else { 0 };
        nanos = nanos * 10 + u32::from(digit);
    }
    Some((nanos, &digits[count..]))
}

fn push_padded(out: &mut Vec<u8>, value: i64, width: usize) {
    let start = out.len();
    decimal::push_unsigned(out, value as u64, 10, false);
    while out.len() - start < width {
        out.insert(start, b'0');
    }
}

/// RFC 3339 in UTC, with as many digits of the fraction as there are.
#[unsafe(no_mangle)]
#[inline(never)]
pub(crate) fn opt_push_time(out: &mut Vec<u8>, time: Value) {
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
