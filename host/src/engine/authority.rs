//! What one capability may do: what it asked for and was granted.
//!
//! *Never:* one key alone opens anything.

use crate::model::{Grant, Permissions};

/// Both keys turned.
#[derive(Debug, Clone, Default)]
pub(crate) struct Authority {}

impl Authority {
    /// What is both asked for and granted.
    pub(crate) fn of(_asked: &Permissions, _granted: &Grant) -> Self {
        Self {}
    }

    pub(crate) fn custom(&self, _permission: &str) -> Result<(), ()> {
        Err(())
    }
}
