//! What a capability can do to the outside: each import with no key, one key and both, and the
//! hostile guests that try for more.

mod calls;
pub(crate) mod stage;

use std::time::Duration;

use engraft::engine::{ConfigMap, EngineError, SecretMap};
use engraft::model::{ClockMode, Limit, Outcome, RandomMode};
use serde_json::json;

use self::stage::{Day, Heard, Stage, ask, assert_told, names, output, report, rule, secret};

#[tokio::test]
async fn every_import_is_denied_as_a_value_where_nothing_is_granted() {
    let loaded = Stage::new().load().await;
    for (operation, input) in [
        ("log", json!({ "message": "hello" })),
        ("now", json!({})),
        ("monotonic", json!({})),
        ("random", json!({ "count": 1 })),
        ("number", json!({})),
        ("progress", json!({ "message": "half", "fraction": 0.5 })),
        ("secret", json!({ "name": "token" })),
        ("config", json!({ "key": "locale" })),
        ("http", json!({ "url": "https://asked.example.org/" })),
        ("http-all", json!([{ "url": "https://asked.example.org/" }])),
        ("call", json!({ "capability": "test.other", "operation": "echo" })),
        ("get", json!({ "key": "a" })),
        ("set", json!({ "key": "a", "value": "b" })),
        ("delete", json!({ "key": "a" })),
        ("increment", json!({ "key": "a" })),
        ("keys", json!({ "limit": 9 })),
        ("swap", json!({ "key": "a", "value": "b" })),
    ] {
        let answer = ask(&loaded, operation, input).await;
        assert_told(&answer, "denied", "not granted by the host");
        assert_told(&answer, "denied", "add");
    }
    let usage = report(&loaded, "now", &json!({})).await.usage;
    assert_eq!(usage.host_calls, 1, "a denial counts");
}

#[tokio::test]
async fn what_is_granted_and_not_asked_for_is_denied() {
    let mut stage = Stage::granted();
    stage.granted.http.push(rule("granted.example.org"));
    stage.granted.secrets.push(secret("other", "granted.example.org"));
    stage.granted.call = names(&["*"]);
    stage.granted.config = names(&["*"]);
    let loaded = stage.load().await;
    for (operation, input) in [
        ("http", json!({ "url": "https://granted.example.org/" })),
        ("secret", json!({ "name": "other" })),
        ("call", json!({ "capability": "other.one", "operation": "echo" })),
        ("config", json!({ "key": "home" })),
    ] {
        assert_told(&ask(&loaded, operation, input).await, "denied", "not asked for");
    }
    stage.asked.clock = false;
    let refused = stage.load_on(&stage.engine()).await;
    assert!(matches!(refused, Err(EngineError::NotAsked { .. })), "{refused:?}");
}

#[tokio::test]
async fn lines_are_scrubbed_and_secrets_taken_out_of_them() {
    let heard = Heard::default();
    let mut stage = Stage::granted();
    stage.services =
        stage.services.log(heard.clone()).secrets(SecretMap::default().with("token", "tr0ub4dor"));
    let loaded = stage.load().await;
    let input = json!({
        "message": "one\r\ntwo \u{1b}[31mred\u{202e} tr0ub4dor \u{0}",
        "fields": { "k\n": "v\u{7}tr0ub4dor" },
    });
    let told = report(&loaded, "log", &input).await;
    assert_eq!(
        heard.lines(),
        ["test.effects Info one\\ntwo red [secret] \u{fffd} [(\"k\\\\n\", \"v\u{fffd}[secret]\")]"]
    );
    assert_eq!(told.logs.len(), 1);
    assert_eq!(told.logs[0].message, "one\\ntwo red [secret] \u{fffd}");
    ask(&loaded, "log", json!({ "message": "x".repeat(100_000) })).await;
    assert!(heard.lines()[1].len() < 5_000, "a line is bounded");
}

#[tokio::test]
async fn a_flood_of_lines_is_bounded_and_counted() {
    let heard = Heard::default();
    let mut stage = Stage::granted();
    stage.budget.log_bytes = 10_000;
    stage.services = stage.services.log(heard.clone());
    let loaded = stage.load().await;
    for (bytes, lines_max) in [(100, 100), (0, 10_000 / 32)] {
        let before = heard.lines().len();
        let flood = json!({ "bytes": bytes, "lines": 5_000 });
        let told = report(&loaded, "flood", &flood).await;
        let answer = output(&told);
        assert_told(&answer, "exhausted", "log_bytes");
        let written = heard.lines().len() - before;
        assert_eq!(answer["written"], json!(written));
        assert!((50..=lines_max).contains(&written), "{written} lines of {bytes} bytes");
        assert!(told.usage.log_bytes <= 10_000 && told.usage.log_bytes_dropped > 0);
    }
}

