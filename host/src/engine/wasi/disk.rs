//! The bound on what writable directories hold.
//!
//! Every write is counted before it happens, as if it were all new; only where that would go over the
//! bound is what is really there counted anew. So a write costs an addition, and the count is never
//! too low. Functions of WASI that make files or make them longer are replaced by ones that ask here
//! first.
//!
//! *Never:* a byte is written first and counted then.

pub(super) mod p2;
#[cfg(feature = "wasi-p3")]
pub(super) mod p3;
#[cfg(feature = "wasi-p3")]
mod toll;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::engine::authority::Authority;
use crate::engine::state::Identity;
use crate::model::{Access, DISK_ENTRY_BYTES};

/// Entries that are counted; a directory with more counts as full. Counting them takes a second.
const ENTRIES_MAX: u64 = 1 << 20;
/// Deeper directories count as full; nobody nests that deep, and links are not followed.
const DEPTH_MAX: usize = 64;

/// What the writable directories of a capability hold; all its calls share one.
#[derive(Debug)]
pub(crate) struct Disk {
    directories: Vec<PathBuf>,
    bytes_max: u64,
    /// At least what is there; none until something is written.
    bytes: Mutex<Option<u64>>,
}

/// More than the directories may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the writable directories may hold {allowed} bytes together, hold {held} and would hold {wanted} \
     more; remove files, or raise `disk_bytes` of the grant"
)]
pub(crate) struct DiskFull {
    allowed: u64,
    held: u64,
    wanted: u64,
}

impl Disk {
    pub(crate) fn of(authority: &Authority) -> Self {
        let writable = authority.files().iter().filter(|grant| grant.access == Access::ReadWrite);
        Self {
            directories: writable.map(|grant| grant.host_path.clone()).collect(),
            bytes_max: authority.disk_bytes(),
            bytes: Mutex::new(None),
        }
    }

    /// Makes room for so many bytes more, or says that there is none.
    fn take(&self, wanted: u64) -> Result<(), DiskFull> {
        let mut bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |held: u64| held.checked_add(wanted).filter(|sum| *sum <= self.bytes_max);
        if let Some(sum) = bytes.and_then(fits) {
            *bytes = Some(sum);
            return Ok(());
        }
        let held = held(&self.directories);
        *bytes = Some(held);
        match fits(held) {
            Some(sum) => {
                *bytes = Some(sum);
                Ok(())
            }
            None => Err(DiskFull { allowed: self.bytes_max, held, wanted }),
        }
    }
}

/// What is there.
fn held(directories: &[PathBuf]) -> u64 {
    let mut count = Held { bytes: 0, entries: 0 };
    for directory in directories {
        count.add(directory, 0);
    }
    count.bytes
}

struct Held {
    bytes: u64,
    entries: u64,
}

impl Held {
    fn add(&mut self, directory: &Path, depth: usize) {
        let Ok(entries) = std::fs::read_dir(directory) else { return };
        for entry in entries.flatten() {
            self.entries += 1;
            // Of a link, this is the link itself.
            let Ok(found) = entry.metadata() else { continue };
            let length = if found.is_dir() { 0 } else { found.len() };
            self.bytes = self.bytes.saturating_add(length).saturating_add(DISK_ENTRY_BYTES);
            if self.entries > ENTRIES_MAX || depth == DEPTH_MAX {
                self.bytes = u64::MAX;
            } else if found.is_dir() {
                self.add(&entry.path(), depth + 1);
            }
            if self.bytes == u64::MAX {
                return;
            }
        }
    }
}

impl Identity {
    /// [`Disk::take`], and a line in the log of the embedding program where there is no room: a guest
    /// is told no more than that its quota is used up.
    fn take_disk(&self, bytes: u64) -> Result<(), DiskFull> {
        self.disk.take(bytes).inspect_err(|full| {
            tracing::warn!(capability = self.name.as_str(), "a write is refused: {full}");
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_makes_room_and_what_is_there_counts() {
        let root = std::env::temp_dir().join(format!("engraft-disk-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&root));
        std::fs::create_dir_all(root.join("inner")).unwrap();
        std::fs::write(root.join("inner/there"), [0; 1_000]).unwrap();
        let (directories, bytes_max) = (vec![root.clone()], 3 * DISK_ENTRY_BYTES);
        let disk = Disk { directories, bytes_max, bytes: Mutex::new(None) };
        let held = 1_000 + 2 * DISK_ENTRY_BYTES;
        let full = DiskFull { allowed: bytes_max, held, wanted: DISK_ENTRY_BYTES };
        assert_eq!(disk.take(DISK_ENTRY_BYTES), Err(full));
        assert_eq!(disk.take(DISK_ENTRY_BYTES - 1_000), Ok(()));
        // Nothing of it was written in the end, which a count anew finds.
        assert_eq!(disk.take(1), Ok(()));
        std::fs::remove_file(root.join("inner/there")).unwrap();
        assert_eq!(disk.take(DISK_ENTRY_BYTES + 1_000), Ok(()));
        assert!(disk.take(u64::MAX).is_err());
        std::fs::remove_dir_all(&root).unwrap();
    }
}
