//! What serves: the immutable snapshot that every call reads, and the one that replaces it whole.
//!
//! A change is appended to the log, what it needs is loaded and takes over the state of what it
//! replaces, and only then a new snapshot is swapped in. Calls under way hold their release and end
//! on it; it stays for a while for whoever goes back to it, and then goes.
//!
//! *Never:* a call waits for a change, or sees half of one.

mod audience;
mod backstage;
mod books;
mod error;
mod handover;
mod lift;
mod load;
mod meter;
mod names;
mod release;
mod shadow;
mod snapshot;
mod spreading;
mod stirred;
mod swap;
mod unready;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_swap::{ArcSwap, Guard};
use semver::{Version, VersionReq};

pub use audience::{Admission, Audience};
pub use books::Kept;
pub use error::RegistryError;
pub use handover::Handover;
pub use lift::lift;
pub use load::{Load, Loading};
use meter::Meters;
pub use meter::{Latencies, Meter, Totals};
pub use release::{Callee, Serving};
pub use shadow::{Compared, Comparisons, Disagreement, Shadow};
pub use snapshot::{Served, Snapshot};
pub use spreading::{Spreading, Variants};
pub use unready::Unready;

use super::admission::{Admitted, decide};
use super::journal::{Draft, Followed, Journal, JournalError};
use super::op::{Actor, Installed, Op, Record};
use super::scribe::Scribe;
use crate::artifact::{EnvelopeError, Keyring, SigningKey};
use crate::examine::{Approval, Examination, Report};
use crate::model::{CapabilityName, Digest};
use backstage::Backstage;
use stirred::Stirred;
use unready::Broken;

/// How long a release that serves nobody any more is kept: long enough for its last calls, whose
/// own deadlines are seconds, and for a person who goes back at once.
pub const DRAIN: Duration = Duration::from_secs(60);

/// The releases of a program: which there are, who serves, and how that changes.
pub struct Registry<C> {
    scribe: Scribe,
    loader: Box<dyn Load<C>>,
    live: ArcSwap<Snapshot<C>>,
    /// One swap at a time; calls never take it.
    backstage: tokio::sync::Mutex<Backstage<C>>,
    /// Bundles that could not be made ready, and why.
    broken: Mutex<BTreeMap<Digest, Broken>>,
    drain: Duration,
    meters: Meters,
    post: Post,
}

/// What a registry is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Post {
    /// To serve what the log adds up to.
    Serves,
    /// To write to a log that others serve from.
    Writes,
}

