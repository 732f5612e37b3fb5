//! From a state of the log to the snapshot that calls read: what may not serve goes first, what is
//! to serve is made ready and takes over, and then everything changes at once.
//!
//! *Never:* a release is seen before it is ready.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::backstage::Backstage;
use super::handover::{Takeover, changed, takeovers};
use super::snapshot::Change;
use super::{Callee, Installed, Registry, RegistryError, Serving, Snapshot};
use crate::model::{CapabilityName, Digest};
use crate::registry::state::{Release, State};

impl<C: Callee> Registry<C> {
    /// Lets be seen what the log adds up to.
    pub(super) async fn publish(&self) -> Result<(), RegistryError> {
        self.publish_with(Vec::new()).await
    }

    /// The same with releases that are ready already.
    pub(super) async fn publish_with(
        &self,
        mut ready: Vec<Arc<Serving<C>>>,
    ) -> Result<(), RegistryError> {
        let mut backstage = self.backstage.lock().await;
        let (state, at) = self.journal().view();
        let old = self.live.load_full();
        // What may not serve any more goes first; loading takes its time.
        if let Some(rest) = old.without(&state) {
            self.live.store(Arc::new(rest));
        }
        let takeovers = takeovers(old.state(), &state);
        // Whoever is to serve anew is tried anew.
        for Takeover { name, new, .. } in &takeovers {
            let release = state.lines.get(*name).and_then(|line| line.releases.get(*new));
            release.map(|release| self.broken().remove(&release.installed.bundle));
        }
        // What was taken back is undone before another takes over what it left.
        for Takeover { name, .. } in &takeovers {
            self.settle(name, &state).await;
        }
        let mut failed = self.load_missing(&state, &old, &mut backstage, &mut ready).await;
        for takeover in &takeovers {
            let taken = self.take_over(takeover, &old, &ready).await;
            failed = failed.or(taken.err());
        }
        let books = self.books(&state).await;
        let barred: BTreeSet<Digest> = self.broken().keys().copied().collect();
        let change = Change { at, ready: &ready, books: &books, barred: &barred };
        let next = Snapshot::next(&state, &old, &backstage, &change);
        let until = self.journal().clock().monotonic() + self.drain;
        let leaving: Vec<_> = next.left_behind(&old, &ready).collect();
        self.live.store(Arc::new(next));
        leaving.into_iter().for_each(|serving| backstage.leave(serving, until));
        for name in changed(old.state(), &state) {
            self.settle(name, &state).await;
        }
        failed.map_or(Ok(()), Err)
    }

    async fn settle(&self, name: &CapabilityName, state: &State) {
        let Some(line) = state.lines.get(name) else { return };
        if let Err(why) = self.loader.settle(name, line).await {
            tracing::error!(target: "engraft::registry", %name, why, "its state is not settled");
        }
    }

    /// Makes ready what has to be and is not; gives back the last failure.
    async fn load_missing(
        &self,
        state: &State,
        old: &Snapshot<C>,
        backstage: &mut Backstage<C>,
        ready: &mut Vec<Arc<Serving<C>>>,
    ) -> Option<RegistryError> {
        let mut failed = None;
        for release in Snapshot::<C>::wanted(state, backstage) {
            let installed = &release.installed;
            let is_there = old.holds(release) || ready.iter().any(|r| r.fits(release));
            if is_there || self.broken().contains_key(&installed.bundle) {
                continue;
            }
            if let Some(serving) = backstage.bring_back(release) {
                ready.push(serving);
                continue;
            }
            match self.load(release).await {
                Ok(callee) => {
                    let meter = self.meters.of(installed);
                    ready.push(Arc::new(Serving::new(release, callee, meter)));
                }
                Err(why) => failed = Some(self.note_broken(installed, why)),
            }
        }
        failed
    }

    async fn load(&self, release: &Release) -> Result<C, String> {
        let bundle = self.blob(release.installed.bundle).await;
        let bundle = bundle.map_err(|error| error.to_string())?;
        let missing = "its bundle is missing beside the log, or is not the one that was installed";
        let bundle = bundle.ok_or_else(|| missing.to_owned())?;
        self.loader.load(release, bundle).await
    }

    /// Lets a release take over from another, where both are ready.
    async fn take_over(
        &self,
        takeover: &Takeover<'_>,
        old: &Snapshot<C>,
        ready: &[Arc<Serving<C>>],
    ) -> Result<(), RegistryError> {
        let find = |version| old.find(takeover.name, version).cloned();
        let is_new = |serving: &&Arc<Serving<C>>| {
            serving.name() == takeover.name && serving.version() == takeover.new
        };
        let new = ready.iter().find(is_new).cloned().or_else(|| find(takeover.new));
        let (Some(before), Some(new)) = (find(takeover.old), new) else { return Ok(()) };
        let taken = self.loader.take_over(before.callee(), new.callee(), takeover.how).await;
        taken.map_err(|why| self.note_broken(new.installed(), why))
    }

    fn note_broken(&self, installed: &Installed, why: String) -> RegistryError {
        self.broken().insert(installed.bundle, why.clone());
        let Installed { name, version, .. } = installed.clone();
        RegistryError::Load { name, version, why }
    }
}
