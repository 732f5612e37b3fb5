//! Checks of the conversion against itself, its schemas and `serde_json`, on types and values made
//! out of any bytes: for the property tests and for the fuzz target.
//!
//! *Never:* part of what an embedding program links; it exists in tests and under a fuzzer only.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "checks end by panicking, and the fuzzer builds them outside of tests"
)]

mod validate;

use std::sync::Arc;

use serde_json::Value;
use wasmtime::component::Val;

use super::error::InputError;
use super::schema::{self, Side};
use super::shape::{Choice, Key, Names, Record, Shape, Title, Variant, Whole};
use super::{read, write};

/// Large enough for anything made here.
const OUTPUT_BYTES: usize = 1 << 24;

const WHOLES: [Whole; 8] =
    [Whole::U8, Whole::U16, Whole::U32, Whole::U64, Whole::S8, Whole::S16, Whole::S32, Whole::S64];

/// Makes a type out of the first bytes and takes the rest for the text of an input.
///
/// # Panics
/// Where the conversion, its schema and `serde_json` disagree.
pub fn check_text(data: &[u8]) {
    let mut bytes = Bytes(data);
    let shape = Arc::new(bytes.shape(0));
    if let Ok(text) = std::str::from_utf8(bytes.0) {
        check_reading(&shape, text);
    }
}

