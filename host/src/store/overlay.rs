//! Values as a release in shadow sees them: the real ones, under what the call itself has written.
//!
//! What is written belongs to the call and is gone with it, so that each call begins from what is
//! really there, as the call does that serves. It is bounded by the quota of the capability, counted
//! over what the call has written.
//!
//! *Never:* anything is written to the store below.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::plan::{SpaceUsage, plan};
use crate::model::{
    Applied, CapabilityName, Change, KeyRange, KeyValue, KvError, KvFuture, Transaction,
};

/// What one call has written; none where it removed the key.
type Written = BTreeMap<String, Option<Vec<u8>>>;

tokio::task_local! {
    /// What the call that is polled has written. Each call is one task or a part of one, and the
    /// functions of `kv` are polled inside it.
    static WRITTEN: RefCell<Written>;
}

/// Values that are read through and never written.
pub(crate) struct Overlay(pub(crate) Arc<dyn KeyValue>);

/// Drives a call with nothing written yet.
pub(crate) async fn of_one_call<T>(call: impl Future<Output = T>) -> T {
    WRITTEN.scope(RefCell::default(), call).await
}

impl Overlay {
    async fn current(&self, space: &CapabilityName, key: &str) -> Result<Option<Vec<u8>>, KvError> {
        match written(|written| written.get(key).cloned())? {
            Some(value) => Ok(value),
            None => self.0.read(space, key).await,
        }
    }

    async fn keys(&self, space: &CapabilityName, range: KeyRange) -> Result<Vec<String>, KvError> {
        let after = range.after.clone().unwrap_or_default();
        let is_meant = |key: &String| {
            key.starts_with(&range.prefix) && (range.after.is_none() || *key > after)
        };
        let changed: Written = written(|written| {
            let meant = written.iter().filter(|(key, _)| is_meant(key));
            meant.map(|(key, value)| (key.clone(), value.clone())).collect()
        })?;
        let removed = changed.values().filter(|value| value.is_none()).count();
        // As many more as the call has removed, so that a page is full where there is enough.
        let more = u32::try_from(removed).unwrap_or(u32::MAX);
        let wider = KeyRange { limit: range.limit.saturating_add(more), ..range.clone() };
        let below = self.0.list(space, wider).await?;
        let mut keys: BTreeSet<String> = below.into_iter().collect();
        for (key, value) in changed {
            match value {
                Some(_) => drop(keys.insert(key)),
                None => drop(keys.remove(&key)),
            }
        }
        let limit = usize::try_from(range.limit).unwrap_or(usize::MAX);
        Ok(keys.into_iter().take(limit).collect())
    }

    async fn write(
        &self,
        space: &CapabilityName,
        transaction: Transaction,
    ) -> Result<Applied, KvError> {
        let mut found = BTreeMap::new();
        let expected = transaction.expectations.iter().map(|expected| &expected.key);
        let changed = transaction.changes.iter().map(|change| match change {
            Change::Set(key, _) | Change::Delete(key) | Change::Add(key, _) => key,
        });
        for key in expected.chain(changed) {
            found.insert(key.clone(), self.current(space, key).await?);
        }
        let read = |key: &str| Ok(found.get(key).cloned().flatten());
        let Some(plan) = plan(transaction, usage()?, read)? else {
            return Ok(Applied::NotExpected);
        };
        let answers = plan.answers;
        written(|written| written.extend(plan.writes))?;
        Ok(Applied::Done(answers))
    }
}

/// Looks at what the call has written, or adds to it.
fn written<T>(look: impl FnOnce(&mut Written) -> T) -> Result<T, KvError> {
    // Outside of a call there is nowhere to keep it, and it must not go below.
    let none = |_| KvError::Unavailable("a shadow's values belong to one call".to_owned());
    WRITTEN.try_with(|written| look(&mut written.borrow_mut())).map_err(none)
}

