//! The engine with guests that behave: every way of running them gives the same, and says what it
//! cost.

mod code;
mod instances;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use engraft::engine::{
    Engine, EngineConfig, EngineError, InstancePolicy, Invocation, Loaded, Metering, raw,
};
use engraft::model::{Outcome, Permissions};

use crate::engine_lab::{Lab, component, operation, probe, text, wat};
use crate::hostile::exporting_run;
use crate::support::guest;

const METERINGS: [Metering; 3] = [Metering::Fuel, Metering::Epoch, Metering::FuelAndEpoch];

fn count() -> Invocation<'static> {
    Invocation::new("count", "")
}

/// What the probe's `work` does.
fn work(steps: u64) -> u64 {
    (0..steps).fold(0x9e37_79b9_7f4a_7c15, |state: u64, step| {
        (state.rotate_left(5) ^ step).wrapping_mul(0x2545_f491_4f6c_dd1d)
    })
}

#[tokio::test]
async fn the_same_call_burns_the_same_fuel() {
    let lab = Lab::new();
    let loaded = lab.probe(|_| {});
    let work = || Invocation::new("work", "100000");
    let first = loaded.call(work()).await;
    assert!(first.usage.fuel > 100_000, "{}", first.usage.fuel);
    for _ in 0..3 {
        let again = loaded.call(work()).await;
        assert_eq!((text(&again), again.usage.fuel), (text(&first), first.usage.fuel));
    }
    // Metered with epochs beside it, on another engine, and without a fibre: still the same.
    let mut loadable = probe("test.probe");
    loadable.metering = Metering::FuelAndEpoch;
    let both = Lab::new().load(loadable);
    let other = both.call(work()).await;
    assert_eq!((text(&other), other.usage.fuel), (text(&first), first.usage.fuel));
    let blocking = both.call_blocking(work());
    assert_eq!((text(&blocking), blocking.usage.fuel), (text(&first), first.usage.fuel));
}

#[tokio::test]
async fn every_metering_gives_the_same_output() {
    let lab = Lab::new();
    for metering in METERINGS {
        let mut loadable = probe("test.probe");
        loadable.metering = metering;
        let loaded = lab.load(loadable);
        let report = loaded.call(Invocation::new("work", "1000000")).await;
        assert_eq!(text(&report), work(1_000_000).to_string(), "{metering:?}");
        assert_eq!(report.usage.fuel == 0, metering == Metering::Epoch);
        assert!(report.usage.memory_bytes_peak >= 1 << 16);
    }
}

#[tokio::test]
async fn a_capability_checks_itself() {
    let lab = Lab::new();
    let (checks, report) = lab.probe(|_| {}).self_test().await;
    assert!(report.outcome.is_returned(), "{}", report.outcome);
    let checks: Vec<_> =
        checks.iter().map(|check| (&*check.name, check.problem.as_deref())).collect();
    assert_eq!(checks, [("holds", None), ("fails", Some("on purpose"))]);
    let none = lab.load(wat("test.plain", &exporting_run("", "")));
    let (checks, report) = none.self_test().await;
    assert!(checks.is_empty() && !none.is_self_testing());
    assert!(report.outcome.to_string().contains("does not export"), "{}", report.outcome);
}

#[test]
fn a_program_without_a_runtime_calls_and_waits() {
    let lab = Lab::new();
    for metering in METERINGS {
        let mut loadable = probe("test.probe");
        loadable.metering = metering;
        loadable.budget.deadline = Duration::from_millis(100);
        loadable.budget.fuel = u64::MAX;
        let loaded = lab.load(loadable);
        assert_eq!(text(&loaded.call_blocking(Invocation::new("echo", "1"))), "1");
        let report = loaded.call_blocking(Invocation::new("spin", ""));
        let limit = Duration::from_millis(100);
        assert_eq!(report.outcome, Outcome::Deadline { limit }, "{metering:?}");
        assert_eq!(loaded.counts().total(), 2);
        let report = loaded.call_blocking(Invocation::new("recurse", ""));
        assert_eq!(report.outcome.word(), "exceeded", "{metering:?}: {}", report.outcome);
    }
}

#[tokio::test]
async fn waiting_inside_a_runtime_works_as_well() {
    let lab = Lab::new();
    let loaded = lab.probe(|_| {});
    assert_eq!(text(&loaded.call_blocking(Invocation::new("echo", "1"))), "1");
}

