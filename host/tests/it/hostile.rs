//! Guests that mean harm: each is stopped with the outcome that says how, and the host goes on.

mod memory;

use std::time::{Duration, Instant};

use engraft::engine::{InstancePolicy, Invocation, Loaded, Metering, Report};
use engraft::model::{Limit, Outcome, TrapKind};

use crate::engine_lab::{Lab, probe, text, wat};

const SOON: Duration = Duration::from_millis(100);

async fn run(loaded: &Loaded) -> Report {
    loaded.call(Invocation::new("run", "{}")).await
}

#[tokio::test]
async fn an_endless_loop_burns_its_fuel() {
    let lab = Lab::new();
    let loaded = lab.probe(|budget| budget.fuel = 20_000_000);
    let report = loaded.call(Invocation::new("spin", "")).await;
    assert_eq!(report.outcome, Outcome::OutOfFuel { limit: 20_000_000 });
    assert!(report.outcome.to_string().contains("raise `fuel`"), "{}", report.outcome);
    assert_eq!(report.usage.fuel, 20_000_000);
    lab.assert_serves().await;
}

#[tokio::test]
async fn an_endless_loop_with_endless_fuel_meets_its_deadline() {
    let lab = Lab::new();
    for metering in [Metering::Fuel, Metering::Epoch, Metering::FuelAndEpoch] {
        let mut loadable = probe("test.probe");
        loadable.metering = metering;
        loadable.budget.fuel = u64::MAX;
        loadable.budget.deadline = SOON;
        let loaded = lab.load(loadable);
        let started = Instant::now();
        let report = loaded.call(Invocation::new("spin", "")).await;
        let took = started.elapsed();
        assert_eq!(report.outcome, Outcome::Deadline { limit: SOON }, "{metering:?}");
        assert!(report.outcome.to_string().contains("100ms"), "{}", report.outcome);
        // Debug build, shared machine; the benchmarks hold it to 10 ms.
        assert!(took >= SOON && took < SOON * 3, "{metering:?} took {took:?}");
        lab.assert_serves().await;
    }
}

#[tokio::test]
async fn a_storm_of_host_calls_is_counted() {
    let lab = Lab::new();
    let loaded = lab.probe(|budget| budget.host_calls = 100);
    let report = loaded.call(Invocation::new("log-storm", "")).await;
    let limit = Limit::HostCalls;
    assert_eq!(report.outcome, Outcome::Exceeded { limit, allowed: 100, wanted: 101 });
    assert!(report.outcome.to_string().contains("calls of host functions"), "{}", report.outcome);
    lab.assert_serves().await;
}

#[tokio::test]
async fn a_storm_of_host_calls_meets_the_deadline_too() {
    let lab = Lab::new();
    let loaded = lab.probe(|budget| {
        budget.host_calls = u64::MAX;
        budget.fuel = u64::MAX;
        budget.deadline = SOON;
    });
    let started = Instant::now();
    let report = loaded.call(Invocation::new("log-storm", "")).await;
    // The engine's own ceiling on host calls may come first on a very fast machine.
    assert_eq!(report.outcome, Outcome::Deadline { limit: SOON });
    assert!(started.elapsed() < SOON * 4, "{:?}", started.elapsed());
    assert!(report.usage.log_bytes <= loaded.budget().log_bytes);
    assert!(report.usage.log_bytes_dropped > 0);
    lab.assert_serves().await;
}

#[tokio::test]
async fn calls_of_wasi_count_as_well() {
    let lab = Lab::new();
    let storm = r#"(component
        (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
            (export "now" (func (result u64)))))
        (core func $now (canon lower (func $clock "now")))
        (core module $m
            (import "c" "now" (func $now (result i64)))
            (func (export "run") (result i32) (loop $l (drop (call $now)) (br $l)) unreachable))
        (core instance $i (instantiate $m (with "c" (instance (export "now" (func $now))))))
        (func (export "run") (result u32) (canon lift (core func $i "run"))))"#;
    for metering in [Metering::Fuel, Metering::Epoch, Metering::FuelAndEpoch] {
        let mut loadable = wat("test.storm", storm);
        loadable.metering = metering;
        loadable.budget.host_calls = 1_000;
        let loaded = lab.load(loadable);
        for report in [run(&loaded).await, loaded.call_blocking(Invocation::new("run", "{}"))] {
            let limit = Limit::HostCalls;
            let (allowed, wanted) = (1_000, 1_001);
            let outcome = Outcome::Exceeded { limit, allowed, wanted };
            assert_eq!(report.outcome, outcome, "{metering:?}");
        }
    }
    lab.assert_serves().await;
}

