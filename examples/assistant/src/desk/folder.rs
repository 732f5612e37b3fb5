//! The folder of an assistant: one that stays, or one that goes with the program.
//!
//! *Never:* a folder that a person named is removed.

use std::path::{Path, PathBuf};

use crate::Result;

/// Where keys, log and values are.
pub(super) struct Folder {
    path: PathBuf,
    goes: bool,
}

impl Folder {
    /// The folder that a person named; without one a new one.
    pub(super) fn open(named: Option<&Path>) -> Result<Self> {
        let own = || std::env::temp_dir().join(format!("engraft-assistant-{}", std::process::id()));
        let path = named.map_or_else(own, Path::to_path_buf);
        let goes = named.is_none();
        if goes && path.exists() {
            // Of a program with this number that was killed; what it kept is nobody's.
            std::fs::remove_dir_all(&path)?;
        }
        std::fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { path, goes })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

// === impl Drop ===

impl Drop for Folder {
    fn drop(&mut self) {
        if self.goes {
            // What cannot be removed now is removed by the system in time.
            drop(std::fs::remove_dir_all(&self.path));
        }
    }
}
