//! Durations: nanoseconds in 64 bits, some 292 years either way.
//!
//! *Never:* a duration wraps around.

use crate::decimal;
use crate::fault::{Cause, raise};
use crate::value::Value;
use alloc::vec::Vec;

const SECOND: i64 = 1_000_000_000;

pub(crate) fn checked(nanos: Option<i64>) -> Value {
    match nanos {
        Some(nanos) => Value::duration(nanos),
        None => raise(Cause::TimeRange),
    }
}

/// Seconds as a decimal number, with `s` behind.
#[unsafe(no_mangle)]
#[inline(never)]
pub(crate) fn opt_push_duration(out: &mut Vec<u8>, nanos: i64) {
    if nanos < 0 {
        out.push(b'-');
    }
    let total = nanos.unsigned_abs();
    decimal::push_unsigned(out, total / SECOND as u64, 10, false);
    push_fraction(out, (total % SECOND as u64) as u32);
    out.push(b's');
}

/// Nanoseconds as a fraction without zeros at its end; nothing where there are none.
pub(crate) fn push_fraction(out: &mut Vec<u8>, nanos: u32) {
    if nanos == 0 {
        return;
    }
    out.push(b'.');
    let mut rest = nanos;
    let mut unit = 100_000_000;
    while rest > 0 {
        out.push(b'0' + (rest / unit) as u8);
        rest %= unit;
        unit /= 10;
    }
}

/// `[+-]` and one or more numbers with units: `1h30m`, `-1.5s`, `0`.
pub(crate) fn parse(text: &[u8]) -> Option<i64> {
    let (negative, mut rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if rest == b"0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let (whole, after_whole, digits) = number(rest)?;
        let (fraction, scale, after, some) = match after_whole {
            [b'.', after @ ..] => {
                let (fraction, left, count) = number(after)?;
                (fraction, 10_i128.pow(count.min(18) as u32), left, count > 0)
            }
            _ => (0, 1, after_whole, false),
        };
        if digits == 0 && !some {
            return None;
        }
        let length = after.iter().take_while(|b| **b != b'.' && !b.is_ascii_digit()).count();
        let (unit, left) = after.split_at(length);
        let unit = unit_nanos(unit)?;
        total += whole.checked_mul(unit)? + fraction * unit / scale;
        // No sum beyond this can come back.
        if total > i128::from(i64::MAX) + 1 {
            return None;
        }
        rest = left;
    }
    i64::try_from(if negative { -total } else { total }).ok()
}

/// Digits as a number, what follows, and how many there were; digits beyond 18 are too many.
fn number(text: &[u8]) -> Option<(i128, &[u8], usize)> {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(count);
    let mut value: i128 = 0;
    for (at, digit) in digits.iter().enumerate() {
        if at >= 18 && value > 1_000_000_000_000_000_000 {
            return None;
        }
        value = value * 10 + i128::from(digit - b'0');
    }
    Some((value, rest, count))
}

fn unit_nanos(unit: &[u8]) -> Option<i128> {
    Some(match unit {
        b"ns" => 1,
        b"us" | b"\xc2\xb5s" | b"\xce\xbcs" => 1_000,
        b"ms" => 1_000_000,
        b"s" => 1_000_000_000,
        b"m" => 60_000_000_000,
        b"h" => 3_600_000_000_000,
        _ => return None,
    })
}
