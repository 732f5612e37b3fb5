//! The same capability here and in a worker: the same outcomes, the same effects, the same fuel.

use std::sync::Arc;
use std::time::{Duration, Instant};

use engraft::engine::{
    ConfigMap, Engine, EngineConfig, HttpScript, HttpSettings, InstancePolicy, Invocation, Report,
    ScriptedFault, ScriptedRequest, ScriptedResponse, SecretMap, SelfCheck,
};
use engraft::model::{CapabilityName, ClockMode, Digest, Outcome, RandomMode};
use engraft::store::MemoryStore;
use engraft::worker::WorkerProgram;
use serde_json::{Value, json};

use crate::Test;
use crate::engine_lab::{probe, text};
use crate::processes::{block_on, engine, walled};
use crate::stage::{Heard, Stage};

pub(crate) const TESTS: [Test; 5] = [
    ("a_guest_ends_in_a_worker_as_it_ends_here", as_it_ends_here),
    ("every_host_function_answers_in_a_worker_as_here", every_host_function),
    ("a_slow_host_function_ends_at_the_deadline", a_slow_host_function),
    ("state_and_checks_of_itself_go_through", state_and_checks),
    ("what_a_call_in_a_worker_costs", what_it_costs),
];

/// What must be the same of two reports. Fuel is apart: a worker copies an instance's first data.
fn same(report: &Report) -> (String, u64, usize, String) {
    let logs: Vec<String> = report.logs.iter().map(|line| format!("{line:?}")).collect();
    let (outcome, digest) = (format!("{:?}", report.outcome), Digest::of(logs.join("").as_bytes()));
    let few = if logs.len() < 9 { logs.join(" ") } else { digest.to_string() };
    (outcome, report.usage.host_calls, logs.len(), few)
}

/// How much more fuel burnt there, where both came to an end of their own.
fn more_fuel(here: &Report, there: &Report) -> Option<u64> {
    let is_over = matches!(here.outcome, Outcome::Returned(_) | Outcome::Refused(_));
    is_over.then(|| there.usage.fuel.checked_sub(here.usage.fuel).expect("not less"))
}

fn as_it_ends_here(program: &WorkerProgram) {
    let engine = engine(program);
    let load = |lifetime: InstancePolicy| {
        let mut loadable = probe("test.probe");
        loadable.budget.fuel = 300_000_000;
        loadable.budget.deadline = Duration::from_secs(30);
        loadable.budget.memory_bytes = 16 << 20;
        loadable.budget.host_calls = 500;
        loadable.budget.output_bytes = 1 << 20;
        loadable.lifetime = lifetime;
        engine.load_blocking(loadable).unwrap()
    };
    let (here, there) = (load(InstancePolicy::Fresh), load(walled(1, 1_000)));
    let mut more = std::collections::BTreeSet::new();
    for (operation, input) in [
        ("echo", "\"hello\""),
        ("echo", "\"\u{1f600} \u{0}\""),
        ("count", ""),
        ("spin", ""),
        ("recurse", ""),
        ("grow", ""),
        ("flood", "1000000"),
        ("flood", "2000000"),
        ("panic", "on purpose"),
        ("refuse", "try later"),
        ("log-storm", ""),
        ("log", "a line"),
        ("divide", "0"),
        ("divide", "1"),
        ("work", "1000000"),
        ("nothing", ""),
    ] {
        let invocation = || Invocation::new(operation, input);
        let (one, other) = (block_on(here.call(invocation())), block_on(there.call(invocation())));
        assert_eq!(same(&one), same(&other), "{operation} {input:.20}");
        // An operation that is not there burns nothing on either side.
        more.extend(more_fuel(&one, &other).filter(|_| one.usage.fuel > 0));
        let blocking = there.call_blocking(invocation());
        assert_eq!(same(&one), same(&blocking), "{operation} {input:.20}, without a runtime");
    }
    assert_eq!(more.len(), 1, "the first data, whatever is called: {more:?}");
    let long = "x".repeat(64 << 20);
    let too_long = block_on(there.call(Invocation::new("echo", long.as_str()))).outcome;
    assert_eq!(too_long, block_on(here.call(Invocation::new("echo", long.as_str()))).outcome);
    let tight = Invocation::new("work", "100000000").fuel(1_000).deadline(Duration::from_secs(9));
    let short = block_on(there.call(tight.clone())).outcome;
    assert_eq!(short, Outcome::OutOfFuel { limit: 1_000 });
    assert_eq!(there.counts().total(), 2 * 16 + 2, "every call is counted here");
}

