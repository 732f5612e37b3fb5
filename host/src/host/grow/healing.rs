//! What releases failed at, kept until a repair has it; and which of those that serve have to be repaired.
//!
//! *Never:* growth stands still because something cannot be kept.

use super::Growth;
use crate::registry::{Lifecycle, Work};

impl Growth {
    /// Lets go of failures that repairs have, and keeps the others beside the log.
    pub(super) async fn keep_failures(&self) {
        self.making().failures().forget_repaired(&self.registry().journal().state());
        self.inner.live.keep_failures().await;
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
