//! A steward with scripted releases: time stands still until a test moves it.

#[cfg(feature = "open-feature")]
mod flags;
mod trials;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::artifact::{Origin, SigningKey};
use crate::engine::{Invocation, Report};
use crate::loops::{KEEP_EVERY, Steward};
use crate::model::{CapabilityName, Clock, Digest, Outcome, Output, TrapKind};
use crate::registry::{
    Actor, Admitted, Arm, Callee, Installed, Journal, Load, Loading, Op, Plan, Record, Registry,
    Release, ReleaseOrigin, Stage, Unready,
};
use crate::store::{MemoryLog, OpLog};

/// Ends each call in the same way.
#[derive(Debug)]
struct Fixed;

impl Callee for Fixed {
    async fn call(&self, _: &Invocation<'_>) -> Report {
        Report::unstarted(returned())
    }
}

/// Loads everything but what is called `broken`.
struct Loader;

impl Load<Fixed> for Loader {
    fn load<'a>(&'a self, _: &'a Release, bundle: Vec<u8>) -> Loading<'a, Fixed> {
        let is_broken = bundle.starts_with(b"broken");
        Box::pin(async move { if is_broken { Err("it is broken".to_owned()) } else { Ok(Fixed) } })
    }

    fn load_shadow<'a>(&'a self, release: &'a Release, bundle: Vec<u8>) -> Loading<'a, Fixed> {
        Load::<Fixed>::load(self, release, bundle)
    }
}

/// A clock that goes with the runtime's, which a test stops and moves.
struct Paused {
    begun: tokio::time::Instant,
    start: Instant,
}

impl Clock for Paused {
    fn monotonic(&self) -> Instant {
        self.start + self.begun.elapsed()
    }

    fn wall(&self) -> Duration {
        Duration::from_secs(1_000_000) + self.begun.elapsed()
    }
}

fn returned() -> Outcome {
    Outcome::Returned(Output::new("1".to_owned()))
}

fn trapped() -> Outcome {
    Outcome::Trapped { kind: TrapKind::Unreachable, message: String::new() }
}

fn name() -> CapabilityName {
    "a.b".parse().unwrap()
}

/// A program that judges: it may end, and another be started on the same log.
struct Program {
    registry: Arc<Registry<Fixed>>,
    steward: Steward<Fixed>,
}

impl Program {
    async fn start(log: &Arc<MemoryLog>, clock: &Arc<Paused>) -> Self {
        let key = SigningKey::from_seed(&[1; 32], Origin::Release);
        let log: Arc<dyn OpLog> = Arc::<MemoryLog>::clone(log);
        let clock: Arc<dyn Clock> = Arc::<Paused>::clone(clock);
        let journal = Journal::open(log, key, Arc::clone(&clock)).unwrap();
        let registry = Arc::new(Registry::open(journal, Loader).await.unwrap());
        Self { steward: Steward::new(Arc::clone(&registry), clock), registry }
    }

    async fn install(&self, version: &str, bundle: &str) {
        self.install_as("a.b", version, bundle).await;
    }

    async fn install_as(&self, name: &str, version: &str, bundle: &str) {
        let bundle = bundle.as_bytes();
        let installed = Installed {
            name: name.parse().unwrap(),
            version: version.parse().unwrap(),
            component: Digest::of(bundle),
            bundle: Digest::of(bundle),
            sequence: 0,
            origin: ReleaseOrigin::Brought,
            operations: Vec::new(),
            verified: None,
            examination: None,
        };
        let by = Actor::person("test");
        let admitted = Admitted::played(installed);
        self.registry.install(by, "", admitted, bundle, Fixed).await.unwrap();
    }

    async fn spread(&self, version: &str, plan: Plan) {
        let op = Op::rollout(&name(), &version.parse().unwrap(), plan, 0);
        self.registry.change(Actor::person("test"), "", op).await.unwrap();
    }

    /// Counts outcomes of so many users who were not seen before, half of them in each arm.
    fn count(&self, users: std::ops::Range<u64>, of_new: &Outcome) {
        let snapshot = self.registry.snapshot();
        let spreading = snapshot.line("a.b").unwrap().spreading.as_ref().unwrap();
        for user in users {
            spreading.book.count(user * 2, Arm::Treatment, of_new, 1_000.0);
            spreading.book.count(user * 2 + 1, Arm::Control, &returned(), 1_000.0);
        }
    }

    fn evidence(&self) -> f64 {
        self.steward.judges().next().unwrap().ln_evidence()
    }

    fn seen(&self) -> u64 {
        self.steward.judges().next().unwrap().seen().treatment.requests
    }
}

fn world() -> (Arc<MemoryLog>, Arc<Paused>) {
    let start = crate::model::SystemClock.monotonic();
    let clock = Paused { begun: tokio::time::Instant::now(), start };
    (Arc::new(MemoryLog::new()), Arc::new(clock))
}

fn plan(requests_min: u64, dwell_seconds: u64) -> Plan {
    let mut plan = Plan::preset("quick").unwrap();
    plan.floors.clear();
    for stage in &mut plan.stages {
        *stage = Stage { requests_min, dwell_seconds, ..stage.clone() };
    }
    plan
}

