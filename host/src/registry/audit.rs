//! Checks a log without trusting whoever keeps it: every entry against the signed checkpoints, and
//! proofs that others can check offline.
//!
//! *Never:* a log passes of which one entry was edited, removed or moved.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::checkpoint::{Checkpoint, CheckpointError, LogIdentity};
use super::journal::read;
use super::op::Record;
use super::state::State;
use crate::model::Digest;
use crate::store::merkle::{self, Frontier, Hash};
use crate::store::{LogError, OpLog};

/// Entries that are read at once.
const PAGE: usize = 1_000;

/// A log that was checked whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Audit {
    /// Whose log it is.
    pub origin: String,
    /// How many entries it has.
    pub length: u64,
    /// The root over them, as hexadecimal digits.
    pub root: String,
    /// How many checkpoints were checked.
    pub checkpoints: u64,
}

/// A proof that an entry is in a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The entry as it was written.
    pub entry: String,
    /// Its place.
    pub sequence: u64,
    /// The hashes on the way to the root.
    pub path: Vec<Digest>,
    /// The signed checkpoint that it ends in.
    pub checkpoint: String,
}

/// What is wrong with a log or a proof.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// An entry is not the one that was signed.
    #[error("entry {sequence} is not the one that was signed: it was edited, moved or put in")]
    Entry {
        /// The first such.
        sequence: u64,
    },
    /// An entry is missing.
    #[error("entry {sequence} is missing; the one after it is {next}")]
    Missing {
        /// The first such.
        sequence: u64,
        /// What stands in its place.
        next: u64,
    },
    /// The end is missing.
    #[error(
        "the log has {found} entries, and a signed checkpoint tells of {signed}: the end of it was removed"
    )]
    Shorter {
        /// What there are.
        found: u64,
        /// What there should be.
        signed: u64,
    },
    /// Entries at the end were never signed.
    #[error("no checkpoint is signed over the first {length} entries, so entry {} is not vouched for", .length - 1)]
    Unsigned {
        /// How many there would have to be.
        length: u64,
    },
    /// A checkpoint is not the log's.
    #[error("the checkpoint of {length} entries: {source}")]
    Checkpoint {
        /// How many entries it is said to be over.
        length: u64,
        /// What is wrong with it.
        source: CheckpointError,
    },
    /// An entry says what is not allowed after those before it.
    #[error("entry {sequence} is signed and cannot be: {why}")]
    Impossible {
        /// Which one.
        sequence: u64,
        /// Why.
        why: String,
    },
    /// The log was another one before.
    #[error(
        "the log is not the one that the earlier checkpoint of {length} entries was signed over"
    )]
    Forked {
        /// How long it was.
        length: u64,
    },
    /// The path does not lead from the entry to the checkpoint.
    #[error("the proof does not lead from entry {sequence} to its checkpoint")]
    Path {
        /// Which entry.
        sequence: u64,
    },
    /// There is no such entry.
    #[error("the log has {length} entries, so there is no entry {sequence}")]
    NoEntry {
        /// Which one.
        sequence: u64,
        /// How many there are.
        length: u64,
    },
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// Checks a whole log: each entry against the checkpoint that was signed when it was written, and
/// each against those before it. `earlier` is a checkpoint that somebody kept elsewhere; without
/// one, a log whose end was cut off together with its checkpoints cannot be told from a younger
/// one.
///
/// # Errors
/// The first thing that is wrong, with the entry it is about.
pub fn verify(
    log: &dyn OpLog,
    identity: &LogIdentity,
    earlier: Option<&str>,
) -> Result<Audit, AuditError> {
    let earlier = earlier.map(|note| open(identity, note, 0)).transpose()?;
    let mut frontier = Frontier::default();
    let mut state = State::default();
    let mut is_met = earlier.as_ref().is_none_or(|earlier| earlier.length == 0);
    loop {
        let page = log.read(frontier.length(), PAGE)?;
        if page.is_empty() {
            break;
        }
        for entry in page {
            let sequence = frontier.length();
            if entry.sequence != sequence {
                return Err(AuditError::Missing { sequence, next: entry.sequence });
            }
            frontier.push(merkle::leaf(&entry.bytes));
            let length = frontier.length();
            let (_, note) = log.checkpoint(Some(length))?.ok_or(AuditError::Unsigned { length })?;
            let checkpoint = open(identity, &note, length)?;
            if checkpoint.length != length || checkpoint.root != frontier.root() {
                return Err(AuditError::Entry { sequence });
            }
            if let Some(earlier) = earlier.as_ref().filter(|earlier| earlier.length == length) {
                if earlier.root != checkpoint.root {
                    return Err(AuditError::Forked { length });
                }
                is_met = true;
            }
            let impossible = |why: String| AuditError::Impossible { sequence, why };
            let record = read(&entry, sequence).map_err(|error| impossible(error.to_string()))?;
            state.apply(&record).map_err(|error| impossible(error.to_string()))?;
        }
    }
    let found = frontier.length();
    let signed = log.checkpoint(None)?.map_or(0, |(length, _)| length);
    let signed = signed.max(earlier.as_ref().map_or(0, |earlier| earlier.length));
    if signed > found || !is_met {
        return Err(AuditError::Shorter { found, signed });
    }
    Ok(Audit {
        origin: identity.name().to_owned(),
        length: found,
        root: Digest::from(frontier.root()).to_hex(),
        checkpoints: found,
    })
}

