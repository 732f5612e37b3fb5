//! One capability calls others: names, circles, depth, and what of fuel and time is handed on.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use engraft::engine::{Invocation, Loaded, PeerAnswer, PeerCall, Peers};
use engraft::model::{CapabilityName, Failure, FailureFacts, Outcome};
use serde_json::{Value, json};

use super::stage::{Stage, ask, assert_told, report};

/// The live capabilities of a test, by name.
#[derive(Default)]
struct House(OnceLock<BTreeMap<String, Loaded>>);

impl Peers for House {
    fn call<'a>(
        &'a self,
        capability: &'a CapabilityName,
        invocation: Invocation<'a>,
    ) -> PeerCall<'a> {
        Box::pin(async move {
            let facts = |why: String| FailureFacts::final_without_effect(why);
            let Some(loaded) = self.0.get().and_then(|house| house.get(capability.as_str())) else {
                let why = format!("nobody here is called `{capability}`");
                return PeerAnswer { result: Err(Failure::Unavailable(facts(why))), fuel: 0 };
            };
            let report = loaded.call(invocation).await;
            let result = match report.outcome {
                Outcome::Returned(output) => Ok(output.into_string()),
                Outcome::Refused(failure) => Err(failure),
                other => Err(Failure::Failed(facts(other.to_string()))),
            };
            PeerAnswer { result, fuel: report.usage.fuel }
        })
    }
}

/// Capabilities of these names, each of which may call all.
async fn house(names: &[&str], change: impl Fn(&mut Stage)) -> BTreeMap<String, Loaded> {
    let peers = Arc::new(House::default());
    let mut stage = Stage::granted();
    stage.services = stage.services.peers(Arc::clone(&peers) as Arc<dyn Peers>);
    change(&mut stage);
    let engine = stage.engine();
    let mut house = BTreeMap::new();
    for name in names {
        stage.name = (*name).to_owned();
        house.insert((*name).to_owned(), stage.load_on(&engine).await.unwrap());
    }
    assert!(peers.0.set(house.clone()).is_ok());
    house
}

/// A call of the first name, which calls the second, and so on to the last, which does `last`.
fn chain(names: &[&str], last: (&str, Value)) -> Value {
    let (operation, input) = names.iter().rev().fold(last, |(operation, input), name| {
        let call = json!({ "capability": name, "operation": operation, "input": input });
        ("call", call)
    });
    assert!(operation == "call");
    input
}

#[tokio::test]
async fn another_capability_answers_and_a_missing_one_is_unavailable() {
    let house = house(&["test.a", "test.b"], |_| {}).await;
    let echo = chain(&["test.b"], ("echo", json!({ "deep": [1, 2] })));
    assert_eq!(ask(&house["test.a"], "call", echo).await, json!({ "ok": { "deep": [1, 2] } }));
    let missing = chain(&["test.c"], ("echo", json!(1)));
    assert_told(&ask(&house["test.a"], "call", missing).await, "unavailable", "test.c");
    let foreign = chain(&["secret.c"], ("echo", json!(1)));
    assert_told(&ask(&house["test.a"], "call", foreign).await, "denied", "secret.c");
    let nonsense = chain(&["../c"], ("echo", json!(1)));
    assert_told(
        &ask(&house["test.a"], "call", nonsense).await,
        "invalid",
        "not a capability's name",
    );
    let unknown = chain(&["test.b"], ("no-such", json!(1)));
    assert_told(&ask(&house["test.a"], "call", unknown).await, "invalid", "no-such");
}

#[tokio::test]
async fn calls_side_by_side_answer_in_order() {
    let house = house(&["test.a", "test.b", "test.c"], |_| {}).await;
    let requests: Vec<_> = (0..10)
        .map(|n| {
            let capability = if n % 2 == 0 { "test.b" } else { "test.c" };
            json!({ "capability": capability, "operation": "echo", "input": n })
        })
        .collect();
    let answers = ask(&house["test.a"], "call-all", json!(requests)).await;
    let expected: Vec<_> = (0..10).map(|n| json!({ "ok": n })).collect();
    assert_eq!(answers, json!(expected));
    let many = vec![requests[0].clone(); 17];
    let refused = ask(&house["test.a"], "call-all", json!(many)).await;
    assert_eq!(refused.as_array().unwrap().len(), 17);
    assert_told(&refused[16], "invalid", "at most 16");
}

#[tokio::test]
async fn circles_are_told_as_such() {
    let house = house(&["test.a", "test.b"], |_| {}).await;
    let itself = chain(&["test.a"], ("echo", json!(1)));
    let answer = ask(&house["test.a"], "call", itself).await;
    assert_told(&answer, "failed", "test.a → test.a");
    let around = chain(&["test.b", "test.a"], ("echo", json!(1)));
    let answer = ask(&house["test.a"], "call", around).await;
    assert_told(&answer["ok"], "failed", "test.a → test.b → test.a");
}

#[tokio::test]
async fn depth_is_counted_from_the_head() {
    let names = ["test.a", "test.b", "test.c", "test.d"];
    let house = house(&names, |stage| stage.budget.call_depth = 2).await;
    let two = chain(&names[1..3], ("echo", json!("bottom")));
    let answer = ask(&house["test.a"], "call", two).await;
    assert_eq!(answer["ok"]["ok"], json!("bottom"));
    let three = chain(&names[1..4], ("echo", json!("bottom")));
    let answer = ask(&house["test.a"], "call", three).await;
    assert_told(&answer["ok"]["ok"], "failed", "no deeper");
}

#[tokio::test]
async fn time_and_fuel_are_those_of_the_head() {
    // So much fuel that the time is over first, however fast the machine.
    let house = house(&["test.a", "test.b"], |stage| stage.budget.fuel = 1 << 50).await;
    let spin = chain(&["test.b"], ("spin", json!(null)));
    let invocation = Invocation::new("call", spin.to_string()).deadline(Duration::from_millis(100));
    let begun = Instant::now();
    let report_late = house["test.a"].call(invocation).await;
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert!(matches!(report_late.outcome, Outcome::Deadline { .. }), "{}", report_late.outcome);
    let invocation = Invocation::new("call", spin.to_string()).fuel(20_000_000);
    let starved = house["test.a"].call(invocation).await;
    assert!(starved.usage.fuel <= 20_000_000, "{:?}", starved.usage);
    assert!(!matches!(starved.outcome, Outcome::Deadline { .. }), "{}", starved.outcome);
    let cheap = report(&house["test.b"], "echo", &json!(1)).await.usage.fuel;
    let with_callee =
        report(&house["test.a"], "call", &chain(&["test.b"], ("echo", json!(1)))).await;
    assert!(with_callee.usage.fuel > cheap, "the callee's fuel is the caller's, too");
}
