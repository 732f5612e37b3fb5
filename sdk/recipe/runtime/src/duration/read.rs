//! Text to durations. The compiler of recipes includes this file too, to tell what can never be
//! read.
//!
//! *Never:* a length that does not fit into 64 bits of nanoseconds is cut to fit.

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
