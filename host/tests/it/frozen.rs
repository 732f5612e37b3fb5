//! A guest that was built against the first version of the contract still runs.

use std::sync::Arc;

use engraft::engine::Invocation;
use engraft::model::{Failure, Outcome, TrapKind};
use serde_json::{Value, json};

use crate::guest_sdk::{call, engine, grant_all, load};
use crate::support::repository;

/// So that the repository stays small.
const BYTES_MAX: usize = 40_000;

fn frozen() -> Arc<[u8]> {
    std::fs::read(repository().join("host/tests/frozen/v1.wasm")).unwrap().into()
}

#[tokio::test]
async fn a_guest_of_version_1_describes_itself_as_then() {
    assert!(frozen().len() <= BYTES_MAX);
    let description = engine().describe(&"test.name".parse().unwrap(), frozen()).await.unwrap();
    assert_eq!(description.name.as_str(), "test.frozen");
    assert_eq!(description.operations.len(), 11);
    assert_eq!(description.operations[0].intents, ["try {text}"]);
    let asked = description.permissions;
    assert!(asked.log && asked.clock && asked.random && asked.progress);
    assert_eq!(asked.kv.map(|quota| (quota.bytes, quota.keys)), Some((1000, 10)));
    assert_eq!(asked.http[0].path_prefix, "/v1");
    assert_eq!((asked.secrets.len(), asked.call.len(), asked.config.len()), (1, 1, 1));
}

#[tokio::test]
async fn a_guest_of_version_1_finds_every_host_function() {
    let loaded = load(&engine(), frozen(), grant_all).await;
    for (operation, wanted) in [
        ("echo", json!("hello")),
        ("log", json!(true)),
        ("clock", json!(1_700_000_000)),
        ("random", json!(9)),
        ("kv", json!(51111)),
        ("http", json!(true)),
        ("call", json!(true)),
        ("progress", json!(true)),
        ("secrets", json!(true)),
        ("config", json!("de-CH")),
    ] {
        let outcome = call(&loaded, operation, &json!("hello")).await;
        let Outcome::Returned(output) = outcome else { panic!("{operation}: {outcome}") };
        assert_eq!(output.read::<Value>().unwrap(), wanted, "{operation}");
    }
    let outcome = call(&loaded, "fault", &json!(1)).await;
    let Outcome::Trapped { kind: TrapKind::Unreachable, message } = outcome else {
        panic!("{outcome}")
    };
    assert_eq!(message, "frozen and broken");
}

#[tokio::test]
async fn a_guest_of_version_1_keeps_its_optional_exports() {
    let loaded = load(&engine(), frozen(), grant_all).await;
    assert!(loaded.is_stateful() && loaded.is_self_testing());

    let (saved, report) = loaded.save_state(Invocation::new("save", "")).await;
    assert_eq!(saved.as_deref(), Some([1, 2, 3].as_slice()), "{}", report.outcome);
    let restoring = || Invocation::new("restore", "");
    let report = loaded.restore_state(restoring(), "1.0.0", &[1, 2, 3]).await;
    assert!(matches!(report.outcome, Outcome::Returned(_)), "{}", report.outcome);
    let report = loaded.restore_state(restoring(), "1.0.0", &[]).await;
    let Outcome::Refused(Failure::InvalidInput(facts)) = report.outcome else {
        panic!("{}", report.outcome)
    };
    assert_eq!(facts.message, "not what was saved");

    let (checks, report) = loaded.self_test().await;
    assert_eq!(checks.len(), 1, "{}", report.outcome);
    assert_eq!((checks[0].name.as_str(), checks[0].problem.as_deref()), ("frozen", None));
}

#[tokio::test]
async fn a_guest_of_version_1_refuses_what_it_has_not() {
    let loaded = load(&engine(), frozen(), grant_all).await;
    let outcome = call(&loaded, "no-such", &json!(1)).await;
    let Outcome::Refused(failure) = outcome else { panic!("{outcome}") };
    // The host knows the operations and may say so before the guest does.
    assert!(matches!(failure, Failure::InvalidInput(_)), "{failure:?}");
}
