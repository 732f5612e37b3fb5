//! The one writer: takes an op, checks it against the state, appends it with the length that it
//! expects and a signed checkpoint, and only then lets the state follow.
//!
//! *Never:* the state shows what the log does not hold.

#[cfg(test)]
mod tests;

mod draft;
mod error;
mod snapshot;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;

pub use draft::Draft;
pub use error::JournalError;

use super::admission::Admitted;
use super::checkpoint::LogIdentity;
use super::op::{Actor, Op, Record};
use super::state::State;
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
    /// Taken by whoever writes or follows, also while the disk is waited for.
    head: Mutex<Head>,
    /// The same for whoever only looks, and never waits.
    seen: ArcSwap<Seen>,
    snapshot_every: u64,
}

/// How far the log was read, and what it adds up to so far.
#[derive(Debug, Clone, Default)]
struct Head {
    state: Arc<State>,
    frontier: Frontier,
    kept_at: u64,
}

/// What others are shown of it.
#[derive(Debug, Default)]
struct Seen {
    state: Arc<State>,
    length: u64,
}

/// Drafts that are allowed, ready to be appended, and what is to be told of all of them.
struct Batch {
    next: Head,
    entries: Vec<Vec<u8>>,
    checkpoints: Vec<String>,
    told: Vec<Result<Record, JournalError>>,
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
        let head = Head::from_snapshot(&*log, &key.public())?;
        let journal = Self {
            head: Mutex::new(head),
            seen: ArcSwap::default(),
            snapshot_every: SNAPSHOT_EVERY,
            log,
            key,
            identity,
            clock,
        };
        {
            let mut head = journal.lock();
            journal.show(&head);
            journal.read_on(&mut head)?;
        }
        Ok(journal)
    }

    /// The same, which keeps its state every so many ops instead of every 500.
    #[must_use]
    pub const fn snapshot_every(mut self, ops: u64) -> Self {
        self.snapshot_every = ops;
        self
    }

    /// What the log adds up to, as far as it was read. Waits for nobody.
    #[must_use]
    pub fn state(&self) -> Arc<State> {
        Arc::clone(&self.seen.load().state)
    }

    /// How many entries were read. Waits for nobody.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.seen.load().length
    }

    /// Both, of one moment.
    #[must_use]
    pub fn view(&self) -> (Arc<State>, u64) {
        let seen = self.seen.load();
        (Arc::clone(&seen.state), seen.length)
    }

    /// Where the time comes from.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
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
        let followed = self.read_on(&mut head)?;
        self.keep_where_due(&mut head);
        Ok(followed)
    }

    /// Keeps what the log adds up to, where so much was read since the last time that a start would
    /// take long.
    pub(crate) fn keep(&self) {
        self.keep_where_due(&mut self.lock());
    }

    /// Records an op; durable when it returns. What others recorded is read first, so that the op
    /// is checked against what they left.
    ///
    /// # Errors
    /// Where the op is not allowed or the log does not take it; nothing has changed then.
    pub fn record(&self, by: Actor, why: &str, op: Op) -> Result<Record, JournalError> {
        self.record_one(Draft::new(by, why, op)?)
    }

    /// Records an admitted release with its bundle, in the same way.
    ///
    /// # Errors
    /// As [`Journal::record`].
    pub fn admit(
        &self,
        by: Actor,
        why: &str,
        admitted: Admitted,
        bundle: &[u8],
    ) -> Result<Record, JournalError> {
        self.record_one(Draft::of_release(by, why, admitted, bundle))
    }

    fn record_one(&self, draft: Draft) -> Result<Record, JournalError> {
        self.record_all(&[draft]).pop().unwrap_or(Err(JournalError::Gone))
    }

    /// Records several ops, one after the other, with one wait for the disk. What is told of each
    /// is told in their order; one that is not allowed does not keep the others out.
    pub fn record_all(&self, drafts: &[Draft]) -> Vec<Result<Record, JournalError>> {
        let mut head = self.lock();
        let all = |error: &JournalError| drafts.iter().map(|_| Err(error.clone())).collect();
        for _ in 0..=TRIES_MAX {
            if let Err(error) = self.read_on(&mut head) {
                return all(&error);
            }
            let batch = self.batch(&head, drafts);
            match self.append(&head, &batch, drafts) {
                Ok(()) => {
                    *head = batch.next;
                    self.show(&head);
                    self.keep_where_due(&mut head);
                    return batch.told;
                }
                // Somebody else was faster; what they wrote is read, and all is checked again.
                Err(LogError::Conflict { .. }) => {}
                Err(error) => {
                    let error = JournalError::Log(error);
                    let told = batch.told.into_iter();
                    return told.map(|told| told.and_then(|_| Err(error.clone()))).collect();
                }
            }
        }
        let (expected, found) = (head.frontier.length(), head.frontier.length() + 1);
        all(&LogError::Conflict { expected, found }.into())
    }

    /// Works the drafts out over a head, each over what the one before it leaves.
    fn batch(&self, head: &Head, drafts: &[Draft]) -> Batch {
        let (entries, checkpoints) = (Vec::new(), Vec::new());
        let mut batch = Batch { next: head.clone(), entries, checkpoints, told: Vec::new() };
        for draft in drafts {
            let told = self.next(&batch.next, draft).map(|(next, record, entry)| {
                let (length, root) = (next.frontier.length(), next.frontier.root());
                batch.checkpoints.push(self.identity.sign(&self.key, length, root));
                batch.entries.push(entry);
                batch.next = next;
                record
            });
            batch.told.push(told);
        }
        batch
    }

    /// The head after an op, the record of it, and the record as it is kept.
    fn next(&self, head: &Head, draft: &Draft) -> Result<(Head, Record, Vec<u8>), JournalError> {
        let Draft { by, why, op, .. } = draft;
        let mut state = State::clone(&head.state);
        let now = u64::try_from(self.clock.wall().as_millis()).unwrap_or(u64::MAX);
        let mut record = Record {
            sequence: head.frontier.length(),
            // A clock that goes backwards does not make the log do so.
            at_ms: now.max(state.at_ms),
            by: by.clone(),
            why: why.clone(),
            op: op.clone(),
            before: state.facts(op),
            after: serde_json::Value::Null,
        };
        state.apply(&record)?;
        record.after = state.facts(op);
        let entry = bytes(&record)?;
        let mut frontier = head.frontier.clone();
        frontier.push(leaf(&entry));
        Ok((Head { state: Arc::new(state), frontier, kept_at: head.kept_at }, record, entry))
    }

    fn append(&self, head: &Head, batch: &Batch, drafts: &[Draft]) -> Result<(), LogError> {
        if batch.entries.is_empty() {
            return Ok(());
        }
        let allowed = drafts.iter().zip(&batch.told).filter(|(_, told)| told.is_ok());
        let blobs = allowed.flat_map(|(draft, _)| &draft.blobs);
        let blobs: Vec<(Digest, &[u8])> =
            blobs.map(|(digest, bytes)| (*digest, bytes.as_slice())).collect();
        self.log.append(Append {
            expected: head.frontier.length(),
            entries: &batch.entries,
            checkpoints: &batch.checkpoints,
            blobs: &blobs,
        })
    }

    /// Reads what others appended since the last time.
    fn read_on(&self, head: &mut Head) -> Result<Followed, JournalError> {
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
            self.show(head);
        }
        Ok(if head.frontier.length() > from { Followed::News } else { Followed::Nothing })
    }

    /// Keeps the state now and then. Where that fails, a later start takes longer and nothing is
    /// lost.
    fn keep_where_due(&self, head: &mut Head) {
        if head.frontier.length() < head.kept_at + self.snapshot_every {
            return;
        }
        head.kept_at = head.frontier.length();
        if let Err(error) = head.keep(&*self.log, &self.key) {
            tracing::warn!(target: "engraft::log", %error, "no snapshot was kept");
        }
    }

    fn show(&self, head: &Head) {
        let (state, length) = (Arc::clone(&head.state), head.frontier.length());
        self.seen.store(Arc::new(Seen { state, length }));
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

// === impl Journal ===

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal")
            .field("identity", &self.identity.name())
            .field("length", &self.length())
            .finish_non_exhaustive()
    }
}