#[tokio::test]
async fn an_async_component_runs_on_an_engine_of_its_own() {
    let lab = Lab::new();
    let asynchronous = r#"(component
        (core module $m
            (import "" "return" (func $return (param i32)))
            (func (export "run") (result i32)
                (call $return (i32.const 7)) (i32.const 0 (; EXIT ;)))
            (func (export "callback") (param i32 i32 i32) (result i32) unreachable))
        (core func $return (canon task.return (result u32)))
        (core instance $i (instantiate $m (with "" (instance (export "return" (func $return))))))
        (func (export "run") async (result u32)
            (canon lift (core func $i "run") async (callback (core func $i "callback")))))"#;
    for metering in METERINGS {
        let mut loadable = wat("test.async", asynchronous);
        loadable.metering = metering;
        let loaded = lab.load(loadable);
        assert_eq!(text(&loaded.call(Invocation::new("run", "{}")).await), "7", "{metering:?}");
        assert_eq!(text(&loaded.call_blocking(Invocation::new("run", "{}"))), "7");
    }
    let looping = asynchronous.replace("(call $return", "(loop $l (br $l)) (call $return");
    let mut loadable = wat("test.async", &looping);
    loadable.budget.deadline = Duration::from_millis(100);
    loadable.budget.fuel = u64::MAX;
    let report = lab.load(loadable).call(Invocation::new("run", "{}")).await;
    assert_eq!(report.outcome.word(), "deadline", "{}", report.outcome);
    lab.assert_serves().await;
}

#[tokio::test]
async fn a_component_describes_itself_without_any_permission() {
    let lab = Lab::new();
    let description =
        lab.engine.describe(&"test.other".parse().unwrap(), guest("probe")).await.unwrap();
    assert_eq!(description.name.as_str(), "test.probe");
    assert_eq!(description.operations.len(), 13);
    assert_eq!(description.permissions, Permissions { log: true, ..Permissions::default() });
    let plain = ::wat::parse_str(exporting_run("", "")).unwrap();
    let description =
        lab.engine.describe(&"test.name".parse().unwrap(), plain.into()).await.unwrap();
    assert_eq!(description.name.as_str(), "test.name", "a foreign component knows no name");
    assert!(description.operation("run").is_some());
    assert!(lab.seen.lock().unwrap().is_empty(), "nobody's call is nobody's business");
}

#[tokio::test]
async fn what_is_no_component_or_wants_too_much_is_refused() {
    let lab = Lab::new();
    let module = wat::parse_str("(module)").unwrap();
    let refuse = |loadable| lab.engine.load_blocking(loadable).unwrap_err();
    let error = refuse(component("test.module", module.into()));
    assert!(error.to_string().contains("wasm-tools component new"), "{error}");
    let error = refuse(component("test.text", b"hello".as_slice().into()));
    assert!(matches!(error, EngineError::NotWasm { .. }), "{error}");
    let mut cut = guest("probe").to_vec();
    cut.truncate(cut.len() / 2);
    assert!(matches!(refuse(component("test.cut", cut.into())), EngineError::Invalid { .. }));
    let mut greedy = probe("test.greedy");
    greedy.description.permissions.log = false;
    let error = refuse(greedy).to_string();
    assert!(error.contains("engraft:capability/log@1.0.0") && error.contains("`log`"), "{error}");
    let unknown = r#"(component (import "acme:shop/orders@1.0.0" (instance)))"#;
    let error = refuse(wat("test.shop", unknown)).to_string();
    assert!(error.contains("acme:shop/orders@1.0.0"), "{error}");
    lab.assert_serves().await;
}

#[derive(Default)]
struct Orders {
    placed: u32,
}

