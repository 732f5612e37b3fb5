//! Bounds that hold between calls: room, depth, cycles, what a caller has left, and waiting.

use std::sync::Arc;
use std::time::{Duration, Instant};

use engraft::engine::{
    EngineConfig, Invocation, Lineage, Loadable, Loaded, PeerAnswer, PeerCall, Peers, Services, raw,
};
use engraft::model::{CapabilityName, Failure, FailureFacts, Limit, Outcome};

use crate::engine_lab::{Lab, probe, text, wat};

const SOON: Duration = Duration::from_millis(100);

/// Waits for ever, or for the milliseconds it is given, in a host function.
fn waiting(name: &str) -> Loadable {
    let mut loadable = wat(
        name,
        r#"(component
            (import "acme:test/slow@1.0.0" (instance $slow (export "wait" (func (param "ms" u32)))))
            (core func $wait (canon lower (func $slow "wait")))
            (core module $m
                (import "slow" "wait" (func $wait (param i32)))
                (func (export "run") (param i32) (result i32)
                    (call $wait (local.get 0)) (i32.const 7)))
            (core instance $i (instantiate $m
                (with "slow" (instance (export "wait" (func $wait))))))
            (func (export "run") (param "ms" u32) (result u32)
                (canon lift (core func $i "run"))))"#,
    );
    loadable.description.permissions.custom = vec!["test.slow".parse().unwrap()];
    loadable.grant.custom = vec!["test.slow".parse().unwrap()];
    loadable
}

fn with_slow(config: &mut EngineConfig) {
    config.interfaces.push(raw::Interface::new("acme:test/slow@1.0.0", "test.slow", |linker| {
        linker.instance("acme:test/slow@1.0.0")?.func_wrap_async("wait", |_, (ms,): (u32,)| {
            Box::new(async move {
                match ms {
                    0 => std::future::pending::<()>().await,
                    ms => tokio::time::sleep(Duration::from_millis(ms.into())).await,
                }
                Ok(())
            })
        })
    }));
}

