//! What a component needs of a host, remembered beside its code: to read it out of a large component
//! again takes longer than to start it.
//!
//! *Never:* anything is believed that this host's key did not make, or that was read in other bytes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{Cache, LEFTOVER_AGE, MAC_BYTES, write_whole};
use crate::engine::inspect::Needs;
use crate::model::Digest;

/// Names the format and what is read; a change of either makes it be read anew.
const MAGIC: &[u8; 16] = b"engraft needs 1\n";
pub(super) const EXTENSION: &str = "needs";

impl Cache {
    /// What was remembered of a component.
    pub(crate) fn needs(&self, digest: &Digest) -> Option<Needs> {
        let bytes = fs::read(self.needs_file(digest)).ok()?;
        let (text, mac) = bytes.split_last_chunk::<MAC_BYTES>()?;
        // blake3 compares hashes in constant time.
        if self.mac_of_needs(digest, text) != blake3::Hash::from_bytes(*mac) {
            return None;
        }
        serde_json::from_slice(text).ok()
    }

    /// Remembers it. What cannot be kept is only slower next time.
    pub(crate) fn remember(&self, digest: &Digest, needs: &Needs, now: Duration) {
        let Ok(text) = serde_json::to_vec(needs) else { return };
        let mac = self.mac_of_needs(digest, &text);
        if let Err(error) = write_whole(&self.needs_file(digest), &[&text, mac.as_bytes()], now) {
            tracing::warn!(%error, "what a component needs was not kept");
        }
    }

    fn mac_of_needs(&self, digest: &Digest, text: &[u8]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(MAGIC).update(digest.as_bytes()).update(text);
        hasher.finalize()
    }

    fn needs_file(&self, digest: &Digest) -> PathBuf {
        self.dir.join(format!("{}.{EXTENSION}", digest.to_hex()))
    }
}

/// Forgets components that no code is kept of any more; those just remembered may get theirs yet.
pub(super) fn forget(remembered: Vec<(SystemTime, PathBuf)>, kept: &[PathBuf], now: SystemTime) {
    let digest = |path: &Path| {
        let name = path.file_name()?.to_str()?;
        Some(name.split(['-', '.']).next()?.to_owned())
    };
    let kept: BTreeSet<String> = kept.iter().filter_map(|path| digest(path)).collect();
    for (used, path) in remembered {
        let is_old = now.duration_since(used).is_ok_and(|age| age > LEFTOVER_AGE);
        if is_old && digest(&path).is_none_or(|digest| !kept.contains(&digest)) {
            drop(fs::remove_file(path));
        }
    }
}
