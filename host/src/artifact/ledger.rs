//! What was seen: the highest release of every name, so that nobody is led back to an old one.
//!
//! *Never:* a number here goes down.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::file::{self, FileError, Readers};
use super::json::{self, JsonError};
use crate::model::{CapabilityName, Digest};

const FORMAT: &str = "engraft-seen-v1";
/// A name takes about 250 bytes here, so that 50,000 of them fit.
const LEDGER_BYTES_MAX: u64 = 16 << 20;

/// One release in the line of releases of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenRelease {
    /// Its place in the line.
    pub sequence: u64,
    /// A digest over everything that its statement says.
    pub statement: Digest,
}

/// Where the highest release of every name is kept.
pub trait Seen: fmt::Debug + Send + Sync {
    /// The highest release seen of this name.
    ///
    /// # Errors
    ///
    /// [`LedgerError`] where that cannot be told; then no release of it is taken.
    fn highest(&self, name: &CapabilityName) -> Result<Option<SeenRelease>, LedgerError>;

    /// Takes note of a release, in one step with looking at what was noted before, and returns once
    /// the note would survive a crash. Where a release at least as high and not the same was noted
    /// already, nothing changes and that one comes back.
    ///
    /// # Errors
    ///
    /// [`LedgerError`] where the note could not be kept.
    fn raise(
        &self,
        name: &CapabilityName,
        release: SeenRelease,
    ) -> Result<Option<SeenRelease>, LedgerError>;
}

/// Why what was seen cannot be told or noted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file's text is not what was written.
    #[error(
        "{}, {source}; put it back from a copy: without it, old releases would pass for new",
        .path.display()
    )]
    Json {
        /// Which file.
        path: PathBuf,
        /// What is wrong, and where.
        source: JsonError,
    },
    /// It is of another format.
    #[error("{} has format `{found}`; this version reads `{FORMAT}`", .path.display())]
    Format {
        /// Which file.
        path: PathBuf,
        /// The file's.
        found: String,
    },
    /// Another place than a file failed.
    #[error("what releases were seen cannot be told: {0}")]
    Other(String),
}

/// What was seen, in memory, and in a small file where one is named.
#[derive(Debug, Default)]
pub struct Ledger {
    path: Option<PathBuf>,
    highest: Mutex<Highest>,
}

type Highest = BTreeMap<CapabilityName, SeenRelease>;

impl SeenRelease {
    /// Whether another release may follow this one, or is this one.
    #[must_use]
    pub fn allows(&self, release: Self) -> bool {
        release.sequence > self.sequence || release == *self
    }
}

impl Ledger {
    /// A ledger that forgets everything when it is dropped.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// The ledger in a file; an empty one where there is none yet.
    ///
    /// # Errors
    ///
    /// [`LedgerError`] where there is one that cannot be read. It is never begun anew silently.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let highest = read(path)?;
        Ok(Self { path: Some(path.to_owned()), highest: Mutex::new(highest) })
    }

    fn lock(&self) -> MutexGuard<'_, Highest> {
        // The map is only ever replaced as a whole, so that a panic elsewhere leaves it sound.
        self.highest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Ledger ===

impl Seen for Ledger {
    fn highest(&self, name: &CapabilityName) -> Result<Option<SeenRelease>, LedgerError> {
        Ok(self.lock().get(name).copied())
    }

    fn raise(
        &self,
        name: &CapabilityName,
        release: SeenRelease,
    ) -> Result<Option<SeenRelease>, LedgerError> {
        let mut highest = self.lock();
        // Another process may have written meanwhile; the lock is released when it is dropped.
        let _lock = self.path.as_deref().map(file::lock).transpose()?;
        let mut next = match &self.path {
            Some(path) => read(path)?,
            None => highest.clone(),
        };
        let before = next.get(name).copied();
        let changed = match before {
            Some(known) if !known.allows(release) => {
                *highest = next;
                return Ok(Some(known));
            }
            Some(known) => known != release,
            None => true,
        };
        next.insert(name.clone(), release);
        if let Some(path) = self.path.as_deref().filter(|_| changed) {
            write(path, &next)?;
        }
        *highest = next;
        Ok(None)
    }
}

fn read(path: &Path) -> Result<Highest, LedgerError> {
    let bytes = match file::read(path, LEDGER_BYTES_MAX, Readers::Anyone) {
        Ok(bytes) => bytes,
        Err(error) if error.is_missing() => return Ok(Highest::new()),
        Err(error) => return Err(error.into()),
    };
    let wire: Wire = json::parse(&bytes)
        .map_err(|source| LedgerError::Json { path: path.to_owned(), source })?;
    if wire.format != FORMAT {
        let found = json::scrub(&wire.format);
        return Err(LedgerError::Format { path: path.to_owned(), found });
    }
    Ok(wire.highest)
}

fn write(path: &Path, highest: &Highest) -> Result<(), LedgerError> {
    let wire = Wire { format: FORMAT.to_owned(), highest: highest.clone() };
    let text = serde_json::to_vec_pretty(&wire).unwrap_or_default();
    Ok(file::replace(path, &text, Readers::Anyone)?)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    format: String,
    highest: Highest,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> CapabilityName {
        text.parse().unwrap()
    }

    fn release(sequence: u64, statement: &[u8]) -> SeenRelease {
        SeenRelease { sequence, statement: Digest::of(statement) }
    }

    fn file_of(test: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("engraft-ledger-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        dir.join(test)
    }

    #[test]
    fn a_number_only_goes_up_and_survives() {
        let path = file_of("goes-up");
        let ledger = Ledger::open(&path).unwrap();
        assert_eq!(ledger.highest(&name("a")).unwrap(), None);
        assert_eq!(ledger.raise(&name("a"), release(5, b"x")).unwrap(), None);
        assert_eq!(ledger.raise(&name("a"), release(5, b"x")).unwrap(), None);
        assert_eq!(ledger.raise(&name("a"), release(4, b"x")).unwrap(), Some(release(5, b"x")));
        assert_eq!(ledger.raise(&name("a"), release(5, b"y")).unwrap(), Some(release(5, b"x")));
        let again = Ledger::open(&path).unwrap();
        assert_eq!(again.highest(&name("a")).unwrap(), Some(release(5, b"x")));
        assert_eq!(again.highest(&name("b")).unwrap(), None);
    }

    #[test]
    fn two_ledgers_on_one_file_see_one_another() {
        let path = file_of("two");
        let (one, two) = (Ledger::open(&path).unwrap(), Ledger::open(&path).unwrap());
        assert_eq!(one.raise(&name("a"), release(9, b"x")).unwrap(), None);
        assert_eq!(two.raise(&name("b"), release(1, b"x")).unwrap(), None);
        assert_eq!(two.raise(&name("a"), release(8, b"x")).unwrap(), Some(release(9, b"x")));
        assert_eq!(
            Ledger::open(&path).unwrap().highest(&name("b")).unwrap(),
            Some(release(1, b"x"))
        );
    }

    #[test]
    fn a_damaged_file_is_an_error_and_not_a_new_beginning() {
        let path = file_of("damaged");
        for bad in ["", "{", r#"{"format": "engraft-seen-v2", "highest": {}}"#, "null"] {
            std::fs::write(&path, bad).unwrap();
            assert!(Ledger::open(&path).is_err(), "{bad}");
        }
    }
}
