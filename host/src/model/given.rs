//! A value that may be left out, read so that one that is null is there.
//!
//! *Never:* what was written with a null is read as if nothing had been said.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Reads a value that stands there; for fields that default to none where they are left out.
pub(crate) fn given<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(reader).map(Some)
}