fn usage() -> Result<SpaceUsage, KvError> {
    written(|written| {
        let held =
            written.iter().filter_map(|(key, value)| Some(key.len() + value.as_ref()?.len()));
        let bytes = held.clone().sum::<usize>() as u64;
        SpaceUsage { bytes, keys: held.count() as u64 }
    })
}

// === impl KeyValue ===

impl KeyValue for Overlay {
    fn read<'a>(
        &'a self,
        space: &'a CapabilityName,
        key: &'a str,
    ) -> KvFuture<'a, Option<Vec<u8>>> {
        Box::pin(self.current(space, key))
    }

    fn list<'a>(&'a self, space: &'a CapabilityName, range: KeyRange) -> KvFuture<'a, Vec<String>> {
        Box::pin(self.keys(space, range))
    }

    fn apply<'a>(
        &'a self,
        space: &'a CapabilityName,
        transaction: Transaction,
    ) -> KvFuture<'a, Applied> {
        Box::pin(self.write(space, transaction))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Answer, Expectation, KvQuota};
    use crate::store::MemoryStore;

    async fn apply(values: &dyn KeyValue, changes: Vec<Change>) -> Result<Applied, KvError> {
        let quota = KvQuota { bytes: 100, keys: 3 };
        let expectations = Vec::new();
        values.apply(&space(), Transaction { expectations, changes, quota }).await
    }

    fn space() -> CapabilityName {
        "a.b".parse().unwrap()
    }

    fn set(key: &str, value: &str) -> Change {
        Change::Set(key.to_owned(), value.as_bytes().to_vec())
    }

    #[tokio::test]
    async fn a_call_sees_what_it_wrote_and_nobody_else_does() {
        let below = Arc::new(MemoryStore::default());
        apply(&*below, vec![set("a", "1"), set("b", "old"), set("c", "x")]).await.unwrap();
        let overlay = Overlay(Arc::<MemoryStore>::clone(&below));
        let list = |values: &'static str, limit| KeyRange {
            prefix: values.to_owned(),
            after: None,
            limit,
        };
        let call = of_one_call(async {
            let changes = vec![
                Change::Add("a".to_owned(), 4),
                Change::Delete("b".to_owned()),
                set("d", "new"),
            ];
            let done = apply(&overlay, changes).await.unwrap();
            assert_eq!(
                done,
                Applied::Done(vec![Answer::Sum(5), Answer::Deleted(true), Answer::Set])
            );
            assert_eq!(overlay.read(&space(), "a").await.unwrap().as_deref(), Some(&b"5"[..]));
            assert_eq!(overlay.read(&space(), "b").await.unwrap(), None);
            assert_eq!(overlay.list(&space(), list("", 9)).await.unwrap(), ["a", "c", "d"]);
            assert_eq!(overlay.list(&space(), list("", 2)).await.unwrap(), ["a", "c"]);
            let after = KeyRange { after: Some("c".to_owned()), ..list("", 9) };
            assert_eq!(overlay.list(&space(), after).await.unwrap(), ["d"]);
            let expected = Expectation { key: "b".to_owned(), value: Some(b"old".to_vec()) };
            let (expectations, changes) = (vec![expected], vec![set("e", "1")]);
            let quota = KvQuota { bytes: 100, keys: 9 };
            let again = Transaction { expectations, changes, quota };
            assert_eq!(overlay.apply(&space(), again).await.unwrap(), Applied::NotExpected);
            let much = apply(&overlay, vec![set("e", &"x".repeat(100))]).await;
            assert!(matches!(much, Err(KvError::QuotaBytes { .. })), "{much:?}");
        });
        call.await;
        assert_eq!(below.list(&space(), list("", 9)).await.unwrap(), ["a", "b", "c"]);
        assert_eq!(below.read(&space(), "a").await.unwrap().as_deref(), Some(&b"1"[..]));
        let next = of_one_call(async { overlay.read(&space(), "b").await.unwrap() }).await;
        assert_eq!(next.as_deref(), Some(&b"old"[..]), "each call begins from what is there");
        assert!(apply(&overlay, vec![set("a", "9")]).await.is_err(), "outside of a call");
    }
}
