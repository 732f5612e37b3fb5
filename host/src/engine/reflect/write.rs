//! The values that a call gave to JSON text, along a plan.
//!
//! *Never:* the text grows past its bound before anybody notices.

use std::collections::HashMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wasmtime::component::Val;

use super::error::OutputError;
use super::handles::Handles;
use super::shape::{Resource, Shape, Variant, Whole};

/// Writes one value; `None` is a function without a result. Handles are opened in the session.
pub(super) fn write_value(
    shape: Option<&Shape>,
    value: Option<&Val>,
    limit: usize,
    handles: Option<&mut Handles>,
) -> Result<String, OutputError> {
    /// Most outputs are small, and one allocation is enough for them.
    const EXPECTED_BYTES: usize = 128;
    let mut output = Output { text: String::with_capacity(EXPECTED_BYTES), limit, handles };
    match (shape, value) {
        (Some(shape), Some(value)) => output.value(shape, value)?,
        (None, None) => output.raw("null")?,
        _ => return mismatch("a result where one is declared"),
    }
    Ok(output.text)
}

/// Writes bytes as text where they are text, else as base64, in the way of [`Shape::Data`].
pub(super) fn write_data(text: &mut String, bytes: &[u8], limit: usize) -> Result<(), OutputError> {
    let mut output = Output { text: std::mem::take(text), limit, handles: None };
    match std::str::from_utf8(bytes) {
        Ok(plain) => output.text(plain)?,
        Err(_) => output.base64(bytes)?,
    }
    *text = output.text;
    Ok(())
}

struct Output<'h> {
    text: String,
    limit: usize,
    handles: Option<&'h mut Handles>,
}

fn mismatch<T>(expected: &'static str) -> Result<T, OutputError> {
    Err(OutputError::Mismatch { expected })
}

