//! Sets the host up: whom to trust, what to allow, what comes along, and who writes what is missing.
//!
//! *Never:* a capability here may do more than the lines below say, or than a person has granted since.

mod folder;

use std::path::Path;
use std::sync::Arc;

use engraft::artifact::{Bundle, SigningKey};
use engraft::loops::governor::Governance;
use engraft::model::{Clock, ClockMode, Grant, KeyValue, NamePattern};
use engraft::registry::{Actor, State};
use engraft::store::{OpLog, SqliteLog, SqliteStore};
use engraft::synth::{Authors, Catalogue, FromExamples};
use engraft::{Growth, Host, LiveHost};

use crate::Result;
use crate::clock::Moved;
use crate::keys::{Keys, NOTES};
use folder::Folder;

const BUNDLES: [&[u8]; 3] = [
    include_bytes!("../../bundles/text.engraft"),
    include_bytes!("../../bundles/units.engraft"),
    include_bytes!("../../bundles/notes.engraft"),
];

/// A live host that grows, and everything that it is opened with.
pub(crate) struct Desk {
    live: LiveHost,
    growth: Growth,
    clock: Arc<Moved>,
    parts: Parts,
}

/// What a host is opened with.
struct Parts {
    keys: Keys,
    log: Arc<dyn OpLog>,
    values: Arc<dyn KeyValue>,
    governance: Governance,
    grants: Vec<(NamePattern, Grant)>,
    /// Goes last, when nothing in it is open any more.
    _folder: Folder,
}

impl Desk {
    /// A host with what comes along and what a folder knows; without one, all ends with the program.
    pub(crate) async fn open(folder: Option<&Path>, governance: Governance) -> Result<Self> {
        let folder = Folder::open(folder)?;
        // Texts and units compute and nothing else; notes get the time and values.
        let mut notes = Grant::default();
        notes.clock = Some(ClockMode::Real);
        notes.kv = Some(NOTES);
        let parts = Parts {
            keys: Keys::open(&folder.path().join("keys"))?,
            log: Arc::new(SqliteLog::open(folder.path().join("log.sqlite"))?),
            values: Arc::new(SqliteStore::open(folder.path().join("values.sqlite"))?),
            governance,
            grants: vec![("note.*".parse()?, notes)],
            _folder: folder,
        };
        let clock = Arc::<Moved>::default();
        let (live, growth) = parts.host(&clock).await?;
        let desk = Self { live, growth, clock, parts };
        desk.bring().await?;
        Ok(desk)
    }

    /// Grants something from now on. What a host allows is fixed while it is open, so it is opened anew;
    /// everything that it knows is in its log.
    pub(crate) async fn grant(&mut self, names: NamePattern, grant: Grant) -> Result<()> {
        self.parts.grants.push((names, grant));
        (self.live, self.growth) = self.parts.host(&self.clock).await?;
        Ok(())
    }

    pub(crate) const fn live(&self) -> &LiveHost {
        &self.live
    }

    pub(crate) const fn growth(&self) -> &Growth {
        &self.growth
    }

    pub(crate) fn clock(&self) -> &Moved {
        &self.clock
    }

    /// The key of the person.
    pub(crate) fn person(&self) -> Result<SigningKey> {
        self.parts.keys.person()
    }

    /// What the log adds up to.
    pub(crate) fn state(&self) -> Arc<State> {
        self.live.registry().journal().state()
    }

    /// Installs what comes along, as any bundle is: verified, examined by the policy, kept.
    async fn bring(&self) -> Result<()> {
        for bytes in BUNDLES {
            let bundle = Bundle::parse(bytes)?;
            let manifest = bundle.claimed_manifest();
            if self.state().release(&manifest.description.name, &manifest.version).is_none() {
                let why = "it comes with the assistant";
                self.live.install(bytes, Actor::person("you"), why).await?;
            }
        }
        Ok(())
    }
}

impl Parts {
    async fn host(&self, clock: &Arc<Moved>) -> Result<(LiveHost, Growth)> {
        let making = self.keys.making()?;
        let clock: Arc<dyn Clock> = Arc::<Moved>::clone(clock);
        let mut host = Host::builder()
            .trust(self.keys.keyring()?)
            .making(making.public(), "*".parse()?)
            .values(Arc::clone(&self.values))
            .clock(clock);
        for (names, grant) in &self.grants {
            host = host.grant(names.clone(), grant.clone());
        }
        let live = LiveHost::open(host.build()?, Arc::clone(&self.log), self.keys.log()?).await?;
        // Asked in the order of their cost: recipes that are written already, then a search.
        let authors = Authors::default()
            .with(Arc::new(Catalogue::standard()))
            .with(Arc::new(FromExamples::new()));
        let growth = live.grow(making, authors, self.governance.clone())?;
        Ok((live, growth))
    }
}
