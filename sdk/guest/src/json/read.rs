//! JSON as `serde` reads it.
//!
//! Each type has a function of its own, and none goes through [`Deserializer::deserialize_any`]: that
//! one needs all of them, fractions included, and the linker could leave nothing out.
//!
//! *Never:* a whole number is read through a fraction, which would round it.

use std::borrow::Cow;

use serde::de::{Deserializer, Error as _, Expected, IntoDeserializer, Unexpected, Visitor};

use super::access::{Items, Variant};
use super::error::Error;
use super::integer::{magnitude, negative, push_unsigned};
use super::scan::{Digits, Scan};

/// Reads values from a text.
pub(super) struct Reader<'de> {
    pub(super) scan: Scan<'de>,
}

// === impl Reader ===

impl<'de> Reader<'de> {
    pub(super) fn new(text: &'de str) -> Self {
        Self { scan: Scan::new(text) }
    }

    /// That nothing follows.
    pub(super) fn end(&mut self) -> Result<(), Error> {
        match self.scan.peek() {
            Ok(_) => Err(Error::plain("the value has ended, and something follows")),
            Err(_) => Ok(()),
        }
    }

    /// The error, with the line and column where it was met.
    pub(super) fn placed(&self, mut error: Error) -> Error {
        let read = self.scan.text.get(..self.scan.at).unwrap_or(self.scan.text);
        let (mut line, mut column) = (1, 0);
        for byte in read.bytes() {
            match byte {
                b'\n' => (line, column) = (line + 1, 0),
                // The further bytes of a character.
                0x80..0xc0 => {}
                _ => column += 1,
            }
        }
        error.message.push_str(" at line ");
        push_unsigned(line, &mut error.message);
        error.message.push_str(" column ");
        push_unsigned(column, &mut error.message);
        error
    }

    pub(super) fn whole<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        match self.scan.peek()? {
            b'-' | b'0'..=b'9' => {
                let digits = self.scan.number()?;
                visit_whole(&digits, visitor)
            }
            _ => Err(self.other(&visitor)),
        }
    }

    fn fraction<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        match self.scan.peek()? {
            b'-' | b'0'..=b'9' => visitor.visit_f64(finite(&self.scan.number()?)?),
            _ => Err(self.other(&visitor)),
        }
    }

    fn text<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        match self.scan.peek()? {
            b'"' => match self.scan.string()? {
                Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                Cow::Owned(text) => visitor.visit_string(text),
            },
            _ => Err(self.other(&visitor)),
        }
    }

    pub(super) fn list<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        if !self.scan.eat(b'[')? {
            return Err(self.other(&visitor));
        }
        self.scan.deeper()?;
        let mut items = Items { reader: self, is_first: true };
        let value = visitor.visit_seq(&mut items)?;
        let is_first = items.is_first;
        if !self.scan.closes(b']', is_first)? {
            return Err(Error::plain("the list has too many values"));
        }
        self.scan.shallower();
        Ok(value)
    }

    pub(super) fn object<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        if !self.scan.eat(b'{')? {
            return Err(self.other(&visitor));
        }
        self.scan.deeper()?;
        let mut items = Items { reader: self, is_first: true };
        let value = visitor.visit_map(&mut items)?;
        let is_first = items.is_first;
        if !self.scan.closes(b'}', is_first)? {
            return Err(Error::plain("the object has too many properties"));
        }
        self.scan.shallower();
        Ok(value)
    }

    /// The error that something of another kind stands here.
    fn other(&mut self, expected: &dyn Expected) -> Error {
        let start = self.scan.at;
        // What is no JSON at all is told as that, and not as a wrong type.
        let found = match self.scan.peek() {
            Ok(b'"') => Unexpected::Other("text"),
            Ok(b'-' | b'0'..=b'9') => Unexpected::Other("a number"),
            Ok(b't' | b'f') => Unexpected::Bool(true),
            Ok(b'n') => Unexpected::Unit,
            Ok(b'[') => Unexpected::Seq,
            Ok(b'{') => Unexpected::Map,
            Ok(_) => return Error::plain("this is no JSON value"),
            Err(error) => return error,
        };
        match self.scan.pass() {
            Ok(()) => {
                // The place of an error is the last byte read: here, the value's first.
                self.scan.at = start + 1;
                Error::invalid_type(found, expected)
            }
            Err(error) => error,
        }
    }
}

