//! A release in shadow, with a real component whose effects would be seen if they happened.

mod outside;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
use engraft::engine::{
    CallRecord, ConfigMap, HttpScript, HttpSettings, LogRecord, LogSink, Observer, ProgressReport,
    ProgressSink, ScriptedFault, ScriptedRequest, ScriptedResponse, SecretMap, Services,
};
use engraft::examine::Policy;
use engraft::model::{CapabilityName, KeyValue};
use engraft::registry::{Actor, Comparisons, Op, Plan, Share};
use engraft::store::{MemoryLog, MemoryStore};
use engraft::traffic::{Target, Who};
use engraft::{Host, LiveHost, Terms};
use serde_json::{Value, json};

use crate::guest_sdk::grant_all;
use crate::support::guest;

/// Whatever reaches the outside.
#[derive(Default)]
struct Outside {
    requests: AtomicU64,
    lines: AtomicU64,
    reports: AtomicU64,
    calls: AtomicU64,
}

/// Hands what reaches the outside to who counts it.
#[derive(Clone)]
struct Seen(Arc<Outside>);

impl HttpScript for Seen {
    fn answer(
        &self,
        _: &CapabilityName,
        _: &ScriptedRequest<'_>,
    ) -> Result<ScriptedResponse, ScriptedFault> {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
        let body = br#"{"n": 1}"#.to_vec();
        Ok(ScriptedResponse { status: 200, body, ..ScriptedResponse::default() })
    }
}

impl LogSink for Seen {
    fn write(&self, _: &LogRecord<'_>) {
        self.0.lines.fetch_add(1, Ordering::Relaxed);
    }
}

impl ProgressSink for Seen {
    fn report(&self, _: &ProgressReport<'_>) {
        self.0.reports.fetch_add(1, Ordering::Relaxed);
    }
}

impl Observer for Seen {
    fn call_ended(&self, _: &CallRecord<'_>) {
        self.0.calls.fetch_add(1, Ordering::Relaxed);
    }
}

/// A text that is given back: what the guest calls as another capability.
const SHOUT: &str = r#"(component
    (core module $m
        (memory (export "memory") 1)
        (global $end (mut i32) (i32.const 64))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32)
            (global.get $end)
            (global.set $end (i32.add (global.get $end) (local.get 3))))
        (func (export "shout") (param i32 i32) (result i32)
            (i32.store (i32.const 8) (local.get 0))
            (i32.store (i32.const 12) (local.get 1))
            (i32.const 8)))
    (core instance $i (instantiate $m))
    (func (export "shout") (param "text" string) (result string)
        (canon lift (core func $i "shout") (memory (core memory $i "memory"))
            (realloc (core func $i "realloc")))))"#;

struct Place {
    key: SigningKey,
    values: Arc<MemoryStore>,
    outside: Arc<Outside>,
    host: Host,
    live: LiveHost,
}

impl Place {
    async fn open() -> Self {
        let key = SigningKey::from_seed(&[2; 32], Origin::Development);
        let keyring = || Keyring::for_development(key.public());
        let nothing = Host::builder().trust(keyring()).build().unwrap();
        let description = nothing.describe(&name(), guest("sdk").to_vec()).await.unwrap();
        let mut terms = Terms::default();
        terms.grant = grant_all(&description.permissions);
        let (values, outside) = (Arc::<MemoryStore>::default(), Arc::<Outside>::default());
        let seen = Seen(Arc::clone(&outside));
        let mut http = HttpSettings::default();
        http.script = Some(Arc::new(seen.clone()));
        let store: Arc<dyn KeyValue> = Arc::<MemoryStore>::clone(&values);
        let services = Services::default()
            .values(store)
            .http(http)
            .log(seen.clone())
            .progress(seen.clone())
            .config(ConfigMap::default().with("locale", "de-CH"))
            .secrets(SecretMap::default().with("token", "s3cret-value"));
        let builder = Host::builder().trust(keyring()).terms("*".parse().unwrap(), terms);
        // What becomes of effects is looked at here, and nothing else.
        let builder = builder.services(services).observer(Arc::new(seen));
        let host = builder.policy(Policy::for_development()).build().unwrap();
        let log_key = SigningKey::from_seed(&[3; 32], Origin::Release);
        let log = Arc::new(MemoryLog::new());
        let live = LiveHost::open(host.clone(), log, log_key).await.unwrap();
        Self { key, values, outside, host, live }
    }

    async fn install(&self, name: &str, component: Vec<u8>, sequence: u64, version: &str) {
        let name = name.parse().unwrap();
        let description = self.host.describe(&name, component.clone()).await.unwrap();
        let mut manifest = Manifest::new(description, version.parse().unwrap());
        manifest.sequence = sequence;
        let bundle = Bundle::sign(component, &manifest, &[&self.key]).unwrap().to_bytes();
        self.live.install_unexamined(&bundle, by(), "").await.unwrap();
    }