impl Output<'_> {
    fn value(&mut self, shape: &Shape, value: &Val) -> Result<(), OutputError> {
        match (shape, value) {
            (Shape::Bool, Val::Bool(value)) => self.raw(if *value { "true" } else { "false" }),
            (Shape::Whole(whole), value) => self.whole(*whole, value),
            (Shape::F32, Val::Float32(value)) => self.float(f64::from(*value), value),
            (Shape::F64, Val::Float64(value)) => self.float(*value, value),
            (Shape::Char, Val::Char(value)) => self.text(value.encode_utf8(&mut [0; 4])),
            (Shape::Text | Shape::Data, Val::String(value)) => self.text(value),
            (Shape::Bytes | Shape::Data, Val::List(values)) => self.bytes(values),
            (Shape::List(item), Val::List(values))
            | (Shape::FixedList(item, _), Val::FixedLengthList(values)) => {
                self.array(values.iter().map(|value| (&**item, value)))
            }
            (Shape::Tuple(items), Val::Tuple(values)) if items.len() == values.len() => {
                self.array(items.iter().map(|item| &**item).zip(values))
            }
            (Shape::Map(_, item), Val::Map(entries)) => self.map(item, entries),
            (Shape::Record(record), Val::Record(fields)) if record.fields.len() == fields.len() => {
                let mut before = '{';
                for (shape, (name, value)) in record.fields.iter().zip(fields) {
                    self.label(before, name)?;
                    self.value(shape, value)?;
                    before = ',';
                }
                self.close(before, '{', '}')
            }
            (Shape::Variant(variant), Val::Variant(name, payload)) => {
                self.variant(variant, name, payload.as_deref())
            }
            (Shape::Enum(_), Val::Enum(name)) => self.text(name),
            (Shape::Flags(_), Val::Flags(names)) => {
                let mut before = '[';
                for name in names {
                    self.mark(before)?;
                    self.text(name)?;
                    before = ',';
                }
                self.close(before, '[', ']')
            }
            (Shape::Option(inner), Val::Option(value)) => self.option(inner, value.as_deref()),
            (Shape::Result { ok, err }, Val::Result(value)) => {
                let (name, shape, payload) = match value {
                    Ok(payload) => ("ok", ok, payload),
                    Err(payload) => ("err", err, payload),
                };
                self.label('{', name)?;
                match (shape, payload) {
                    (Some(shape), Some(payload)) => self.value(shape, payload)?,
                    _ => self.raw("null")?,
                }
                self.mark('}')
            }
            (Shape::Handle { resource, .. }, Val::Resource(any)) => self.handle(resource, *any),
            _ => mismatch("the type that the component declares"),
        }
    }

    fn room(&self, bytes: usize) -> Result<(), OutputError> {
        if self.text.len().saturating_add(bytes) > self.limit {
            Err(OutputError::TooLong { limit: self.limit })
        } else {
            Ok(())
        }
    }

    fn raw(&mut self, text: &str) -> Result<(), OutputError> {
        self.room(text.len())?;
        self.text.push_str(text);
        Ok(())
    }

    fn mark(&mut self, mark: char) -> Result<(), OutputError> {
        self.raw(mark.encode_utf8(&mut [0; 4]))
    }

    /// Ends an array or object; `before` tells whether anything was in it.
    fn close(&mut self, before: char, open: char, end: char) -> Result<(), OutputError> {
        if before == open {
            self.mark(open)?;
        }
        self.mark(end)
    }

    fn property(&mut self, before: char, name: &str) -> Result<(), OutputError> {
        self.mark(before)?;
        self.text(name)?;
        self.mark(':')
    }

    /// A property whose name is of WIT: letters, digits and hyphens, so nothing to escape.
    fn label(&mut self, before: char, name: &str) -> Result<(), OutputError> {
        self.room(name.len() + 4)?;
        self.text.push(before);
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
        Ok(())
    }

    fn array<'v>(
        &mut self,
        items: impl Iterator<Item = (&'v Shape, &'v Val)>,
    ) -> Result<(), OutputError> {
        let mut before = '[';
        for (shape, value) in items {
            self.mark(before)?;
            self.value(shape, value)?;
            before = ',';
        }
        self.close(before, '[', ']')
    }

    /// Text in quotes; runs without anything to escape are copied whole.
    fn text(&mut self, text: &str) -> Result<(), OutputError> {
        self.room(text.len() + 2)?;
        self.text.push('"');
        let mut rest = text;
        while let Some(at) =
            rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f | 0x7f))
        {
            let (plain, special) = rest.split_at(at);
            self.raw(plain)?;
            let byte = special.as_bytes().first().copied().unwrap_or_default();
            match byte {
                b'"' => self.raw("\\\"")?,
                b'\\' => self.raw("\\\\")?,
                b'\n' => self.raw("\\n")?,
                b'\r' => self.raw("\\r")?,
                b'\t' => self.raw("\\t")?,
                byte => {
                    self.room(6)?;
                    self.display(format_args!("\\u{byte:04x}"));
                }
            }
            rest = special.get(1..).unwrap_or_default();
        }
        self.raw(rest)?;
        self.mark('"')
    }

    fn display(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.text.write_fmt(text);
    }

    fn whole(&mut self, whole: Whole, value: &Val) -> Result<(), OutputError> {
        match (whole, value) {
            (Whole::U8, Val::U8(number)) => self.display(format_args!("{number}")),
            (Whole::U16, Val::U16(number)) => self.display(format_args!("{number}")),
            (Whole::U32, Val::U32(number)) => self.display(format_args!("{number}")),
            (Whole::U64, Val::U64(number)) => self.display(format_args!("{number}")),
            (Whole::S8, Val::S8(number)) => self.display(format_args!("{number}")),
            (Whole::S16, Val::S16(number)) => self.display(format_args!("{number}")),
            (Whole::S32, Val::S32(number)) => self.display(format_args!("{number}")),
            (Whole::S64, Val::S64(number)) => self.display(format_args!("{number}")),
            _ => return mismatch("a whole number"),
        }
        // Afterwards, because a number is short and its length is known only then.
        self.room(0)
    }

    /// The shortest text that reads back as the same number; `value` is that in its own width.
    fn float(&mut self, wide: f64, value: &impl std::fmt::Debug) -> Result<(), OutputError> {
        if wide.is_nan() {
            self.raw("\"NaN\"")
        } else if wide.is_infinite() {
            self.raw(if wide > 0.0 { "\"Infinity\"" } else { "\"-Infinity\"" })
        } else {
            self.display(format_args!("{value:?}"));
            self.room(0)
        }
    }

    fn bytes(&mut self, values: &[Val]) -> Result<(), OutputError> {
        // Checked before the copy, and exactly again after it.
        self.room(values.len())?;
        let bytes: Option<Vec<u8>> = values
            .iter()
            .map(|value| if let Val::U8(byte) = value { Some(*byte) } else { None })
            .collect();
        match bytes {
            Some(bytes) => self.base64(&bytes),
            None => mismatch("bytes"),
        }
    }

    fn base64(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        const AROUND: &str = r#"{"base64":""}"#;
        self.room(bytes.len().div_ceil(3).saturating_mul(4) + AROUND.len())?;
        self.text.push_str(r#"{"base64":""#);
        STANDARD.encode_string(bytes, &mut self.text);
        self.text.push_str("\"}");
        Ok(())
    }

    fn variant(
        &mut self,
        variant: &Variant,
        name: &str,
        payload: Option<&Val>,
    ) -> Result<(), OutputError> {
        let shape = variant.names.find(name, 0).and_then(|index| variant.payloads.get(index));
        match (shape, payload) {
            (Some(None), None) => self.text(name),
            (Some(Some(shape)), Some(payload)) => {
                self.label('{', name)?;
                self.value(shape, payload)?;
                self.mark('}')
            }
            _ => mismatch("a case of the variant"),
        }
    }

    fn option(&mut self, inner: &Shape, value: Option<&Val>) -> Result<(), OutputError> {
        match value {
            None => self.raw("null"),
            Some(value) if inner.is_option() => {
                self.label('{', "some")?;
                self.value(inner, value)?;
                self.mark('}')
            }
            Some(value) => self.value(inner, value),
        }
    }

    /// Guests may give a key twice, and the last value counts; JSON readers disagree on that, so
    /// only the last is written.
    fn map(&mut self, item: &Shape, entries: &[(Val, Val)]) -> Result<(), OutputError> {
        let keys: Vec<String> = entries.iter().map(|(key, _)| key_text(key)).collect();
        let last: HashMap<&str, usize> =
            keys.iter().enumerate().map(|(index, key)| (key.as_str(), index)).collect();
        let mut before = '{';
        for (index, (key, (_, value))) in keys.iter().zip(entries).enumerate() {
            if last.get(key.as_str()) == Some(&index) {
                self.property(before, key)?;
                self.value(item, value)?;
                before = ',';
            }
        }
        self.close(before, '{', '}')
    }

    fn handle(
        &mut self,
        resource: &Resource,
        any: wasmtime::component::ResourceAny,
    ) -> Result<(), OutputError> {
        let full = OutputError::TooManyHandles { limit: Handles::LIMIT };
        let handles = self
            .handles
            .as_deref_mut()
            .ok_or(OutputError::Mismatch { expected: "no handle outside of a session" })?;
        let number = handles.open(resource, any).ok_or(full)?;
        self.label('{', "handle")?;
        self.raw(&number.to_string())?;
        self.mark('}')
    }
}

/// The name of a property for the key of a map.
#[expect(clippy::wildcard_enum_match_arm, reason = "the component model allows no other keys")]
fn key_text(key: &Val) -> String {
    match key {
        Val::String(text) => text.clone(),
        Val::Char(char) => char.to_string(),
        Val::Bool(value) => value.to_string(),
        Val::U8(number) => number.to_string(),
        Val::U16(number) => number.to_string(),
        Val::U32(number) => number.to_string(),
        Val::U64(number) => number.to_string(),
        Val::S8(number) => number.to_string(),
        Val::S16(number) => number.to_string(),
        Val::S32(number) => number.to_string(),
        Val::S64(number) => number.to_string(),
        _ => String::new(),
    }
}