pub(super) fn visit_whole<'de, V: Visitor<'de>>(
    digits: &Digits<'_>,
    visitor: V,
) -> Result<V::Value, Error> {
    if !digits.is_whole {
        return Err(Error::invalid_type(Unexpected::Float(0.0), &visitor));
    }
    let read = match digits.text.strip_prefix('-') {
        Some(text) => negative(text).map(|value| visitor.visit_i64(value)),
        None => magnitude(digits.text).map(|value| visitor.visit_u64(value)),
    };
    read.unwrap_or_else(|| Err(Error::plain("the number has more than 64 bits")))
}

fn finite(digits: &Digits<'_>) -> Result<f64, Error> {
    match digits.text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) | Err(_) => Err(Error::plain("the number is too large")),
    }
}

/// Methods of one shape.
macro_rules! each {
    ($($method:ident => $way:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.$way(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Error;

    each! {
        deserialize_i8 => whole
        deserialize_i16 => whole
        deserialize_i32 => whole
        deserialize_i64 => whole
        deserialize_u8 => whole
        deserialize_u16 => whole
        deserialize_u32 => whole
        deserialize_u64 => whole
        deserialize_f32 => fraction
        deserialize_f64 => fraction
        deserialize_char => text
        deserialize_str => text
        deserialize_string => text
        deserialize_identifier => text
        deserialize_seq => list
        deserialize_map => object
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.scan.peek()? {
            b'"' => self.text(visitor),
            b'[' => self.list(visitor),
            b'{' => self.object(visitor),
            b't' | b'f' => self.deserialize_bool(visitor),
            b'n' => self.deserialize_unit(visitor),
            b'-' | b'0'..=b'9' => {
                let digits = self.scan.number()?;
                // What has more than 64 bits is read as near as a fraction comes, and a fraction
                // keeps the sign of a zero.
                match (digits.is_whole, digits.text.strip_prefix('-')) {
                    (true, Some(text)) if negative(text).is_some_and(|value| value < 0) => {
                        visit_whole(&digits, visitor)
                    }
                    (true, None) if magnitude(digits.text).is_some() => {
                        visit_whole(&digits, visitor)
                    }
                    _ => visitor.visit_f64(finite(&digits)?),
                }
            }
            _ => Err(Error::plain("this is no JSON value")),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.scan.peek()? {
            b't' => self.scan.word("true").and_then(|()| visitor.visit_bool(true)),
            b'f' => self.scan.word("false").and_then(|()| visitor.visit_bool(false)),
            _ => Err(self.other(&visitor)),
        }
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.scan.peek()?;
        match self.scan.number()?.text.parse() {
            Ok(value) => visitor.visit_i128(value),
            Err(_) => Err(Error::plain("expected a whole number of 128 bits")),
        }
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.scan.peek()?;
        match self.scan.number()?.text.parse() {
            Ok(value) => visitor.visit_u128(value),
            Err(_) => Err(Error::plain("expected a positive whole number of 128 bits")),
        }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_byte_buf(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.scan.peek()? {
            b'"' => visitor.visit_byte_buf(self.scan.string()?.into_owned().into_bytes()),
            _ => self.list(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.scan.peek()? {
            b'n' => self.scan.word("null").and_then(|()| visitor.visit_none()),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.scan.peek()? {
            b'n' => self.scan.word("null").and_then(|()| visitor.visit_unit()),
            _ => Err(self.other(&visitor)),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.list(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.list(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        // A list would do for `serde`, but no schema says so.
        self.object(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.scan.peek()? {
            b'"' => visitor.visit_enum(self.scan.string()?.into_owned().into_deserializer()),
            b'{' => {
                self.scan.at += 1;
                self.scan.deeper()?;
                let value = visitor.visit_enum(Variant { reader: &mut *self })?;
                self.scan.need(b'}', "an enum has one variant")?;
                self.scan.shallower();
                Ok(value)
            }
            _ => Err(self.other(&visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.scan.pass()?;
        visitor.visit_unit()
    }
}
