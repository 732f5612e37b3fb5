//! A log that fails when it is told to, for tests of what a program does then.
//!
//! *Never:* a failed append leaves half of itself behind, unless it is told to fail after the fact.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Append, Entry, Evidence, KeptEvidence, LogError, OpLog};
use crate::model::Digest;
use crate::store::{Board, Cabinet};

/// How the next append fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It works.
    None,
    /// The disk is full.
    Full,
    /// The disk says no.
    Io,
    /// It is kept, and whoever appended is told that it was not: as where a machine dies between.
    AfterTheFact,
}

/// Another log with faults in it.
#[derive(Debug, Default)]
pub struct FaultyLog<L> {
    inner: L,
    faults: Mutex<VecDeque<Fault>>,
}

impl<L: OpLog> FaultyLog<L> {
    /// A log that works until it is told otherwise.
    #[must_use]
    pub const fn new(inner: L) -> Self {
        Self { inner, faults: Mutex::new(VecDeque::new()) }
    }

    /// How the next appends fail, one after the other.
    pub fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).extend(faults);
    }

    /// The log without faults.
    #[must_use]
    pub const fn inner(&self) -> &L {
        &self.inner
    }

    fn next(&self) -> Fault {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        faults.pop_front().unwrap_or(Fault::None)
    }
}

// === impl OpLog ===

impl<L: OpLog> OpLog for FaultyLog<L> {
    fn append(&self, append: Append<'_>) -> Result<(), LogError> {
        let path = || "faulty".to_owned();
        let io = || LogError::Unavailable { path: path(), why: "it was told to fail".to_owned() };
        match self.next() {
            Fault::None => self.inner.append(append),
            Fault::Full => Err(LogError::Full { path: path() }),
            Fault::Io => Err(io()),
            Fault::AfterTheFact => self.inner.append(append).and(Err(io())),
        }
    }

    fn read(&self, from: u64, limit: usize) -> Result<Vec<Entry>, LogError> {
        self.inner.read(from, limit)
    }

    fn length(&self) -> Result<u64, LogError> {
        self.inner.length()
    }

    fn checkpoint(&self, length: Option<u64>) -> Result<Option<(u64, String)>, LogError> {
        self.inner.checkpoint(length)
    }

    fn keep_snapshot(&self, length: u64, state: &[u8]) -> Result<(), LogError> {
        self.inner.keep_snapshot(length, state)
    }

    fn snapshot(&self) -> Result<Option<(u64, Vec<u8>)>, LogError> {
        self.inner.snapshot()
    }

    fn blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>, LogError> {
        self.inner.blob(digest)
    }

    fn keep_evidence(&self, evidence: Evidence<'_>) -> Result<(), LogError> {
        self.inner.keep_evidence(evidence)
    }

    fn evidence(&self, stage: &str) -> Result<Option<KeptEvidence>, LogError> {
        self.inner.evidence(stage)
    }

    fn forget_evidence(&self, but: &[String]) -> Result<(), LogError> {
        self.inner.forget_evidence(but)
    }

    fn waits(&self) -> bool {
        self.inner.waits()
    }

    fn board(&self) -> Result<Option<Arc<dyn Board>>, LogError> {
        self.inner.board()
    }

    fn cabinet(&self) -> Result<Option<Arc<dyn Cabinet>>, LogError> {
        self.inner.cabinet()
    }
}