/// Proves that an entry is in the log, under its latest checkpoint.
///
/// # Errors
/// Where there is no such entry, or the log cannot be read.
pub fn prove(log: &dyn OpLog, sequence: u64) -> Result<Proof, AuditError> {
    let (length, checkpoint) =
        log.checkpoint(None)?.ok_or(AuditError::NoEntry { sequence, length: 0 })?;
    let mut leaves: Vec<Hash> = Vec::new();
    let mut wanted = None;
    while (leaves.len() as u64) < length {
        let page = log.read(leaves.len() as u64, PAGE)?;
        if page.is_empty() {
            return Err(AuditError::Shorter { found: leaves.len() as u64, signed: length });
        }
        for entry in page.into_iter().filter(|entry| entry.sequence < length) {
            leaves.push(merkle::leaf(&entry.bytes));
            if entry.sequence == sequence {
                wanted = Some(String::from_utf8_lossy(&entry.bytes).into_owned());
            }
        }
    }
    let none = AuditError::NoEntry { sequence, length };
    let index = usize::try_from(sequence).unwrap_or(usize::MAX);
    let (Some(entry), Some(path)) = (wanted, merkle::prove_inclusion(&leaves, index)) else {
        return Err(none);
    };
    Ok(Proof { entry, sequence, path: path.into_iter().map(Digest::from).collect(), checkpoint })
}

impl Proof {
    /// Checks the proof, without the log, and reads the entry.
    ///
    /// # Errors
    /// Where the checkpoint is not the log's, or the path does not lead to it.
    pub fn verify(&self, identity: &LogIdentity) -> Result<Record, AuditError> {
        let checkpoint = open(identity, &self.checkpoint, 0)?;
        let leaf = merkle::leaf(self.entry.as_bytes());
        let path: Vec<Hash> = self.path.iter().map(|hash| *hash.as_bytes()).collect();
        let Checkpoint { length, root, .. } = checkpoint;
        if !merkle::is_included(&leaf, self.sequence, length, &path, &root) {
            return Err(AuditError::Path { sequence: self.sequence });
        }
        let entry =
            crate::store::Entry { sequence: self.sequence, bytes: self.entry.as_bytes().to_vec() };
        read(&entry, self.sequence).map_err(|error| AuditError::Impossible {
            sequence: self.sequence,
            why: error.to_string(),
        })
    }
}

fn open(identity: &LogIdentity, note: &str, length: u64) -> Result<Checkpoint, AuditError> {
    identity.open(note).map_err(|source| AuditError::Checkpoint { length, source })
}
