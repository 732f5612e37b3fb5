//! Values that outlive a call, as plain data and one small trait.
//!
//! *Never:* a change here is made in part; a transaction happens whole or not at all.

use std::future::Future;
use std::pin::Pin;

use super::{CapabilityName, KvQuota};

/// What a store answers with, later.
pub type KvFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, KvError>> + Send + 'a>>;

/// Where the values of `kv` are kept. Each capability has a space of its own; a store never mixes
/// them. Dropping a future may leave its transaction done or not done, never half done.
pub trait KeyValue: Send + Sync + 'static {
    /// The value under a key.
    fn read<'a>(&'a self, space: &'a CapabilityName, key: &'a str)
    -> KvFuture<'a, Option<Vec<u8>>>;

    /// Keys in byte order that begin with `range.prefix`, after `range.after`.
    fn list<'a>(&'a self, space: &'a CapabilityName, range: KeyRange) -> KvFuture<'a, Vec<String>>;

    /// Does all of a transaction, or nothing. The quota is checked inside it.
    fn apply<'a>(
        &'a self,
        space: &'a CapabilityName,
        transaction: Transaction,
    ) -> KvFuture<'a, Applied>;
}

/// Which keys to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyRange {
    /// What every key begins with.
    pub prefix: String,
    /// Only keys behind this one.
    pub after: Option<String>,
    /// At most this many.
    pub limit: u32,
}

/// Changes that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// What must hold before anything is changed.
    pub expectations: Vec<Expectation>,
    /// What changes, one after the other.
    pub changes: Vec<Change>,
    /// What the space may hold afterwards.
    pub quota: KvQuota,
}

/// A key that holds exactly this value, or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The key.
    pub key: String,
    /// Its value; none where the key must not exist.
    pub value: Option<Vec<u8>>,
}

/// One change of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Puts a value there, in place of any before it.
    Set(String, Vec<u8>),
    /// Removes the key.
    Delete(String),
    /// Adds to a whole number kept as decimal text; absent counts as 0.
    Add(String, i64),
}

/// How a transaction ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// Every change was made; one answer for each.
    Done(Vec<Answer>),
    /// An expectation did not hold; nothing was changed.
    NotExpected,
}

/// What one change has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It was put there.
    Set,
    /// Whether the key was there before it was removed.
    Deleted(bool),
    /// The sum after adding.
    Sum(i64),
}

/// Why a store did not do what it was asked. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KvError {
    /// The space would hold too many bytes.
    #[error(
        "its values would take {wanted} bytes and may take {allowed}; delete some, \
         or have `kv.bytes` raised in the manifest and in the grant"
    )]
    QuotaBytes {
        /// Bytes of keys and values after the change.
        wanted: u64,
        /// Bytes of keys and values allowed.
        allowed: u64,
    },
    /// The space would hold too many keys.
    #[error(
        "there would be {wanted} keys and there may be {allowed}; delete some, \
         or have `kv.keys` raised in the manifest and in the grant"
    )]
    QuotaKeys {
        /// Keys after the change.
        wanted: u64,
        /// Keys allowed.
        allowed: u64,
    },
    /// Something was to be added to what is no whole number.
    #[error(
        "the value under `{key}` is not a whole number in decimal text, so nothing can be added"
    )]
    NotANumber {
        /// The key.
        key: String,
    },
    /// The sum does not fit into 64 bits.
    #[error("the sum under `{key}` does not fit into a signed 64-bit number")]
    Overflow {
        /// The key.
        key: String,
    },
    /// The store is away or broken.
    #[error("the store of values cannot be used now: {0}")]
    Unavailable(String),
}
