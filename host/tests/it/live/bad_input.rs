//! What people and neighbours get wrong: each has a clear error or a defined behaviour, and loses
//! nothing.

use engraft::registry::{JournalError, RegistryError, Rule, Share};
use engraft::store::{Append, LogError};

use super::*;

fn version(text: &str) -> semver::Version {
    text.parse().unwrap()
}

fn rule(error: &Error) -> &Rule {
    let Error::Registry(RegistryError::Journal(JournalError::Rule(rule))) = error else {
        panic!("{error}")
    };
    rule
}

async fn three(place: &Place) -> LiveHost {
    let live = place.open().await;
    for (sequence, version) in [(1, "1.0.0"), (2, "1.1.0"), (3, "1.2.0")] {
        let factor = u32::try_from(sequence).unwrap() + 1;
        live.install(&place.bundle(sequence, version, factor).await, by(), "").await.unwrap();
    }
    live
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rollouts_that_may_not_be_are_refused_with_their_reason() {
    let place = Place::new("rollouts");
    let live = three(&place).await;
    let start = async |name: &str, to: &str| {
        let name = name.parse().unwrap();
        live.start(&name, &version(to), quick("10%", 5), by(), "").await
    };
    let length = live.registry().journal().length();
    let unknown = start("no.such", "1.0.0").await.unwrap_err();
    assert!(matches!(rule(&unknown), Rule::UnknownCapability { .. }), "{unknown}");
    let missing = start("math.scale", "9.0.0").await.unwrap_err();
    assert!(missing.to_string().contains("it has 1.0.0, 1.1.0, 1.2.0"), "{missing}");
    assert_eq!(live.registry().journal().length(), length, "what is refused is not written");

    start("math.scale", "1.1.0").await.unwrap();
    let second = start("math.scale", "1.2.0").await.unwrap_err();
    assert!(matches!(rule(&second), Rule::Rolling { .. }), "two at once: {second}");
    let op = Op::RolledBack { name: name(), version: None, decision: None };
    live.change(by(), "people complain", op).await.unwrap();
    let quarantined = start("math.scale", "1.1.0").await.unwrap_err();
    assert!(quarantined.to_string().contains("people complain"), "{quarantined}");
    let state = live.registry().journal().state();
    let digest = state.lines[&name()].releases[&version("1.2.0")].installed.component;
    live.change(by(), "it leaks", Op::Revoked { digest }).await.unwrap();
    let revoked = start("math.scale", "1.2.0").await.unwrap_err();
    assert!(matches!(rule(&revoked), Rule::Revoked { .. }), "{revoked}");
    assert_eq!(ask(&live, &Who::user("ann")).await.1.to_string(), "42", "and 1.0.0 goes on");
    assert!(Share::from_units(100_001).is_err(), "more than everybody is nobody's share");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_that_is_asked_for_is_made_ready_after_a_restart_too() {
    let place = Place::new("summon");
    drop(three(&place).await);
    let live = place.open().await;
    let call = async |target: &str| {
        let input = r#"{"number": 21}"#;
        let answer = live.call(&target.parse().unwrap(), "scale", input, &Who::user("ann")).await;
        answer.version.map(|version| version.to_string())
    };
    assert_eq!(
        call("math.scale@^1").await.as_deref(),
        Some("1.0.0"),
        "who serves, if that will do"
    );
    assert_eq!(call("math.scale@>1.0").await.as_deref(), Some("1.2.0"), "the newest that fits");
    assert_eq!(call("math.scale@~1.1").await.as_deref(), Some("1.1.0"));
    assert_eq!(call("math.scale@^2").await, None);
    let yank = Op::Yanked { name: name(), version: version("1.1.0") };
    live.change(by(), "a typing error", yank).await.unwrap();
    assert_eq!(call("math.scale@~1.1").await, None);
    assert_eq!(call("math.scale@=1.1.0").await.as_deref(), Some("1.1.0"), "named exactly");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_lags_or_expects_another_length_reads_first() {
    let place = Place::new("lag");
    let live = three(&place).await;
    let elsewhere = place.elsewhere();
    let conflict = place.log().append(Append { expected: 1, ..Append::default() });
    assert!(matches!(conflict, Err(LogError::Conflict { expected: 1, found: 3 })), "{conflict:?}");
    for number in 0..300 {
        let flag = format!("flag-{}", number % 20);
        elsewhere.record(by(), "", Op::FlagSet { flag, on: number % 3 == 0 }).unwrap();
    }
    let activate = Op::Activated { name: name(), version: version("1.2.0") };
    elsewhere.record(by(), "", activate).unwrap();
    // It has read none of it, and what it records comes after all of it.
    let flag = Op::FlagSet { flag: "mine".to_owned(), on: true };
    assert_eq!(live.change(by(), "", flag).await.unwrap().sequence, 304);
    elsewhere.follow().unwrap();
    assert_eq!(live.registry().journal().state(), elsewhere.state());
    assert_eq!(stable(&live).as_deref(), Some("1.2.0"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_is_lifted_by_nobody_without_a_persons_key() {
    let place = Place::new("lift");
    let live = three(&place).await;
    live.change(by(), "smoke", Op::Stopped).await.unwrap();
    let state = live.registry().journal().state();
    let stop = state.stop.clone().unwrap();
    let forged =
        |signature: &str| Op::Lifted { key: place.key.public(), signature: signature.to_owned() };
    let refused = live.change(Actor::steward(), "", forged("AAAA")).await.unwrap_err();
    assert!(refused.to_string().contains("a person's key"), "{refused}");
    // Whoever goes around the host to the log has no signature either.
    let refused = place.elsewhere().record(by(), "", forged("AAAA")).unwrap_err();
    assert!(matches!(refused, JournalError::Rule(Rule::Unsigned { .. })), "{refused}");
    assert!(stop.statement().contains("smoke"));
    let activate = |to: &str| Op::Activated { name: name(), version: version(to) };
    let promotion = live.change(by(), "", activate("1.2.0")).await.unwrap_err();
    assert!(matches!(rule(&promotion), Rule::Stopped { .. }), "{promotion}");
    live.lift(&place.key, by(), "it was toast").await.unwrap();
    live.change(by(), "", activate("1.2.0")).await.unwrap();
    // The signature that lifted one stop lifts no other.
    live.change(by(), "smoke", Op::Stopped).await.unwrap();
    let log = place.log();
    let entries = log.read(0, 99).unwrap();
    let lifted = entries.iter().find_map(|entry| {
        let record: engraft::registry::Record = serde_json::from_slice(&entry.bytes).unwrap();
        matches!(record.op, Op::Lifted { .. }).then_some(record.op)
    });
    let refused = place.elsewhere().record(by(), "", lifted.unwrap()).unwrap_err();
    assert!(matches!(refused, JournalError::Rule(Rule::Unsigned { .. })), "{refused}");
    live.change(by(), "back", activate("1.0.0")).await.unwrap();
    assert_eq!(stable(&live).as_deref(), Some("1.0.0"), "to go back is never halted");
}
