//! Components that know nothing of Engraft, loaded and called like any capability.

#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a step that fails, or ends otherwise than expected, fails its test"
)]

use std::sync::Arc;
use std::time::Duration;

use engraft::engine::reflect::{ComponentKind, ImportKind, describe, inspect};
use engraft::engine::{
    Engine, EngineConfig, EngineError, InstancePolicy, Invocation, Loadable, Loaded, Metering,
    Report,
};
use engraft::model::{Budget, Content, Failure, Grant, Limit, Outcome, TrapKind};
use serde_json::{Value, json};

use crate::support::{command, guest};

fn loadable(component: Arc<[u8]>) -> Loadable {
    let name: engraft::model::CapabilityName = "test.foreign".parse().unwrap();
    Loadable {
        description: describe(name.clone(), &component).unwrap(),
        name,
        version: None,
        content: Content::new(component),
        budget: Budget { fuel: 50_000_000, ..Budget::default() },
        grant: Grant::default(),
        lifetime: InstancePolicy::Fresh,
        metering: Metering::Fuel,
        native: Vec::new(),
    }
}

fn engine() -> Engine {
    Engine::new(EngineConfig::default()).unwrap()
}

fn load(component: Arc<[u8]>) -> Loaded {
    engine().load_blocking(loadable(component)).unwrap()
}

async fn call(loaded: &Loaded, operation: &str, input: &Value) -> Report {
    loaded.call(Invocation::new(operation, input.to_string())).await
}

async fn output(loaded: &Loaded, operation: &str, input: &Value) -> Value {
    match call(loaded, operation, input).await.outcome {
        Outcome::Returned(output) => output.read().unwrap(),
        other => panic!("{operation}: {other}"),
    }
}

