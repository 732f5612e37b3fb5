//! Values in memory: for tests, and for hosts that need nothing to survive them.
//!
//! *Never:* a guest's time is spent waiting here; every lock is held for one transaction.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{Mutex, PoisonError};

use super::plan::{SpaceUsage, plan};
use crate::model::{Applied, CapabilityName, KeyRange, KeyValue, KvError, KvFuture, Transaction};

/// Values that are gone when this is dropped.
///
/// ```
/// use engraft::model::{Change, KeyValue, KvQuota, Transaction};
/// use engraft::store::MemoryStore;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let store = MemoryStore::default();
/// let space = "text.slugify".parse()?;
/// let changes = vec![Change::Set("seen".into(), b"1".to_vec())];
/// let quota = KvQuota { bytes: 1024, keys: 8 };
/// store.apply(&space, Transaction { expectations: vec![], changes, quota }).await?;
/// assert_eq!(store.read(&space, "seen").await?.as_deref(), Some(b"1".as_slice()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct MemoryStore {
    spaces: Mutex<HashMap<CapabilityName, Space>>,
}

#[derive(Debug, Default)]
struct Space {
    values: BTreeMap<String, Vec<u8>>,
    usage: SpaceUsage,
}

impl MemoryStore {
    /// A panic under this lock could only come from running out of memory; the data is whole, since
    /// writes begin after the plan is made.
    fn with<T>(&self, name: &CapabilityName, step: impl FnOnce(&mut Space) -> T) -> T {
        let mut spaces = self.spaces.lock().unwrap_or_else(PoisonError::into_inner);
        step(spaces.entry(name.clone()).or_default())
    }
}

// === impl KeyValue ===

impl KeyValue for MemoryStore {
    fn read<'a>(
        &'a self,
        space: &'a CapabilityName,
        key: &'a str,
    ) -> KvFuture<'a, Option<Vec<u8>>> {
        let value = self.with(space, |space| space.values.get(key).cloned());
        Box::pin(std::future::ready(Ok(value)))
    }

    fn list<'a>(&'a self, space: &'a CapabilityName, range: KeyRange) -> KvFuture<'a, Vec<String>> {
        let keys = self.with(space, |space| space.list(&range));
        Box::pin(std::future::ready(Ok(keys)))
    }

    fn apply<'a>(
        &'a self,
        space: &'a CapabilityName,
        transaction: Transaction,
    ) -> KvFuture<'a, Applied> {
        let applied = self.with(space, |space| space.apply(transaction));
        Box::pin(std::future::ready(applied))
    }
}

// === impl Space ===

impl Space {
    fn list(&self, range: &KeyRange) -> Vec<String> {
        let start = match &range.after {
            Some(after) if *after >= range.prefix => Bound::Excluded(after.as_str()),
            _ => Bound::Included(range.prefix.as_str()),
        };
        self.values
            .range::<str, _>((start, Bound::Unbounded))
            .map(|(key, _)| key)
            .take_while(|key| key.starts_with(&range.prefix))
            .take(range.limit as usize)
            .cloned()
            .collect()
    }

    fn apply(&mut self, transaction: Transaction) -> Result<Applied, KvError> {
        let values = &self.values;
        let Some(plan) = plan(transaction, self.usage, |key| Ok(values.get(key).cloned()))? else {
            return Ok(Applied::NotExpected);
        };
        for (key, value) in plan.writes {
            match value {
                Some(value) => self.values.insert(key, value),
                None => self.values.remove(&key),
            };
        }
        self.usage = plan.usage;
        Ok(Applied::Done(plan.answers))
    }
}