impl<C: Callee> Registry<C> {
    /// The registry of a log, with everything loaded that serves. What cannot be made ready here is left
    /// out, as [`Registry::unready`] tells: it keeps none of the others from serving.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub async fn open(journal: Journal, loader: impl Load<C>) -> Result<Self, RegistryError> {
        let registry = Self::at(Post::Serves, journal, loader)?;
        match registry.publish().await {
            Ok(()) => {}
            Err(RegistryError::Load { .. }) => registry.remember_the_broken(),
            Err(error) => return Err(error),
        }
        // Nobody who starts waits for what makes the next start shorter.
        registry.scribe.leave(Journal::keep);
        Ok(registry)
    }

    /// The registry of a log that others serve from: it records, and loads nothing of what serves. Its
    /// snapshot stays empty.
    ///
    /// # Errors
    /// Where the system gives no thread for the log.
    pub fn to_write(journal: Journal, loader: impl Load<C>) -> Result<Self, RegistryError> {
        Self::at(Post::Writes, journal, loader)
    }

    fn at(post: Post, journal: Journal, loader: impl Load<C>) -> Result<Self, RegistryError> {
        Ok(Self {
            scribe: Scribe::new(journal)?,
            loader: Box::new(loader),
            live: ArcSwap::from_pointee(Snapshot::empty()),
            backstage: tokio::sync::Mutex::default(),
            broken: Mutex::default(),
            drain: DRAIN,
            meters: Meters::default(),
            post,
        })
    }

    /// The same with another time for which a release is kept that serves nobody any more.
    #[must_use]
    pub const fn drain_for(mut self, drain: Duration) -> Self {
        self.drain = drain;
        self
    }

    /// What serves now.
    #[must_use]
    pub fn snapshot(&self) -> Guard<Arc<Snapshot<C>>> {
        self.live.load()
    }

    /// The log and what it adds up to.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        self.scribe.journal()
    }

    /// What each release did, those among them that do not serve any more.
    #[must_use]
    pub fn meters(&self) -> Vec<((CapabilityName, Version, Digest), Arc<Meter>)> {
        self.meters.all()
    }

    /// Records a change and lets it be seen, in this order.
    ///
    /// # Errors
    /// Where it is not allowed, cannot be kept, or what it needs cannot be made ready.
    pub async fn change(&self, by: Actor, why: &str, op: Op) -> Result<Record, RegistryError> {
        if matches!(op, Op::Lifted { .. }) {
            return Err(RegistryError::NoKey);
        }
        if let Op::Decided { name, .. } = &op {
            return Err(RegistryError::NotSaid { name: name.to_string(), why: String::new() });
        }
        self.record_and_publish(by, why, op).await
    }

    /// Records an admitted release that is ready already, with the report of its examination.
    ///
    /// # Errors
    /// Where it is not allowed or cannot be kept; then nothing has changed.
    pub async fn install(
        &self,
        by: Actor,
        why: &str,
        admitted: Admitted,
        bundle: &[u8],
        ready: C,
    ) -> Result<Record, RegistryError> {
        let Installed { name, version, .. } = admitted.installed().clone();
        let record = self.record(Draft::of_release(by, why, admitted, bundle)).await?;
        let (state, _) = self.journal().view();
        let serving = state.release(&name, &version).map(|release| {
            let meter = self.meters.of(&release.installed);
            Arc::new(Serving::new(release, ready, meter))
        });
        self.publish_with(serving.into_iter().collect()).await?;
        Ok(record)
    }

    /// Records that a candidate was examined and is not admitted, with the report.
    ///
    /// # Errors
    /// Where it cannot be kept.
    pub async fn examined(
        &self,
        by: Actor,
        why: &str,
        report: &Report,
    ) -> Result<Record, RegistryError> {
        let op = Op::Examined(Box::new(Examination::of(report)));
        let draft = Draft::new(by, why, op)?.with(report.digest(), report.to_bytes());
        self.record(draft).await
    }

    /// Records a step of the work on what is missing, with bytes that it names.
    ///
    /// # Errors
    /// Where it does not follow from where the work stands, or cannot be kept.
    pub async fn grow(
        &self,
        by: Actor,
        why: &str,
        op: Op,
        blobs: Vec<(Digest, Vec<u8>)>,
    ) -> Result<Record, RegistryError> {
        if !matches!(op, Op::Wanted(_) | Op::Grown { .. }) {
            return self.change(by, why, op).await;
        }
        // Nothing that serves depends on it, so that there is nothing to publish.
        let draft = Draft::new(by, why, op)?;
        let with = |draft: Draft, (digest, bytes)| draft.with(digest, bytes);
        self.record(blobs.into_iter().fold(draft, with)).await
    }

    /// Takes in what persons have signed of a candidate, and holds its releases to it at once. What
    /// is known already is not recorded again.
    ///
    /// # Errors
    /// Where nobody whom the keyring trusts has signed it, or it cannot be kept.
    pub async fn decide(
        &self,
        approval: &Approval,
        keyring: &Keyring,
        by: Actor,
    ) -> Result<Vec<Record>, RegistryError> {
        let now = self.journal().clock().wall();
        let unread = |error: EnvelopeError| RegistryError::NotSaid {
            name: String::new(),
            why: format!(": {error}"),
        };
        let (said, _) = approval.open(keyring, now).map_err(unread)?;
        let ops = decide(approval, keyring, now).map_err(unread)?;
        if ops.is_empty() {
            let name = said.binding.name.to_string();
            return Err(RegistryError::NotSaid { name, why: String::new() });
        }
        let mut records = Vec::new();
        for op in ops {
            if !self.journal().state().has_heard(&op) {
                records.push(self.record_and_publish(by.clone(), &said.why, op).await?);
            }
        }
        Ok(records)
    }

    /// Bytes that an entry of the log names, where they are kept.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub async fn blob(&self, digest: Digest) -> Result<Option<Vec<u8>>, RegistryError> {
        let bytes = self.scribe.ask(move |journal| journal.log().blob(&digest)).await?;
        let bytes = bytes.map_err(JournalError::Log)?;
        Ok(bytes.filter(|bytes| Digest::of(bytes) == digest))
    }

    /// Reads what others recorded and lets it be seen.
    ///
    /// # Errors
    /// Where the log cannot be read or something cannot be made ready; what served goes on serving.
    pub async fn follow(&self) -> Result<Followed, RegistryError> {
        let followed = self.scribe.ask(Journal::follow).await??;
        if followed == Followed::News || self.live.load().at() < self.journal().length() {
            self.publish().await?;
        }
        Ok(followed)
    }

    /// Makes the newest release ready that a requirement allows, where it is not: it is kept ready
    /// from then on, with the last 64 that were asked for in this way. Says whether there is one.
    ///
    /// # Errors
    /// Where it cannot be loaded.
    pub async fn summon(
        &self,
        name: &CapabilityName,
        requirement: &VersionReq,
    ) -> Result<bool, RegistryError> {
        let (state, _) = self.journal().view();
        let Some(release) = state.resolve(name, requirement) else { return Ok(false) };
        self.backstage.lock().await.ask_for(&release.installed);
        self.publish().await?;
        Ok(true)
    }

    /// Lets releases go whose time to drain is over.
    pub async fn retire(&self) {
        let now = self.journal().clock().monotonic();
        self.backstage.lock().await.retire(now);
    }

    /// Halts every rollout, promotion and generated capability.
    ///
    /// # Errors
    /// Where it cannot be kept.
    pub async fn stop(&self, by: Actor, why: &str) -> Result<Record, RegistryError> {
        self.change(by, why, Op::Stopped).await
    }

    /// Lifts an emergency stop with a person's key, which signs what it lifts.
    ///
    /// # Errors
    /// Where there is no stop, or the keyring does not trust the key.
    pub async fn lift(
        &self,
        key: &SigningKey,
        keyring: &Keyring,
        by: Actor,
        why: &str,
    ) -> Result<Record, RegistryError> {
        let op = lift(&self.journal().state(), key, keyring)?;
        self.record_and_publish(by, why, op).await
    }

    async fn record_and_publish(
        &self,
        by: Actor,
        why: &str,
        op: Op,
    ) -> Result<Record, RegistryError> {
        let record = self.record(Draft::new(by, why, op)?).await?;
        self.publish().await?;
        Ok(record)
    }

    /// Records, and where that is refused lets be seen what the log was found to hold: the attempt has
    /// read what others recorded, or what a failing disk kept after all.
    async fn record(&self, draft: Draft) -> Result<Record, RegistryError> {
        let recorded = self.scribe.record(draft).await;
        if recorded.is_err() && self.live.load().at() < self.journal().length() {
            self.publish().await?;
        }
        Ok(recorded?)
    }
}

#[cfg(test)]
impl<C: Callee> Registry<C> {
    /// An empty registry for the tests of floors that know neither keys nor logs.
    pub(crate) async fn in_memory(loader: impl Load<C>) -> Self {
        let key = SigningKey::from_seed(&[1; 32], crate::artifact::Origin::Release);
        let log = Arc::new(crate::store::MemoryLog::new());
        let journal = Journal::open(log, key, Arc::new(crate::model::SystemClock)).unwrap();
        Self::open(journal, loader).await.unwrap()
    }
}

// === impl Registry ===

impl<C> std::fmt::Debug for Registry<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry").field("journal", self.scribe.journal()).finish_non_exhaustive()
    }
}
