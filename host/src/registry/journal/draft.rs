//! An op that is to be recorded, with its circumstances and the bytes that it names.
//!
//! *Never:* a release is drafted but from the value that shows it was admitted; whoever reads a log may
//! hold an op that installs one, and cannot write it anew.

use super::JournalError;
use crate::model::Digest;
use crate::registry::admission::Admitted;
use crate::registry::op::{Actor, Installed, Op};

/// An op that is to be recorded, with its circumstances.
#[derive(Debug, Clone)]
pub struct Draft {
    pub(super) by: Actor,
    pub(super) why: String,
    pub(super) op: Op,
    pub(super) blobs: Vec<(Digest, Vec<u8>)>,
}

impl Draft {
    /// Who wants what, and why.
    ///
    /// # Errors
    /// [`JournalError::NotAdmitted`] where the op installs a release: see [`Draft::of_release`].
    pub fn new(by: Actor, why: &str, op: Op) -> Result<Self, JournalError> {
        if let Op::Installed(Installed { name, .. }) = op {
            return Err(JournalError::NotAdmitted { name });
        }
        Ok(Self { by, why: why.to_owned(), op, blobs: Vec::new() })
    }

    /// The installation of a release that was admitted, with its bundle.
    #[must_use]
    pub fn of_release(by: Actor, why: &str, admitted: Admitted, bundle: &[u8]) -> Self {
        let (installed, blobs) = admitted.into_parts(bundle);
        Self { by, why: why.to_owned(), op: Op::Installed(installed), blobs }
    }

    /// The same with bytes that the op names.
    #[must_use]
    pub fn with(mut self, digest: Digest, bytes: Vec<u8>) -> Self {
        self.blobs.push((digest, bytes));
        self
    }
}
