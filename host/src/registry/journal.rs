//! The one writer: takes an op, checks it against the state, appends it with the length that it
//! expects and a signed checkpoint, and only then lets the state follow.
//!
//! *Never:* the state shows what the log does not hold.

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::checkpoint::LogIdentity;
use super::op::{Actor, Op, Record};
use super::state::{Rule, State};
use crate::artifact::SigningKey;
use crate::model::{Clock, Digest};
use crate::store::merkle::{Frontier, leaf};
use crate::store::{Append, Entry, LogError, OpLog};

/// Another process appended first so many times in a row that something else is wrong.
const TRIES_MAX: usize = 100;
/// Entries that are read at once when following.
const PAGE: usize = 1_000;
/// So many ops later the state is kept again, so that a start replays fewer.
const SNAPSHOT_EVERY: u64 = 500;

/// The log and what it adds up to.
pub struct Journal {
    log: Arc<dyn OpLog>,
    key: SigningKey,
    identity: LogIdentity,
    clock: Arc<dyn Clock>,
    head: Mutex<Head>,
}

/// How far the log was read, and what it adds up to so far.
#[derive(Debug, Clone, Default)]
struct Head {
    state: Arc<State>,
    frontier: Frontier,
    kept_at: u64,
}

/// What is kept to shorten a replay.
#[derive(Serialize, Deserialize)]
struct Kept {
    state: State,
    peaks: Vec<Digest>,
}

