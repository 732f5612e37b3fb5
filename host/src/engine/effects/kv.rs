//! `kv`: values that outlive a call, each capability in a space of its own.
//!
//! *Never:* a guest names the space; it is the name under which it was loaded.

use std::sync::Arc;

use engraft_wit::host::imports::kv::{Change as WitChange, Expectation as WitExpectation, Host};
use engraft_wit::host::imports::types::HostError;

use super::{CallState, denied, invalid};
use crate::engine::state::Identity;
use crate::model::{
    Answer, Applied, Change, Expectation, KeyRange, KeyValue, KvError, KvQuota, Transaction,
};

/// Keys are names and paths; longer ones would make the store's index slow.
const KEY_BYTES_MAX: usize = 512;

/// Values are small; larger things are files. Also well under what the host copies in at once, so that
/// a guest is told instead of stopped.
const VALUE_BYTES_MAX: usize = 256 << 10;

/// Expectations and changes of one transaction, which holds the store for that long.
const PARTS_MAX: usize = 1000;

/// As the contract says: one page of keys.
const KEYS_LISTED_MAX: u32 = 1000;

type Answered<T> = wasmtime::Result<Result<T, HostError>>;

impl Host for CallState {
    async fn get(&mut self, key: String) -> Answered<Option<Vec<u8>>> {
        self.charge_host_call()?;
        Ok(self.identity.kv_get(&key).await)
    }

    async fn set(&mut self, key: String, value: Vec<u8>) -> Answered<()> {
        self.charge_host_call()?;
        let set = match check_key(&key).and_then(|()| check_value(&value)) {
            Ok(()) => self.identity.kv_apply(vec![], vec![Change::Set(key, value)]).await.map(drop),
            Err(error) => Err(error),
        };
        Ok(set)
    }

    async fn delete(&mut self, key: String) -> Answered<bool> {
        self.charge_host_call()?;
        let deleted = match check_key(&key) {
            Ok(()) => self.identity.kv_apply(vec![], vec![Change::Delete(key)]).await,
            Err(error) => Err(error),
        };
        Ok(deleted.map(|applied| first(&applied) == Some(Answer::Deleted(true))))
    }

    async fn keys(
        &mut self,
        prefix: String,
        after: Option<String>,
        limit: u32,
    ) -> Answered<Vec<String>> {
        self.charge_host_call()?;
        Ok(self.identity.kv_keys(prefix, after, limit).await)
    }

    async fn increment(&mut self, key: String, delta: i64) -> Answered<i64> {
        self.charge_host_call()?;
        let added = match check_key(&key) {
            Ok(()) => self.identity.kv_apply(vec![], vec![Change::Add(key, delta)]).await,
            Err(error) => Err(error),
        };
        Ok(added.and_then(|applied| match first(&applied) {
            Some(Answer::Sum(sum)) => Ok(sum),
            _ => Err(HostError::Failed("the store of values gave no sum".to_owned())),
        }))
    }

    async fn transact(
        &mut self,
        expectations: Vec<WitExpectation>,
        changes: Vec<WitChange>,
    ) -> Answered<bool> {
        self.charge_host_call()?;
        let parts = match check_parts(expectations, changes) {
            Ok(parts) => parts,
            Err(error) => return Ok(Err(error)),
        };
        let applied = self.identity.kv_apply(parts.0, parts.1).await;
        Ok(applied.map(|applied| matches!(applied, Applied::Done(_))))
    }
}

/// The store of one capability's values, to which it may go.
impl Identity {
    async fn kv_get(&self, key: &str) -> Result<Option<Vec<u8>>, HostError> {
        let (_, store) = self.kv_store()?;
        check_key(key)?;
        store.read(&self.name, key).await.map_err(failed)
    }

    async fn kv_keys(
        &self,
        prefix: String,
        after: Option<String>,
        limit: u32,
    ) -> Result<Vec<String>, HostError> {
        let (_, store) = self.kv_store()?;
        check_key(&prefix)?;
        check_key(after.as_deref().unwrap_or_default())?;
        let range = KeyRange { prefix, after, limit: limit.min(KEYS_LISTED_MAX) };
        store.list(&self.name, range).await.map_err(failed)
    }

    async fn kv_apply(
        &self,
        expectations: Vec<Expectation>,
        changes: Vec<Change>,
    ) -> Result<Applied, HostError> {
        let (quota, store) = self.kv_store()?;
        let transaction = Transaction { expectations, changes, quota };
        store.apply(&self.name, transaction).await.map_err(failed)
    }

    fn kv_store(&self) -> Result<(KvQuota, Arc<dyn KeyValue>), HostError> {
        let quota = self.authority.kv().map_err(denied)?;
        let store = self.values.as_ref().or(self.services.values.as_ref());
        let store = store.cloned().ok_or_else(|| {
            HostError::Unavailable(
                "this host keeps no values; give its services a store of values".to_owned(),
            )
        })?;
        Ok((quota, store))
    }
}

fn check_parts(
    expectations: Vec<WitExpectation>,
    changes: Vec<WitChange>,
) -> Result<(Vec<Expectation>, Vec<Change>), HostError> {
    let parts = expectations.len() + changes.len();
    if parts > PARTS_MAX {
        return Err(invalid(format!(
            "a transaction of {parts} expectations and changes; at most {PARTS_MAX}"
        )));
    }
    let expectations: Vec<_> = expectations
        .into_iter()
        .map(|WitExpectation { key, value }| Expectation { key, value })
        .collect();
    let changes: Vec<_> = changes
        .into_iter()
        .map(|change| match change {
            WitChange::Set((key, value)) => Change::Set(key, value),
            WitChange::Delete(key) => Change::Delete(key),
        })
        .collect();
    for expectation in &expectations {
        check_key(&expectation.key)?;
    }
    for change in &changes {
        match change {
            Change::Set(key, value) => check_key(key).and_then(|()| check_value(value))?,
            Change::Delete(key) | Change::Add(key, _) => check_key(key)?,
        }
    }
    Ok((expectations, changes))
}

fn check_key(key: &str) -> Result<(), HostError> {
    match key.len() {
        0..=KEY_BYTES_MAX => Ok(()),
        long => Err(invalid(format!("a key of {long} bytes; at most {KEY_BYTES_MAX}"))),
    }
}

fn check_value(value: &[u8]) -> Result<(), HostError> {
    match value.len() {
        0..=VALUE_BYTES_MAX => Ok(()),
        long => Err(invalid(format!("a value of {long} bytes; at most {VALUE_BYTES_MAX}"))),
    }
}

fn first(applied: &Applied) -> Option<Answer> {
    match applied {
        Applied::Done(answers) => answers.first().copied(),
        Applied::NotExpected => None,
    }
}

fn failed(error: KvError) -> HostError {
    let message = error.to_string();
    match error {
        KvError::QuotaBytes { .. } | KvError::QuotaKeys { .. } => HostError::Exhausted(message),
        KvError::NotANumber { .. } | KvError::Overflow { .. } => HostError::Invalid(message),
        KvError::Unavailable(_) => HostError::Unavailable(message),
    }
}
