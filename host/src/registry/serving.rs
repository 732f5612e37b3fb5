//! What serves: the immutable snapshot that every call reads, and the one that replaces it whole.
//!
//! A change is appended to the log, what it needs is loaded, and only then a new snapshot is
//! swapped in. Calls under way hold their release and end on it; it goes when the last of them has.
//!
//! *Never:* a call waits for a change, or sees half of one.

mod meter;
mod release;
mod snapshot;

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, Guard};
use semver::Version;

use meter::Meters;
pub use meter::{Latencies, Meter, Totals};
pub use release::{Callee, Serving};
pub use snapshot::{Served, Snapshot, Spreading};

use super::journal::{Followed, Journal, JournalError};
use super::op::{Actor, Op, Record};
use super::state::{Release, State};
use crate::artifact::{Keyring, SigningKey};
use crate::model::{CapabilityName, Digest};

/// Makes what can be called out of a release and its bundle: verified again, compiled, warm.
pub trait Load<C>: Send + Sync + 'static {
    /// Loads a release.
    fn load<'a>(&'a self, release: &'a Release, bundle: Vec<u8>) -> Loading<'a, C>;
}

/// A release while it is being made ready.
pub type Loading<'a, C> = Pin<Box<dyn Future<Output = Result<C, String>> + Send + 'a>>;

/// The releases of a program: which there are, who serves, and how that changes.
pub struct Registry<C> {
    journal: Journal,
    loader: Box<dyn Load<C>>,
    live: ArcSwap<Snapshot<C>>,
    /// One swap at a time; calls never take it.
    swap: tokio::sync::Mutex<()>,
    /// Releases whose loading failed, and why.
    broken: Mutex<BTreeMap<Digest, String>>,
    meters: Meters,
}

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// It was not recorded.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// It is recorded, and a release that it needs cannot be loaded; the old ones go on serving.
    #[error("`{name}` {version} cannot be loaded, so what served before goes on serving: {why}")]
    Load {
        /// Which capability.
        name: CapabilityName,
        /// Which version.
        version: Version,
        /// Why.
        why: String,
    },
    /// The key is not a person's whom the keyring trusts.
    #[error("{key} does not lift a stop: {why}")]
    Key {
        /// Which key.
        key: crate::artifact::KeyId,
        /// Why not.
        why: &'static str,
    },
}

impl<C: Callee> Registry<C> {
    /// The registry of a log, with everything loaded that serves.
    ///
    /// # Errors
    /// Where something that serves cannot be loaded.
    pub async fn open(journal: Journal, loader: impl Load<C>) -> Result<Self, RegistryError> {
        let registry = Self {
            journal,
            loader: Box::new(loader),
            live: ArcSwap::from_pointee(Snapshot::empty()),
            swap: tokio::sync::Mutex::new(()),
            broken: Mutex::default(),
            meters: Meters::default(),
        };
        registry.publish().await?;
        Ok(registry)
    }

    /// What serves now.
    #[must_use]
    pub fn snapshot(&self) -> Guard<Arc<Snapshot<C>>> {
        self.live.load()
    }

    /// The log and what it adds up to.
    #[must_use]
    pub const fn journal(&self) -> &Journal {
        &self.journal
    }

    /// What each release did, those among them that do not serve any more.
    #[must_use]
    pub fn meters(&self) -> Vec<((CapabilityName, Version, Digest), Arc<Meter>)> {
        self.meters.all()
    }

    /// Records a change and lets it be seen, in this order.
    ///
    /// # Errors
    /// Where it is not allowed, cannot be kept, or what it needs cannot be loaded.
    pub async fn change(&self, by: Actor, why: &str, op: Op) -> Result<Record, RegistryError> {
        let record = self.journal.record(by, why, op)?;
        self.publish().await?;
        Ok(record)
    }

