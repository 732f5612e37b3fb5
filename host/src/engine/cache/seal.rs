//! A short cut past reading a whole entry: once it was found authentic, a seal beside it says so of
//! that very file, as the system tells files apart. Compiled code of a large guest has 60 MB, of
//! which a call touches a few pages; reading it all to authenticate it would take ten times as long
//! as starting it.
//!
//! A file cannot be written without its change time moving, and nobody but the system sets that. So
//! what a seal speaks of is what was read. The entry's own code is looked at where there is no
//! seal, where it does not fit, and where the file changed too shortly before the seal for the
//! system's clock to tell.
//!
//! *Never:* a seal is believed that this host's key did not make, or that speaks of another file.

use std::fs;
use std::path::Path;

/// Names the format; it keeps a seal's code apart from that of an entry.
const MAGIC: &[u8; 16] = b"engraft seal 1\n\0";
/// File systems count time in steps of up to two seconds; a change within the step could hide.
#[cfg(unix)]
const STEP_NANOS: i128 = 2_000_000_000;

/// What tells a file, and a state of it, apart from any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    device: u64,
    inode: u64,
    bytes: u64,
    changed_nanos: i128,
}

impl Identity {
    /// None where the system does not tell files apart.
    #[cfg(unix)]
    pub(super) fn of(facts: &fs::Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let changed_nanos =
            i128::from(facts.ctime()) * 1_000_000_000 + i128::from(facts.ctime_nsec());
        let (device, inode) = (facts.dev(), facts.ino());
        Some(Self { device, inode, bytes: facts.len(), changed_nanos })
    }

    #[cfg(not(unix))]
    pub(super) const fn of(_facts: &fs::Metadata) -> Option<Self> {
        None
    }

    /// The seal of this file, for an entry with this name.
    pub(super) fn seal(&self, key: &[u8; 32], entry: &str) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(key);
        hasher.update(MAGIC);
        hasher.update(&self.device.to_le_bytes());
        hasher.update(&self.inode.to_le_bytes());
        hasher.update(&self.bytes.to_le_bytes());
        hasher.update(&self.changed_nanos.to_le_bytes());
        hasher.update(entry.as_bytes());
        hasher.finalize()
    }
}

/// Whether the seal at a place is this one, and was made long enough after the file changed.
#[cfg(unix)]
pub(super) fn holds(place: &Path, file: &Identity, seal: blake3::Hash) -> bool {
    let read = || -> std::io::Result<(Vec<u8>, Option<Identity>)> {
        Ok((fs::read(place)?, Identity::of(&fs::metadata(place)?)))
    };
    let Ok((bytes, Some(made))) = read() else { return false };
    let Ok(bytes) = <[u8; 32]>::try_from(bytes.as_slice()) else { return false };
    // blake3 compares hashes in constant time.
    seal == blake3::Hash::from_bytes(bytes) && made.changed_nanos >= file.changed_nanos + STEP_NANOS
}

#[cfg(not(unix))]
pub(super) fn holds(_place: &Path, _file: &Identity, _seal: blake3::Hash) -> bool {
    false
}
