//! Text to timestamps. The compiler of recipes includes this file too, to tell what can never be
//! read.
//!
//! *Never:* a date that no calendar has.

use super::calendar::{DAY, days_of, is_leap};

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
