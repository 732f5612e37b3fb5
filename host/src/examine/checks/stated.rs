//! What a manifest states as the most that a call uses: the value of its bound for the largest input and the
//! largest answers that it takes.
//!
//! *Never:* a bound is believed here; runs are held against it where there are any.

use crate::artifact::Manifest;

/// A call that burns so much runs for many minutes, and no deadline is so long: a bound beyond it bounds
/// nothing.
pub(super) const STATED_FUEL_MAX: u64 = 1 << 40;

/// The most that a call uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Most {
    pub(super) fuel: u64,
    pub(super) memory_bytes: u64,
}

impl Most {
    /// As the manifest states it; none where it states nothing that can be read.
    pub(super) fn stated(manifest: &Manifest) -> Option<Self> {
        let bound = manifest.bound.as_ref()?;
        let (input, answers) = (manifest.budget.input_bytes, manifest.budget.http_bytes);
        let fuel = bound.fuel_at(input, answers)?;
        Some(Self { fuel, memory_bytes: bound.memory_bytes_at(input, answers)? })
    }
}
