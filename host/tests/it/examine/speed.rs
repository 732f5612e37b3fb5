//! How fast a candidate is, beside the release before it.

use std::sync::Arc;

use engraft::engine::EngineConfig;
use engraft::examine::{
    Candidate, CandidateOrigin, CheckId, Examiner, Level, Order, Performance, Policy, Report,
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

async fn measured(before: u32, now: u32) -> (Report, Performance) {
    let examiner = Examiner::new(Policy::default(), EngineConfig::default()).unwrap();
    let mut earlier = manifest();
    earlier.version = "1.1.0".parse().unwrap();
    earlier.sequence -= 1;
    let order = Order {
        level: Some(Level::Production),
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
    assert!(rates[0].latency_ns.p50 <= rates[2].latency_ns.p50, "{rates:?}");
    let read: Report = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(read.performance.as_ref(), Some(&performance));
}
