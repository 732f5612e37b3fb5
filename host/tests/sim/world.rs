//! One world: random steps, and what has to hold after each.

mod holds;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use engraft::Invocation;
use engraft::artifact::{Keyring, Origin, SigningKey};
use engraft::examine::Policy;
use engraft::loops::Steward;
use engraft::model::{CapabilityName, Clock, Digest};
use engraft::registry::{
    Actor, Admitted, Gate, Installed, Journal, Op, Plan, Registry, RegistryError, ReleaseOrigin,
    Share, Variant,
};
use engraft::store::log::{Fault, FaultyLog};
use engraft::store::{MemoryLog, OpLog};
use engraft::traffic::{Feedback, Opinion, Target, Traffic, Who};

use crate::script::{Dice, Hand, Maker, Scripted, Shared};
use crate::tally::Tally;

/// Steps of one world.
const STEPS: usize = 250;
const USERS: u64 = 150;

struct World {
    dice: Dice,
    clock: Arc<Hand>,
    log: Arc<FaultyLog<MemoryLog>>,
    shared: Arc<Shared>,
    registry: Arc<Registry<Scripted>>,
    /// A second process on the same log.
    other: Arc<Registry<Scripted>>,
    traffic: Traffic<Scripted>,
    steward: Steward<Scripted>,
    keyring: Keyring,
    person: SigningKey,
    name: CapabilityName,
    next_version: u64,
    acknowledged: u64,
    calls: u64,
    /// Who was inside of a rollout, and with which release, by rollout.
    inside: BTreeMap<String, BTreeMap<u64, Digest>>,
    tally: Tally,
}

pub(crate) async fn run(seed: u64) -> Tally {
    let mut world = World::new(seed).await;
    world.install(0).await;
    for _ in 0..STEPS {
        world.step().await;
        world.check();
    }
    world.check_whole();
    world.tally
}

async fn open(
    log: &Arc<FaultyLog<MemoryLog>>,
    clock: &Arc<Hand>,
    shared: &Arc<Shared>,
) -> Registry<Scripted> {
    let log: Arc<dyn OpLog> = Arc::<FaultyLog<MemoryLog>>::clone(log);
    let clock: Arc<dyn Clock> = Arc::<Hand>::clone(clock);
    // Often enough that every world has starts from a snapshot and from none.
    let journal = Journal::open(log, key(), clock).unwrap().snapshot_every(15);
    Registry::open(journal, Maker(Arc::clone(shared))).await.unwrap()
}

fn key() -> SigningKey {
    SigningKey::from_seed(&[9; 32], Origin::Release)
}

fn plan() -> Plan {
    let mut plan = Plan::preset("quick").unwrap();
    for (stage, share) in plan.stages.iter_mut().zip(["30%", "60%"]) {
        stage.share = share.parse().unwrap();
        stage.dwell_seconds = 1;
        stage.requests_min = 8;
    }
    plan
}

impl World {
    async fn new(seed: u64) -> Self {
        let clock = Arc::new(Hand::new());
        let log = Arc::new(FaultyLog::new(MemoryLog::new()));
        let shared = Arc::new(Shared {
            dice: std::sync::Mutex::new(Dice::new(seed ^ 0xabcd)),
            clock: Arc::clone(&clock),
            called: std::sync::Mutex::default(),
        });
        let registry = Arc::new(open(&log, &clock, &shared).await);
        let other = Arc::new(open(&log, &clock, &shared).await);
        let as_clock: Arc<dyn Clock> = Arc::<Hand>::clone(&clock);
        let traffic = Traffic::new(Arc::clone(&registry), Arc::clone(&as_clock));
        let steward = Steward::new(Arc::clone(&registry), as_clock);
        let person = SigningKey::from_seed(&[4; 32], Origin::Development);
        Self {
            dice: Dice::new(seed),
            keyring: Keyring::for_development(person.public()),
            name: "text.slugify".parse().unwrap(),
            next_version: 0,
            acknowledged: 0,
            calls: 0,
            inside: BTreeMap::new(),
            tally: Tally::default(),
            clock,
            log,
            shared,
            registry,
            other,
            traffic,
            steward,
            person,
        }
    }

