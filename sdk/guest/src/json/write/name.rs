//! Keys of maps as names of properties.
//!
//! *Never:* a key that is no text and no plain value is written; no reader could take it back.

use serde::ser::{Impossible, Serialize, Serializer};

use super::push_quoted;
use crate::json::error::Error;
use crate::json::integer::{push_signed, push_unsigned};

/// Writes one name.
pub(super) struct Name<'a> {
    pub(super) out: &'a mut String,
}

impl Name<'_> {
    fn signed(self, value: i64) -> Result<(), Error> {
        self.out.push('"');
        push_signed(value, self.out);
        self.out.push('"');
        Ok(())
    }

    fn unsigned(self, value: u64) -> Result<(), Error> {
        self.out.push('"');
        push_unsigned(value, self.out);
        self.out.push('"');
        Ok(())
    }
}

fn no_name() -> Error {
    Error::plain("the key of a map has to be text, a whole number or a boolean")
}

/// Methods for what can be a name, then for what cannot.
macro_rules! names {
    ($($method:ident($type:ty) => $way:ident;)*) => {$(
        fn $method(self, value: $type) -> Result<(), Error> {
            self.$way(value.into())
        }
    )*};
}

macro_rules! refused {
    ($($method:ident($($type:ty),*) -> $ok:ty;)*) => {$(
        fn $method(self, $(_: $type),*) -> Result<$ok, Error> {
            Err(no_name())
        }
    )*};
}

impl Serializer for Name<'_> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Impossible<(), Error>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Impossible<(), Error>;
    type SerializeStruct = Impossible<(), Error>;
    type SerializeStructVariant = Impossible<(), Error>;

    names! {
        serialize_i8(i8) => signed;
        serialize_i16(i16) => signed;
        serialize_i32(i32) => signed;
        serialize_i64(i64) => signed;
        serialize_u8(u8) => unsigned;
        serialize_u16(u16) => unsigned;
        serialize_u32(u32) => unsigned;
        serialize_u64(u64) => unsigned;
    }

    refused! {
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize)
            -> Self::SerializeTupleVariant;
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_struct(&'static str, usize) -> Self::SerializeStruct;
        serialize_struct_variant(&'static str, u32, &'static str, usize)
            -> Self::SerializeStructVariant;
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        push_quoted(value, self.out);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.serialize_str(if value { "true" } else { "false" })
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
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
        _: &'static str,
        _: &T,
    ) -> Result<(), Error> {
        Err(no_name())
    }
}
