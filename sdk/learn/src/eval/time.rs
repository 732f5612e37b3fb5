//! Points in time, in UTC.
//!
//! *Never:* a time outside of the years 1 to 9999.

use crate::op::{Op, Part};
use crate::value::Value;

const DAY: i64 = 86_400;
const FIRST: i64 = -62_135_596_800;
const LAST: i64 = 253_402_300_799;
/// Durations have 64 bits of nanoseconds; more days than this do not fit into one.
const DAYS_MAX: i64 = 106_751;

pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(crate) const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

pub(super) fn apply(op: &Op, kids: &[Value]) -> Option<Value> {
    match (op, kids) {
        (Op::MonthName, [Value::Int(month)]) => named(&MONTHS, month.checked_sub(1)?),
        (Op::WeekdayName, [Value::Int(day)]) => named(&WEEKDAYS, *day),
        (Op::MonthNumber, [Value::Text(name)]) => {
            let short: String = name.chars().take(3).collect::<String>().to_ascii_lowercase();
            let place = MONTHS.iter().position(|month| {
                month.get(..3).is_some_and(|it| it.to_ascii_lowercase() == short)
            })?;
            i64::try_from(place + 1).ok().map(Value::Int)
        }
        (Op::ToTime, [Value::Text(text)]) => parse(text),
        (Op::ToDate, [Value::Text(text)]) => parse(&format!("{text}T00:00:00Z")),
        (Op::TimeText, [Value::Time(seconds, nanos)]) => Some(Value::text(text(*seconds, *nanos))),
        (Op::DateText, [Value::Time(seconds, nanos)]) => {
            text(*seconds, *nanos).get(..10).map(Value::text)
        }
        (Op::Epoch, [Value::Time(seconds, _)]) => Some(Value::Int(*seconds)),
        (Op::Part(which), [Value::Time(seconds, _)]) => Some(Value::Int(part(*which, *seconds))),
        (Op::DaysBetween, [Value::Time(a, x), Value::Time(b, y)]) => {
            let nanos = i128::from(b - a) * 1_000_000_000 + i128::from(*y) - i128::from(*x);
            let nanos = i64::try_from(nanos).ok()?;
            Some(Value::Int(nanos / 3_600_000_000_000 / 24))
        }
        (Op::AddDays, [Value::Time(seconds, nanos), Value::Int(days)]) => {
            if !(-DAYS_MAX..=DAYS_MAX).contains(days) {
                return None;
            }
            let moved = seconds.checked_add(days.checked_mul(DAY)?)?;
            (FIRST..=LAST).contains(&moved).then_some(Value::Time(moved, *nanos))
        }
        _ => None,
    }
}

fn named(names: &[&str], at: i64) -> Option<Value> {
    names.get(usize::try_from(at).ok()?).map(Value::text)
}

/// Days since 1970 of a date, after the proleptic Gregorian calendar: years begin in March here, so
/// that the leap day is the last.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn date_of(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let month_day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, month_day)
}

fn part(which: Part, seconds: i64) -> i64 {
    let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = date_of(days);
    match which {
        Part::Year => year,
        Part::Month => month,
        Part::Day => day,
        Part::DayOfYear => days - days_of(year, 1, 1) + 1,
        // The first of January 1970 was a Thursday.
        Part::Weekday => (days + 4).rem_euclid(7),
        Part::Hour => second / 3_600,
        Part::Minute => second / 60 % 60,
        Part::Second => second % 60,
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// RFC 3339 as recipes read it: `2009-02-13T23:31:30.5Z`, or with an offset.
fn parse(text: &str) -> Option<Value> {
    let number = |from: usize, to: usize| {
        let digits = text.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<i64>().ok())?
    };
    let marks: Option<Vec<u8>> =
        [4, 7, 10, 13, 16].into_iter().map(|at| text.as_bytes().get(at).copied()).collect();
    if !matches!(marks?.as_slice(), b"--T::" | b"--t::") {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let date = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    if !date || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (nanos, rest) = fraction(text.get(19..)?)?;
    let at = days_of(year, month, day) * DAY + hour * 3_600 + minute * 60 + second - offset(rest)?;
    (FIRST..=LAST).contains(&at).then_some(Value::Time(at, nanos))
}

fn offset(text: &str) -> Option<i64> {
    let &[sign @ (b'+' | b'-'), a, b, b':', c, d] = text.as_bytes() else {
        return matches!(text, "Z" | "z").then_some(0);
    };
    let two = |a: u8, b: u8| {
        (a.is_ascii_digit() && b.is_ascii_digit()).then(|| i64::from((a - b'0') * 10 + (b - b'0')))
    };
    let (hours, minutes) = (two(a, b)?, two(c, d)?);
    if hours > 24 || minutes > 59 {
        return None;
    }
    Some((hours * 60 + minutes) * if sign == b'-' { -60 } else { 60 })
}

/// `.123` as nanoseconds, and what follows; digits beyond nine are cut off.
fn fraction(text: &str) -> Option<(u32, &str)> {
    let Some(digits) = text.strip_prefix('.') else { return Some((0, text)) };
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    if count == 0 {
        return None;
    }
    let nine: String = digits.get(..count)?.chars().chain("000000000".chars()).take(9).collect();
    Some((nine.parse().ok()?, digits.get(count..)?))
}

/// RFC 3339 in UTC, with as many digits of the fraction as there are.
pub(crate) fn text(seconds: i64, nanos: u32) -> String {
    let (year, month, day) = date_of(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let fraction = if nanos == 0 {
        String::new()
    } else {
        format!(".{nanos:09}").trim_end_matches('0').to_owned()
    };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}
