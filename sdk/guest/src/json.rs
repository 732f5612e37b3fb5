//! JSON text to values and back, for every type that `serde` knows.
//!
//! It does what `serde_json` does, in a fraction of the bytes: a part that a capability does not use,
//! such as reading fractions, is not linked. `serde_json` can be used beside it; its `Value` reads and
//! writes here as any other type does.
//!
//! ```
//! use engraft_guest::json;
//!
//! let numbers: Vec<u8> = json::from_str("[1, 2, 3]")?;
//! assert_eq!(json::to_string(&numbers)?, "[1,2,3]");
//!
//! let error = json::from_str::<Vec<u8>>("[1, 256]").unwrap_err();
//! assert_eq!(error.to_string(), "expected u8, found the number 256 at line 1 column 7");
//! # Ok::<(), json::Error>(())
//! ```
//!
//! *Never:* text that is not JSON is read as if it were; what RFC 8259 has not, is an error.

mod access;
mod error;
mod integer;
mod key;
mod read;
mod scan;
#[cfg(test)]
mod tests;
mod write;

use serde::de::{Deserialize, DeserializeOwned};
use serde::ser::Serialize;

pub use error::Error;

/// Reads a value; the text holds nothing else.
///
/// # Errors
/// Where the text is not JSON, or the JSON is not of that type.
pub fn from_str<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Error> {
    let mut reader = read::Reader::new(text);
    let value = T::deserialize(&mut reader);
    let value = value.and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| reader.placed(error))
}

/// Reads a value from UTF-8.
///
/// # Errors
/// Where the bytes are not UTF-8 or not JSON, or the JSON is not of that type.
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    match std::str::from_utf8(bytes) {
        Ok(text) => from_str(text),
        Err(_) => Err(Error::plain("this is not UTF-8")),
    }
}

/// Writes a value, without spaces. A fraction that is no number or infinite becomes `null`.
///
/// # Errors
/// Where the type's own code refuses, or a map's key is no text and cannot be written as one.
pub fn to_string<T: Serialize + ?Sized>(value: &T) -> Result<String, Error> {
    let mut writer = write::Writer::default();
    value.serialize(&mut writer)?;
    Ok(writer.finish())
}

pub(crate) use integer::push_unsigned;
pub(crate) use write::push_quoted;
