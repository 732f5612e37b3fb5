//! Where the repository is, and what can go wrong in it.
//!
//! *Never:* a path of this machine ends up in a file or an output that is kept.

use std::fmt;
use std::path::{Path, PathBuf};

/// The root of the repository, two levels above this crate.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// Why a task stopped, as a sentence for a person.
#[derive(Debug)]
pub(crate) struct Problem(String);

impl Problem {
    pub(crate) const fn new(message: String) -> Self {
        Self(message)
    }

    pub(crate) fn file(path: &Path, error: &std::io::Error) -> Self {
        Self(format!("{}: {error}", path.display()))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