/// A network of one server, which says what it was sent.
struct Server;

impl HttpScript for Server {
    fn answer(
        &self,
        _: &CapabilityName,
        request: &ScriptedRequest<'_>,
    ) -> Result<ScriptedResponse, ScriptedFault> {
        if request.url.contains("broken") {
            return Err(ScriptedFault::Broken("it broke".to_owned()));
        }
        let body = format!("{} {} {:?}", request.method, request.url, request.headers);
        Ok(ScriptedResponse { status: 200, headers: vec![], body: body.into_bytes() })
    }
}

fn stage(heard: &Heard, lifetime: InstancePolicy) -> Stage {
    let mut stage = Stage::granted();
    let mut http = HttpSettings::default();
    http.script = Some(Arc::new(Server));
    stage.granted.clock = Some(ClockMode::Frozen(Duration::from_secs(1_000)));
    stage.granted.random = Some(RandomMode::Seeded(7));
    stage.services = stage
        .services
        .log(heard.clone())
        .progress(heard.clone())
        .config(ConfigMap::default().with("locale", "de-CH"))
        .secrets(SecretMap::default().with("token", "tr0ub4dor"))
        .values(Arc::new(MemoryStore::default()))
        .http(http);
    stage.lifetime = lifetime;
    stage
}

fn on_engine(stage: &Stage, program: &WorkerProgram) -> Engine {
    let mut config = EngineConfig::default();
    config.instances_max = 32;
    config.concurrent_calls_max = 32;
    config.services = Arc::new(stage.services.clone());
    config.worker = Some(program.clone());
    Engine::new(config).unwrap()
}

fn every_host_function(program: &WorkerProgram) {
    let (heard_here, heard_there) = (Heard::default(), Heard::default());
    let here = stage(&heard_here, InstancePolicy::Fresh);
    let there = stage(&heard_there, walled(1, 1_000));
    let mut denied = (here.clone(), there.clone());
    (denied.0.granted, denied.1.granted) = (Default::default(), Default::default());
    for (here, there) in [(here, there), denied] {
        let (one, other) = (on_engine(&here, program), on_engine(&there, program));
        let here = block_on(here.load_on(&one)).unwrap();
        let there = block_on(there.load_on(&other)).unwrap();
        for (operation, input) in deeds() {
            let invocation = || Invocation::new(operation, input.to_string());
            let (one, other) =
                (block_on(here.call(invocation())), block_on(there.call(invocation())));
            let (one, other) = (same(&one), same(&other));
            assert_eq!(one, other, "{operation} {input}");
        }
    }
    assert_eq!(heard_here.lines(), heard_there.lines());
    assert!(heard_there.lines().iter().any(|line| line.contains("[secret]")), "a secret is heard");
}

fn deeds() -> Vec<(&'static str, Value)> {
    let url = |path: &str| {
        json!({ "url": format!("https://asked.example.org/{path}"),
        "credentials": ["token"] })
    };
    vec![
        ("log", json!({ "message": "a tr0ub4dor", "fields": { "k": "v" } })),
        ("flood", json!({ "bytes": 100, "lines": 2_000 })),
        ("now", json!({})),
        ("monotonic", json!({})),
        ("random", json!({ "count": 9 })),
        ("random", json!({ "count": 70_000 })),
        ("number", json!({})),
        ("progress", json!({ "message": "half", "fraction": 0.5 })),
        ("progress", json!({ "message": "more than all", "fraction": 1.5 })),
        ("secret", json!({ "name": "token" })),
        ("secret", json!({ "name": "other" })),
        ("config", json!({ "key": "locale" })),
        ("config", json!({ "key": "home" })),
        ("http", url("a")),
        ("http", url("broken")),
        ("http", json!({ "url": "https://elsewhere.example.org/" })),
        ("http-all", json!([url("b"), url("c")])),
        ("call", json!({ "capability": "test.other", "operation": "echo", "input": 1 })),
        ("call", json!({ "capability": "other.one", "operation": "echo", "input": 1 })),
        ("call-all", json!(vec![json!({ "capability": "test.other", "operation": "echo" }); 17])),
        ("set", json!({ "key": "a", "value": "b" })),
        ("set", json!({ "key": "long", "fill": 300_000 })),
        ("get", json!({ "key": "a" })),
        ("get", json!({ "key": "x".repeat(600) })),
        ("increment", json!({ "key": "n", "delta": 5 })),
        ("increment", json!({ "key": "a" })),
        ("keys", json!({ "prefix": "", "limit": 9 })),
        ("swap", json!({ "key": "a", "expected": "b", "value": "c" })),
        ("swap", json!({ "key": "a", "expected": "b", "value": "d" })),
        ("delete", json!({ "key": "a" })),
        ("storm", json!({})),
    ]
}