#[tokio::test(start_paused = true)]
async fn a_stage_ends_when_its_time_is_over_and_not_before() {
    let (log, clock) = world();
    let program = Program::start(&log, &clock).await;
    program.install("1.0.0", "one").await;
    program.install("1.1.0", "two").await;
    program.spread("1.1.0", plan(10, 600)).await;
    let registry = Arc::clone(&program.registry);
    let stage = || {
        let state = registry.journal().state();
        state.lines[&name()].rollout.as_ref().map(|rollout| rollout.stage)
    };
    program.count(0..10, &returned());
    let look = async {
        tokio::time::sleep(Duration::from_secs(599)).await;
        assert_eq!(stage(), Some(0), "its samples are there, its time is not over");
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(stage(), Some(1));
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(stage(), Some(1), "without data nothing goes on, however long it lasts");
    };
    tokio::select! {
        () = program.steward.run() => panic!("it runs for ever"),
        () = look => {}
    }
}

#[tokio::test(start_paused = true)]
async fn evidence_survives_a_restart_and_its_users_are_not_counted_again() {
    let (log, clock) = world();
    let mut program = Program::start(&log, &clock).await;
    program.install("1.0.0", "one").await;
    program.install("1.1.0", "two").await;
    program.spread("1.1.0", plan(1_000, 0)).await;
    program.count(0..2, &trapped());
    program.steward.tick().await.unwrap();
    let before = program.evidence();
    assert!(before > 0.5, "{before}");
    // It ends in peace: what was seen is kept at once.
    drop(program);

    let mut program = Program::start(&log, &clock).await;
    program.steward.tick().await.unwrap();
    assert_eq!(program.evidence().to_bits(), before.to_bits(), "to the last bit");
    program.count(0..2, &trapped());
    program.steward.tick().await.unwrap();
    assert_eq!((program.seen(), program.evidence().to_bits()), (2, before.to_bits()));

    // It is killed: what came since it was kept last is forgotten, and counts when it comes again.
    tokio::time::advance(KEEP_EVERY).await;
    program.count(2..3, &returned());
    program.steward.tick().await.unwrap();
    program.count(3..9, &returned());
    program.steward.tick().await.unwrap();
    assert_eq!(program.seen(), 9);
    std::mem::forget(program.steward);

    let mut program = Program::start(&log, &clock).await;
    program.steward.tick().await.unwrap();
    assert_eq!(program.seen(), 3);
    program.count(0..9, &trapped());
    let records = program.steward.tick().await.unwrap();
    assert!(matches!(records[..], [Record { op: Op::RolledBack { .. }, .. }]), "{records:?}");
    program.steward.tick().await.unwrap();
    assert_eq!(program.registry.journal().state().quarantined.len(), 1);
    assert_eq!(log.evidence_count(), 0, "what is over is forgotten");
}

#[tokio::test(start_paused = true)]
async fn two_programs_judge_by_what_each_has_seen_and_one_keeps_it() {
    let (log, clock) = world();
    let mut one = Program::start(&log, &clock).await;
    one.install("1.0.0", "one").await;
    one.install("1.1.0", "two").await;
    one.spread("1.1.0", plan(1_000, 0)).await;
    let mut two = Program::start(&log, &clock).await;
    for round in 0..3 {
        one.count(round..round + 1, &returned());
        two.count(100 + round * 2..102 + round * 2, &returned());
        tokio::time::advance(KEEP_EVERY).await;
        one.steward.tick().await.unwrap();
        two.steward.tick().await.unwrap();
    }
    assert_eq!((one.seen(), two.seen()), (3, 6));
    drop((one, two));
    let mut again = Program::start(&log, &clock).await;
    again.steward.tick().await.unwrap();
    assert_eq!(again.seen(), 3, "whoever kept it first goes on keeping it");
}

#[tokio::test(start_paused = true)]
async fn a_release_that_cannot_be_made_ready_is_taken_back() {
    let (log, clock) = world();
    let program = Program::start(&log, &clock).await;
    program.install("1.0.0", "one").await;
    program.install("1.1.0", "broken").await;
    drop(program);
    let mut program = Program::start(&log, &clock).await;
    let elsewhere = |op| {
        let key = SigningKey::from_seed(&[1; 32], Origin::Release);
        let shared: Arc<dyn OpLog> = Arc::<MemoryLog>::clone(&log);
        let clock: Arc<dyn Clock> = Arc::<Paused>::clone(&clock);
        Journal::open(shared, key, clock).unwrap().record(Actor::person("test"), "", op).unwrap()
    };
    let version: semver::Version = "1.1.0".parse().unwrap();
    elsewhere(Op::Activated { name: name(), version: version.clone() });
    let records = program.steward.tick().await.unwrap();
    let [Record { op: Op::Activated { version, .. }, why, .. }] = &records[..] else {
        panic!("{records:?}")
    };
    assert_eq!(version.to_string(), "1.0.0");
    assert!(why.contains("it is broken"), "{why}");
    elsewhere(Op::rollout(&name(), &"1.1.0".parse().unwrap(), plan(1, 0), 9));
    let records = program.steward.tick().await.unwrap();
    assert!(matches!(records[..], [Record { op: Op::RolledBack { .. }, .. }]), "{records:?}");
    assert_eq!(program.steward.tick().await.unwrap().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_made_ready_at_the_start_keeps_nothing_else_from_serving() {
    let (log, clock) = world();
    let program = Program::start(&log, &clock).await;
    program.install_as("a.b", "1.0.0", "one").await;
    program.install_as("a.broken", "1.0.0", "broken").await;
    drop(program);
    let mut program = Program::start(&log, &clock).await;
    assert!(program.registry.snapshot().line("a.b").unwrap().stable.is_some());
    let unready = program.registry.unready();
    let [Unready { name, why, is_from_start: true, .. }] = &unready[..] else {
        panic!("{unready:?}")
    };
    assert_eq!((name.as_str(), why.as_str()), ("a.broken", "it is broken"));
    // It may serve well elsewhere: this program takes nothing back.
    assert_eq!(program.steward.tick().await.unwrap().len(), 0);
}
