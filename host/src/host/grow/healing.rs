//! What releases failed at, kept until a repair has it; and which of those that serve have to be repaired.
//!
//! *Never:* growth stands still because something cannot be kept.

use std::sync::Arc;

use super::Growth;
use crate::registry::{Lifecycle, Work};

impl Growth {
    /// Keeps beside the log what releases failed at, so that it is there when they are repaired. Where it
    /// cannot be kept it lives as long as the process, and growth goes on.
    pub(super) async fn keep_failures(&self) {
        let failures = Arc::clone(self.making().failures());
        failures.forget_repaired(&self.registry().journal().state());
        if !failures.has_to_be_kept() {
            return;
        }
        let registry = Arc::clone(self.registry());
        let keep = move || failures.keep(registry.journal().log());
        let kept = match self.registry().journal().log().waits() {
            false => keep().map_err(|error| error.to_string()),
            true => match tokio::task::spawn_blocking(keep).await {
                Ok(kept) => kept.map_err(|error| error.to_string()),
                Err(gone) => Err(gone.to_string()),
            },
        };
        if let Err(error) = kept {
            tracing::warn!(target: "engraft::healer", error, "failures are not kept");
        }
    }

    /// A piece of work whose release serves everybody and fails so often that it is to be repaired.
    pub(super) fn ailing(&self) -> Option<Work> {
        let failures = self.making().failures();
        if failures.is_empty() {
            return None;
        }
        let state = self.registry().journal().state();
        if state.stop.is_some() {
            return None;
        }
        let after = usize::try_from(self.governance().repair_after).unwrap_or(usize::MAX);
        let mut works = state.growth.works.values();
        let ailing = works.find(|work| {
            let is_live = work.repaired_by.is_none() && state.lifecycle(work) == Lifecycle::Live;
            let release = work.proposal.as_ref().filter(|_| is_live && work.ended.is_none());
            release.is_some_and(|it| failures.count(&it.name, &it.version) >= after.max(1))
        });
        ailing.cloned()
    }
}