/// A store that answers when nobody waits any more.
struct Slow;

impl engraft::model::KeyValue for Slow {
    fn read<'a>(
        &'a self,
        _: &'a CapabilityName,
        _: &'a str,
    ) -> engraft::model::KvFuture<'a, Option<Vec<u8>>> {
        Box::pin(async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Ok(None)
        })
    }

    fn list<'a>(
        &'a self,
        _: &'a CapabilityName,
        _: engraft::model::KeyRange,
    ) -> engraft::model::KvFuture<'a, Vec<String>> {
        Box::pin(std::future::ready(Ok(vec![])))
    }

    fn apply<'a>(
        &'a self,
        _: &'a CapabilityName,
        _: engraft::model::Transaction,
    ) -> engraft::model::KvFuture<'a, engraft::model::Applied> {
        Box::pin(std::future::ready(Ok(engraft::model::Applied::Done(vec![]))))
    }
}

fn a_slow_host_function(program: &WorkerProgram) {
    let mut stage = stage(&Heard::default(), walled(1, 10));
    stage.services = stage.services.values(Arc::new(Slow));
    stage.budget.deadline = Duration::from_millis(300);
    let engine = on_engine(&stage, program);
    let loaded = block_on(stage.load_on(&engine)).unwrap();
    // Often enough that a worker which counted as dead each time would not be started again.
    for _ in 0..7 {
        let begun = Instant::now();
        let report = block_on(loaded.call(Invocation::new("get", r#"{"key": "a"}"#)));
        assert_eq!(report.outcome, Outcome::Deadline { limit: Duration::from_millis(300) });
        assert_eq!(report.usage.host_calls, 1);
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    }
}

fn state_and_checks(program: &WorkerProgram) {
    let mut loadable = probe("test.probe");
    loadable.lifetime = walled(1, 10);
    let loaded = engine(program).load_blocking(loadable).unwrap();
    assert!(loaded.is_stateful() && loaded.is_self_testing());
    let (checks, report) = block_on(loaded.self_test());
    assert!(report.outcome.is_returned(), "{}", report.outcome);
    let told: Vec<_> =
        checks.iter().map(|SelfCheck { name, problem, .. }| (name.as_str(), problem)).collect();
    assert_eq!(told, [("holds", &None), ("fails", &Some("on purpose".to_owned()))]);
    let (saved, _) = block_on(loaded.save_state(Invocation::new("save", "")));
    assert_eq!(saved, Some(vec![0; 8]));
    let restored = block_on(loaded.restore_state(Invocation::new("restore", ""), "1.0.0", &[7; 8]));
    assert!(restored.outcome.is_returned(), "{}", restored.outcome);
    let refused = block_on(loaded.restore_state(Invocation::new("restore", ""), "1.0.0", &[7]));
    assert!(matches!(refused.outcome, Outcome::Refused(_)), "{}", refused.outcome);
}

/// Prints what it costs; that it is served at all is what can fail here. A wall is not cheap, and a
/// machine with other work makes it dearer.
fn what_it_costs(program: &WorkerProgram) {
    let engine = engine(program);
    let load = |lifetime: InstancePolicy| {
        let mut loadable = probe("test.probe");
        loadable.lifetime = lifetime;
        engine.load_blocking(loadable).unwrap()
    };
    let begun = Instant::now();
    let there = load(walled(1, 10_000));
    let loading = begun.elapsed();
    let here = load(InstancePolicy::Fresh);
    let median = |loaded: &engraft::engine::Loaded, operation: &str| {
        block_on(async {
            let mut times = Vec::new();
            for _ in 0..200 {
                let begun = Instant::now();
                let report = loaded.call(Invocation::new(operation, "1")).await;
                times.push(begun.elapsed());
                text(&report);
            }
            times.sort();
            times[100]
        })
    };
    println!("    starting a worker and loading the probe there: {loading:?}");
    for operation in ["echo", "log"] {
        let (one, other) = (median(&here, operation), median(&there, operation));
        println!("    `{operation}`, median of 200: {one:?} here, {other:?} in a worker");
    }
}
