//! From a component to something that can be called: compiled, checked, linked once.
//!
//! *Never:* work that is the same for every call is left for the call.

mod known;
mod made;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use semver::Version;
use wasmtime::component::{ComponentExportIndex, InstancePre};

use super::Shared;
use super::authority::Authority;
use super::config::{InstancePolicy, Metering};
use super::desk::Desk;
use super::error::EngineError;
use super::flavour::Concurrency;
use super::inspect::Needs;
use super::native::NativeCode;
use super::reflect::{Bound, hostcall_fuel};
use super::report::Counts;
use super::seat::Seat;
use super::sessions::Sessions;
use super::sprint::Pace;
use super::state::{CallState, Identity};
use super::worker::{Away, AwayCode};
use super::{imports, wasi};
use crate::model::{
    Budget, CapabilityName, Content, Description, Digest, Grant, KeyValue, Stretch,
};
use known::Known;
use made::Made;

/// A component and what is known and decided about it.
#[derive(Debug, Clone)]
pub struct Loadable {
    /// What it is called here.
    pub name: CapabilityName,
    /// Its version, where the manifest says.
    pub version: Option<Version>,
    /// The component.
    pub content: Content,
    /// Operations and permissions, from the signed manifest.
    pub description: Description,
    /// The bounds of each call.
    pub budget: Budget,
    /// What it is allowed.
    pub grant: Grant,
    /// How long an instance lives.
    pub lifetime: InstancePolicy,
    /// How it is metered.
    pub metering: Metering,
    /// Compiled code whose maker the host's policy trusts. The one that fits this engine is used.
    pub native: Vec<NativeCode>,
}

/// A capability that can be called. Cheap to clone; all clones share instances and counters.
#[derive(Clone)]
pub struct Loaded {
    pub(crate) inner: Arc<Inner>,
}

/// What a loaded capability consists of.
pub(crate) struct Inner {
    pub(crate) shared: Arc<Shared>,
    pub(crate) identity: Arc<Identity>,
    pub(crate) description: Description,
    pub(crate) budget: Budget,
    pub(crate) desk: Desk,
    /// Where instances belong to sessions.
    pub(crate) sessions: Option<Sessions>,
    /// Whether it is of the contract and none of its imports ever waits.
    pub(crate) never_waits: bool,
    /// Whether an instance has shown that the contract's export has the contract's type.
    pub(crate) is_typed: AtomicBool,
    metering: Metering,
    kind: Kind,
    pre: InstancePre<CallState>,
}

/// How a component is called.
enum Kind {
    /// It exports the contract.
    Contract(Contract),
    /// It knows nothing of the contract.
    Foreign(Bound),
    /// Workers call it. What stands here in its place is an empty component.
    Away(Box<Away>),
}

/// Exports of the contract, found once.
#[derive(Clone, Copy)]
pub(crate) struct Contract {
    pub(crate) describe: ComponentExportIndex,
    pub(crate) invoke: ComponentExportIndex,
    pub(crate) state: Option<StateExports>,
    pub(crate) self_test: Option<ComponentExportIndex>,
}

/// The exports of a capability whose state moves to its next version.
#[derive(Clone, Copy)]
pub(crate) struct StateExports {
    pub(crate) save: ComponentExportIndex,
    pub(crate) restore: ComponentExportIndex,
}

/// Whether imports are held against the manifest. Before there is one, to make one, they cannot be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checks {
    Manifest,
    None,
}

/// Compiles, checks and links. Takes as long as the compiler does.
pub(crate) fn load(
    shared: &Arc<Shared>,
    loadable: Loadable,
    checks: Checks,
    values: Option<Arc<dyn KeyValue>>,
) -> Result<Loaded, EngineError> {
    load_from(shared, loadable, (checks, None), values)
}

/// The same, where a worker has compiled it before for workers to come.
pub(crate) fn load_from(
    shared: &Arc<Shared>,
    loadable: Loadable,
    (checks, code): (Checks, Option<AwayCode>),
    values: Option<Arc<dyn KeyValue>>,
) -> Result<Loaded, EngineError> {
    let name = loadable.name.as_str();
    let known = Known::of(shared, &loadable)?;
    let needs = known.needs();
    let asked = &loadable.description.permissions;
    let authority = Authority::of(asked, &loadable.grant);
    if checks == Checks::Manifest {
        let (interfaces, stands_in) = (&*shared.config.interfaces, shared.config.stands_in());
        let offered = imports::Offered { interfaces, stands_in };
        imports::check(name, &needs.imports, asked, &authority, offered)?;
    }
    wasi::check_directories(authority.files()).map_err(|error| EngineError::Directory {
        capability: name.to_owned(),
        message: error.to_string(),
    })?;
    let Made { kind, pre, flavour } =
        made::make(shared, &loadable, &known, &authority, (checks, code))?;
    let is_plain =
        flavour.key.concurrency == Concurrency::Off && imports::never_wait(&needs.imports);
    let never_waits = is_plain && matches!(kind, Kind::Contract(_));
    let budget = loadable.budget.min(shared.config.budget_max);
    let sessions = Sessions::new(loadable.lifetime);
    let may_sprint = is_plain && loadable.metering == Metering::Fuel && sessions.is_none();
    let inner = Inner {
        shared: Arc::clone(shared),
        identity: Arc::new(identity(shared, &loadable, needs, (authority, values))),
        budget,
        description: loadable.description,
        desk: Desk::new(
            budget.concurrent_calls,
            loadable.lifetime,
            shared.config.fuel_slice.max(1),
            may_sprint.then(Seat::new),
        ),
        sessions,
        never_waits,
        is_typed: AtomicBool::default(),
        metering: loadable.metering,
        kind,
        pre,
    };
    Ok(Loaded { inner: Arc::new(inner) })
}

