//! Variants and shadows under a steward, and what has to end when a release goes.

use super::*;
use crate::model::CapabilityName;
use crate::registry::{Compared, Gate, Share, Variant};
use crate::traffic::{Traffic, Who};

fn version(text: &str) -> semver::Version {
    text.parse().unwrap()
}

fn target() -> CapabilityName {
    name()
}

/// Four releases, of which three are tried at once.
async fn tried(program: &Program, plan: Plan) {
    for (number, text) in ["1.0.0", "1.1.0", "1.2.0", "1.3.0"].into_iter().enumerate() {
        program.install(text, &number.to_string()).await;
    }
    let variants = Variant::even(["1.1.0", "1.2.0", "1.3.0"].map(version));
    let op = Op::variants(&name(), variants, plan, 0);
    program.registry.change(Actor::person("test"), "", op).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_bad_variant_goes_out_and_the_best_of_the_others_is_promoted() {
    let (log, clock) = world();
    let mut program = Program::start(&log, &clock).await;
    let mut plan = plan(40, 0);
    plan.stages.truncate(1);
    tried(&program, plan).await;
    let snapshot = program.registry.snapshot().clone();
    let book = &snapshot.line("a.b").unwrap().spreading.as_ref().unwrap().book;
    // The first fails always, the second once, the third never.
    let count = |users: std::ops::Range<u64>| {
        for user in users {
            let second = if user == 20 { trapped() } else { returned() };
            book.count(user * 4, Arm::Treatment, &trapped(), 1_000.0);
            book.count(user * 4 + 1, Arm::Variant(1), &second, 1_000.0);
            book.count(user * 4 + 2, Arm::Variant(2), &returned(), 1_000.0);
            book.count(user * 4 + 3, Arm::Control, &returned(), 1_000.0);
        }
    };
    count(0..1);
    let records = program.steward.tick().await.unwrap();
    assert!(records.iter().all(|record| matches!(record.op, Op::Held { .. })), "{records:?}");
    count(1..20);
    let records = program.steward.tick().await.unwrap();
    let Op::RolledBack { version: out, decision: Some(decision), .. } = &records[0].op else {
        panic!("{records:?}")
    };
    assert_eq!(*out, Some(version("1.1.0")));
    assert!((decision.threshold - 60.0).abs() < 1e-9, "1/α, and three share it: {decision:?}");
    assert!(records[0].why.starts_with("variant 1.1.0: rolled back"), "{}", records[0].why);
    drop((snapshot, program));

    // What the others have shown so far survives a restart, each with its own judge.
    let mut program = Program::start(&log, &clock).await;
    program.steward.tick().await.unwrap();
    let standings = program.steward.standings();
    let seen: Vec<_> =
        standings.iter().map(|(_, version, at)| (version.minor, at.treatment.requests)).collect();
    assert_eq!(seen, [(2, 20), (3, 20)]);
    let snapshot = program.registry.snapshot().clone();
    let book = &snapshot.line("a.b").unwrap().spreading.as_ref().unwrap().book;
    for user in 20..40 {
        let second = if user == 20 { trapped() } else { returned() };
        book.count(user * 4 + 1, Arm::Variant(1), &second, 1_000.0);
        book.count(user * 4 + 2, Arm::Variant(2), &returned(), 1_000.0);
    }
    let records = program.steward.tick().await.unwrap();
    let [Record { op: Op::Promoted { version: promoted, decision: Some(_), .. }, .. }] =
        &records[..]
    else {
        panic!("{records:?}")
    };
    assert_eq!(*promoted, Some(version("1.3.0")));
    let state = program.registry.journal().state();
    assert_eq!(state.lines[&name()].stable, Some(version("1.3.0")));
    assert_eq!(state.quarantined.len(), 1, "the other one was not worse");
}

#[tokio::test(start_paused = true)]
async fn a_shadow_waits_for_time_comparisons_and_a_yes_and_proves_nothing() {
    let (log, clock) = world();
    let mut program = Program::start(&log, &clock).await;
    program.install("1.0.0", "one").await;
    program.install("1.1.0", "two").await;
    let mut plan = plan(1, 0).after_shadow(Share::ALL);
    plan.stages[0].requests_min = 3;
    plan.stages[0].dwell_seconds = 60;
    assert_eq!(plan.stages[0].gates, [Gate::Approval]);
    program.spread("1.1.0", plan).await;
    let said = |records: &[Record]| records.first().map(|record| record.why.clone());
    let none = said(&program.steward.tick().await.unwrap()).unwrap();
    assert!(none.contains("nothing has been compared yet"), "{none}");
    let snapshot = program.registry.snapshot().clone();
    let line = snapshot.line("a.b").unwrap();
    assert!(line.spreading.is_none(), "nobody gets it");
    let shadow = line.shadow.as_ref().unwrap();
    for _ in 0..3 {
        // However often it breaks, that speaks against nobody: a person looks.
        shadow.note(Compared::Broke(Box::default()));
    }
    let dwell = said(&program.steward.tick().await.unwrap()).unwrap();
    assert!(dwell.contains("3 of 3 answers of the shadow differed"), "{dwell}");
    tokio::time::advance(Duration::from_secs(61)).await;
    let gate = said(&program.steward.tick().await.unwrap()).unwrap();
    assert!(gate.contains("a person's approval is not there yet"), "{gate}");
    let approved = Op::Approved { name: name() };
    program.registry.change(Actor::person("ann"), "", approved).await.unwrap();
    let records = program.steward.tick().await.unwrap();
    assert!(matches!(records[..], [Record { op: Op::Advanced { stage: 1, .. }, .. }]));
    program.steward.tick().await.unwrap();
    assert_eq!(program.seen(), 0, "what was compared is no evidence");
    let snapshot = program.registry.snapshot().clone();
    let line = snapshot.line("a.b").unwrap();
    assert!(line.spreading.is_some() && line.shadow.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_release_that_cannot_be_a_shadow_is_taken_back_in_words() {
    let (log, clock) = world();
    let mut program = Program::start(&log, &clock).await;
    program.install("1.0.0", "one").await;
    program.install("1.1.0", "broken").await;
    let op = Op::rollout(&name(), &version("1.1.0"), plan(1, 0).after_shadow(Share::ALL), 0);
    let told = program.registry.change(Actor::person("test"), "", op).await;
    assert!(told.unwrap_err().to_string().contains("it is broken"));
    let records = program.steward.tick().await.unwrap();
    assert!(matches!(records[..], [Record { op: Op::RolledBack { .. }, .. }]), "{records:?}");
    assert!(records[0].why.contains("it is broken"), "{}", records[0].why);
}

/// Never comes to an end.
#[derive(Debug)]
struct Endless;

impl Callee for Endless {
    async fn call(&self, _: &Invocation<'_>) -> Report {
        std::future::pending().await
    }
}

impl Load<Endless> for Loader {
    fn load<'a>(&'a self, _: &'a Release, _: Vec<u8>) -> Loading<'a, Endless> {
        Box::pin(async { Ok(Endless) })
    }
}

#[tokio::test(start_paused = true)]
async fn a_replaced_release_has_its_time_to_drain_and_no_longer() {
    let (log, clock) = world();
    let key = SigningKey::from_seed(&[1; 32], Origin::Release);
    let clock: Arc<dyn Clock> = clock;
    let journal = Journal::open(log, key, Arc::clone(&clock)).unwrap();
    let registry = Registry::<Endless>::open(journal, Loader).await.unwrap();
    let registry = Arc::new(registry.drain_for(Duration::from_secs(30)));
    let mut releases = Vec::new();
    for text in ["1.0.0", "1.1.0"] {
        let digest = Digest::of(text.as_bytes());
        let installed = Installed {
            name: name(),
            version: version(text),
            component: digest,
            bundle: digest,
            sequence: 0,
            origin: ReleaseOrigin::Brought,
            operations: Vec::new(),
            verified: None,
            examination: None,
        };
        let by = Actor::person("test");
        let admitted = Admitted::played(installed);
        registry.install(by, "", admitted, text.as_bytes(), Endless).await.unwrap();
        releases.push(version(text));
    }
    let traffic = Traffic::new(Arc::clone(&registry), clock);
    let target = target().into();
    let who = Who::default();
    let call = traffic.call(&target, Invocation::new("do", "{}"), &who);
    let old = {
        let snapshot = registry.snapshot();
        Arc::downgrade(snapshot.line("a.b").unwrap().stable.as_ref().unwrap())
    };
    let swap = async {
        tokio::task::yield_now().await;
        let activate = Op::Activated { name: name(), version: releases[1].clone() };
        registry.change(Actor::person("test"), "", activate).await.unwrap();
        tokio::time::sleep(Duration::from_secs(29)).await;
        registry.retire().await;
        assert!(old.upgrade().is_some_and(|old| old.is_busy()), "its time is not over");
        tokio::time::sleep(Duration::from_secs(2)).await;
        registry.retire().await;
    };
    let (answer, ()) = tokio::join!(call, swap);
    assert_eq!(answer.report.outcome, Outcome::Cancelled);
    assert_eq!(answer.version, Some(releases[0].clone()));
    assert!(old.upgrade().is_none(), "its instances are gone with it");
}
