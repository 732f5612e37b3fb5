//! The engine with guests that behave: every way of running them gives the same, and says what it
//! cost.

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
async fn a_fresh_instance_remembers_nothing_and_a_pooled_one_serves_its_calls() {
    let lab = Lab::new();
    let fresh = lab.probe(|_| {});
    for _ in 0..3 {
        assert_eq!(text(&fresh.call(count()).await), "1");
    }
    let mut loadable = probe("test.pooled");
    loadable.lifetime = InstancePolicy::Pooled { calls_max: 3, idle_max: 2 };
    let pooled = lab.load(loadable);
    for expected in ["1", "2", "3", "1", "2"] {
        assert_eq!(text(&pooled.call(count()).await), expected);
    }
    // A refusal is no break; a break is.
    assert!(matches!(
        pooled.call(Invocation::new("refuse", "")).await.outcome,
        Outcome::Refused(_)
    ));
    assert_eq!(text(&pooled.call(count()).await), "1", "three calls are over");
    assert!(!pooled.call(Invocation::new("panic", "x")).await.outcome.is_returned());
    assert_eq!(text(&pooled.call(count()).await), "1", "the broken one is gone");
}

#[tokio::test]
async fn each_call_of_a_pooled_instance_has_a_budget_of_its_own() {
    let lab = Lab::new();
    let mut loadable = probe("test.pooled");
    loadable.lifetime = InstancePolicy::Pooled { calls_max: 100, idle_max: 1 };
    loadable.budget.host_calls = 2;
    loadable.budget.log_bytes = 200;
    loadable.budget.fuel = 1_500_000;
    let pooled = lab.load(loadable);
    let mut fuel = Vec::new();
    for _ in 0..5 {
        let report = pooled.call(Invocation::new("work", "50000")).await;
        assert!(report.outcome.is_returned(), "{}", report.outcome);
        fuel.push(report.usage.fuel);
        let report = pooled.call(Invocation::new("log", "hello")).await;
        assert_eq!(text(&report), "null");
        assert_eq!((report.usage.host_calls, report.logs.len()), (1, 1));
    }
    assert!(fuel.iter().sum::<u64>() > 1_500_000, "together more than one call may burn");
    assert_eq!(fuel[1..].iter().max(), fuel[1..].iter().min(), "a warm call burns the same");
}

#[tokio::test]
async fn a_session_keeps_its_own_instance_until_it_is_idle_too_long() {
    let lab = Lab::new();
    let mut loadable = probe("test.session");
    let idle = Duration::from_millis(300);
    loadable.lifetime = InstancePolicy::Session { sessions_max: 2, idle };
    let loaded = lab.load(loadable);
    let call = |session: &str| loaded.call(count().session(session.to_owned()));
    assert_eq!(text(&call("anna").await), "1");
    assert_eq!(text(&call("anna").await), "2");
    assert_eq!(text(&call("bert").await), "1");
    let third = call("cora").await;
    assert!(third.outcome.to_string().contains("2 sessions are open"), "{}", third.outcome);
    let unnamed = loaded.call(count()).await;
    assert!(unnamed.outcome.to_string().contains("name one"), "{}", unnamed.outcome);
    assert!(loaded.end_session("bert"));
    assert!(!loaded.end_session("bert"));
    assert_eq!(text(&call("cora").await), "1");
    assert_eq!(text(&call("anna").await), "3");
    // A break ends the session's instance, not the session's right to another.
    let broken = loaded.call(Invocation::new("panic", "x").session("anna")).await;
    assert!(!broken.outcome.is_returned());
    assert_eq!(text(&call("anna").await), "1");
    tokio::time::sleep(idle * 2).await;
    assert_eq!(loaded.expire_sessions(), 2);
    assert_eq!(text(&call("anna").await), "1");
}

#[tokio::test]
async fn a_session_in_a_call_is_busy() {
    let lab = Lab::new();
    let mut loadable = probe("test.session");
    loadable.budget.fuel = u64::MAX;
    let idle = Duration::from_secs(60);
    loadable.lifetime = InstancePolicy::Session { sessions_max: 2, idle };
    let loaded = lab.load(loadable);
    let mut spin = Box::pin(loaded.call(Invocation::new("spin", "").session("anna")));
    assert!(tokio::time::timeout(Duration::from_millis(20), &mut spin).await.is_err());
    let report = loaded.call(count().session("anna")).await;
    assert!(report.outcome.to_string().contains("another call"), "{}", report.outcome);
    drop(spin);
    assert_eq!(text(&loaded.call(count().session("anna")).await), "1");
}