    async fn step(&mut self) {
        match self.dice.below(100) {
            0..62 => self.call().await,
            62..80 => self.tick().await,
            80..84 => {
                let fails = [0, 0, 5, 60][self.dice.below(4) as usize];
                self.install(fails).await;
            }
            84..91 => self.start().await,
            91..93 => self.person().await,
            93..95 => {
                let ms = self.dice.below(3_000);
                if self.dice.percent(20) {
                    self.clock.ms.fetch_sub(ms, Ordering::Relaxed);
                } else {
                    self.clock.ms.fetch_add(ms, Ordering::Relaxed);
                }
            }
            95..97 => {
                self.tally.note("fault");
                let faults = [Fault::Full, Fault::Io, Fault::AfterTheFact];
                self.log.fail([faults[self.dice.below(3) as usize]]);
            }
            97 if self.dice.percent(25) => self.halt().await,
            97 if self.dice.percent(40) => self.restart().await,
            97 | 98 => self.lift().await,
            _ => self.revoke().await,
        }
    }

    /// The program ends and is started again, on the same log.
    async fn restart(&mut self) {
        self.tally.note("restarted");
        let clock: Arc<dyn Clock> = Arc::<Hand>::clone(&self.clock);
        // Whoever judged goes first, and leaves what was seen.
        self.steward = Steward::new(Arc::clone(&self.registry), Arc::clone(&clock));
        self.registry = Arc::new(open(&self.log, &self.clock, &self.shared).await);
        self.traffic = Traffic::new(Arc::clone(&self.registry), Arc::clone(&clock));
        self.steward = Steward::new(Arc::clone(&self.registry), clock);
    }

    async fn call(&mut self) {
        let target = Target { name: self.name.clone(), requirement: None };
        for _ in 0..=self.dice.below(6) {
            let user = self.dice.below(USERS);
            let mut who = Who::user(format!("user-{user}")).request(format!("r-{}", self.calls));
            if self.dice.percent(10) {
                who.sticky = None;
            }
            self.note_membership(user, &target);
            let before = self.shared.called.lock().unwrap().len();
            let call = self.traffic.call(&target, Invocation::new("do", "{}"), &who);
            self.calls += 1;
            self.tally.note("call");
            if self.dice.percent(10) {
                // Polled once, then the caller goes away.
                let mut call = Box::pin(call);
                let polled = std::future::poll_fn(|context| {
                    std::task::Poll::Ready(call.as_mut().poll(context).is_ready())
                });
                assert!(!polled.await || before == self.shared.called.lock().unwrap().len());
                self.tally.note("cancelled");
            } else {
                let answer = call.await;
                assert!(answer.version.is_some() || self.stable().is_none());
            }
            let called = self.shared.called.lock().unwrap()[before..].to_vec();
            assert!(called.len() <= 2, "at most one fallback");
            if called.len() == 2 {
                self.tally.note("fallback");
            }
            let state = self.registry.journal().state();
            for component in called {
                assert!(!state.revoked.contains_key(&component), "a revoked release was called");
                assert!(!state.quarantined.contains_key(&component), "one in quarantine was");
            }
            let opinion = if self.dice.percent(90) { Opinion::Good } else { Opinion::Bad };
            let request = format!("r-{}", self.calls - 1);
            drop(self.traffic.feedback(&Feedback::new(request, opinion)));
        }
    }

