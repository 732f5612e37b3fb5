//! Settings that the embedding program or a person has made. Needs `config` permissions.
//!
//! *Never:* a setting is a secret; see [`secrets`](crate::secrets).

use std::fmt::Display;
use std::str::FromStr;

use crate::{HostError, sys};

/// The setting of this key.
///
/// # Errors
/// Where the key was not asked for or not granted.
pub fn get(key: &str) -> Result<Option<String>, HostError> {
    sys::config_read(key)
}

/// The setting of this key as any type that reads from text; none where it is not set.
///
/// # Errors
/// Where the key was not asked for or not granted, or the setting does not read as that type.
pub fn parse<T>(key: &str) -> Result<Option<T>, HostError>
where
    T: FromStr,
    T::Err: Display,
{
    let text = match get(key)? {
        Some(text) => text,
        None => return Ok(None),
    };
    match text.parse() {
        Ok(value) => Ok(Some(value)),
        Err(error) => Err(HostError::Invalid(format!("the setting `{key}`: {error}"))),
    }
}
