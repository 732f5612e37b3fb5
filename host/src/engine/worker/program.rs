//! Which program workers are made of, and why one could not do its work.
//!
//! *Never:* a program is started as a worker that does not know that it may be one.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// A program that becomes a worker when it is started as one: this one, if it has called
/// [`serve_if_asked`](super::serve_if_asked) first thing in its `main`, or `engraft-worker`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerProgram {
    path: PathBuf,
}

/// Why a worker did not do its work. Nothing else is lost by it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// It could not be started.
    #[error("no worker can be started from {}: {message}", program.display())]
    Start {
        /// From which program.
        program: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// It took too long, and was killed.
    #[error("the worker was killed after {limit:?}, while {doing}")]
    TooLong {
        /// The time it had.
        limit: Duration,
        /// At what.
        doing: &'static str,
    },
    /// It died.
    #[error("the worker died while {doing}: {how}")]
    Died {
        /// At what.
        doing: &'static str,
        /// By what signal or with what exit code, and what that means.
        how: String,
    },
    /// It said what no worker of this version says, and was killed.
    #[error("the worker was killed, because what it said while {doing} makes no sense: {what}")]
    Nonsense {
        /// At what.
        doing: &'static str,
        /// What it was.
        what: String,
    },
    /// It did what it was asked, and the component does not do.
    #[error("{message}")]
    Refused {
        /// Why not.
        message: String,
    },
    /// This program or this system has no workers.
    #[error("there are no workers here: {because}")]
    Missing {
        /// What is missing, and what to do.
        because: String,
    },
}

impl WorkerProgram {
    /// The program `engraft-worker`, or another one that serves when it is asked, at this path.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// This program. Only for whoever has just looked whether it is asked to be a worker.
    #[cfg(target_os = "linux")]
    pub(super) fn this() -> Self {
        // The link and not its target: it leads to this program also where the file was replaced.
        Self::at("/proc/self/exe")
    }

    /// This program.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn this() -> Self {
        Self::at(std::env::current_exe().unwrap_or_default())
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}
