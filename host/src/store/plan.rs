//! What a transaction would do, worked out before anything is written.
//!
//! *Never:* this writes; a backend does, and only where the plan says so.

use std::collections::BTreeMap;

use crate::model::{Answer, Change, Expectation, KvError, KvQuota, Transaction};

/// How much a space holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct SpaceUsage {
    pub(super) bytes: u64,
    pub(super) keys: u64,
}

/// What to write, and what to answer.
#[derive(Debug)]
pub(super) struct Plan {
    /// The value of each changed key afterwards; none where it goes.
    pub(super) writes: BTreeMap<String, Option<Vec<u8>>>,
    pub(super) usage: SpaceUsage,
    pub(super) answers: Vec<Answer>,
}

/// Works out a transaction over what `read` finds; none where an expectation does not hold.
pub(super) fn plan(
    transaction: Transaction,
    before: SpaceUsage,
    mut read: impl FnMut(&str) -> Result<Option<Vec<u8>>, KvError>,
) -> Result<Option<Plan>, KvError> {
    for Expectation { key, value } in &transaction.expectations {
        if read(key)? != *value {
            return Ok(None);
        }
    }
    let mut draft = Draft { writes: BTreeMap::new(), usage: before, read: &mut read };
    let mut answers = Vec::with_capacity(transaction.changes.len());
    for change in transaction.changes {
        answers.push(draft.make(change)?);
    }
    let Draft { writes, usage, .. } = draft;
    check(before, usage, transaction.quota)?;
    Ok(Some(Plan { writes, usage, answers }))
}

struct Draft<'a, R> {
    writes: BTreeMap<String, Option<Vec<u8>>>,
    usage: SpaceUsage,
    read: &'a mut R,
}

impl<R: FnMut(&str) -> Result<Option<Vec<u8>>, KvError>> Draft<'_, R> {
    fn make(&mut self, change: Change) -> Result<Answer, KvError> {
        match change {
            Change::Set(key, value) => {
                self.put(key, Some(value))?;
                Ok(Answer::Set)
            }
            Change::Delete(key) => self.put(key, None).map(Answer::Deleted),
            Change::Add(key, delta) => {
                let sum = match self.current(&key)? {
                    None => 0,
                    Some(value) => number(&key, &value)?,
                };
                let sum =
                    sum.checked_add(delta).ok_or_else(|| KvError::Overflow { key: key.clone() })?;
                self.put(key, Some(sum.to_string().into_bytes()))?;
                Ok(Answer::Sum(sum))
            }
        }
    }

    fn current(&mut self, key: &str) -> Result<Option<Vec<u8>>, KvError> {
        match self.writes.get(key) {
            Some(written) => Ok(written.clone()),
            None => (self.read)(key),
        }
    }

    /// Tells whether the key was there before.
    fn put(&mut self, key: String, value: Option<Vec<u8>>) -> Result<bool, KvError> {
        let old = self.current(&key)?;
        let size = |value: &Option<Vec<u8>>| match value {
            None => (0, 0),
            Some(value) => ((key.len() + value.len()) as u64, 1),
        };
        let (old_bytes, old_keys) = size(&old);
        let (new_bytes, new_keys) = size(&value);
        self.usage.bytes = self.usage.bytes.saturating_sub(old_bytes).saturating_add(new_bytes);
        self.usage.keys = self.usage.keys.saturating_sub(old_keys).saturating_add(new_keys);
        self.writes.insert(key, value);
        Ok(old.is_some())
    }
}

fn number(key: &str, value: &[u8]) -> Result<i64, KvError> {
    std::str::from_utf8(value)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| KvError::NotANumber { key: key.to_owned() })
}

/// A space that is over its quota already, because the quota was lowered, may still shrink.
fn check(before: SpaceUsage, after: SpaceUsage, quota: KvQuota) -> Result<(), KvError> {
    if after.bytes > quota.bytes && after.bytes > before.bytes {
        return Err(KvError::QuotaBytes { wanted: after.bytes, allowed: quota.bytes });
    }
    if after.keys > u64::from(quota.keys) && after.keys > before.keys {
        return Err(KvError::QuotaKeys { wanted: after.keys, allowed: quota.keys.into() });
    }
    Ok(())
}
