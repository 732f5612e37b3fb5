//! The Rust guest crate in a real host: the API that capabilities are written with, end to end.

mod heap;
mod outside;

use std::sync::Arc;
use std::time::Duration;

use engraft::engine::{
    ConfigMap, Engine, EngineConfig, InstancePolicy, Invocation, Loadable, Loaded, Metering,
    SecretMap, Services,
};
use engraft::model::{
    Budget, ClockMode, Content, Failure, Grant, Outcome, Permissions, RandomMode, TrapKind,
};
use engraft::store::MemoryStore;
use serde_json::{Value, json};

use crate::support::guest;

/// Everything that a capability asks for and one engine can grant.
pub(crate) fn grant_all(asked: &Permissions) -> Grant {
    let mut grant = Grant::default();
    grant.log = asked.log;
    grant.clock = asked.clock.then_some(ClockMode::Frozen(Duration::from_secs(1_700_000_000)));
    grant.random = asked.random.then_some(RandomMode::Seeded(7));
    grant.progress = asked.progress;
    grant.kv = asked.kv;
    grant.http = asked.http.clone();
    grant.secrets = asked.secrets.clone();
    grant.call = asked.call.clone();
    grant.config = asked.config.clone();
    grant
}

/// An engine with values, a setting and a secret.
pub(crate) fn engine() -> Engine {
    engine_with(|services| services)
}

/// The same with more services.
fn engine_with(more: impl FnOnce(Services) -> Services) -> Engine {
    let mut config = EngineConfig::default();
    config.services = Arc::new(more(
        Services::default()
            .values(Arc::new(MemoryStore::default()))
            .config(ConfigMap::default().with("locale", "de-CH"))
            .secrets(SecretMap::default().with("token", "s3cret-value")),
    ));
    Engine::new(config).unwrap()
}

/// A component as its own description has it, with this grant.
pub(crate) async fn load(
    engine: &Engine,
    component: Arc<[u8]>,
    grant: impl FnOnce(&Permissions) -> Grant,
) -> Loaded {
    load_asking(engine, component, |_| {}, grant).await
}

/// The same, after what it says of itself or how it is kept was changed.
async fn load_asking(
    engine: &Engine,
    component: Arc<[u8]>,
    change: impl FnOnce(&mut Loadable),
    grant: impl FnOnce(&Permissions) -> Grant,
) -> Loaded {
    let description =
        engine.describe(&"test.name".parse().unwrap(), Arc::clone(&component)).await.unwrap();
    let mut loadable = Loadable {
        name: description.name.clone(),
        version: None,
        content: Content::new(component),
        grant: Grant::default(),
        description,
        budget: Budget::default(),
        lifetime: InstancePolicy::Fresh,
        metering: Metering::Fuel,
        native: Vec::new(),
    };
    change(&mut loadable);
    loadable.grant = grant(&loadable.description.permissions);
    engine.load(loadable).await.unwrap()
}

pub(crate) async fn call(loaded: &Loaded, operation: &str, input: &Value) -> Outcome {
    loaded.call(Invocation::new(operation, input.to_string())).await.outcome
}

#[tokio::test]
async fn every_host_function_answers_through_the_crate() {
    let loaded = load(&engine(), guest("sdk"), grant_all).await;
    let report = loaded.call(Invocation::new("look", "{}")).await;
    let Outcome::Returned(output) = &report.outcome else { panic!("{}", report.outcome) };
    assert_eq!(
        output.read::<Value>().unwrap(),
        json!({
            "now": "2023-11-14T22:13:20Z",
            "random": 100,
            "count": 2,
            "list": [7],
            "locale": "de-CH",
            "has_token": true,
        })
    );
    assert_eq!(report.logs[0].message, "looking");
    assert_eq!(report.logs[0].fields, [("where".to_owned(), "around".to_owned())]);
}

#[tokio::test]
async fn schemas_are_derived_or_made_by_schemars() {
    let name = "test.name".parse().unwrap();
    let description = engine().describe(&name, guest("sdk")).await.unwrap();
    let ask = &description.operation("ask").unwrap().input_schema;
    assert_eq!(ask["properties"]["also"]["items"]["type"], "string");
    assert_eq!(ask["properties"]["also"]["description"], "Whom to ask as well.");
    let refuse = &description.operation("refuse").unwrap().input_schema;
    assert_eq!(refuse["properties"]["text"]["type"], "string", "{refuse}");
    assert_eq!(refuse["required"], json!(["text"]));
}

