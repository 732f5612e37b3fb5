//! From a state of the log to the snapshot that calls read: what may not serve goes first, what is
//! to serve is made ready and takes over, and then everything changes at once.
//!
//! *Never:* a release is seen before it is ready.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::backstage::Backstage;
use super::books::{StageId, id};
use super::handover::{Takeover, changed, takeovers};
use super::shadow::Shadow;
use super::snapshot::Change;
use super::stirred::Stirred;
use super::{Broken, Callee, Installed, Post, Registry, RegistryError, Serving, Snapshot};
use crate::model::{CapabilityName, Digest};
use crate::registry::journal::JournalError;
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
        if self.post == Post::Writes {
            return Ok(());
        }
        let mut backstage = self.backstage.lock().await;
        let (state, at) = self.journal().view();
        let old = self.live.load_full();
        let stirred = &old.stirred(&state, backstage.asked(), &self.barred());
        // What may not serve any more goes first; loading takes its time.
        if let Some(rest) = old.without(&state, stirred) {
            self.live.store(Arc::new(rest));
        }
        let takeovers = takeovers(old.state(), &state, stirred);
        // Whoever is to serve anew is tried anew.
        for Takeover { name, new, .. } in &takeovers {
            let release = state.release(name, new);
            release.map(|release| self.broken().remove(&release.installed.bundle));
        }
        // What was taken back is undone before another takes over what it left.
        for Takeover { name, .. } in &takeovers {
            self.settle(name, &state).await;
        }
        let mut failed = None;
        for release in Snapshot::<C>::wanted(&state, &backstage.asked().clone(), stirred) {
            failed =
                self.make_ready(release, &old, &mut backstage, &mut ready).await.err().or(failed);
        }
        for takeover in &takeovers {
            let taken = self.take_over(takeover, &old, &ready).await;
            failed = failed.or(taken.err());
        }
        let (shadows, unready) = self.shadows(&state, &old, stirred).await;
        failed = failed.or(unready);
        let (books, barred) = (self.books(&state, stirred).await, self.barred());
        let (books, shadows, barred, asked) = (&books, &shadows, &barred, backstage.asked());
        let change = Change { at, stirred, asked, ready: &ready, books, shadows, barred };
        let next = Snapshot::next(&state, &old, &change);
        let until = self.journal().clock().monotonic() + self.drain;
        let leaving: Vec<_> = next.left_behind(&old, &ready).collect();
        old.end_shadows_without(&next);
        self.live.store(Arc::new(next));
        leaving.into_iter().for_each(|serving| backstage.leave(serving, until));
        for name in changed(old.state(), &state, stirred) {
            self.settle(name, &state).await;
        }
        failed.map_or(Ok(()), Err)
    }

    async fn settle(&self, name: &CapabilityName, state: &State) {
        if let Err(why) = self.loader.settle(name, state).await {
            tracing::error!(target: "engraft::registry", %name, why, "its state is not settled");
        }
    }

    /// Bundles that could not be made ready.
    fn barred(&self) -> BTreeSet<Digest> {
        self.broken().keys().copied().collect()
    }

    /// Makes ready what has to be and is not.
    async fn make_ready(
        &self,
        release: &Release,
        old: &Snapshot<C>,
        backstage: &mut Backstage<C>,
        ready: &mut Vec<Arc<Serving<C>>>,
    ) -> Result<(), RegistryError> {
        let installed = &release.installed;
        let is_there = old.holds(release) || ready.iter().any(|r| r.fits(release));
        if is_there || self.broken().contains_key(&installed.bundle) {
            return Ok(());
        }
        if let Some(serving) = backstage.bring_back(release) {
            ready.push(serving);
            return Ok(());
        }
        let loaded = self.load(release).await;
        let callee = loaded.map_err(|why| self.note_broken(installed, why))?;
        ready.push(Arc::new(Serving::new(release, callee, self.meters.of(installed))));
        Ok(())
    }

    /// Makes shadows of what is to be one and is not.
    async fn shadows(
        &self,
        state: &State,
        old: &Snapshot<C>,
        stirred: &Stirred,
    ) -> (HashMap<StageId, Arc<Shadow<C>>>, Option<RegistryError>) {
        let (mut shadows, mut failed) = (HashMap::new(), None);
        for (name, line) in stirred.lines(state) {
            let release = line.shadow().filter(|release| state.may_shadow(release));
            let Some((release, rollout)) = release.zip(line.rollout.as_ref()) else { continue };
            let (installed, stage) = (&release.installed, id(rollout));
            let there = old.line(name.as_str()).and_then(|served| served.shadow.as_ref());
            let is_there = there.is_some_and(|shadow| {
                let serving = shadow.serving();
                *shadow.stage() == stage && serving.fits(release) && !serving.is_closed()
            });
            // One that is to be a shadow anew is tried anew.
            let before = old.state().lines.get(name).and_then(|line| line.rollout.as_ref());
            if before.map(id).as_ref() != Some(&stage) {
                self.broken().remove(&installed.bundle);
            }
            if is_there || self.broken().contains_key(&installed.bundle) {
                continue;
            }
            let loaded = match self.bundle(release).await {
                Ok(bundle) => self.loader.load_shadow(release, bundle).await,
                Err(why) => Err(why),
            };
            match loaded {
                Ok(callee) => {
                    let shadow = Shadow::new(rollout, release, callee);
                    shadows.extend(shadow.map(|shadow| (stage, Arc::new(shadow))));
                }
                Err(why) => failed = Some(self.note_broken(installed, why)),
            }
        }
        (shadows, failed)
    }

    async fn load(&self, release: &Release) -> Result<C, String> {
        let bundle = self.bundle(release).await?;
        self.loader.load(release, bundle).await
    }

    /// As it is kept: whoever loads it holds the parts that it uses against what was installed.
    async fn bundle(&self, release: &Release) -> Result<Vec<u8>, String> {
        let digest = release.installed.bundle;
        let bundle = self.scribe.ask(move |journal| journal.log().blob(&digest)).await;
        let bundle = bundle.map_err(|error| error.to_string())?;
        let bundle = bundle.map_err(|error| JournalError::Log(error).to_string())?;
        bundle.ok_or_else(|| "its bundle is missing beside the log".to_owned())
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
        let broken = Broken { why: why.clone(), is_from_start: false };
        self.broken().insert(installed.bundle, broken);
        let Installed { name, version, .. } = installed.clone();
        RegistryError::Load { name, version, why }
    }
}
