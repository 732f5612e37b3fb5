//! Time zones: fixed offsets, and named zones from a table that the compiler put into the recipe.
//!
//! The table: a count of zones; for each the place and length of its name, the number of its
//! transitions, their place (seconds since 1970, 64 bits each), the place of the offsets (32 bits
//! each, one more than transitions) and the place of its rule, or zero. A rule: standard offset,
//! summer offset, and twice a month, week, weekday and second of the change, all 32 bits.
//!
//! *Never:* a zone that the table does not hold is guessed.

use crate::time::{date_of, days_of, is_leap};

fn word(place: u32) -> u32 {
    // SAFETY: the compiler lays tables out in whole words, aligned to eight.
    unsafe { (place as *const u32).read() }
}

fn bytes(place: u32, length: u32) -> &'static [u8] {
    // SAFETY: the compiler wrote this place and length together.
    unsafe { core::slice::from_raw_parts(place as *const u8, length as usize) }
}

fn times(place: u32, count: u32) -> &'static [i64] {
    // SAFETY: the compiler wrote this place and count together, aligned to eight.
    unsafe { core::slice::from_raw_parts(place as *const i64, count as usize) }
}

/// Seconds east of Greenwich at this time.
pub(crate) fn offset(table: u32, name: &[u8], seconds: i64) -> Option<i64> {
    if name == b"UTC" || name.is_empty() {
        return Some(0);
    }
    if name.contains(&b':') {
        return fixed(name);
    }
    if table == 0 {
        return None;
    }
    let records = (0..word(table)).map(|at| table + 8 + at * 24);
    let mut named = records.filter(|record| bytes(word(*record), word(record + 4)) == name);
    let record = named.next()?;
    let count = word(record + 8);
    let transitions = times(word(record + 12), count);
    let at = transitions.partition_point(|time| *time <= seconds) as u32;
    let rule = word(record + 20);
    if at == count && rule != 0 {
        return Some(by_rule(rule, seconds));
    }
    Some(i64::from(word(word(record + 16) + at * 4) as i32))
}

/// `+02:00`, `-02:30`, `02:00`.
fn fixed(name: &[u8]) -> Option<i64> {
    let (negative, digits) = match name {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, name),
    };
    let [a, b, b':', c, d] = digits else { return None };
    if ![a, b, c, d].iter().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let hours = i64::from((a - b'0') * 10 + (b - b'0'));
    let minutes = i64::from((c - b'0') * 10 + (d - b'0'));
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = hours * 3_600 + minutes * 60;
    Some(if negative { -seconds } else { seconds })
}

/// When in a year a rule's change comes, in seconds since 1970 on the clock before it.
fn change(rule: u32, year: i64) -> i64 {
    let part = |at: u32| i64::from(word(rule + at * 4) as i32);
    let (month, week, weekday, second) = (part(0), part(1), part(2), part(3));
    // Months 13 and 14 stand for days of the year, from one without leap days and from zero.
    let days = match month {
        13 => {
            let leap = i64::from(is_leap(year) && week >= 60);
            days_of(year, 1, 1) + week - 1 + leap
        }
        14 => days_of(year, 1, 1) + week,
        _ => {
            let first = days_of(year, month, 1);
            let mut day = first + (weekday - (first + 4)).rem_euclid(7) + (week - 1) * 7;
            if date_of(day).1 != month {
                day -= 7;
            }
            day
        }
    };
    days * 86_400 + second
}

fn by_rule(rule: u32, seconds: i64) -> i64 {
    let standard = i64::from(word(rule) as i32);
    let summer = i64::from(word(rule + 4) as i32);
    if standard == summer {
        return standard;
    }
    let year = date_of((seconds + standard).div_euclid(86_400)).0;
    let begin = change(rule + 8, year) - standard;
    let end = change(rule + 24, year) - summer;
    let is_summer = if begin < end {
        (begin..end).contains(&seconds)
    } else {
        !(end..begin).contains(&seconds)
    };
    if is_summer { summer } else { standard }
}