#[tokio::test]
async fn a_failure_keeps_its_facts() {
    let loaded = load(&engine(), guest("sdk"), grant_all).await;
    let Outcome::Refused(Failure::Unavailable(facts)) =
        call(&loaded, "refuse", &json!({"text": "gone"})).await
    else {
        panic!("expected unavailable")
    };
    assert_eq!((facts.message.as_str(), facts.retryable), ("gone", true));
    assert!(facts.effect_happened);
}

#[tokio::test]
async fn a_panic_is_the_message_of_the_trap_without_any_permission() {
    let loaded = load(&engine(), guest("sdk"), |_| Grant::default()).await;
    let outcome = call(&loaded, "panic", &json!({"text": "a\u{7}b"})).await;
    let Outcome::Trapped { kind: TrapKind::Unreachable, message } = outcome else {
        panic!("{outcome}")
    };
    assert!(message.starts_with("it went wrong with a"), "{message}");
    assert!(message.contains("src/lib.rs:"), "{message}");
    assert!(!message.contains('\u{7}'), "{message:?}");
}

#[tokio::test]
async fn a_denial_reaches_the_caller_as_a_denial() {
    let loaded = load(&engine(), guest("sdk"), |_| Grant::default()).await;
    let outcome = call(&loaded, "look", &json!({})).await;
    assert!(matches!(outcome, Outcome::Refused(Failure::Denied(_))), "{outcome}");
}

#[tokio::test]
async fn state_moves_from_one_host_to_another() {
    let (old, new) = (engine(), engine());
    let old = load(&old, guest("sdk"), grant_all).await;
    call(&old, "look", &json!({})).await;
    let (saved, report) = old.save_state(Invocation::new("save", "")).await;
    assert_eq!(saved.as_deref(), Some(b"2".as_slice()), "{}", report.outcome);

    let new = load(&new, guest("sdk"), grant_all).await;
    let restoring = || Invocation::new("restore", "");
    let report = new.restore_state(restoring(), "0.9.0", b"7").await;
    let Outcome::Refused(Failure::InvalidInput(facts)) = report.outcome else {
        panic!("{}", report.outcome)
    };
    assert_eq!(facts.message, "too old");
    let report = new.restore_state(restoring(), "1.0.0", b"40").await;
    assert!(matches!(report.outcome, Outcome::Returned(_)), "{}", report.outcome);
    let Outcome::Returned(output) = call(&new, "look", &json!({})).await else { panic!() };
    assert_eq!(output.read::<Value>().unwrap()["count"], 42);

    let denied = load(&engine(), guest("sdk"), |_| Grant::default()).await;
    let (saved, report) = denied.save_state(Invocation::new("save", "")).await;
    assert!(saved.is_none());
    assert!(matches!(report.outcome, Outcome::Refused(Failure::Denied(_))), "{}", report.outcome);
}

#[tokio::test]
async fn checks_of_itself_come_with_their_names_and_problems() {
    let loaded = load(&engine(), guest("sdk"), grant_all).await;
    let (checks, report) = loaded.self_test().await;
    let seen: Vec<_> =
        checks.iter().map(|check| (check.name.as_str(), check.problem.as_deref())).collect();
    assert_eq!(
        seen,
        [("holds", None), ("does_not_hold", Some("on purpose"))],
        "{}",
        report.outcome
    );
    let without = load(&engine(), crate::support::template("rust", "greet"), grant_all).await;
    assert!(without.self_test().await.0.is_empty());
}

#[tokio::test]
async fn optional_exports_are_there_where_the_source_has_them() {
    let with = load(&engine(), guest("sdk"), grant_all).await;
    assert!(with.is_stateful() && with.is_self_testing());
    let without = load(&engine(), crate::support::template("rust", "greet"), grant_all).await;
    assert!(!without.is_stateful() && !without.is_self_testing());
}