#[tokio::test]
async fn state_moves_from_one_session_to_another() {
    let lab = Lab::new();
    let mut loadable = probe("test.session");
    let idle = Duration::from_secs(60);
    loadable.lifetime = InstancePolicy::Session { sessions_max: 2, idle };
    let loaded = lab.load(loadable);
    assert!(loaded.is_stateful() && loaded.is_self_testing());
    for _ in 0..4 {
        loaded.call(count().session("old")).await;
    }
    let (saved, report) = loaded.save_state(Invocation::new("save", "").session("old")).await;
    assert!(report.outcome.is_returned(), "{}", report.outcome);
    let saved = saved.unwrap();
    let to_new = || Invocation::new("restore", "").session("new");
    let report = loaded.restore_state(to_new(), "1.0.0", &saved).await;
    assert!(report.outcome.is_returned(), "{}", report.outcome);
    assert_eq!(text(&loaded.call(count().session("new")).await), "5");
    let report = loaded.restore_state(to_new(), "1.0.0", b"short").await;
    assert!(report.outcome.to_string().contains("5 bytes are no count"), "{}", report.outcome);
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
    let plain = wat("test.plain", &exporting_run("", "")).component;
    let description = lab.engine.describe(&"test.name".parse().unwrap(), plain).await.unwrap();
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

struct Dir(PathBuf);

impl Dir {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("engraft-it-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&dir));
        Self(dir)
    }

    fn entries(&self) -> Vec<PathBuf> {
        let files = std::fs::read_dir(&self.0).unwrap().map(|file| file.unwrap().path());
        files.filter(|path| path.extension().is_some_and(|extension| extension == "code")).collect()
    }

    fn engine(&self) -> Engine {
        let mut config = EngineConfig::default();
        config.cache_dir = Some(self.0.clone());
        Engine::new(config).unwrap()
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

async fn echo(loaded: &Loaded) -> String {
    text(&loaded.call(Invocation::new("echo", "1")).await).to_owned()
}

#[tokio::test]
async fn compiled_code_is_kept_and_bad_entries_are_compiled_anew() {
    let dir = Dir::new("cache");
    let loaded = dir.engine().load(probe("test.probe")).await.unwrap();
    assert_eq!(echo(&loaded).await, "1");
    let entry = dir.entries().pop().unwrap();
    let good = std::fs::read(&entry).unwrap();
    // From the cache: the entry is read, not written.
    let before = std::fs::metadata(&entry).unwrap().len();
    assert_eq!(echo(&dir.engine().load(probe("test.probe")).await.unwrap()).await, "1");
    assert_eq!(std::fs::metadata(&entry).unwrap().len(), before);
    for index in [0, 20, 60, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[index] ^= 0x10;
        std::fs::write(&entry, &bad).unwrap();
        let loaded = dir.engine().load(probe("test.probe")).await.unwrap();
        assert_eq!(echo(&loaded).await, "1");
        assert_eq!(std::fs::read(&entry).unwrap(), good, "byte {index} was not mended");
    }
    // With another key every entry is foreign.
    let mut key = std::fs::read(dir.0.join("host.key")).unwrap();
    key[0] ^= 1;
    std::fs::write(dir.0.join("host.key"), &key).unwrap();
    let loaded = dir.engine().load(probe("test.probe")).await.unwrap();
    assert_eq!(echo(&loaded).await, "1");
    assert_ne!(std::fs::read(&entry).unwrap(), good);
}

#[tokio::test]
async fn shipped_code_is_used_where_it_fits() {
    let lab = Lab::new();
    let native = lab.engine.precompile(&guest("probe"), Metering::Fuel).unwrap();
    // Code of another component shows that it was this that ran, and not a compilation.
    let other = wat::parse_str(exporting_run("", "")).unwrap();
    let shipped = lab.engine.precompile(&other, Metering::Fuel).unwrap();
    let mut unfit = native.clone();
    unfit.compatibility = "another engine".to_owned();
    assert_eq!(native.compatibility, shipped.compatibility);
    let mut loadable = wat("test.shipped", &exporting_run("", "unreachable"));
    loadable.native = vec![unfit, shipped.clone()];
    assert_eq!(text(&lab.load(loadable.clone()).call(Invocation::new("run", "{}")).await), "7");
    // For another engine or broken, it is as if it were not there.
    loadable.metering = Metering::Epoch;
    let report = lab.load(loadable.clone()).call(Invocation::new("run", "{}")).await;
    assert_eq!(report.outcome.word(), "trapped");
    loadable.metering = Metering::Fuel;
    let mut broken = shipped;
    broken.bytes = broken.bytes[..100].into();
    loadable.native = vec![broken];
    let report = lab.load(loadable).call(Invocation::new("run", "{}")).await;
    assert_eq!(report.outcome.word(), "trapped");
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