#[tokio::test]
async fn an_embedding_program_brings_its_own_world() {
    let shop = r#"(component
        (import "acme:shop/orders@1.0.0" (instance $orders
            (export "place" (func (param "count" u32) (result u32)))))
        (core func $place (canon lower (func $orders "place")))
        (core module $m
            (import "o" "place" (func $place (param i32) (result i32)))
            (func (export "total") (param i32) (result i32)
                (drop (call $place (local.get 0))) (call $place (local.get 0)))
            (func (export "spin") (loop $l (br $l))))
        (core instance $i (instantiate $m (with "o" (instance (export "place" (func $place))))))
        (func (export "total") (param "count" u32) (result u32)
            (canon lift (core func $i "total")))
        (func (export "spin") (canon lift (core func $i "spin"))))"#;
    let lab = Lab::with(|config| {
        let add = |linker: &mut raw::wasmtime::component::Linker<raw::CallState>| {
            linker.instance("acme:shop/orders@1.0.0")?.func_wrap(
                "place",
                |mut store: raw::wasmtime::StoreContextMut<'_, raw::CallState>,
                 (count,): (u32,)| {
                    let orders = store.data_mut().data::<Orders>();
                    orders.placed += count;
                    Ok((orders.placed,))
                },
            )
        };
        let orders = raw::Interface::new("acme:shop/orders@1.0.0", "shop.orders", add);
        config.interfaces.push(orders.data(|_| Orders { placed: 100 }));
    });
    let mut loadable = wat("acme.shop", shop);
    loadable.description.operations = ["total", "spin"].map(operation).to_vec();
    loadable.budget.fuel = 1_000_000;
    loadable.description.operations.clear();
    let error = lab.engine.load_blocking(loadable.clone()).unwrap_err();
    assert!(
        matches!(&error, EngineError::NotAsked { permission, .. } if permission == "shop.orders")
    );
    loadable.description.permissions.custom = vec!["shop.*".parse().unwrap()];
    let error = lab.engine.load_blocking(loadable.clone()).unwrap_err();
    assert!(
        matches!(&error, EngineError::NotGranted { permission, .. } if permission == "shop.orders")
    );
    loadable.grant.custom = vec!["shop.orders".parse().unwrap()];
    let loaded = lab.load(loadable);
    let total = || {
        raw::call(&loaded, Invocation::new("total", ""), |store, instance| {
            Box::pin(async move {
                let total = instance.get_typed_func::<(u32,), (u32,)>(&mut *store, "total")?;
                Ok(total.call_async(store, (3,)).await?.0)
            })
        })
    };
    for _ in 0..2 {
        let typed = total().await;
        assert_eq!(typed.value, Some(106), "each call begins anew: {}", typed.report.outcome);
        assert_eq!(typed.report.usage.host_calls, 2);
        assert!(typed.report.usage.fuel > 0);
    }
    let typed = raw::call(&loaded, Invocation::new("spin", ""), |store, instance| {
        Box::pin(async move {
            let spin = instance.get_typed_func::<(), ()>(&mut *store, "spin")?;
            spin.call_async(store, ()).await
        })
    })
    .await;
    assert_eq!(typed.report.outcome, Outcome::OutOfFuel { limit: 1_000_000 });
    assert!(typed.value.is_none());
    assert_eq!(loaded.counts().total(), 3);
}

#[tokio::test]
async fn a_python_shaped_component_fits_into_the_pool() {
    let lab = Lab::new();
    // 40 core instances that share one memory and a table, as componentize-py links them.
    let mut text = r#"(component
        (core module $main (memory (export "m") 100) (table (export "t") 12000 funcref)
            (func (export "run") (result i32) i32.const 7))
        (core module $part (import "" "m" (memory 1)) (import "" "t" (table 1 funcref))
            (table 4 funcref) (global (mut i32) (i32.const 0)))
        (core instance $i (instantiate $main))"#
        .to_owned();
    for _ in 0..40 {
        text.push_str(
            r#"(core instance (instantiate $part (with "" (instance
                (export "m" (memory $i "m")) (export "t" (table $i "t"))))))"#,
        );
    }
    text.push_str(r#"(func (export "run") (result u32) (canon lift (core func $i "run"))))"#);
    let loaded = lab.load(wat("test.python", &text));
    let report = loaded.call(Invocation::new("run", "{}")).await;
    assert_eq!(crate::engine_lab::text(&report), "7");
    assert_eq!(report.usage.memory_bytes_peak, 100 << 16);
}

#[tokio::test]
async fn every_call_is_seen_once() {
    let lab = Lab::new();
    let loaded = lab.probe(|budget| budget.fuel = 5_000_000);
    for (operation, word) in [
        ("echo", "returned"),
        ("refuse", "refused"),
        ("spin", "out-of-fuel"),
        ("panic", "trapped"),
        ("nonsense", "refused"),
    ] {
        loaded.call(Invocation::new(operation, "1")).await;
        let last = lab.seen.lock().unwrap().last().cloned().unwrap();
        assert_eq!(last, ("test.probe".to_owned(), operation.to_owned(), word.to_owned()));
    }
    let counts = loaded.counts();
    assert_eq!((counts.returned, counts.refused, counts.out_of_fuel, counts.trapped), (1, 2, 1, 1));
    assert_eq!(counts.total(), 5);
    assert!(counts.fuel > 5_000_000 && counts.duration > Duration::ZERO);
    let shared = Arc::clone(&lab.seen);
    assert_eq!(shared.lock().unwrap().len(), 5);
}
