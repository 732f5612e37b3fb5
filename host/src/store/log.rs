//! A log of ops: appended to with the length that one expects it to have, and never changed.
//!
//! A log keeps bytes; what they mean is not its business. Beside the entries it keeps what is made
//! from them or goes with them: one signed checkpoint for each length, snapshots that shorten the
//! replay, blobs that entries name by their digest, and what judges have made of outcomes so far.
//!
//! Every method blocks for as long as its disk takes. What decides calls them from a thread that
//! may wait; the path of a request never does.
//!
//! *Never:* an entry is acknowledged before it would survive the death of this process.

mod faulty;
mod memory;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::{Board, Cabinet};
use crate::model::Digest;

pub use faulty::{Fault, FaultyLog};
pub use memory::MemoryLog;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteLog;
#[cfg(feature = "sqlite")]
pub(super) use sqlite::{signed, trouble};

/// Where ops are kept.
pub trait OpLog: Send + Sync + 'static {
    /// Adds entries at the end, all or none, with everything that goes with them. Durable when it
    /// returns.
    ///
    /// # Errors
    /// [`LogError::Conflict`] where the log is not as long as expected; nothing has changed then.
    fn append(&self, append: Append<'_>) -> Result<(), LogError>;

    /// Entries from a sequence number on, in their order.
    ///
    /// # Errors
    /// Where the log cannot be read.
    fn read(&self, from: u64, limit: usize) -> Result<Vec<Entry>, LogError>;

    /// How many entries there are.
    ///
    /// # Errors
    /// Where the log cannot be read.
    fn length(&self) -> Result<u64, LogError>;

    /// The note that was signed over the first `length` entries, or over the most where none is
    /// named.
    ///
    /// # Errors
    /// Where the log cannot be read.
    fn checkpoint(&self, length: Option<u64>) -> Result<Option<(u64, String)>, LogError>;

    /// Keeps the state after the first `length` entries; an older one may be forgotten.
    ///
    /// # Errors
    /// Where it cannot be kept, which is no loss but time.
    fn keep_snapshot(&self, length: u64, state: &[u8]) -> Result<(), LogError>;

    /// The latest state that was kept.
    ///
    /// # Errors
    /// Where the log cannot be read.
    fn snapshot(&self) -> Result<Option<(u64, Vec<u8>)>, LogError>;

    /// Bytes by their digest. They are checked against it by whoever asks.
    ///
    /// # Errors
    /// Where the log cannot be read.
    fn blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>, LogError>;

    /// Keeps what a judge has made of a stage so far, so that a restart goes on from there. Judge
    /// and users are kept together or not at all.
    ///
    /// # Errors
    /// [`LogError::KeptByOthers`] where another program keeps the evidence of this stage.
    fn keep_evidence(&self, evidence: Evidence<'_>) -> Result<(), LogError>;

    /// What was kept of a stage.
    ///
    /// # Errors
    /// Where the log cannot be read.
    fn evidence(&self, stage: &str) -> Result<Option<KeptEvidence>, LogError>;

    /// Forgets the evidence of all stages but these.
    ///
    /// # Errors
    /// Where the log cannot be written, which is no loss but room.
    fn forget_evidence(&self, but: &[String]) -> Result<(), LogError>;

    /// Whether its methods wait for a disk. What never waits needs no thread of its own.
    fn waits(&self) -> bool {
        true
    }

    /// The board beside it, where it has one: a log that one process alone can see needs none.
    ///
    /// # Errors
    /// Where there should be one and it cannot be opened.
    fn board(&self) -> Result<Option<Arc<dyn Board>>, LogError> {
        Ok(None)
    }

    /// The cabinet beside it, where it has one; without, what would be kept there lives as long as
    /// the process.
    ///
    /// # Errors
    /// Where there should be one and it cannot be opened.
    fn cabinet(&self) -> Result<Option<Arc<dyn Cabinet>>, LogError> {
        Ok(None)
    }
}

/// Entries to be added, and what goes with them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Append<'a> {
    /// How long the log is, as far as whoever appends knows.
    pub expected: u64,
    /// The entries.
    pub entries: &'a [Vec<u8>],
    /// Notes signed over the log, one up to each of these entries; or none at all.
    pub checkpoints: &'a [String],
    /// Bytes that the entries name.
    pub blobs: &'a [(Digest, &'a [u8])],
}

/// What a judge has made of a stage, to be added to what was kept of it before.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evidence<'a> {
    /// Which stage of which rollout.
    pub stage: &'a str,
    /// How often it was kept before, as far as whoever keeps it knows.
    pub times: u64,
    /// The judge, in place of the one that was kept before.
    pub judge: &'a [u8],
    /// Users that were counted since then, in addition to those that were kept before.
    pub users: &'a [u8],
}

/// What was kept of a stage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptEvidence {
    /// How often it was kept.
    pub times: u64,
    /// The judge.
    pub judge: Vec<u8>,
    /// All users that were counted.
    pub users: Vec<u8>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place, from 0.
    pub sequence: u64,
    /// What it says.
    pub bytes: Vec<u8>,
}

/// Why a log did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// Somebody else appended meanwhile.
    #[error("the log has {found} entries and {expected} were expected; read them and try again")]
    Conflict {
        /// What was expected.
        expected: u64,
        /// What there are.
        found: u64,
    },
    /// Another program judges the same stage and keeps what it makes of it.
    #[error("another program keeps the evidence of {stage} in `{path}`; this one judges by memory")]
    KeptByOthers {
        /// The file.
        path: String,
        /// Which stage.
        stage: String,
    },
    /// The disk is full; what is served goes on being served.
    #[error("the log `{path}` cannot grow, its disk is full; make room and try again")]
    Full {
        /// The file.
        path: String,
    },
    /// The file is not what was written.
    #[error("the log `{path}` is damaged: {why}; put a copy back")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong.
        why: String,
    },
    /// The file belongs to another program.
    #[error("`{path}` is a database of another program; choose another file")]
    Foreign {
        /// The file.
        path: String,
    },
    /// A later version wrote it.
    #[error("the log `{path}` has layout {found}, and this version knows {known}; update")]
    Newer {
        /// The file.
        path: String,
        /// Its layout.
        found: i32,
        /// The one that is known.
        known: i32,
    },
    /// The disk or the system said no.
    #[error("the log `{path}` cannot be used: {why}")]
    Unavailable {
        /// The file.
        path: String,
        /// What it says.
        why: String,
    },
}
