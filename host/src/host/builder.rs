//! Sets a host up. Its first state wants to know whom to trust, because nothing runs unsigned.
//!
//! *Never:* a host is built without a keyring, or with a grant that nobody wrote down.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::examination::Examination;
use super::{Directory, Host, Neighbours, Parts};
use crate::Error;
use crate::artifact::{Keyring, PublicKey, Scope, TrustedKey};
use crate::engine::{
    Engine, EngineConfig, InstancePolicy, Metering, Observer, Services, raw::Interface,
    worker::WorkerProgram,
};
use crate::examine::{Policy, Recorder};
use crate::model::{Budget, Clock, Grant, KeyValue, NamePattern};

/// Sets a [`Host`] up, step by step.
#[derive(Debug)]
#[must_use = "a builder does nothing until it is built"]
pub struct HostBuilder<State> {
    state: State,
}

/// What a builder still wants: whom to trust.
#[derive(Debug)]
#[non_exhaustive]
pub struct WantsTrust;

/// What a builder has when nothing is missing.
#[derive(Debug)]
pub struct Ready {
    keyring: Keyring,
    terms: Vec<(NamePattern, Terms)>,
    engine: EngineConfig,
    services: Services,
    policy: Option<Policy>,
    recorder: Option<Arc<Recorder>>,
    /// The key that the host makes capabilities with, and what those are called.
    making: Option<(PublicKey, NamePattern)>,
}

/// The terms on which capabilities run. The default grants nothing, runs each call on a fresh
/// instance, meters by fuel, and leaves the budget to the manifest.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Terms {
    /// What they may do, where they also ask for it.
    pub grant: Grant,
    /// How long their instances live.
    pub lifetime: InstancePolicy,
    /// How their calls are metered.
    pub metering: Metering,
    /// What no call goes over, where it is tighter than the manifest's budget.
    pub budget_max: Option<Budget>,
}

impl HostBuilder<WantsTrust> {
    pub(crate) const fn new() -> Self {
        Self { state: WantsTrust }
    }

    /// Whose signatures count, for what, and how many. The keyring also remembers which releases were
    /// seen: see [`Keyring::with_seen`].
    pub fn trust(self, keyring: Keyring) -> HostBuilder<Ready> {
        HostBuilder {
            state: Ready {
                keyring,
                terms: Vec::new(),
                engine: EngineConfig::default(),
                services: Services::default(),
                policy: None,
                recorder: None,
                making: None,
            },
        }
    }
}

impl HostBuilder<Ready> {
    /// The terms for capabilities whose names match. The first pattern that matches counts.
    pub fn terms(mut self, names: NamePattern, terms: Terms) -> Self {
        self.state.terms.push((names, terms));
        self
    }

    /// Terms that differ from the default in the grant alone.
    pub fn grant(self, names: NamePattern, grant: Grant) -> Self {
        self.terms(names, Terms { grant, ..Terms::default() })
    }

    /// What releases are held to before they are admitted. A [`LiveHost`](super::LiveHost) holds them
    /// to the default [`Policy`] where nothing is said; a plain host trusts its keyring alone then.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.state.policy = Some(policy);
        self
    }

    /// Trusts the key that the host signs with what it makes itself, for names that match, and no
    /// further than [`Scope::of_making`] says by the terms of this host.
    pub fn making(mut self, key: PublicKey, names: NamePattern) -> Self {
        self.state.making = Some((key, names));
        self
    }

    /// Keeps compiled code in this directory, so that the next start is quick.
    pub fn cache_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.state.engine.cache_dir = Some(directory.into());
        self
    }

    /// Keeps values of `kv` in this store.
    pub fn values(mut self, store: Arc<dyn KeyValue>) -> Self {
        self.state.services = self.state.services.values(store);
        self
    }

    /// Where secrets, settings, logs and the rest come from and go to.
    pub fn services(mut self, services: Services) -> Self {
        self.state.services = services;
        self
    }

    /// Is told of each call's end.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.state.engine.observer = Some(observer);
        self
    }

    /// Offers an interface of the embedding program to capabilities that ask for it.
    pub fn interface(mut self, interface: Interface) -> Self {
        self.state.engine.interfaces.push(interface);
        self
    }

    /// Listens to what capabilities ask of their host, for calls that are
    /// [recorded](Host::call_recorded). Their clocks stand still and their random numbers come from a
    /// seed meanwhile.
    pub fn recorder(mut self, recorder: Arc<Recorder>) -> Self {
        self.state.recorder = Some(recorder);
        self
    }

    /// What workers are made of: for capabilities whose terms say
    /// [`InstancePolicy::Walled`].
    pub fn worker(mut self, program: WorkerProgram) -> Self {
        self.state.engine.worker = Some(program);
        self
    }

    /// Takes the time from here instead of the machine's clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.state.engine.clock = clock;
        self
    }

    /// Changes what has no method of its own here: pool sizes, bounds for the whole host.
    pub fn engine(mut self, change: impl FnOnce(&mut EngineConfig)) -> Self {
        change(&mut self.state.engine);
        self
    }

    /// Makes the host.
    ///
    /// # Errors
    /// Where the cache directory cannot be used, the machine does not give what an engine needs, or
    /// the making key is trusted already.
    pub fn build(self) -> Result<Host, Error> {
        let Ready { mut keyring, mut terms, mut engine, services, policy, recorder, making } =
            self.state;
        if let Some((key, names)) = making {
            let grants = terms.iter().map(|(_, terms)| &terms.grant);
            let scope = Scope::of_making([names], grants);
            keyring.trust(TrustedKey::release(key, "making", scope))?;
        }
        let examination = Examination::new(policy, engine.clone());
        let directory = Arc::new(Directory::default());
        let neighbours =
            Neighbours { directory: Arc::downgrade(&directory), clock: Arc::clone(&engine.clock) };
        let mut services = services.peers(Arc::new(neighbours));
        if let Some(recorder) = &recorder {
            services = recorder.around(services);
            for (_, terms) in &mut terms {
                terms.grant = recorder.steadied(std::mem::take(&mut terms.grant));
            }
        }
        let values = services.values.clone();
        engine.services = Arc::new(services);
        let clock = Arc::clone(&engine.clock);
        let engine = Engine::new(engine)?;
        let parts = Parts {
            engine,
            directory,
            keyring,
            terms,
            values,
            clock,
            examination,
            recorder,
            shadows: OnceLock::new(),
        };
        Ok(Host { parts: Arc::new(parts) })
    }
}