#[tokio::test]
async fn deep_recursion_meets_the_end_of_the_stack() {
    let lab = Lab::new();
    let loaded = lab.probe(|_| {});
    let report = loaded.call(Invocation::new("recurse", "")).await;
    let (limit, allowed) = (Limit::Stack, 512 << 10);
    assert_eq!(report.outcome, Outcome::Exceeded { limit, allowed, wanted: allowed + 1 });
    assert!(report.outcome.to_string().contains("bytes of call stack"), "{}", report.outcome);
    lab.assert_serves().await;
}

#[tokio::test]
async fn a_flood_of_output_is_not_copied() {
    let lab = Lab::new();
    let loaded = lab.probe(|budget| {
        budget.input_bytes = 1_000;
        budget.output_bytes = 1_000;
    });
    let flood = |bytes: u32| loaded.call(Invocation::new("flood", bytes.to_string()));
    assert_eq!(text(&flood(1_000).await).len(), 1_000);
    for bytes in [1_001, 30_000_000] {
        let report = flood(bytes).await;
        let limit = Limit::OutputBytes;
        let wanted = 1_001;
        assert_eq!(report.outcome, Outcome::Exceeded { limit, allowed: 1_000, wanted });
        assert!(report.outcome.to_string().contains("bytes of output"), "{}", report.outcome);
    }
    lab.assert_serves().await;
}

#[tokio::test]
async fn an_argument_too_large_for_the_host_is_not_copied_either() {
    let lab = Lab::new();
    let loaded = lab.probe(|budget| {
        budget.input_bytes = 4_000;
        budget.output_bytes = 1_000;
    });
    let report = loaded.call(Invocation::new("log", "x".repeat(4_000))).await;
    assert_eq!(text(&report), "null");
    let report = loaded.call(Invocation::new("panic", "x".repeat(4_000))).await;
    // `panicked: ` and the input are more than the host copies in one go.
    let limit = Limit::HostCallBytes;
    assert_eq!(report.outcome, Outcome::Exceeded { limit, allowed: 4_000, wanted: 4_001 });
    lab.assert_serves().await;
}

#[tokio::test]
async fn an_input_too_large_is_turned_away_before_the_guest_runs() {
    let lab = Lab::new();
    let loaded = lab.probe(|budget| budget.input_bytes = 10);
    let report = loaded.call(Invocation::new("echo", "x".repeat(11))).await;
    let limit = Limit::InputBytes;
    assert_eq!(report.outcome, Outcome::Exceeded { limit, allowed: 10, wanted: 11 });
    assert_eq!(report.usage.fuel, 0);
    lab.assert_serves().await;
}

#[tokio::test]
async fn a_trap_in_start_and_a_trap_at_once_are_told_apart_from_host_faults() {
    let lab = Lab::new();
    let start = exporting_run("(func $s unreachable) (start $s)", "");
    let spinning = exporting_run("(func $s (loop $l (br $l))) (start $s)", "");
    for component in [start, exporting_run("", "unreachable")] {
        let report = run(&lab.load(wat("test.trap", &component))).await;
        let Outcome::Trapped { kind, message } = &report.outcome else {
            panic!("{}", report.outcome);
        };
        assert_eq!(*kind, TrapKind::Unreachable);
        assert!(message.contains("unreachable"), "{message}");
    }
    let mut loadable = wat("test.trap", &spinning);
    loadable.budget.fuel = 1_000_000;
    let report = run(&lab.load(loadable)).await;
    assert_eq!(report.outcome, Outcome::OutOfFuel { limit: 1_000_000 });
    lab.assert_serves().await;
}

#[tokio::test]
async fn breaks_are_told_by_their_kind() {
    let lab = Lab::new();
    for (parts, body, kind) in [
        ("(memory 1)", "(drop (i32.load (i32.const 70000)))", TrapKind::MemoryBounds),
        (
            "(table 1 funcref) (type $t (func))",
            "(call_indirect (type $t) (i32.const 0))",
            TrapKind::Table,
        ),
        ("", "(drop (i32.trunc_f32_s (f32.const nan)))", TrapKind::Arithmetic),
    ] {
        let report = run(&lab.load(wat("test.trap", &exporting_run(parts, body)))).await;
        assert!(
            matches!(&report.outcome, Outcome::Trapped { kind: found, .. } if *found == kind),
            "{}",
            report.outcome
        );
    }
    let loaded = lab.probe(|_| {});
    let report = loaded.call(Invocation::new("divide", "0")).await;
    assert!(matches!(report.outcome, Outcome::Trapped { .. }), "{}", report.outcome);
    lab.assert_serves().await;
}