#[tokio::test]
async fn a_frozen_clock_and_a_seed_give_the_same_answers_twice() {
    let mut stage = Stage::granted();
    stage.granted.clock = Some(ClockMode::Frozen(Duration::new(1_000_000, 5)));
    stage.granted.random = Some(RandomMode::Seeded(42));
    let loaded = stage.load().await;
    assert_eq!(ask(&loaded, "now", json!({})).await, json!({ "ok": [1_000_000, 5] }));
    for (operation, input) in
        [("now", json!({})), ("monotonic", json!({})), ("random", json!({ "count": 32 }))]
    {
        let first = ask(&loaded, operation, input.clone()).await;
        tokio::time::sleep(Duration::from_millis(2)).await;
        assert_eq!(first, ask(&loaded, operation, input).await, "{operation}");
    }
    stage.granted.random = Some(RandomMode::Seeded(43));
    let other = stage.load().await;
    let draw = json!({ "count": 32 });
    assert_ne!(ask(&loaded, "random", draw.clone()).await, ask(&other, "random", draw).await);
}

#[tokio::test]
async fn a_real_clock_is_the_hosts_and_real_numbers_differ() {
    let mut stage = Stage::granted();
    stage.clock = std::sync::Arc::new(Day(Duration::from_secs(86_400)));
    let loaded = stage.load().await;
    assert_eq!(ask(&loaded, "now", json!({})).await, json!({ "ok": [86_400, 0] }));
    let before = ask(&loaded, "monotonic", json!({})).await["ok"].as_u64().unwrap();
    let after = ask(&loaded, "monotonic", json!({})).await["ok"].as_u64().unwrap();
    assert!(after > before && before > 0, "{before} {after}");
    let draw = json!({ "count": 32 });
    let first = ask(&loaded, "random", draw.clone()).await;
    assert_eq!(first["ok"].as_array().unwrap().len(), 32);
    assert_ne!(first, ask(&loaded, "random", draw).await);
    let most = ask(&loaded, "random", json!({ "count": 65_536 })).await;
    assert_eq!(most["ok"].as_array().unwrap().len(), 65_536);
    let over = ask(&loaded, "random", json!({ "count": 65_537 })).await;
    assert_told(&over, "invalid", "65536");
}

#[tokio::test]
async fn progress_settings_and_secrets_are_what_the_host_says() {
    let heard = Heard::default();
    let mut stage = Stage::granted();
    stage.services = stage
        .services
        .progress(heard.clone())
        .config(ConfigMap::default().with("locale", "de-CH").with("mail.user", "me"))
        .secrets(SecretMap::default());
    let loaded = stage.load().await;
    let half = json!({ "fraction": 0.5, "message": "half\nway" });
    assert_eq!(ask(&loaded, "progress", half).await, json!({ "ok": null }));
    assert_eq!(heard.lines(), ["test.effects Some(0.5) half\\nway"]);
    let over = ask(&loaded, "progress", json!({ "fraction": 1.5, "message": "" })).await;
    assert_told(&over, "invalid", "from 0 to 1");
    for (key, value) in
        [("locale", json!("de-CH")), ("mail.user", json!("me")), ("mail.no", json!(null))]
    {
        assert_eq!(ask(&loaded, "config", json!({ "key": key })).await, json!({ "ok": value }));
    }
    let exists = ask(&loaded, "secret", json!({ "name": "token" })).await;
    assert_eq!(exists, json!({ "ok": false }), "it may know, and there is none");
    let kept = ask(&loaded, "get", json!({ "key": "a" })).await;
    assert_told(&kept, "unavailable", "store of values");
    let other = json!({ "capability": "test.other", "operation": "echo" });
    assert_told(&ask(&loaded, "call", other).await, "unavailable", "peers");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_host_calls_ends_and_others_are_served() {
    let mut stage = Stage::granted();
    stage.budget.host_calls = 2_000;
    let loaded = stage.load().await;
    let storm = json!({});
    let (stormed, echoed) = tokio::join!(
        report(&loaded, "storm", &storm),
        ask(&loaded, "echo", json!({ "still": "here" }))
    );
    let exceeded = Outcome::Exceeded { limit: Limit::HostCalls, allowed: 2_000, wanted: 2_001 };
    assert_eq!(stormed.outcome, exceeded);
    assert_eq!(echoed, json!({ "still": "here" }));
}