    /// Records an installed release that is ready already.
    ///
    /// # Errors
    /// Where it is not allowed or cannot be kept; then nothing has changed.
    pub async fn install(
        &self,
        by: Actor,
        why: &str,
        op: super::op::Installed,
        bundle: &[u8],
        ready: C,
    ) -> Result<Record, RegistryError> {
        let (name, version) = (op.name.clone(), op.version.clone());
        let digest = op.bundle;
        let _turn = self.swap.lock().await;
        let record = self.journal.record_with(by, why, Op::Installed(op), &[(digest, bundle)])?;
        let state = self.journal.state();
        if let Some(release) = state.lines.get(&name).and_then(|line| line.releases.get(&version)) {
            let serving =
                Arc::new(Serving::new(release, ready, self.meters.of(&release.installed)));
            self.swap_in(&state, vec![serving]).await?;
        }
        Ok(record)
    }

    /// Reads what others recorded and lets it be seen.
    ///
    /// # Errors
    /// Where the log cannot be read or something cannot be loaded; what served goes on serving.
    pub async fn follow(&self) -> Result<Followed, RegistryError> {
        let followed = self.journal.follow()?;
        if followed == Followed::News || self.live.load().at() < self.journal.length() {
            self.publish().await?;
        }
        Ok(followed)
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
        let op = lift(&self.journal.state(), key, keyring)?;
        self.change(by, why, op).await
    }

    /// Loads what is missing and swaps the snapshot.
    async fn publish(&self) -> Result<(), RegistryError> {
        let _turn = self.swap.lock().await;
        let state = self.journal.state();
        // What may not serve any more goes first; loading takes its time.
        self.live.store(Arc::new(Snapshot::next(&state, self.journal.length(), &self.live.load())));
        self.swap_in(&state, Vec::new()).await
    }

    async fn swap_in(
        &self,
        state: &State,
        mut ready: Vec<Arc<Serving<C>>>,
    ) -> Result<(), RegistryError> {
        let mut failed = None;
        for release in Snapshot::<C>::wanted(state) {
            let old = self.live.load();
            let bundle = release.installed.bundle;
            let is_there =
                old.holds(&release.installed) || ready.iter().any(|r| r.is(&release.installed));
            if is_there || self.broken().contains_key(&bundle) {
                continue;
            }
            match self.load(release).await {
                Ok(callee) => {
                    let meter = self.meters.of(&release.installed);
                    ready.push(Arc::new(Serving::new(release, callee, meter)));
                }
                Err(why) => {
                    self.broken().insert(bundle, why.clone());
                    let super::op::Installed { name, version, .. } = release.installed.clone();
                    failed = Some(RegistryError::Load { name, version, why });
                }
            }
        }
        let old = self.live.load_full();
        let next = Snapshot::with(state, self.journal.length(), &old, &ready);
        self.live.store(Arc::new(next));
        failed.map_or(Ok(()), Err)
    }

    async fn load(&self, release: &Release) -> Result<C, String> {
        let digest = release.installed.bundle;
        let bundle = self.journal.log().blob(&digest).map_err(|error| error.to_string())?;
        let bundle = bundle.ok_or_else(|| "its bundle is missing beside the log".to_owned())?;
        if Digest::of(&bundle) != digest {
            return Err("its bundle is not the one that was installed".to_owned());
        }
        self.loader.load(release, bundle).await
    }

    fn broken(&self) -> std::sync::MutexGuard<'_, BTreeMap<Digest, String>> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner)
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

/// What a person's key signs to lift a stop.
fn stop_statement(sequence: u64) -> String {
    format!("engraft lifts the emergency stop of entry {sequence}")
}

/// The op with which a person's key lifts the stop.
///
/// # Errors
/// Where there is none, or the keyring does not trust the key.
pub fn lift(state: &State, key: &SigningKey, keyring: &Keyring) -> Result<Op, RegistryError> {
    let stop = state
        .stop
        .as_ref()
        .ok_or(RegistryError::Journal(JournalError::Rule(super::state::Rule::NotStopped)))?;
    let id = key.id();
    if keyring.key(&id).is_none() {
        return Err(RegistryError::Key { key: id, why: "the keyring does not name it" });
    }
    if keyring.revoked().key(&id).is_some() {
        return Err(RegistryError::Key { key: id, why: "it is revoked" });
    }
    let signature = key.sign(stop_statement(stop.sequence).as_bytes());
    let signature = signature.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Op::Lifted { key: id, signature })
}

// === impl Registry ===

impl<C> std::fmt::Debug for Registry<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry").field("journal", &self.journal).finish_non_exhaustive()
    }
}
