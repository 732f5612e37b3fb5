//! The file of everything that language models were told here, and of what they answered: a JSON document
//! a line.
//!
//! *Never:* anybody but the owner of the file reads it, or it grows without end.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use engraft::synth::{Exchange, Watch};

use crate::trouble::{Result, Trouble};

/// Some thousand exchanges; what is older is kept in one more file of that size.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// The file, open at its end.
#[derive(Debug)]
pub(super) struct Exchanges(Mutex<File>);

impl Exchanges {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let fault = |error| Trouble::file("write to", path, &error);
        if path.metadata().is_ok_and(|meta| meta.len() > FILE_BYTES_MAX) {
            std::fs::rename(path, path.with_extension("jsonl.old")).map_err(fault)?;
        }
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self(Mutex::new(options.open(path).map_err(fault)?)))
    }
}

// === impl Exchanges ===

impl Watch for Exchanges {
    fn exchanged(&self, exchange: &Exchange) {
        // Plain data always becomes JSON.
        let mut line = serde_json::to_vec(exchange).unwrap_or_default();
        line.push(b'\n');
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The exchange is over: a disk that is full now keeps the next run from opening the file.
        drop(file.write_all(&line));
    }
}
