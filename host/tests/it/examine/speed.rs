//! How fast a candidate is, beside the release before it.

use std::sync::Arc;

use engraft::engine::EngineConfig;
use engraft::examine::{
    Candidate, CandidateOrigin, CheckId, Examiner, Level, Order, Performance, Policy, Report,
    Severity,
};

use super::bench::manifest;

/// `double` that goes round so many times before it answers.
fn component(rounds: u32) -> Vec<u8> {
    let text = format!(
        r#"(component
            (core module $m
                (func (export "double") (param i32) (result i32) (local i32)
                    (local.set 1 (i32.const {rounds}))
                    (loop (local.set 1 (i32.sub (local.get 1) (i32.const 1)))
                        (br_if 0 (local.get 1)))
                    (i32.mul (local.get 0) (i32.const 2))))
            (core instance $i (instantiate $m))
            (func (export "double") (param "number" u32) (result u32)
                (canon lift (core func $i "double"))))"#
    );
    wat::parse_str(text).unwrap()
}

/// Workers are tried where they are; figures are the same business without.
fn walls() -> Vec<CheckId> {
    vec![CheckId::WALL]
}

async fn measured(before: u32, now: u32) -> (Report, Performance) {
    let examiner = Examiner::new(Policy::default(), EngineConfig::default()).unwrap();
    let mut earlier = manifest();
    earlier.version = "1.1.0".parse().unwrap();
    earlier.sequence -= 1;
    let order = Order {
        level: Some(Level::Production),
        without: walls(),
        before: Some(earlier),
        before_component: Some(Arc::from(component(before))),
        ..Order::default()
    };
    let candidate = Candidate::new(manifest(), component(now), CandidateOrigin::Uploaded);
    let report = examiner.examine(candidate, &order).await.unwrap().report().clone();
    let performance = report.performance.clone().unwrap();
    (report, performance)
}

#[tokio::test]
async fn a_release_that_is_slower_than_the_one_before_is_told_of() {
    let (report, performance) = measured(100_000, 300_000).await;
    let messages: Vec<&str> =
        report.of(CheckId::SLOWER).map(|finding| finding.message.as_str()).collect();
    assert!(messages.iter().any(|message| message.contains("as much fuel")), "{messages:?}");
    let against = performance.against.unwrap();
    assert!((2.9..3.1).contains(&against.fuel), "{against:?}");
    // Whether it is sure of the time as well depends on who else is on this machine.
    assert!(against.latency.median > 1.2, "{against:?}");
    assert!(against.latency.low <= against.latency.high);
    assert_eq!(against.version.to_string(), "1.1.0");
}

#[tokio::test]
async fn one_that_is_as_fast_is_not_and_its_figures_are_kept() {
    let (report, performance) = measured(5_000, 5_000).await;
    assert_eq!(report.of(CheckId::SLOWER).count(), 0, "{:#?}", performance.against);
    assert!(performance.calls >= 100);
    let Performance { latency_ns, fuel, load, rates, .. } = &performance;
    assert!(latency_ns.p50 > 0 && latency_ns.p50 <= latency_ns.p95);
    assert!(latency_ns.p95 <= latency_ns.p99 && latency_ns.p99 <= latency_ns.max);
    assert_eq!(fuel.p50, fuel.max, "the same work each time");
    let at_once: Vec<u32> = load.iter().map(|step| step.concurrent).collect();
    assert_eq!(at_once, [1, 2, 4, 8]);
    assert!(load.iter().all(|step| step.failed == 0 && step.calls_per_second > 0.0));
    assert_eq!(rates.len(), 3);
    for step in rates {
        // They came as they were to come; how fast they ended depends on who else is on this machine.
        assert!(step.failed == 0 && step.answered_per_second > 0.0, "{step:?}");
        assert!(step.answered_per_second <= step.offered_per_second * 1.5, "{step:?}");
    }
    let offered: Vec<f64> = rates.iter().map(|step| step.offered_per_second).collect();
    assert!(offered.is_sorted() && offered[2] > 1.8 * offered[0], "{offered:?}");
    let read: Report = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(read.performance.as_ref(), Some(&performance));
}

async fn examined(version: &str, rounds: u32, order: Order) -> Report {
    let examiner = Examiner::new(Policy::default(), EngineConfig::default()).unwrap();
    let mut manifest = manifest();
    manifest.version = version.parse().unwrap();
    let candidate = Candidate::new(manifest, component(rounds), CandidateOrigin::Uploaded);
    let order = Order { level: Some(Level::Production), without: walls(), ..order };
    examiner.examine(candidate, &order).await.unwrap().report().clone()
}

#[tokio::test]
async fn what_was_measured_on_another_day_is_read_back() {
    let earlier = examined("1.0.0", 10_000, Order::default()).await;
    assert!(!earlier.performance.as_ref().unwrap().inputs.is_empty());
    let kept: Report = serde_json::from_str(&earlier.to_json()).unwrap();
    let baseline = || Some(Arc::new(kept.clone()));
    let report =
        examined("1.1.0", 30_000, Order { baseline: baseline(), ..Order::default() }).await;
    let messages: Vec<&str> = report.of(CheckId::SLOWER).map(|it| it.message.as_str()).collect();
    assert!(messages.iter().any(|it| it.contains("as version 1.0.0")), "{messages:?}");
    let since = report.performance.unwrap().since.unwrap();
    assert!((2.9..3.1).contains(&since.fuel) && since.inputs > 0, "{since:?}");
    assert!((0.99..1.01).contains(&since.memory_bytes), "{since:?}");
    let same = examined("1.1.0", 10_001, Order { baseline: baseline(), ..Order::default() }).await;
    assert_eq!(same.of(CheckId::SLOWER).count(), 0, "{:#?}", same.findings);
    // Figures of another engine are none.
    let mut foreign = kept.clone();
    foreign.examiner = "another 9.9".to_owned();
    let order = Order { baseline: Some(Arc::new(foreign)), ..Order::default() };
    assert!(examined("1.1.0", 30_000, order).await.performance.unwrap().since.is_none());
}

#[tokio::test]
async fn another_candidate_that_does_better_is_told_of_and_blocks_nothing() {
    let mut other = manifest();
    other.version = "3.0.0".parse().unwrap();
    let others = vec![(other, Arc::from(component(1_000)))];
    let report = examined("1.1.0", 30_000, Order { others, ..Order::default() }).await;
    let told: Vec<_> = report.of(CheckId::SLOWER).collect();
    assert!(told.iter().any(|it| it.message.contains("candidate 3.0.0")), "{told:#?}");
    assert!(told.iter().all(|it| it.severity == Severity::Note), "{told:#?}");
    assert_eq!(report.performance.unwrap().others.len(), 1);
}
