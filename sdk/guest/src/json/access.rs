//! What is inside lists, objects and enums, one after the other.
//!
//! *Never:* the closing bracket is read here; the list or object itself sees that it is there.

use serde::de::{DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::error::Error;
use super::key::Key;
use super::read::Reader;

/// What is in a list or an object.
pub(super) struct Items<'a, 'de> {
    pub(super) reader: &'a mut Reader<'de>,
    pub(super) is_first: bool,
}

impl Items<'_, '_> {
    fn ends(&mut self, close: u8) -> Result<bool, Error> {
        // The bracket is left for the list or object itself, which may be read too early.
        if self.reader.scan.peek()? == close {
            return Ok(true);
        }
        self.reader.scan.closes(close, self.is_first)?;
        self.is_first = false;
        Ok(false)
    }
}

impl<'de> SeqAccess<'de> for &mut Items<'_, 'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        if self.ends(b']')? { Ok(None) } else { seed.deserialize(&mut *self.reader).map(Some) }
    }
}

impl<'de> MapAccess<'de> for &mut Items<'_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        if self.ends(b'}')? {
            return Ok(None);
        }
        seed.deserialize(Key(self.reader.scan.key()?)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        self.reader.scan.need(b':', "a `:` is missing here")?;
        seed.deserialize(&mut *self.reader)
    }
}

/// The one property of an object that stands for a variant with a value.
pub(super) struct Variant<'a, 'de> {
    pub(super) reader: &'a mut Reader<'de>,
}

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let name = seed.deserialize(Key(self.reader.scan.key()?))?;
        self.reader.scan.need(b':', "a `:` is missing here")?;
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        self.reader.scan.peek()?;
        self.reader.scan.word("null")
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.reader)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.reader.list(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.reader.object(visitor)
    }
}
