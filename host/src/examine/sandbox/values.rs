//! The values of `kv` on a stage: small, in memory, and copied so that a run can be taken back.
//!
//! *Never:* a transaction is done in part.

use std::collections::BTreeMap;

use crate::model::{Answer, Applied, Change, KeyRange, KvError, KvQuota, Transaction};

/// Keys and what is under them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Values(BTreeMap<String, Vec<u8>>);

impl Values {
    pub(crate) fn read(&self, key: &str) -> Option<Vec<u8>> {
        self.0.get(key).cloned()
    }

    pub(crate) fn list(&self, range: &KeyRange) -> Vec<String> {
        let after = range.after.as_deref();
        self.0
            .keys()
            .filter(|key| key.starts_with(&range.prefix))
            .filter(|key| after.is_none_or(|after| key.as_str() > after))
            .take(range.limit as usize)
            .cloned()
            .collect()
    }

    pub(crate) fn apply(&mut self, transaction: &Transaction) -> Result<Applied, KvError> {
        let holds = transaction
            .expectations
            .iter()
            .all(|expected| self.0.get(&expected.key) == expected.value.as_ref());
        if !holds {
            return Ok(Applied::NotExpected);
        }
        let mut next = self.clone();
        let answers: Result<Vec<Answer>, KvError> =
            transaction.changes.iter().map(|change| next.change(change)).collect();
        let answers = answers?;
        next.check(transaction.quota)?;
        *self = next;
        Ok(Applied::Done(answers))
    }

    /// The values that are text, by key.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(key, value)| {
            std::str::from_utf8(value).ok().map(|value| (key.as_str(), value))
        })
    }

    /// What a transaction writes, as bytes to look through.
    pub(crate) fn written(transaction: &Transaction) -> Vec<u8> {
        let mut bytes = Vec::new();
        for change in &transaction.changes {
            let (key, value) = match change {
                Change::Set(key, value) => (key, value.clone()),
                Change::Delete(key) => (key, Vec::new()),
                Change::Add(key, delta) => (key, delta.to_string().into_bytes()),
            };
            bytes.extend_from_slice(key.as_bytes());
            bytes.push(b'=');
            bytes.extend_from_slice(&value);
            bytes.push(b'\n');
        }
        bytes
    }

    fn change(&mut self, change: &Change) -> Result<Answer, KvError> {
        match change {
            Change::Set(key, value) => {
                self.0.insert(key.clone(), value.clone());
                Ok(Answer::Set)
            }
            Change::Delete(key) => Ok(Answer::Deleted(self.0.remove(key).is_some())),
            Change::Add(key, delta) => {
                let old = match self.0.get(key) {
                    None => 0,
                    Some(bytes) => std::str::from_utf8(bytes)
                        .ok()
                        .and_then(|text| text.parse::<i64>().ok())
                        .ok_or_else(|| KvError::NotANumber { key: key.clone() })?,
                };
                let sum = old.checked_add(*delta);
                let sum = sum.ok_or_else(|| KvError::Overflow { key: key.clone() })?;
                self.0.insert(key.clone(), sum.to_string().into_bytes());
                Ok(Answer::Sum(sum))
            }
        }
    }

    fn check(&self, quota: KvQuota) -> Result<(), KvError> {
        let bytes: usize = self.0.iter().map(|(key, value)| key.len() + value.len()).sum();
        let (keys, bytes) = (self.0.len() as u64, bytes as u64);
        if keys > u64::from(quota.keys) {
            return Err(KvError::QuotaKeys { wanted: keys, allowed: quota.keys.into() });
        }
        if bytes > quota.bytes {
            return Err(KvError::QuotaBytes { wanted: bytes, allowed: quota.bytes });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_that_cannot_be_done_whole_changes_nothing() {
        let mut values = Values::default();
        let quota = KvQuota { bytes: 100, keys: 2 };
        let apply = |values: &mut Values, changes| {
            values.apply(&Transaction { expectations: vec![], changes, quota })
        };
        assert!(apply(&mut values, vec![Change::Add("a".into(), 2)]).is_ok());
        let before = values.clone();
        let two = vec![Change::Set("b".into(), vec![]), Change::Add("b".into(), 1)];
        assert!(matches!(apply(&mut values, two), Err(KvError::NotANumber { .. })));
        let three = vec![Change::Set("b".into(), vec![]), Change::Set("c".into(), vec![])];
        assert!(matches!(apply(&mut values, three), Err(KvError::QuotaKeys { .. })));
        assert_eq!(values, before);
    }
}
