//! Releases that should serve and cannot be made ready in this program.
//!
//! *Never:* one of them keeps another from serving.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{MutexGuard, PoisonError};

use semver::Version;

use super::{Callee, Installed, Registry, Snapshot, Stirred};
use crate::model::{CapabilityName, Digest};

/// Why a bundle could not be made ready.
#[derive(Debug, Clone)]
pub(super) struct Broken {
    pub(super) why: String,
    /// Whether that was so when this program began.
    pub(super) is_from_start: bool,
}

/// A release that should serve, and could not be made ready here.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unready {
    /// Which capability.
    pub name: CapabilityName,
    /// Which version.
    pub version: Version,
    /// Why.
    pub why: String,
    /// Whether that was so when this program began: then it may well be this program's own lack, of a
    /// grant or of a file, and nobody takes the release back for it.
    pub is_from_start: bool,
}

impl<C: Callee> Registry<C> {
    /// Releases that should serve and could not be made ready here, and why.
    #[must_use]
    pub fn unready(&self) -> Vec<Unready> {
        let broken = self.broken();
        if broken.is_empty() {
            return Vec::new();
        }
        let (state, _) = self.journal().view();
        let all = Stirred::All;
        let releases = Snapshot::<C>::wanted(&state, &VecDeque::new(), &all).into_iter();
        let releases = releases.chain(state.lines.values().filter_map(|line| line.shadow()));
        let unready = releases.filter_map(|release| {
            let Installed { name, version, bundle, .. } = release.installed.clone();
            let Broken { why, is_from_start } = broken.get(&bundle)?.clone();
            Some(Unready { name, version, why, is_from_start })
        });
        unready.collect()
    }

    /// Marks what could not be made ready as so from the start, and tells the trace of it.
    pub(super) fn remember_the_broken(&self) {
        self.broken().values_mut().for_each(|broken| broken.is_from_start = true);
        for Unready { name, version, why, .. } in self.unready() {
            tracing::warn!(target: "engraft::registry", %name, %version, why, "it cannot be made ready");
        }
    }

    pub(super) fn broken(&self) -> MutexGuard<'_, BTreeMap<Digest, Broken>> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
