//! JSON as `serde` writes it.
//!
//! *Never:* a name or a text is written without its quotation marks and escapes.

mod name;

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::error::Error;
use super::integer::{push_signed, push_unsigned};

/// Writes values to a text.
#[derive(Default)]
pub(super) struct Writer {
    out: String,
}

/// A list or object that is being written.
pub(super) struct Compound<'a> {
    writer: &'a mut Writer,
    is_first: bool,
    close: &'static str,
}

/// Writes a text with its quotation marks and escapes.
pub(crate) fn push_quoted(text: &str, out: &mut String) {
    out.push('"');
    // Whole runs at once: most texts have nothing to escape. What is escaped is one byte long.
    let mut start = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte < b' ' || matches!(byte, b'"' | b'\\') {
            out.push_str(text.get(start..at).unwrap_or_default());
            push_escaped(byte, out);
            start = at + 1;
        }
    }
    out.push_str(text.get(start..).unwrap_or_default());
    out.push('"');
}

fn push_escaped(byte: u8, out: &mut String) {
    let letter = match byte {
        b'"' | b'\\' => char::from(byte),
        8 => 'b',
        12 => 'f',
        b'\n' => 'n',
        b'\r' => 'r',
        b'\t' => 't',
        _ => {
            out.push_str(if byte < 16 { "\\u000" } else { "\\u001" });
            out.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
            return;
        }
    };
    out.push('\\');
    out.push(letter);
}

// === impl Writer ===

impl Writer {
    pub(super) fn finish(self) -> String {
        self.out
    }

    fn word(&mut self, word: &str) -> Result<(), Error> {
        self.out.push_str(word);
        Ok(())
    }

    fn open(&mut self, open: char, close: &'static str) -> Result<Compound<'_>, Error> {
        self.out.push(open);
        Ok(Compound { writer: self, is_first: true, close })
    }

    fn variant(
        &mut self,
        variant: &str,
        open: char,
        close: &'static str,
    ) -> Result<Compound<'_>, Error> {
        self.out.push('{');
        push_quoted(variant, &mut self.out);
        self.out.push(':');
        self.open(open, close)
    }
}

/// Methods that write a plain value: `method(type) |value, writer| how`.
macro_rules! plain {
    ($($method:ident($type:ty) |$value:ident, $writer:ident| $how:expr;)*) => {$(
        fn $method(self, $value: $type) -> Result<(), Error> {
            let $writer = self;
            $how;
            Ok(())
        }
    )*};
}

impl<'a> Serializer for &'a mut Writer {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Compound<'a>;
    type SerializeTuple = Compound<'a>;
    type SerializeTupleStruct = Compound<'a>;
    type SerializeTupleVariant = Compound<'a>;
    type SerializeMap = Compound<'a>;
    type SerializeStruct = Compound<'a>;
    type SerializeStructVariant = Compound<'a>;

    plain! {
        serialize_i8(i8) |v, to| push_signed(v.into(), &mut to.out);
        serialize_i16(i16) |v, to| push_signed(v.into(), &mut to.out);
        serialize_i32(i32) |v, to| push_signed(v.into(), &mut to.out);
        serialize_i64(i64) |v, to| push_signed(v, &mut to.out);
        serialize_u8(u8) |v, to| push_unsigned(v.into(), &mut to.out);
        serialize_u16(u16) |v, to| push_unsigned(v.into(), &mut to.out);
        serialize_u32(u32) |v, to| push_unsigned(v.into(), &mut to.out);
        serialize_u64(u64) |v, to| push_unsigned(v, &mut to.out);
        serialize_i128(i128) |v, to| to.out.push_str(&v.to_string());
        serialize_u128(u128) |v, to| to.out.push_str(&v.to_string());
        serialize_str(&str) |v, to| push_quoted(v, &mut to.out);
        serialize_char(char) |v, to| push_quoted(v.encode_utf8(&mut [0; 4]), &mut to.out);
    }

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.word(if value { "true" } else { "false" })
    }

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        let mut buffer = zmij::Buffer::new();
        self.word(if value.is_finite() { buffer.format_finite(value) } else { "null" })
    }

    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        let mut buffer = zmij::Buffer::new();
        self.word(if value.is_finite() { buffer.format_finite(value) } else { "null" })
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.word("null")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.word("null")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.word("null")
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let mut object = self.open('{', "}")?;
        SerializeStruct::serialize_field(&mut object, variant, value)?;
        object.shut()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Compound<'a>, Error> {
        self.open('[', "]")
    }

    fn serialize_tuple(self, _: usize) -> Result<Compound<'a>, Error> {
        self.open('[', "]")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Compound<'a>, Error> {
        self.open('[', "]")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Compound<'a>, Error> {
        self.variant(variant, '[', "]}")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Compound<'a>, Error> {
        self.open('{', "}")
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Compound<'a>, Error> {
        self.open('{', "}")
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Compound<'a>, Error> {
        self.variant(variant, '{', "}}")
    }
}

// === impl Compound ===

impl Compound<'_> {
    fn comma(&mut self) {
        if !self.is_first {
            self.writer.out.push(',');
        }
        self.is_first = false;
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.comma();
        value.serialize(&mut *self.writer)
    }

    fn property<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Error> {
        self.comma();
        push_quoted(name, &mut self.writer.out);
        self.writer.out.push(':');
        value.serialize(&mut *self.writer)
    }

    fn shut(self) -> Result<(), Error> {
        self.writer.word(self.close)
    }
}

impl SerializeMap for Compound<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.comma();
        key.serialize(name::Name { out: &mut self.writer.out })
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.writer.out.push(':');
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<(), Error> {
        self.shut()
    }
}

/// Lists of all kinds, then objects of all kinds: `serde` tells them apart, JSON does not.
macro_rules! compounds {
    ($($kind:ident $method:ident($($name:ident)?) => $way:ident;)*) => {$(
        impl $kind for Compound<'_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(
                &mut self,
                $($name: &'static str,)?
                value: &T,
            ) -> Result<(), Error> {
                self.$way($($name,)? value)
            }

            fn end(self) -> Result<(), Error> {
                self.shut()
            }
        }
    )*};
}

compounds! {
    SerializeSeq serialize_element() => item;
    SerializeTuple serialize_element() => item;
    SerializeTupleStruct serialize_field() => item;
    SerializeTupleVariant serialize_field() => item;
    SerializeStruct serialize_field(name) => property;
    SerializeStructVariant serialize_field(name) => property;
}