/// The sentence of a refusal, and whether it was about the input.
fn refusal(report: Report) -> (String, bool) {
    match report.outcome {
        Outcome::Refused(failure) => {
            let is_input = matches!(failure, Failure::InvalidInput(_));
            (failure.facts().message.clone(), is_input)
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn functions_are_operations_under_every_name_that_is_theirs() {
    let loaded = load(guest("foreign"));
    let text = json!({ "text": "Ein Gruß, aus Köln!" });
    assert_eq!(output(&loaded, "slugify", &text).await, json!("ein-gruß-aus-köln"));
    let points = json!({ "a": { "x": 0, "y": 0 }, "b": { "x": 3, "y": 4 } });
    for name in ["distance", "local:foreign/shapes#distance", "local:foreign/shapes@1.2.0#distance"]
    {
        assert_eq!(output(&loaded, name, &points).await, json!(5.0), "{name}");
    }
    let (sentence, is_input) = refusal(call(&loaded, "nothing", &json!({})).await);
    assert!(is_input && sentence.contains("no operation is called `nothing`"), "{sentence}");
    assert!(call(&loaded, "slugify", &text).await.usage.fuel > 1_000);
    let report = loaded.call_blocking(Invocation::new("slugify", r#"{"text":"A b"}"#));
    assert!(report.outcome.is_returned(), "{report:?}");
}

#[tokio::test]
async fn refusals_and_failures_are_told_apart() {
    let loaded = load(guest("foreign"));
    let points = json!({ "a": { "x": 0, "y": "up" }, "b": { "x": 3, "y": 4 } });
    let (sentence, is_input) = refusal(call(&loaded, "distance", &points).await);
    assert!(is_input && sentence.contains("`/a/y` (line 1, column 17)"), "{sentence}");
    let division = json!({ "dividend": 1, "divisor": 0 });
    let report = call(&loaded, "divide", &division).await;
    // It imports nothing, so nothing outside can have changed.
    let Outcome::Refused(failure) = &report.outcome else { panic!("{report:?}") };
    assert!(!failure.facts().effect_happened);
    assert_eq!(refusal(report), ("1 cannot be divided by 0".to_owned(), false));
    let fails = refusal(call(&loaded, "fail", &json!({ "shape": { "circle": 1 } })).await);
    assert_eq!(fails, (r#"{"circle":1.0}"#.to_owned(), false));
}

#[tokio::test]
async fn the_bounds_are_those_of_every_call() {
    let loaded = load(guest("foreign"));
    let empty = json!({});
    let spin = call(&loaded, "spin", &empty).await;
    assert!(matches!(spin.outcome, Outcome::OutOfFuel { limit: 50_000_000 }), "{spin:?}");
    let hurried = Invocation::new("spin", "{}").deadline(Duration::from_millis(1));
    let hurried = loaded.call(hurried).await;
    assert!(matches!(hurried.outcome, Outcome::Deadline { .. }), "{hurried:?}");
    let broken = call(&loaded, "shatter", &empty).await;
    let is_unreachable =
        matches!(broken.outcome, Outcome::Trapped { kind: TrapKind::Unreachable, .. });
    assert!(is_unreachable, "{broken:?}");
    // Three quarters of a MiB become one of base64, and a little around it.
    for bytes in [786_500, 8_000_000] {
        let flood = call(&loaded, "flood", &json!({ "bytes": bytes })).await;
        let is_exceeded =
            matches!(flood.outcome, Outcome::Exceeded { limit: Limit::OutputBytes, .. });
        assert!(is_exceeded, "{bytes}: {:?}", flood.outcome.word());
    }
    let memory = call(&loaded, "flood", &json!({ "bytes": 100_000_000 })).await;
    assert!(matches!(memory.outcome, Outcome::OutOfMemory { .. }), "{memory:?}");
    let long = "x".repeat(1 << 20);
    let long = call(&loaded, "slugify", &json!({ "text": long })).await;
    let is_exceeded = matches!(long.outcome, Outcome::Exceeded { limit: Limit::InputBytes, .. });
    assert!(is_exceeded, "{long:?}");
    let fits = call(&loaded, "flood", &json!({ "bytes": 780_000 })).await;
    assert!(fits.outcome.is_returned(), "{:?}", fits.outcome.word());
}

/// Whatever a call needs: within the first slice of its fuel it is a plain function, beyond it goes on as
/// any other, and it has used the same each time.
#[tokio::test]
async fn a_call_is_the_same_within_the_first_slice_and_beyond() {
    let component = wat::parse_str(
        r#"(component
            (core module $m (func (export "sum") (param i32) (result i32) (local i32)
                (loop
                    (local.set 1 (i32.add (local.get 1) (local.get 0)))
                    (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
                (local.get 1)))
            (core instance $i (instantiate $m))
            (func (export "sum") (param "to" u32) (result u32) (canon lift (core func $i "sum"))))"#,
    )
    .unwrap();
    let mut pooled = loadable(component.into());
    pooled.lifetime = InstancePolicy::Pooled { calls_max: 1_000, idle_max: 1 };
    let loaded = engine().load_blocking(pooled).unwrap();
    let slice = EngineConfig::default().fuel_slice;
    for (to, is_beyond) in [(10, false), (60_000, true), (10, false), (60_000, true), (10, false)] {
        let mut used = Vec::new();
        for _ in 0..3 {
            let report = call(&loaded, "sum", &json!({"to": to})).await;
            let Outcome::Returned(sum) = &report.outcome else { panic!("{}", report.outcome) };
            assert_eq!(sum.read::<u64>().unwrap(), to * (to + 1) / 2);
            assert_eq!(report.usage.fuel > slice, is_beyond, "{to}: {}", report.usage.fuel);
            used.push(report.usage.fuel);
        }
        assert!(used.windows(2).all(|two| two[0] == two[1]), "{used:?}");
        let blocking = loaded.call_blocking(Invocation::new("sum", json!({"to": to}).to_string()));
        assert_eq!(blocking.usage.fuel, used[0]);
    }
}

#[tokio::test]
async fn resources_live_in_a_session() {
    let component = guest("foreign");
    let lifetime = InstancePolicy::Session { sessions_max: 2, idle: Duration::from_secs(60) };
    let loadable = Loadable { lifetime, ..loadable(Arc::clone(&component)) };
    let loaded = engine().load_blocking(loadable).unwrap();
    let call = async |session: &str, operation: &str, input: &str| {
        loaded.call(Invocation::new(operation, input).session(session)).await
    };
    let text = |report: Report| match report.outcome {
        Outcome::Returned(output) => output.into_string(),
        other => panic!("{other}"),
    };
    let made = call("a", "[constructor]counter", r#"{"start":5}"#).await;
    assert_eq!(text(made), r#"{"handle":1}"#);
    let add = r#"{"self":{"handle":1},"by":2}"#;
    assert_eq!(text(call("a", "counter.increment", add).await), "7");
    // A refused input neither ends the session nor gives the handle away.
    let (sentence, _) = refusal(call("a", "finish", r#"{"counter":{"handle":9}}"#).await);
    assert!(sentence.contains("no handle 9 is open in this session"), "{sentence}");
    assert_eq!(text(call("a", "counter.increment", add).await), "9");
    let (sentence, _) = refusal(call("b", "counter.increment", add).await);
    assert!(sentence.contains("no handle 1 is open in this session"), "{sentence}");
    assert_eq!(text(call("a", "[drop]counter", r#"{"self":{"handle":1}}"#).await), "null");
    assert_eq!(text(call("a", "alive", "{}").await), "0");
    let many = call("a", "many", r#"{"count":1001}"#).await;
    assert!(matches!(many.outcome, Outcome::Exceeded { limit: Limit::Handles, .. }), "{many:?}");
    // The instance that held them is gone.
    assert_eq!(text(call("a", "alive", "{}").await), "0");
    let outside = load(component);
    let report = outside.call(Invocation::new("[constructor]counter", r#"{"start":1}"#)).await;
    let (sentence, _) = refusal(report);
    assert!(sentence.contains("a handle lives only within a session"), "{sentence}");
}

#[tokio::test]
async fn a_program_is_one_operation() {
    let loaded = load(command("foreign-command"));
    let run = async |input: Value| output(&loaded, "run", &input).await;
    let upper = run(json!({ "args": ["upper"], "stdin": "héllo" })).await;
    assert_eq!(upper, json!({ "stdout": "HÉLLO\n", "stderr": "", "exit_code": 0 }));
    let raw = run(json!({ "args": ["raw"] })).await;
    assert_eq!(raw["stdout"], json!({ "base64": "/wD+" }));
    let exit = run(json!({ "args": ["exit", "3"] })).await;
    assert_eq!(exit, json!({ "stdout": "", "stderr": "leaving\n", "exit_code": 1 }));
    // Nothing of the host's surroundings shows.
    assert_eq!(run(json!({ "args": ["env"] })).await["stdout"], "[]\n");
    let file = run(json!({ "args": ["file", "/etc/passwd"] })).await;
    assert_eq!(file["stdout"], "");
    assert_ne!(file["stderr"], "");
    let flood = call(&loaded, "run", &json!({ "args": ["flood"] })).await;
    let is_exceeded = matches!(flood.outcome, Outcome::Exceeded { limit: Limit::OutputBytes, .. });
    assert!(is_exceeded, "{:?}", flood.outcome);
    let spin = call(&loaded, "run", &json!({ "args": ["spin"] })).await;
    assert!(matches!(spin.outcome, Outcome::OutOfFuel { .. }), "{:?}", spin.outcome);
    let panicked = call(&loaded, "run", &json!({})).await;
    let Outcome::Trapped { message, .. } = &panicked.outcome else { panic!("{panicked:?}") };
    assert!(message.contains("no such way"), "{message}");
    let (sentence, is_input) = refusal(call(&loaded, "run", &json!({ "args": [1] })).await);
    assert!(is_input && sentence.contains("`/args/0`"), "{sentence}");
}

#[tokio::test]
async fn asynchronous_functions_are_called_like_any_other() {
    let loaded = load(
        wat::parse_str(
            r#"(component
                (core module $m
                    (import "" "task.return" (func $return (param i32)))
                    (func (export "double") (param i32) (result i32)
                        (call $return (i32.mul (local.get 0) (i32.const 2))) (i32.const 0))
                    (func (export "callback") (param i32 i32 i32) (result i32) unreachable))
                (core func $return (canon task.return (result u32)))
                (core instance $i (instantiate $m
                    (with "" (instance (export "task.return" (func $return))))))
                (func (export "double") async (param "number" u32) (result u32)
                    (canon lift (core func $i "double") async
                        (callback (core func $i "callback")))))"#,
        )
        .unwrap()
        .into(),
    );
    assert_eq!(output(&loaded, "double", &json!({ "number": 21 })).await, json!(42));
}

#[test]
fn an_inspection_tells_what_a_component_is_without_running_it() {
    let library = inspect(&guest("foreign")).unwrap();
    assert_eq!((library.kind, library.is_asynchronous), (ComponentKind::Library, false));
    assert_eq!(library.summary, "Values of every kind.");
    assert!(library.imports.is_empty() && library.skipped.is_empty(), "{library:?}");
    assert_eq!(library.exports.len(), 5);
    assert!(library.session_operations.contains(&"local:foreign/counters#finish".to_owned()));
    let program = inspect(&command("foreign-command")).unwrap();
    assert_eq!(program.kind, ComponentKind::Command);
    assert_eq!(program.operations.len(), 1);
    assert!(program.imports.iter().all(|import| import.kind == ImportKind::WasiP2));
    let environment =
        program.imports.iter().find(|import| import.unversioned() == "wasi:cli/environment");
    assert!(environment.unwrap().functions.contains(&"get-environment".to_owned()));
    assert!(serde_json::to_value(&program).unwrap()["operations"][0]["name"] == "run");
}

#[test]
fn the_manifest_and_the_component_must_agree() {
    let mut wrong = loadable(guest("foreign"));
    wrong.description.operations[0].name = "fly".to_owned();
    let error = engine().load_blocking(wrong).unwrap_err();
    let is_not_callable = matches!(&error, EngineError::NotCallable { .. });
    assert!(is_not_callable && error.to_string().contains("lists `fly`"), "{error}");
    let mut less = loadable(guest("foreign"));
    less.description.operations.retain(|operation| operation.name == "slugify");
    let loaded = engine().load_blocking(less).unwrap();
    let report = loaded.call_blocking(Invocation::new("spin", "{}"));
    let (sentence, is_input) = refusal(report);
    assert!(is_input && sentence.contains("does not list the operation `spin`"), "{sentence}");
}

#[test]
fn core_modules_and_things_that_cannot_be_called_are_refused_with_a_hint() {
    let name: engraft::model::CapabilityName = "test.foreign".parse().unwrap();
    let module = wat::parse_str("(module)").unwrap();
    let error = describe(name.clone(), &module).unwrap_err().to_string();
    assert!(
        error.contains("core WebAssembly module") && error.contains("wasm32-wasip2"),
        "{error}"
    );
    let stream =
        r#"(component (import "s" (func $s (result (stream u8)))) (export "t" (func $s)))"#;
    let error = describe(name, &wat::parse_str(stream).unwrap()).unwrap_err().to_string();
    assert_eq!(
        error,
        "the component has nothing that can be called: `t`: it takes or gives a stream"
    );
}