    async fn call(&self, operation: &str, input: Value) -> Value {
        let target: Target = "test.sdk".parse().unwrap();
        let answer = self.live.call(&target, operation, &input.to_string(), &Who::default()).await;
        assert_eq!(answer.version.unwrap().to_string(), "1.0.0");
        serde_json::from_str(&answer.report.outcome.to_string()).unwrap()
    }

    /// What was compared, once so many requests were.
    async fn compared(&self, count: u64) -> Comparisons {
        let shadows = self.live.clone().run();
        let comparisons = async {
            loop {
                let comparisons = self.live.shadows().remove(0).comparisons;
                if comparisons.compared + comparisons.passed_over >= count {
                    return comparisons;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::select! {
            () = shadows => panic!("it runs for ever"),
            comparisons = comparisons => comparisons,
        }
    }

    async fn count(&self) -> Option<String> {
        let value = self.values.read(&name(), "count").await.unwrap();
        value.map(|value| String::from_utf8(value).unwrap())
    }
}

fn name() -> CapabilityName {
    "test.sdk".parse().unwrap()
}

fn by() -> Actor {
    Actor::person("test")
}

/// The guest with a section more, which makes other bytes.
fn noted(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).unwrap();
    let section = [&[0, length + 5, 4][..], b"note", text.as_bytes()].concat();
    [guest("sdk").to_vec(), section].concat()
}

#[tokio::test]
async fn what_a_shadow_does_happens_to_nobody() {
    let place = Place::open().await;
    place.install("text.shout", wat::parse_str(SHOUT).unwrap(), 1, "1.0.0").await;
    place.install("test.sdk", noted("1.0.0"), 2, "1.0.0").await;
    place.install("test.sdk", noted("1.1.0"), 3, "1.1.0").await;
    let plan = Plan::preset("quick").unwrap().after_shadow(Share::ALL);
    let version = "1.1.0".parse().unwrap();
    place.live.start(&name(), &version, plan, by(), "").await.unwrap();

    let seen = place.call("look", json!({})).await;
    assert_eq!((&seen["count"], &seen["list"]), (&json!(2), &json!([7])));
    let comparisons = place.compared(1).await;
    // It reads what is really there, which the served call has changed already.
    assert_eq!((comparisons.compared, comparisons.differed, comparisons.broke), (1, 1, 0));
    assert_eq!(comparisons.examples[0].place.as_deref(), Some("/count"));
    assert_eq!(comparisons.examples[0].shadow_output.as_ref().unwrap()["count"], "number");
    assert_eq!(place.count().await.as_deref(), Some("2"), "the shadow's is not kept");

    let fetch = json!({"url": "https://api.example.org/a", "also": []});
    assert_eq!(place.call("fetch", fetch).await["status"], 200);
    place.call("ask", json!({"text": "hey", "also": []})).await;
    place.call("shout", json!({"text": "hey"})).await;
    let comparisons = place.compared(4).await;
    let ended = |example: &engraft::registry::Disagreement| {
        (example.operation.clone(), example.served.clone(), example.shadow.clone())
    };
    let told: Vec<_> = comparisons.examples.iter().skip(1).map(ended).collect();
    let away = "refused, unavailable".to_owned();
    let expected = ["fetch", "ask"].map(|op| (op.to_owned(), "returned".to_owned(), away.clone()));
    assert_eq!(told, expected, "what needs an effect to answer cannot");
    assert_eq!((comparisons.compared, comparisons.differed), (4, 3));

    let outside = &place.outside;
    assert_eq!(outside.requests.load(Ordering::Relaxed), 1, "one request left");
    assert_eq!(outside.lines.load(Ordering::Relaxed), 1, "one line was logged");
    assert_eq!(outside.reports.load(Ordering::Relaxed), 1);
    assert_eq!(outside.calls.load(Ordering::Relaxed), 5, "four calls, and one of them called");
    assert_eq!(place.host.capability("text.shout").unwrap().counts().returned, 1);
    let figures = place.live.figures(10);
    let begun: Vec<_> =
        figures.releases.iter().map(|one| (one.version.to_string(), one.counts.begun)).collect();
    assert!(begun.contains(&("1.0.0".to_owned(), 4)), "{begun:?}");
    assert!(!begun.iter().any(|(version, _)| version == "1.1.0"), "{begun:?}");
    assert_eq!(figures.shadows[0].comparisons, comparisons);

    // A stop ends it, and a revocation does.
    place.live.change(by(), "", Op::Stopped).await.unwrap();
    assert!(place.live.shadows().is_empty());
    place.call("shout", json!({"text": "hey"})).await;
    place.live.lift(&place.key, by(), "").await.unwrap();
    assert_eq!(place.live.shadows()[0].comparisons, Comparisons::default(), "it began anew");
    let digest = engraft::model::Digest::of(&noted("1.1.0"));
    place.live.change(by(), "", Op::Revoked { digest }).await.unwrap();
    assert!(place.live.shadows().is_empty());
}