    /// Shadows are asked for a while.
    async fn shadows(&mut self) {
        let before = self.shared.called.lock().unwrap().len();
        let a_while = async {
            for _ in 0..40 {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = self.traffic.run_shadows() => {}
            () = a_while => {}
        }
        let state = self.registry.journal().state();
        let called = self.shared.called.lock().unwrap()[before..].to_vec();
        for component in called {
            assert!(state.stop.is_none(), "a shadow was asked while everything stands still");
            assert!(!state.revoked.contains_key(&component), "a revoked release was shadowed");
            self.tally.note("compared");
        }
    }

    async fn tick(&mut self) {
        self.shadows().await;
        if let Ok(records) = self.steward.tick().await {
            for record in records {
                let word = serde_json::to_value(&record.op).unwrap()["op"].clone();
                match word.as_str().unwrap() {
                    "advanced" => self.tally.note("advanced"),
                    "promoted" => self.tally.note("promoted"),
                    "rolled-back" => self.tally.note("rolled-back"),
                    "held" => {}
                    other => panic!("the steward has no business with {other}"),
                }
                assert!(!record.why.is_empty(), "a decision without a sentence");
                self.check_counts(&record.op);
                self.acknowledged = self.acknowledged.max(record.sequence + 1);
            }
        }
    }

    async fn install(&mut self, fails: u64) {
        let version = semver::Version::new(1, self.next_version, 0);
        self.next_version += 1;
        let bundle = format!("{version} {fails}").into_bytes();
        let component = Digest::of(&bundle);
        let installed = Installed {
            name: self.name.clone(),
            version,
            component,
            bundle: component,
            sequence: self.next_version,
            origin: ReleaseOrigin::Brought,
            operations: Vec::new(),
            verified: None,
            examination: None,
        };
        let ready = Maker(Arc::clone(&self.shared)).make(component, &bundle);
        let admitted = Admitted::scripted(installed, &Policy::for_development()).unwrap();
        let done = self.registry.install(by(), "a new one", admitted, &bundle, ready).await;
        self.acknowledge("installed", done);
    }

    async fn start(&mut self) {
        let state = self.registry.journal().state();
        let Some(line) = state.lines.get(&self.name) else { return };
        let versions: Vec<_> = line.releases.keys().cloned().collect();
        if versions.is_empty() {
            return;
        }
        let mut chosen = || versions[self.dice.below(versions.len() as u64) as usize].clone();
        let (version, other) = (chosen(), chosen());
        let (mut plan, mut variants, mut what) = (plan(), Vec::new(), "rollout-started");
        if self.dice.percent(50) {
            plan.stages[1].gates.push(Gate::Flag { flag: "go".to_owned() });
        }
        match self.dice.below(10) {
            0 => {
                plan = plan.after_shadow(Share::ALL);
                plan.stages[0].gates.clear();
                plan.stages[0].requests_min = 5;
                what = "shadow-started";
            }
            1..4 => {
                variants = Variant::even([version.clone(), other]);
                what = "variants-started";
            }
            _ => {}
        }
        let op = Op::RolloutStarted {
            name: self.name.clone(),
            id: format!("rollout-{version}"),
            salt: self.registry.journal().length().to_string(),
            plan: Box::new(plan),
            again: self.dice.percent(20),
            variants,
            version,
        };
        let done = self.registry.change(by(), "let us see", op).await;
        self.acknowledge(what, done);
    }

    /// Somebody at another terminal.
    async fn person(&mut self) {
        let name = self.name.clone();
        let op = match self.dice.below(5) {
            0 => Op::Paused { name },
            1 => Op::Resumed { name },
            2 => Op::RolledBack { name, version: None, decision: None },
            3 => Op::Approved { name },
            _ => Op::FlagSet { flag: "go".to_owned(), on: self.dice.percent(80) },
        };
        let done = self.other.change(by(), "by hand", op).await;
        self.acknowledge("by hand", done);
    }

    async fn halt(&mut self) {
        let done = self.other.stop(by(), "something is wrong").await;
        self.acknowledge("stopped", done);
    }

    async fn lift(&mut self) {
        let stranger = SigningKey::from_seed(&[8; 32], Origin::Release);
        assert!(self.registry.lift(&stranger, &self.keyring, by(), "").await.is_err());
        let done = self.registry.lift(&self.person, &self.keyring, by(), "it is mended").await;
        self.acknowledge("lifted", done);
    }

    async fn revoke(&mut self) {
        let state = self.registry.journal().state();
        let Some(line) = state.lines.get(&self.name) else { return };
        let releases: Vec<_> = line.releases.values().collect();
        if releases.is_empty() {
            return;
        }
        let chosen = releases[self.dice.below(releases.len() as u64) as usize];
        let digest = chosen.installed.component;
        let done = self.registry.change(by(), "it leaks", Op::Revoked { digest }).await;
        self.acknowledge("revoked", done);
    }

    fn acknowledge(
        &mut self,
        what: &'static str,
        done: Result<engraft::registry::Record, RegistryError>,
    ) {
        match done {
            Ok(record) => {
                self.tally.note(what);
                self.acknowledged = self.acknowledged.max(record.sequence + 1);
            }
            Err(RegistryError::Journal(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }

    fn stable(&self) -> Option<semver::Version> {
        let snapshot = self.registry.snapshot();
        snapshot.line(self.name.as_str())?.stable.as_ref().map(|s| s.version().clone())
    }
}

fn by() -> Actor {
    Actor::person("the world")
}