/// Makes a type and a value of it; then breaks the value's text at one place.
///
/// # Panics
/// Where the conversion, its schema and `serde_json` disagree, or the value does not come back.
pub fn check_value(data: &[u8]) {
    let mut bytes = Bytes(data);
    let shape = Arc::new(bytes.shape(0));
    let value = bytes.value(&shape);
    let text = write::write_value(Some(&shape), Some(&value), OUTPUT_BYTES, None)
        .unwrap_or_else(|error| panic!("{shape:?}: {error}"));
    let json: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    for side in [Side::Output, Side::Input] {
        let Some(schema) = schema::of_value(Some(&shape), side) else { continue };
        if let Err(why) = validate::check(&schema, &json) {
            panic!("{side:?} schema {schema} does not hold for {text}: {why}");
        }
    }
    let back = read_one(&shape, &text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(back, value, "through {text}");
    let again = write::write_value(Some(&shape), Some(&back), OUTPUT_BYTES, None).unwrap();
    assert_eq!(again, text);
    for _ in 0..4 {
        let mut broken = text.clone().into_bytes();
        let at = usize::from(bytes.byte()) * 256 + usize::from(bytes.byte());
        if let Some(byte) = broken.get_mut(at % text.len()) {
            *byte =
                *b"{}[],:\"\\0123456789.-eEtfn u\n".get(usize::from(bytes.byte()) % 28).unwrap();
        }
        if let Ok(broken) = String::from_utf8(broken) {
            check_reading(&shape, &broken);
        }
    }
}

/// What is read is JSON, fits the schema, and comes back when it is written.
fn check_reading(shape: &Arc<Shape>, text: &str) {
    let Ok(value) = read_one(shape, text) else { return };
    let json: Value = match serde_json::from_str(text) {
        Ok(json) => json,
        // Without its slower exact mode `serde_json` rounds on the way, and takes numbers just below
        // the largest for too large.
        Err(error) if error.to_string().starts_with("number out of range") => return,
        Err(error) => panic!("{text} was read, but is not JSON: {error}"),
    };
    if let Some(schema) = schema::of_value(Some(shape), Side::Input)
        && let Err(why) = validate::check(&schema, &json)
    {
        panic!("{text} was read, but does not fit {schema}: {why}");
    }
    let written = write::write_value(Some(shape), Some(&value), OUTPUT_BYTES, None).unwrap();
    assert_eq!(read_one(shape, &written).as_ref(), Ok(&value), "{text} became {written}");
}

/// Reads one value: as the only item of a tuple, the only argument of a function.
fn read_one(shape: &Arc<Shape>, text: &str) -> Result<Val, InputError> {
    let arguments = Record {
        title: Title::default(),
        names: Names::new(Box::new(["v".into()]), Box::default()),
        fields: Box::new([Arc::new(Shape::Tuple(Box::new([Arc::clone(shape)])))]),
    };
    let mut values = read::read_arguments(&format!("{{\"v\":[{text}]}}"), &arguments, None)?;
    match values.pop() {
        Some(Val::Tuple(mut items)) => Ok(items.pop().unwrap()),
        other => panic!("not a tuple: {other:?}"),
    }
}

struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    /// 0 for ever after the end, so that everything made here ends.
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn number(&mut self) -> u64 {
        u64::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    fn names(&mut self) -> Names {
        let count = usize::from(self.byte() % 5) + 1;
        let names: Box<[Box<str>]> = (0..count).map(|index| format!("n{index}").into()).collect();
        let docs = names.iter().map(|name| format!("About {name}.")).collect();
        Names::new(names, if self.byte() & 1 == 0 { docs } else { Box::default() })
    }

    fn part(&mut self, depth: usize) -> Arc<Shape> {
        Arc::new(self.shape(depth + 1))
    }

    fn maybe(&mut self, depth: usize) -> Option<Arc<Shape>> {
        (self.byte() & 1 == 1).then(|| self.part(depth))
    }

    fn shape(&mut self, depth: usize) -> Shape {
        /// Deep enough for everything within everything.
        const DEPTH_MAX: usize = 4;
        let kinds = if depth < DEPTH_MAX { 19 } else { 7 };
        let title = Title { name: Some("named".into()), docs: String::new() };
        match self.byte() % kinds {
            0 => Shape::Bool,
            1 => Shape::Whole(WHOLES[usize::from(self.byte() % 8)]),
            2 => Shape::F32,
            3 => Shape::F64,
            4 => Shape::Char,
            5 => Shape::Text,
            6 => Shape::Bytes,
            7 => match self.shape(depth + 1) {
                Shape::Whole(Whole::U8) => Shape::Bytes,
                item => Shape::List(Arc::new(item)),
            },
            8 => Shape::FixedList(self.part(depth), u32::from(self.byte() % 4)),
            9 => {
                let key = match self.byte() % 4 {
                    0 => Key::Bool,
                    1 => Key::Char,
                    2 => Key::Text,
                    _ => Key::Whole(WHOLES[usize::from(self.byte() % 8)]),
                };
                Shape::Map(key, self.part(depth))
            }
            10 | 11 => {
                let names = self.names();
                let fields = (0..names.len()).map(|_| self.part(depth)).collect();
                Shape::Record(Record { title, names, fields })
            }
            12 => {
                let count = self.byte() % 4;
                Shape::Tuple((0..count).map(|_| self.part(depth)).collect())
            }
            13 => {
                let names = self.names();
                let payloads = (0..names.len()).map(|_| self.maybe(depth)).collect();
                Shape::Variant(Variant { title, names, payloads })
            }
            14 => Shape::Enum(Choice { title, names: self.names() }),
            15 => Shape::Flags(Choice { title, names: self.names() }),
            16 | 17 => Shape::Option(self.part(depth)),
            _ => Shape::Result { ok: self.maybe(depth), err: self.maybe(depth) },
        }
    }

    fn value(&mut self, shape: &Shape) -> Val {
        match shape {
            Shape::Bool => Val::Bool(self.byte() & 1 == 1),
            Shape::Whole(whole) => self.whole(*whole),
            Shape::F32 => Val::Float32(self.f32()),
            Shape::F64 => Val::Float64(self.f64()),
            Shape::Char => Val::Char(self.char()),
            Shape::Text | Shape::Data => Val::String(self.text()),
            Shape::Bytes => Val::List((0..self.byte() % 9).map(|_| Val::U8(self.byte())).collect()),
            Shape::List(item) => {
                Val::List((0..self.byte() % 4).map(|_| self.value(item)).collect())
            }
            Shape::FixedList(item, count) => {
                Val::FixedLengthList((0..*count).map(|_| self.value(item)).collect())
            }
            Shape::Map(key, item) => {
                let mut entries: Vec<(Val, Val)> = Vec::new();
                for _ in 0..self.byte() % 4 {
                    let key = self.key(*key);
                    if entries.iter().all(|(known, _)| *known != key) {
                        entries.push((key, self.value(item)));
                    }
                }
                Val::Map(entries)
            }
            Shape::Record(record) => {
                let fields = record.names.iter().zip(&record.fields);
                Val::Record(fields.map(|(name, at)| (name.to_owned(), self.value(at))).collect())
            }
            Shape::Tuple(items) => Val::Tuple(items.iter().map(|at| self.value(at)).collect()),
            Shape::Variant(variant) => {
                let index = usize::from(self.byte()) % variant.names.len();
                let payload = variant.payloads[index].as_ref().map(|at| Box::new(self.value(at)));
                Val::Variant(variant.names.name(index).to_owned(), payload)
            }
            Shape::Enum(choice) => {
                let index = usize::from(self.byte()) % choice.names.len();
                Val::Enum(choice.names.name(index).to_owned())
            }
            Shape::Flags(choice) => {
                let set = choice.names.iter().filter(|_| self.byte() & 1 == 1);
                Val::Flags(set.map(str::to_owned).collect())
            }
            Shape::Option(inner) => {
                Val::Option((self.byte() & 1 == 1).then(|| Box::new(self.value(inner))))
            }
            Shape::Result { ok, err } => {
                let is_ok = self.byte() & 1 == 1;
                let shape = if is_ok { ok } else { err };
                let payload = shape.as_ref().map(|at| Box::new(self.value(at)));
                Val::Result(if is_ok { Ok(payload) } else { Err(payload) })
            }
            Shape::Handle { .. } => unreachable!("no handles are made here"),
        }
    }

    /// The ends of the range as often as anything between.
    fn whole(&mut self, whole: Whole) -> Val {
        let (least, greatest) = whole.range();
        let number = match self.byte() % 4 {
            0 => least,
            1 => greatest,
            _ => least + i128::from(self.number()) % (greatest - least + 1),
        };
        match whole {
            Whole::U8 => Val::U8(number.try_into().unwrap()),
            Whole::U16 => Val::U16(number.try_into().unwrap()),
            Whole::U32 => Val::U32(number.try_into().unwrap()),
            Whole::U64 => Val::U64(number.try_into().unwrap()),
            Whole::S8 => Val::S8(number.try_into().unwrap()),
            Whole::S16 => Val::S16(number.try_into().unwrap()),
            Whole::S32 => Val::S32(number.try_into().unwrap()),
            Whole::S64 => Val::S64(number.try_into().unwrap()),
        }
    }

    fn f64(&mut self) -> f64 {
        const SPECIAL: [f64; 8] = [
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            -0.0,
            f64::MAX,
            f64::MIN_POSITIVE,
            5e-324,
            0.1,
        ];
        match self.byte() {
            at @ 0..8 => SPECIAL[usize::from(at)],
            _ => f64::from_bits(self.number()),
        }
    }

    fn f32(&mut self) -> f32 {
        const SPECIAL: [f32; 8] = [
            f32::NAN,
            f32::INFINITY,
            f32::NEG_INFINITY,
            -0.0,
            f32::MAX,
            f32::MIN_POSITIVE,
            1e-45,
            0.1,
        ];
        match self.byte() {
            at @ 0..8 => SPECIAL[usize::from(at)],
            _ => f32::from_bits(u32::try_from(self.number() >> 32).unwrap()),
        }
    }

    fn char(&mut self) -> char {
        const SPECIAL: [char; 8] = ['"', '\\', '\0', '\n', '\u{7f}', 'é', '\u{10ffff}', '🦀'];
        match self.byte() {
            at @ 0..8 => SPECIAL[usize::from(at)],
            byte @ 8..128 => char::from(byte),
            _ => char::from_u32(u32::try_from(self.number() % 0x11_0000).unwrap()).unwrap_or('x'),
        }
    }

    fn text(&mut self) -> String {
        (0..self.byte() % 8).map(|_| self.char()).collect()
    }

    fn key(&mut self, key: Key) -> Val {
        match key {
            Key::Bool => Val::Bool(self.byte() & 1 == 1),
            Key::Char => Val::Char(self.char()),
            Key::Text => Val::String(self.text()),
            Key::Whole(whole) => self.whole(whole),
        }
    }
}
