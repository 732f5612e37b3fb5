//! Numbers of JSON: whole ones are integers where they fit, unless doubles are wanted.
//!
//! *Never:* a number is read that JSON does not write so, or rounded to be an integer.

use super::place::Place;
use super::read::{Shape, Wanted};
use crate::number;
use crate::value::{NONE, Value};

/// Digits that 64 bits with a sign always hold.
const EXACT_DIGITS: u32 = 18;

/// Reads a number. What is not wanted is null.
#[inline(always)]
pub(super) fn number(start: Place, wanted: Wanted) -> Option<(Place, Value)> {
    let negative = start.byte() == b'-';
    let first = start.on(u32::from(negative));
    let (mut at, mut value) = (first, 0_i64);
    loop {
        let digit = at.byte().wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
        at = at.on(1);
    }
    let length = at.since(first);
    if length == 0 || length > 1 && first.byte() == b'0' {
        return None;
    }
    let goes_on = matches!(at.byte(), b'.' | b'e' | b'E');
    // A zero with a sign is a double, or the sign would be lost.
    if goes_on || length > EXACT_DIGITS || negative && value == 0 {
        return rare(start, at, wanted);
    }
    let value = if negative { -value } else { value };
    let read = match wanted {
        Shape::DOUBLE => Value::double(value as f64),
        _ => Value::int(value),
    };
    Some((at, read))
}

/// The same for one that is long, or has a point, an exponent, or a sign before zero.
#[cold]
#[inline(never)]
fn rare(start: Place, digits_end: Place, wanted: Wanted) -> Option<(Place, Value)> {
    let mut at = digits_end;
    if at.byte() == b'.' {
        at = past_digits(at.on(1))?;
    }
    if at.byte() | 0x20 == b'e' {
        let signed = matches!(at.on(1).byte(), b'+' | b'-');
        at = past_digits(at.on(1 + u32::from(signed)))?;
    }
    let text = start.until(at);
    let read = match wanted {
        Shape::ANY if at == digits_end && text != b"-0" => opt_large(text),
        Shape::ANY | Shape::DOUBLE => opt_double(text),
        Shape::INT => opt_whole(text),
        // Where nothing is wanted this is as good as any, and where text is, as bad.
        _ => Value::null(),
    };
    (!read.is_none()).then_some((at, read))
}

fn past_digits(start: Place) -> Option<Place> {
    let mut at = start;
    while at.byte().is_ascii_digit() {
        at = at.on(1);
    }
    (at != start).then_some(at)
}

/// A whole number of many digits.
#[unsafe(no_mangle)]
#[inline(never)]
fn opt_large(text: &[u8]) -> Value {
    if let Some(value) = number::signed(text) {
        return Value::int(value);
    }
    number::whole(text).map_or_else(|| opt_double(text), Value::uint)
}

/// A number as a double; none where it is too large.
#[unsafe(no_mangle)]
#[inline(never)]
fn opt_double(text: &[u8]) -> Value {
    let (negative, digits) = without_sign(text);
    match number::finite(digits) {
        Some(double) if double.is_finite() => {
            Value::double(if negative { -double } else { double })
        }
        _ => NONE,
    }
}

/// A whole number in 64 bits however it is written, `1.0` or `2.5e3`; null where it is none, which
/// is no number and so will be refused.
#[unsafe(no_mangle)]
#[inline(never)]
fn opt_whole(text: &[u8]) -> Value {
    let (negative, digits) = without_sign(text);
    let signed = |value: u64| match negative {
        true => 0_i64.checked_sub_unsigned(value),
        false => i64::try_from(value).ok(),
    };
    whole(digits).and_then(signed).map_or(Value::null(), Value::int)
}

fn without_sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', digits @ ..] => (true, digits),
        _ => (false, text),
    }
}

fn whole(text: &[u8]) -> Option<u64> {
    // Zeros count as a power of ten until another digit stands behind them.
    let (mut value, mut zeros, mut behind, mut is_behind) = (0_u64, 0_i32, 0_i32, false);
    let mut rest = text.iter();
    let mut exponent = 0;
    while let Some(letter) = rest.next() {
        match letter {
            b'.' => is_behind = true,
            b'0'..=b'9' => {
                behind += i32::from(is_behind);
                zeros += 1;
                if *letter != b'0' {
                    value = times_ten_to(value, zeros)?.checked_add(u64::from(*letter - b'0'))?;
                    zeros = 0;
                }
            }
            _ => {
                exponent = number::exponent(rest.as_slice())?;
                break;
            }
        }
    }
    times_ten_to(value, zeros - behind + exponent)
}

fn times_ten_to(mut value: u64, power: i32) -> Option<u64> {
    if value == 0 {
        return Some(0);
    }
    if power < 0 {
        return None;
    }
    for _ in 0..power {
        if value > u64::MAX / 10 {
            return None;
        }
        value *= 10;
    }
    Some(value)
}
