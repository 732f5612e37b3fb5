//! Values that outlive a call. Needs the `kv` permission with its quota.
//!
//! Every function is one transaction. To change a value that depends on what it was, use [`update`]:
//! two calls of a capability may run at once.
//!
//! *Never:* read, think and write without [`update`] or a [`Transaction`]; another call may have
//! written in between.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{HostError, json, sys};

/// How often [`update`] tries again after another call was quicker. More than this means that one
/// key is written all the time, and waiting longer would not help.
const UPDATE_TRIES: usize = 32;

/// The most keys that the host gives at once; the contract says so.
const KEYS_AT_ONCE: u32 = 1000;

/// The value under a key.
///
/// # Errors
/// Where `kv` is not allowed or the store is away.
pub fn get(key: &str) -> Result<Option<Vec<u8>>, HostError> {
    sys::kv_read(key)
}

/// The value under a key, as text.
///
/// # Errors
/// As [`get`], and where the value is not UTF-8.
pub fn text(key: &str) -> Result<Option<String>, HostError> {
    let read = |value| String::from_utf8(value).map_err(|error| unreadable(key, &error));
    get(key)?.map(read).transpose()
}

/// The value under a key, read from JSON.
///
/// # Errors
/// As [`get`], and where the value is not JSON of that type.
pub fn json<T: DeserializeOwned>(key: &str) -> Result<Option<T>, HostError> {
    get(key)?.map(|value| read_json(key, &value)).transpose()
}

/// Puts a value under a key, in place of any before it.
///
/// # Errors
/// Where `kv` is not allowed, the quota is full or the store is away.
pub fn set(key: &str, value: impl AsRef<[u8]>) -> Result<(), HostError> {
    sys::kv_write(key, value.as_ref())
}

/// Puts a value under a key as JSON.
///
/// # Errors
/// As [`set`], and where the value cannot be written as JSON.
pub fn set_json<T: Serialize + ?Sized>(key: &str, value: &T) -> Result<(), HostError> {
    set(key, write_json(key, value)?)
}

/// Removes a key; tells whether it was there.
///
/// # Errors
/// Where `kv` is not allowed or the store is away.
pub fn delete(key: &str) -> Result<bool, HostError> {
    sys::kv_delete(key)
}

/// All keys that begin with `prefix`, in order.
///
/// # Errors
/// Where `kv` is not allowed or the store is away.
pub fn keys(prefix: &str) -> Result<Vec<String>, HostError> {
    let mut all: Vec<String> = Vec::new();
    loop {
        let some = sys::kv_keys(prefix, all.last().map(String::as_str), KEYS_AT_ONCE)?;
        let is_last = some.len() < KEYS_AT_ONCE as usize;
        all.extend(some);
        if is_last {
            return Ok(all);
        }
    }
}

/// Adds to a whole number kept as decimal text (absent counts as 0) and gives the sum.
///
/// # Errors
/// Where `kv` is not allowed, the value is no whole number or the store is away.
pub fn increment(key: &str, delta: i64) -> Result<i64, HostError> {
    sys::kv_increment(key, delta)
}

/// Changes a value depending on what it was; `None` is "not there". `change` may run several times,
/// because another call may be quicker.
///
/// # Errors
/// Where `kv` is not allowed, the quota is full, the store is away or others were always quicker.
pub fn update(
    key: &str,
    mut change: impl FnMut(Option<Vec<u8>>) -> Option<Vec<u8>>,
) -> Result<Option<Vec<u8>>, HostError> {
    for _ in 0..UPDATE_TRIES {
        let before = get(key)?;
        let after = change(before.clone());
        if before == after {
            return Ok(after);
        }
        let expected = Transaction::default().expect_exactly(key, before);
        let written = match &after {
            Some(value) => expected.set(key, value).commit()?,
            None => expected.delete(key).commit()?,
        };
        if written {
            return Ok(after);
        }
    }
    Err(HostError::Unavailable(format!("the key `{key}` is written by others all the time")))
}

/// Changes a value kept as JSON depending on what it was, as [`update`] does.
///
/// # Errors
/// As [`update`], and where a value is not JSON of that type.
pub fn update_json<T: Serialize + DeserializeOwned>(
    key: &str,
    mut change: impl FnMut(Option<T>) -> T,
) -> Result<T, HostError> {
    let mut outcome = Err(HostError::Failed(format!("the key `{key}` was not read")));
    update(key, |before| {
        let value = before.as_deref().map(|value| read_json(key, value)).transpose();
        let written = value.and_then(|value| {
            let after = change(value);
            write_json(key, &after).map(|text| (after, text))
        });
        match written {
            Ok((after, text)) => {
                outcome = Ok(after);
                Some(text)
            }
            Err(error) => {
                outcome = Err(error);
                before
            }
        }
    })?;
    outcome
}

/// Changes that happen together or not at all, if what they rely on still holds.
///
/// ```no_run
/// use engraft_guest::kv::Transaction;
///
/// let done = Transaction::default()
///     .expect("from", "10")
///     .expect_absent("lock")
///     .set("from", "7")
///     .set("to", "3")
///     .commit()?;
/// # Ok::<(), engraft_guest::HostError>(())
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "nothing changes before `commit`"]
pub struct Transaction {
    pub(crate) expectations: Vec<(String, Option<Vec<u8>>)>,
    pub(crate) changes: Vec<Change>,
}

/// What a transaction changes.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Set(String, Vec<u8>),
    Delete(String),
}

// === impl Transaction ===

impl Transaction {
    /// Relies on this key holding exactly this value.
    pub fn expect(self, key: impl Into<String>, value: impl AsRef<[u8]>) -> Self {
        self.expect_exactly(key, Some(value.as_ref().to_vec()))
    }

    /// Relies on this key not being there.
    pub fn expect_absent(self, key: impl Into<String>) -> Self {
        self.expect_exactly(key, None)
    }

    /// Puts a value under a key.
    pub fn set(mut self, key: impl Into<String>, value: impl AsRef<[u8]>) -> Self {
        self.changes.push(Change::Set(key.into(), value.as_ref().to_vec()));
        self
    }

    /// Removes a key.
    pub fn delete(mut self, key: impl Into<String>) -> Self {
        self.changes.push(Change::Delete(key.into()));
        self
    }

    /// Makes all changes if every expectation holds, else none; tells which it was.
    ///
    /// # Errors
    /// Where `kv` is not allowed, the quota is full or the store is away.
    pub fn commit(self) -> Result<bool, HostError> {
        sys::kv_transact(self)
    }

    fn expect_exactly(mut self, key: impl Into<String>, value: Option<Vec<u8>>) -> Self {
        self.expectations.push((key.into(), value));
        self
    }
}

fn read_json<T: DeserializeOwned>(key: &str, value: &[u8]) -> Result<T, HostError> {
    json::from_slice(value).map_err(|error| unreadable(key, &error))
}

fn write_json<T: Serialize + ?Sized>(key: &str, value: &T) -> Result<Vec<u8>, HostError> {
    json::to_string(value).map(String::into_bytes).map_err(|error| unreadable(key, &error))
}

fn unreadable(key: &str, error: &dyn std::fmt::Display) -> HostError {
    HostError::Invalid(format!("the value of `{key}`: {error}"))
}