#[tokio::test]
async fn a_panic_reaches_the_caller_as_one_clean_line() {
    let lab = Lab::new();
    let loaded = lab.probe(|_| {});
    let report = loaded.call(Invocation::new("panic", "no\u{1b}[31m luck\n")).await;
    let Outcome::Trapped { kind, message } = &report.outcome else { panic!("{}", report.outcome) };
    assert_eq!(*kind, TrapKind::Unreachable);
    assert_eq!(message, "panicked: no luck\\n");
    let report = loaded.call(Invocation::new("refuse", "yet")).await;
    let Outcome::Refused(failure) = &report.outcome else { panic!("{}", report.outcome) };
    assert!(failure.facts().retryable && !failure.facts().effect_happened);
    assert_eq!(failure.facts().message, "not now yet");
    lab.assert_serves().await;
}

#[tokio::test]
async fn large_fills_are_stopped_by_fuel_and_by_time() {
    let lab = Lab::new();
    let loaded = lab.probe(|budget| budget.fuel = 100_000_000);
    let report = loaded.call(Invocation::new("fill", "")).await;
    assert_eq!(report.outcome, Outcome::OutOfFuel { limit: 100_000_000 });
    let loaded = lab.probe(|budget| {
        budget.fuel = u64::MAX;
        budget.deadline = SOON;
    });
    let started = Instant::now();
    let report = loaded.call(Invocation::new("fill", "")).await;
    assert_eq!(report.outcome, Outcome::Deadline { limit: SOON });
    assert!(started.elapsed() < SOON * 4, "{:?}", started.elapsed());
    lab.assert_serves().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runaway_among_a_hundred_others_is_stopped_in_time() {
    let lab = Lab::new();
    let others = lab.probe(|budget| {
        budget.fuel = u64::MAX;
        budget.concurrent_calls = 200;
        budget.deadline = Duration::from_secs(2);
    });
    let runaway = lab.probe(|budget| {
        budget.fuel = u64::MAX;
        budget.deadline = SOON;
    });
    let busy: Vec<_> = (0..100)
        .map(|_| {
            let others = others.clone();
            tokio::spawn(async move { others.call(Invocation::new("spin", "")).await })
        })
        .collect();
    tokio::time::sleep(SOON).await;
    for _ in 0..3 {
        let runaway = runaway.clone();
        let call = tokio::spawn(async move { runaway.call(Invocation::new("spin", "")).await });
        let report = call.await.unwrap();
        assert_eq!(report.outcome, Outcome::Deadline { limit: SOON });
        // Debug build, shared machine; the benchmarks hold it to 10 ms.
        let late = report.usage.duration.saturating_sub(SOON);
        assert!(late < Duration::from_millis(150), "{late:?} late");
    }
    for call in busy {
        let report = call.await.unwrap();
        assert_eq!(report.outcome, Outcome::Deadline { limit: Duration::from_secs(2) });
    }
    lab.assert_serves().await;
}

#[tokio::test]
async fn a_call_dropped_halfway_is_counted_and_its_instance_is_gone() {
    let lab = Lab::new();
    let mut loadable = probe("test.probe");
    loadable.lifetime = InstancePolicy::Pooled { calls_max: 100, idle_max: 4 };
    loadable.budget.fuel = u64::MAX;
    let loaded = lab.load(loadable);
    for expected in ["1", "2"] {
        assert_eq!(text(&loaded.call(Invocation::new("count", "")).await), expected);
    }
    let spin = loaded.call(Invocation::new("spin", ""));
    assert!(tokio::time::timeout(SOON, spin).await.is_err());
    let counts = loaded.counts();
    assert_eq!((counts.returned, counts.cancelled, counts.total()), (2, 1, 3));
    assert!(counts.fuel > 100_000, "what a cancelled call burnt counts: {}", counts.fuel);
    let last = lab.seen.lock().unwrap().last().cloned().unwrap();
    assert_eq!(last, ("test.probe".into(), "spin".into(), "cancelled".into()));
    // A new instance counts from the beginning.
    assert_eq!(text(&loaded.call(Invocation::new("count", "")).await), "1");
    lab.assert_serves().await;
}

#[tokio::test]
async fn a_call_dropped_before_its_first_step_leaves_nothing() {
    let lab = Lab::new();
    let loaded = lab.probe(|_| {});
    drop(loaded.call(Invocation::new("spin", "")));
    // Nothing was begun, so there is no call to count.
    assert_eq!(loaded.counts().total(), 0);
    lab.assert_serves().await;
}

/// A component whose core module has `parts`, and whose `run` does `body` and gives 7.
pub(crate) fn exporting_run(parts: &str, body: &str) -> String {
    format!(
        r#"(component
            (core module $m {parts}
                (func (export "run") (result i32) {body} i32.const 7))
            (core instance $i (instantiate $m))
            (func (export "run") (result u32) (canon lift (core func $i "run"))))"#
    )
}
