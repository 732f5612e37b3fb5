//! A log that is gone with the process: for tests, and for programs that begin anew each time.
//!
//! *Never:* an entry is lost before that.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Append, Entry, Evidence, KeptEvidence, LogError, OpLog};
use crate::model::Digest;
use crate::store::{Cabinet, MemoryCabinet};

/// A log in memory.
#[derive(Debug, Default)]
pub struct MemoryLog {
    inner: Mutex<Inner>,
    cabinet: Arc<MemoryCabinet>,
}

#[derive(Debug, Default)]
struct Inner {
    entries: Vec<Vec<u8>>,
    checkpoints: BTreeMap<u64, String>,
    snapshot: Option<(u64, Vec<u8>)>,
    blobs: BTreeMap<Digest, Vec<u8>>,
    evidence: BTreeMap<String, KeptEvidence>,
}

impl MemoryLog {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a note where it was not signed: for tests of what is made of that.
    #[cfg(test)]
    pub(crate) fn put_checkpoint(&self, length: u64, note: String) {
        self.lock().checkpoints.insert(length, note);
    }

    /// Stages whose evidence is kept.
    #[cfg(test)]
    pub(crate) fn evidence_count(&self) -> usize {
        self.lock().evidence.len()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing in here panics halfway through a change.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl OpLog ===

impl OpLog for MemoryLog {
    fn append(&self, append: Append<'_>) -> Result<(), LogError> {
        let mut inner = self.lock();
        let found = inner.entries.len() as u64;
        if found != append.expected {
            return Err(LogError::Conflict { expected: append.expected, found });
        }
        inner.entries.extend_from_slice(append.entries);
        for (note, length) in append.checkpoints.iter().zip(found + 1..) {
            inner.checkpoints.insert(length, note.clone());
        }
        for (digest, bytes) in append.blobs {
            inner.blobs.insert(*digest, bytes.to_vec());
        }
        Ok(())
    }

    fn read(&self, from: u64, limit: usize) -> Result<Vec<Entry>, LogError> {
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let inner = self.lock();
        let entries = inner.entries.iter().zip(0..).skip(from).take(limit);
        Ok(entries.map(|(bytes, sequence)| Entry { sequence, bytes: bytes.clone() }).collect())
    }

    fn length(&self) -> Result<u64, LogError> {
        Ok(self.lock().entries.len() as u64)
    }

    fn checkpoint(&self, length: Option<u64>) -> Result<Option<(u64, String)>, LogError> {
        let inner = self.lock();
        let found = match length {
            Some(length) => inner.checkpoints.get_key_value(&length),
            None => inner.checkpoints.last_key_value(),
        };
        Ok(found.map(|(length, note)| (*length, note.clone())))
    }

    fn keep_snapshot(&self, length: u64, state: &[u8]) -> Result<(), LogError> {
        self.lock().snapshot = Some((length, state.to_vec()));
        Ok(())
    }

    fn snapshot(&self) -> Result<Option<(u64, Vec<u8>)>, LogError> {
        Ok(self.lock().snapshot.clone())
    }

    fn blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>, LogError> {
        Ok(self.lock().blobs.get(digest).cloned())
    }

    fn keep_evidence(&self, evidence: Evidence<'_>) -> Result<(), LogError> {
        let mut inner = self.lock();
        let times = inner.evidence.get(evidence.stage).map_or(0, |kept| kept.times);
        if times != evidence.times {
            let (path, stage) = ("memory".to_owned(), evidence.stage.to_owned());
            return Err(LogError::KeptByOthers { path, stage });
        }
        let kept = inner.evidence.entry(evidence.stage.to_owned()).or_default();
        kept.times += 1;
        kept.judge = evidence.judge.to_vec();
        kept.users.extend_from_slice(evidence.users);
        Ok(())
    }

    fn evidence(&self, stage: &str) -> Result<Option<KeptEvidence>, LogError> {
        Ok(self.lock().evidence.get(stage).cloned())
    }

    fn forget_evidence(&self, but: &[String]) -> Result<(), LogError> {
        self.lock().evidence.retain(|stage, _| but.contains(stage));
        Ok(())
    }

    fn waits(&self) -> bool {
        false
    }

    fn cabinet(&self) -> Result<Option<Arc<dyn Cabinet>>, LogError> {
        let cabinet: Arc<dyn Cabinet> = Arc::<MemoryCabinet>::clone(&self.cabinet);
        Ok(Some(cabinet))
    }
}