/// Why an op was not recorded.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// It is not allowed.
    #[error(transparent)]
    Rule(#[from] Rule),
    /// The log did not take it.
    #[error(transparent)]
    Log(#[from] LogError),
    /// An entry of the log cannot be read.
    #[error("entry {sequence} of the log cannot be read: {why}; `engraft audit verify` tells more")]
    Entry {
        /// Which one.
        sequence: u64,
        /// Why.
        why: String,
    },
}

impl Journal {
    /// Opens a log: reads the state that was kept, and every entry after it. The key signs the
    /// checkpoints of this log and nothing else.
    ///
    /// # Errors
    /// Where the log cannot be read, or holds what is not allowed.
    pub fn open(
        log: Arc<dyn OpLog>,
        key: SigningKey,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, JournalError> {
        let identity = LogIdentity::of(&key.public());
        let journal =
            Self { head: Mutex::new(Head::from_snapshot(&*log)?), log, key, identity, clock };
        journal.follow()?;
        Ok(journal)
    }

    /// What the log adds up to, as far as it was read.
    #[must_use]
    pub fn state(&self) -> Arc<State> {
        Arc::clone(&self.lock().state)
    }

    /// How many entries were read.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.lock().frontier.length()
    }

    /// Whose log it is, to be given to whoever checks it.
    #[must_use]
    pub const fn identity(&self) -> &LogIdentity {
        &self.identity
    }

    /// The log itself.
    #[must_use]
    pub fn log(&self) -> &dyn OpLog {
        &*self.log
    }

    /// Reads what others appended meanwhile, and says whether there was anything.
    ///
    /// # Errors
    /// Where the log cannot be read; the last good state stays.
    pub fn follow(&self) -> Result<Followed, JournalError> {
        let mut head = self.lock();
        self.follow_locked(&mut head)
    }

    /// Records an op; durable when it returns. Where others were faster, their ops are read first
    /// and this one is checked against what they left.
    ///
    /// # Errors
    /// Where the op is not allowed or the log does not take it; nothing has changed then.
    pub fn record(&self, by: Actor, why: &str, op: Op) -> Result<Record, JournalError> {
        self.record_with(by, why, op, &[])
    }

    /// The same, with bytes that the op names.
    ///
    /// # Errors
    /// As [`Journal::record`].
    pub fn record_with(
        &self,
        by: Actor,
        why: &str,
        op: Op,
        blobs: &[(Digest, &[u8])],
    ) -> Result<Record, JournalError> {
        let mut head = self.lock();
        let mut tries = 0;
        loop {
            let (next, record) = self.next(&head, &by, why, &op)?;
            match self.append(&head, &next, &record, blobs) {
                Ok(()) => {
                    *head = next;
                    self.keep(&mut head);
                    return Ok(record);
                }
                Err(LogError::Conflict { .. }) if tries < TRIES_MAX => {
                    tries += 1;
                    self.follow_locked(&mut head)?;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The head after an op.
    fn next(
        &self,
        head: &Head,
        by: &Actor,
        why: &str,
        op: &Op,
    ) -> Result<(Head, Record), JournalError> {
        let mut state = State::clone(&head.state);
        let now = u64::try_from(self.clock.wall().as_millis()).unwrap_or(u64::MAX);
        let mut record = Record {
            sequence: head.frontier.length(),
            // A clock that goes backwards does not make the log do so.
            at_ms: now.max(state.at_ms),
            by: by.clone(),
            why: why.to_owned(),
            op: op.clone(),
            before: state.facts(op),
            after: serde_json::Value::Null,
        };
        state.apply(&record)?;
        record.after = state.facts(op);
        let mut frontier = head.frontier.clone();
        frontier.push(leaf(&bytes(&record)?));
        Ok((Head { state: Arc::new(state), frontier, kept_at: head.kept_at }, record))
    }

    fn append(
        &self,
        head: &Head,
        next: &Head,
        record: &Record,
        blobs: &[(Digest, &[u8])],
    ) -> Result<(), LogError> {
        let length = next.frontier.length();
        let note = self.identity.sign(&self.key, length, next.frontier.root());
        let why = |error: JournalError| LogError::Unavailable {
            path: "the log".to_owned(),
            why: error.to_string(),
        };
        self.log.append(Append {
            expected: head.frontier.length(),
            entries: &[bytes(record).map_err(why)?],
            checkpoint: Some(&note),
            blobs,
        })
    }

    fn follow_locked(&self, head: &mut Head) -> Result<Followed, JournalError> {
        let from = head.frontier.length();
        loop {
            let page = self.log.read(head.frontier.length(), PAGE)?;
            if page.is_empty() {
                break;
            }
            // One copy a page; a broken entry leaves the state before its page.
            let mut state = State::clone(&head.state);
            let mut frontier = head.frontier.clone();
            for entry in &page {
                let record = read(entry, frontier.length())?;
                state.apply(&record)?;
                frontier.push(leaf(&entry.bytes));
            }
            *head = Head { state: Arc::new(state), frontier, kept_at: head.kept_at };
        }
        self.keep(head);
        Ok(if head.frontier.length() > from { Followed::News } else { Followed::Nothing })
    }

    /// Keeps the state now and then. Where that fails, a later start takes longer and nothing is
    /// lost.
    fn keep(&self, head: &mut Head) {
        let length = head.frontier.length();
        if length < head.kept_at + SNAPSHOT_EVERY {
            return;
        }
        let peaks = head.frontier.peaks().iter().map(|peak| Digest::from(*peak)).collect();
        let kept = Kept { state: State::clone(&head.state), peaks };
        let kept = serde_json::to_vec(&kept).unwrap_or_default();
        if let Err(error) = self.log.keep_snapshot(length, &kept) {
            tracing::warn!(target: "engraft::log", %error, "no snapshot was kept");
        }
        head.kept_at = length;
    }

    fn lock(&self) -> MutexGuard<'_, Head> {
        // The head is only ever replaced as a whole, so that a panic elsewhere leaves it sound.
        self.head.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether there was anything new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// There was.
    News,
    /// There was not.
    Nothing,
}

/// An entry as a record that belongs where it stands.
pub(crate) fn read(entry: &Entry, expected: u64) -> Result<Record, JournalError> {
    let broken = |why: String| JournalError::Entry { sequence: expected, why };
    let record: Record =
        serde_json::from_slice(&entry.bytes).map_err(|error| broken(error.to_string()))?;
    if entry.sequence != expected || record.sequence != expected {
        return Err(broken(format!("{} stands in its place", record.sequence)));
    }
    Ok(record)
}

fn bytes(record: &Record) -> Result<Vec<u8>, JournalError> {
    serde_json::to_vec(record)
        .map_err(|error| JournalError::Entry { sequence: record.sequence, why: error.to_string() })
}

// === impl Head ===

impl Head {
    /// The head at the latest snapshot; at the beginning where there is none that can be read,
    /// since the log is the truth and a snapshot only saves time.
    fn from_snapshot(log: &dyn OpLog) -> Result<Self, LogError> {
        let Some((length, bytes)) = log.snapshot()? else { return Ok(Self::default()) };
        let Ok(kept) = serde_json::from_slice::<Kept>(&bytes) else { return Ok(Self::default()) };
        let peaks = kept.peaks.iter().map(|peak| *peak.as_bytes()).collect();
        match Frontier::from_peaks(length, peaks) {
            Some(frontier) if length <= log.length()? => {
                Ok(Self { state: Arc::new(kept.state), frontier, kept_at: length })
            }
            Some(_) | None => Ok(Self::default()),
        }
    }
}

// === impl Journal ===

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal")
            .field("identity", &self.identity.name())
            .field("length", &self.length())
            .finish_non_exhaustive()
    }
}