fn wait(ms: u32) -> Invocation<'static> {
    Invocation::new("run", format!(r#"{{"ms":{ms}}}"#))
}

#[tokio::test]
async fn a_host_function_that_never_returns_meets_the_deadline() {
    let lab = Lab::with(with_slow);
    let mut loadable = waiting("test.slow");
    loadable.budget.deadline = SOON;
    let loaded = lab.load(loadable);
    let started = Instant::now();
    let report = loaded.call(wait(0)).await;
    assert_eq!(report.outcome, Outcome::Deadline { limit: SOON });
    assert!(started.elapsed() >= SOON && started.elapsed() < SOON * 3, "{:?}", started.elapsed());
    assert_eq!(text(&loaded.call(wait(1)).await), "7");
    lab.assert_serves().await;
}

#[test]
fn without_a_runtime_waiting_is_told_and_blocking_works() {
    let lab = Lab::with(with_slow);
    let mut loadable = waiting("test.slow");
    loadable.budget.deadline = SOON;
    let loaded = lab.load(loadable);
    // Driven by hand, there is nothing that could wake it.
    let mut call = Box::pin(loaded.call(wait(0)));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(report) = call.as_mut().poll(&mut context) else { panic!("waits") };
    let Outcome::Unavailable { message } = &report.outcome else { panic!("{}", report.outcome) };
    assert!(message.contains("call_blocking"), "{message}");
    assert_eq!(text(&loaded.call_blocking(wait(1))), "7");
    let report = loaded.call_blocking(wait(0));
    assert_eq!(report.outcome, Outcome::Deadline { limit: SOON });
}

#[tokio::test]
async fn one_call_too_many_is_turned_away_at_once() {
    let lab = Lab::with(|config| {
        with_slow(config);
        config.concurrent_calls_max = 3;
    });
    let mut loadable = waiting("test.slow");
    loadable.budget.concurrent_calls = 2;
    let (loaded, other) = (lab.load(loadable), lab.load(waiting("test.other")));
    let hold = |loaded: &Loaded| {
        let loaded = loaded.clone();
        tokio::spawn(async move { loaded.call(wait(200)).await })
    };
    let mut held = vec![hold(&loaded), hold(&loaded)];
    tokio::time::sleep(Duration::from_millis(50)).await;
    let report = loaded.call(wait(1)).await;
    let limit = Limit::ConcurrentCalls;
    assert_eq!(report.outcome, Outcome::Exceeded { limit, allowed: 2, wanted: 3 });
    assert!(report.usage.duration < Duration::from_millis(50), "it does not wait for room");
    held.push(hold(&other));
    tokio::time::sleep(Duration::from_millis(20)).await;
    let report = other.call(wait(1)).await;
    let limit = Limit::HostConcurrentCalls;
    assert_eq!(report.outcome, Outcome::Exceeded { limit, allowed: 3, wanted: 4 });
    for call in held {
        assert_eq!(text(&call.await.unwrap()), "7");
    }
    assert_eq!(text(&loaded.call(wait(1)).await), "7");
    lab.assert_serves().await;
}

#[tokio::test]
async fn a_full_pool_is_told_as_such() {
    let lab = Lab::with(|config| {
        with_slow(config);
        config.instances_max = 1;
    });
    let loaded = lab.load(waiting("test.slow"));
    let held = tokio::spawn({
        let loaded = loaded.clone();
        async move { loaded.call(wait(200)).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let report = loaded.call(wait(1)).await;
    let Outcome::Unavailable { message } = &report.outcome else { panic!("{}", report.outcome) };
    assert!(message.contains("instances_max"), "{message}");
    assert_eq!(text(&held.await.unwrap()), "7");
    lab.assert_serves().await;
}

#[tokio::test]
async fn an_invocation_and_its_callers_only_tighten() {
    let lab = Lab::new();
    let loaded = lab.probe(|budget| budget.fuel = 50_000_000);
    let spin = || Invocation::new("spin", "");
    let report = loaded.call(spin().fuel(1_000_000)).await;
    assert_eq!(report.outcome, Outcome::OutOfFuel { limit: 1_000_000 });
    let report = loaded.call(spin().fuel(u64::MAX)).await;
    assert_eq!(report.outcome, Outcome::OutOfFuel { limit: 50_000_000 });
    let report = loaded.call(spin().deadline(Duration::from_millis(1))).await;
    assert_eq!(report.outcome, Outcome::Deadline { limit: Duration::from_millis(1) });
    let report = loaded.call(spin().deadline(Duration::ZERO)).await;
    assert_eq!(report.outcome, Outcome::Deadline { limit: Duration::ZERO });
}

#[tokio::test]
async fn an_operation_that_the_manifest_does_not_list_is_not_called() {
    let lab = Lab::new();
    let mut loadable = probe("test.probe");
    loadable.description.operations.retain(|operation| operation.name != "spin");
    let report = lab.load(loadable).call(Invocation::new("spin", "")).await;
    let Outcome::Refused(Failure::InvalidInput(facts)) = &report.outcome else {
        panic!("{}", report.outcome);
    };
    assert!(facts.message.contains("no operation `spin`; it has: echo, "), "{}", facts.message);
    assert_eq!(report.usage.fuel, 0);
}

#[tokio::test]
async fn logs_are_bounded_and_come_with_the_report() {
    let lab = Lab::new();
    let loaded = lab.probe(|budget| budget.log_bytes = 1_000);
    let report = loaded.call(Invocation::new("log", "one\nline")).await;
    assert_eq!(report.logs.len(), 1);
    assert_eq!(report.logs[0].message, "one\\nline");
    let report = loaded.call(Invocation::new("log", "x".repeat(2_000))).await;
    assert_eq!(text(&report), "null");
    assert!(report.logs.is_empty());
    assert!(report.usage.log_bytes <= 1_000 && report.usage.log_bytes_dropped > 1_000);
}

/// Knows one capability, by any name, and notes what it is asked with.
struct One(std::sync::OnceLock<Loaded>);

impl Peers for One {
    fn call<'a>(&'a self, _: &'a CapabilityName, invocation: Invocation<'a>) -> PeerCall<'a> {
        Box::pin(async move {
            let report = self.0.get().unwrap().call(invocation).await;
            let result = match report.outcome {
                Outcome::Returned(output) => Ok(output.into_string()),
                Outcome::Refused(failure) => Err(failure),
                other => {
                    Err(Failure::Failed(FailureFacts::final_without_effect(other.to_string())))
                }
            };
            PeerAnswer { result, fuel: report.usage.fuel }
        })
    }
}

/// A foreign component cannot import `call`'s strings easily in text, so the chain is made here, the
/// way the host function makes it, by loading the probe under the names of its own callers.
#[tokio::test]
async fn a_cycle_is_told_and_depth_is_bounded() {
    let peers = Arc::new(One(std::sync::OnceLock::new()));
    let lab = Lab::with(|config| {
        config.services = Arc::new(Services::default().peers(Arc::clone(&peers) as Arc<dyn Peers>));
    });
    let loaded = lab.probe(|_| {});
    let lineage = |names: &[&str], depth_left: u32, fuel_left: u64| {
        let names: Vec<CapabilityName> = names.iter().map(|name| name.parse().unwrap()).collect();
        Lineage::of(&names, Instant::now() + SOON, Some(fuel_left), depth_left)
    };
    let echo = |lineage| loaded.call(Invocation::new("echo", "1").lineage(lineage));
    assert_eq!(text(&echo(lineage(&["a", "b"], 3, u64::MAX)).await), "1");
    let report = echo(lineage(&["a", "test.probe", "b"], 3, u64::MAX)).await;
    let Outcome::Refused(failure) = &report.outcome else { panic!("{}", report.outcome) };
    let told = &failure.facts().message;
    assert!(told.contains("test.probe → b → test.probe"), "{told}");
    let report = echo(lineage(&["a", "b"], 0, u64::MAX)).await;
    let limit = Limit::CallDepth;
    assert_eq!(report.outcome, Outcome::Exceeded { limit, allowed: 1, wanted: 2 });
    // What a caller has left is all there is.
    let spin = Invocation::new("spin", "").lineage(lineage(&["a"], 3, 100_000));
    let report = loaded.call(spin).await;
    assert_eq!(report.outcome, Outcome::OutOfFuel { limit: 100_000 });
    let spin = Invocation::new("spin", "").lineage(lineage(&["a"], 3, u64::MAX));
    let report = loaded.call(spin).await;
    let Outcome::Deadline { limit } = report.outcome else { panic!("{}", report.outcome) };
    assert!(limit <= SOON, "{limit:?}");
}