fn identity(
    shared: &Shared,
    loadable: &Loadable,
    needs: &Needs,
    (authority, values): (Authority, Option<Arc<dyn KeyValue>>),
) -> Identity {
    let offered = &shared.config.interfaces;
    let used = |import: &String| offered.iter().find(|interface| interface.offers(import));
    let custom: Vec<_> = needs.imports.iter().filter_map(used).collect();
    Identity {
        name: loadable.name.clone(),
        version: loadable.version.clone(),
        digest: loadable.content.digest(),
        disk: wasi::Disk::of(&authority),
        authority,
        services: Arc::clone(&shared.config.services),
        values,
        clock: Arc::clone(&shared.config.clock),
        needs_alarm: imports::has_wasi(&needs.imports) || !custom.is_empty(),
        data: custom.iter().filter_map(|interface| interface.maker()).cloned().collect(),
    }
}

impl Loadable {
    /// The component, held against its digest.
    pub(super) fn bytes(&self) -> Result<&Stretch, EngineError> {
        self.content.bytes().map_err(|why| EngineError::altered(self.name.as_str(), why))
    }
}

impl Loaded {
    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &CapabilityName {
        &self.inner.identity.name
    }

    /// Its version, where the manifest says.
    #[must_use]
    pub fn version(&self) -> Option<&Version> {
        self.inner.identity.version.as_ref()
    }

    /// Which component it is.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.inner.identity.digest
    }

    /// What it can do.
    #[must_use]
    pub fn description(&self) -> &Description {
        &self.inner.description
    }

    /// The bounds of each call: the manifest's, under those of the engine.
    #[must_use]
    pub fn budget(&self) -> &Budget {
        &self.inner.budget
    }

    /// How many calls ended how.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.inner.desk.counts()
    }

    /// Whether its state can move to another version.
    #[must_use]
    pub fn is_stateful(&self) -> bool {
        match self.inner.away() {
            Some(away) => away.is_stateful(),
            None => self.inner.contract().is_some_and(|contract| contract.state.is_some()),
        }
    }

    /// Whether it can check itself.
    #[must_use]
    pub fn is_self_testing(&self) -> bool {
        match self.inner.away() {
            Some(away) => away.is_self_testing(),
            None => self.inner.contract().is_some_and(|contract| contract.self_test.is_some()),
        }
    }
}

impl Loaded {
    /// What its worker has compiled, where it is served by workers.
    pub(crate) fn away_code(&self) -> Option<AwayCode> {
        self.inner.away().and_then(Away::code)
    }
}

impl Inner {
    pub(crate) fn wasmtime(&self) -> &wasmtime::Engine {
        self.pre.engine()
    }

    pub(crate) const fn pre(&self) -> &InstancePre<CallState> {
        &self.pre
    }

    pub(crate) const fn metering(&self) -> Metering {
        self.metering
    }

    /// Whether a call may run without a fibre from start to end: its time is over at a tick.
    pub(crate) fn may_go_directly(&self) -> bool {
        self.never_waits && self.metering != Metering::Fuel
    }

    /// How much fuel burns between two pauses.
    pub(crate) fn slice(&self) -> u64 {
        self.shared.config.fuel_slice.max(1)
    }

    /// The fuel that a call begins with.
    pub(crate) fn granted(&self, fuel: u64, pace: Pace) -> u64 {
        match pace {
            Pace::Sprint => fuel.min(self.slice()),
            Pace::Steady => fuel,
        }
    }

    /// The exports of the contract, where the component has them.
    pub(crate) const fn contract(&self) -> Option<&Contract> {
        match &self.kind {
            Kind::Contract(contract) => Some(contract),
            Kind::Foreign(_) | Kind::Away(_) => None,
        }
    }

    /// The plans for its exports, where it knows nothing of the contract.
    pub(crate) const fn foreign(&self) -> Option<&Bound> {
        match &self.kind {
            Kind::Contract(_) | Kind::Away(_) => None,
            Kind::Foreign(bound) => Some(bound),
        }
    }

    /// Where its calls are served, where that is not here.
    pub(crate) fn away(&self) -> Option<&Away> {
        match &self.kind {
            Kind::Contract(_) | Kind::Foreign(_) => None,
            Kind::Away(away) => Some(away),
        }
    }

    /// What the host copies out of a guest in one go: no more than the budget lets through anyway.
    /// Values of foreign components take more room than their text.
    pub(crate) fn copied_bytes_max(&self) -> usize {
        let budget = &self.budget;
        let bytes = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
        match &self.kind {
            Kind::Contract(_) | Kind::Away(_) => bytes(budget.input_bytes.max(budget.output_bytes)),
            Kind::Foreign(_) => hostcall_fuel(bytes(budget.output_bytes)),
        }
    }
}

// === impl Loaded ===

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loaded")
            .field("name", self.name())
            .field("digest", self.digest())
            .finish_non_exhaustive()
    }
}
