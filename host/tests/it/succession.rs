//! What becomes of the state of a capability when one release follows another: with real components,
//! real values, and a log that others may write to.

use std::sync::Arc;
use std::time::Duration;

use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
use engraft::engine::InstancePolicy;
use engraft::examine::Policy;
use engraft::model::{CapabilityName, Grant, KeyValue, Outcome};
use engraft::registry::{Actor, Op, Plan, Variant};
use engraft::store::{MemoryLog, MemoryStore};
use engraft::traffic::{Target, Who};
use engraft::{Host, Invocation, LiveHost, Terms};

use crate::guest_sdk::grant_all;
use crate::support::guest;

/// A program, its values, and whoever signs what it runs.
struct Place {
    key: SigningKey,
    values: Arc<MemoryStore>,
    log: Arc<MemoryLog>,
}

impl Place {
    fn new() -> Self {
        let key = SigningKey::from_seed(&[2; 32], Origin::Development);
        Self { key, values: Arc::default(), log: Arc::new(MemoryLog::new()) }
    }

    async fn open(&self, lifetime: InstancePolicy) -> LiveHost {
        let nothing = self.host(InstancePolicy::Fresh, Grant::default());
        let description = nothing.describe(&name(), guest("sdk").to_vec()).await.unwrap();
        let host = self.host(lifetime, grant_all(&description.permissions));
        let log_key = SigningKey::from_seed(&[3; 32], Origin::Release);
        LiveHost::open(host, Arc::<MemoryLog>::clone(&self.log), log_key).await.unwrap()
    }

    fn host(&self, lifetime: InstancePolicy, grant: Grant) -> Host {
        let keyring = Keyring::for_development(self.key.public());
        let mut terms = Terms::default();
        terms.grant = grant;
        terms.lifetime = lifetime;
        let values: Arc<dyn KeyValue> = Arc::<MemoryStore>::clone(&self.values);
        let builder = Host::builder().trust(keyring).terms("*".parse().unwrap(), terms);
        // What becomes of state is looked at here, and nothing else.
        builder.values(values).policy(Policy::for_development()).build().unwrap()
    }

    /// The guest that saves and restores its count; each version has bytes of its own.
    async fn install(&self, live: &LiveHost, sequence: u64, version: &str) {
        let mut component = guest("sdk").to_vec();
        component.extend(custom_section(version));
        let host = self.host(InstancePolicy::Fresh, Grant::default());
        let description = host.describe(&name(), component.clone()).await.unwrap();
        let mut manifest = Manifest::new(description, version.parse().unwrap());
        manifest.sequence = sequence;
        let bundle = Bundle::sign(component, &manifest, &[&self.key]).unwrap().to_bytes();
        live.install_unexamined(&bundle, by(), "").await.unwrap();
    }

    async fn value(&self, key: &str) -> Option<String> {
        let value = self.values.read(&name(), key).await.unwrap();
        value.map(|value| String::from_utf8(value).unwrap())
    }
}

/// A section that says nothing and makes other bytes.
fn custom_section(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).unwrap();
    [&[0, length + 5, 4][..], b"note", text.as_bytes()].concat()
}

fn name() -> CapabilityName {
    "test.sdk".parse().unwrap()
}

fn by() -> Actor {
    Actor::person("test")
}

fn version(text: &str) -> semver::Version {
    text.parse().unwrap()
}

fn half() -> Plan {
    let mut plan = Plan::preset("quick").unwrap();
    plan.stages.truncate(1);
    plan.stages[0].share = "50%".parse().unwrap();
    plan.stages[0].requests_min = 1_000;
    plan
}

/// Lets a user's release look around, which adds two to the count; tells which release it was.
async fn look(live: &LiveHost, who: &Who, session: Option<&str>) -> (String, i64) {
    let invocation = Invocation::new("look", "{}");
    let invocation = match session {
        Some(session) => invocation.session(session),
        None => invocation,
    };
    let target: Target = "test.sdk".parse().unwrap();
    let answer = live.invoke(&target, invocation, who).await;
    let Outcome::Returned(output) = answer.report.outcome else {
        panic!("{:?}", answer.report.outcome)
    };
    let seen: serde_json::Value = output.read().unwrap();
    (answer.version.unwrap().to_string(), seen["count"].as_i64().unwrap())
}

/// A user of one release while both serve.
async fn user(live: &LiveHost, of: &str) -> Who {
    let snapshot = live.registry().snapshot();
    let target: Target = "test.sdk".parse().unwrap();
    (0..1_000)
        .map(|user| Who::user(format!("user-{user}")))
        .find(|who| {
            let picked = engraft::traffic::pick(&snapshot, &target, who).unwrap();
            picked.serving.version().to_string() == of
        })
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_release_wrote_is_undone_when_it_is_taken_back() {
    let place = Place::new();
    let live = place.open(InstancePolicy::Fresh).await;
    place.install(&live, 1, "1.0.0").await;
    place.install(&live, 2, "1.1.0").await;
    assert_eq!(look(&live, &Who::default(), None).await, ("1.0.0".to_owned(), 2));
    assert_eq!(place.value("list").await.as_deref(), Some("[7]"));
    live.start(&name(), &version("1.1.0"), half(), by(), "").await.unwrap();
    let (new, old) = (user(&live, "1.1.0").await, user(&live, "1.0.0").await);
    assert_eq!(look(&live, &new, None).await, ("1.1.0".to_owned(), 4), "it finds what was there");
    assert_eq!(place.value("list").await.as_deref(), Some("[7,7]"));
    let op = Op::RolledBack { name: name(), version: None, decision: None };
    live.change(by(), "people complain", op).await.unwrap();
    assert_eq!(place.value("count").await.as_deref(), Some("2"), "as it was before");
    assert_eq!(place.value("list").await.as_deref(), Some("[7]"));
    assert_eq!(look(&live, &old, None).await, ("1.0.0".to_owned(), 4));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_undone_after_a_restart_as_well_and_what_was_promoted_stays() {
    let place = Place::new();
    let live = place.open(InstancePolicy::Fresh).await;
    place.install(&live, 1, "1.0.0").await;
    place.install(&live, 2, "1.1.0").await;
    place.install(&live, 3, "1.2.0").await;
    look(&live, &Who::default(), None).await;
    let activate = |to: &str| Op::Activated { name: name(), version: version(to) };
    live.change(by(), "at once", activate("1.1.0")).await.unwrap();
    assert_eq!(look(&live, &Who::default(), None).await.1, 4);
    drop(live);
    // Somebody goes back while nothing runs.
    let clock = Arc::new(engraft::model::SystemClock);
    let log_key = SigningKey::from_seed(&[3; 32], Origin::Release);
    let log: Arc<dyn engraft::store::OpLog> = Arc::<MemoryLog>::clone(&place.log);
    let journal = engraft::registry::Journal::open(log, log_key, clock).unwrap();
    journal.record(by(), "not so", activate("1.0.0")).unwrap();
    assert_eq!(place.value("count").await.as_deref(), Some("4"));
    let live = place.open(InstancePolicy::Fresh).await;
    assert_eq!(place.value("count").await.as_deref(), Some("2"), "undone at the start");

    live.start(&name(), &version("1.2.0"), half(), by(), "").await.unwrap();
    let new = user(&live, "1.2.0").await;
    assert_eq!(look(&live, &new, None).await, ("1.2.0".to_owned(), 4));
    let op = Op::Promoted { name: name(), version: None, decision: None };
    live.change(by(), "it is good", op).await.unwrap();
    live.change(by(), "not so", activate("1.0.0")).await.unwrap();
    assert_eq!(place.value("count").await.as_deref(), Some("4"), "it had passed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_that_cannot_take_over_does_not_serve_and_changes_nothing() {
    let place = Place::new();
    let live = place.open(InstancePolicy::Fresh).await;
    // The guest restores nothing that a version before 1.0.0 has saved.
    place.install(&live, 1, "0.9.0").await;
    place.install(&live, 2, "1.0.0").await;
    assert_eq!(look(&live, &Who::default(), None).await, ("0.9.0".to_owned(), 2));
    let op = Op::Activated { name: name(), version: version("1.0.0") };
    let refused = live.change(by(), "", op).await.unwrap_err().to_string();
    assert!(refused.contains("did not restore the state of 0.9.0"), "{refused}");
    assert!(refused.contains("too old"), "{refused}");
    assert_eq!(look(&live, &Who::default(), None).await, ("0.9.0".to_owned(), 4));
    let records = live.steward().tick().await.unwrap();
    assert!(matches!(&records[0].op, Op::Activated { version, .. } if version.minor == 9));
    assert!(records[0].why.contains("too old"), "{}", records[0].why);
    let start = live.start(&name(), &version("1.0.0"), half(), by(), "").await;
    assert!(start.unwrap_err().to_string().contains("too old"));
    live.steward().tick().await.unwrap();
    let state = live.registry().journal().state();
    assert!(state.lines[&name()].rollout.is_none(), "taken back by itself");
    assert_eq!(look(&live, &Who::default(), None).await, ("0.9.0".to_owned(), 6));
}

/// 1.0.0 serves, and 1.1.0 and 1.2.0 are tried beside it.
async fn two_variants(place: &Place) -> LiveHost {
    let live = place.open(InstancePolicy::Fresh).await;
    for (sequence, version) in [(1, "1.0.0"), (2, "1.1.0"), (3, "1.2.0")] {
        place.install(&live, sequence, version).await;
    }
    look(&live, &Who::default(), None).await;
    let variants = Variant::even([version("1.1.0"), version("1.2.0")]);
    live.start_variants(&name(), variants, half(), by(), "").await.unwrap();
    live
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_variant_that_is_taken_out_leaves_nothing_and_the_others_keep_theirs() {
    let place = Place::new();
    let live = two_variants(&place).await;
    let (one, two) = (user(&live, "1.1.0").await, user(&live, "1.2.0").await);
    assert_eq!(look(&live, &one, None).await, ("1.1.0".to_owned(), 4));
    let out =
        |what: &str| Op::RolledBack { name: name(), version: Some(version(what)), decision: None };
    live.change(by(), "people complain", out("1.1.0")).await.unwrap();
    assert_eq!(place.value("count").await.as_deref(), Some("2"), "undone at once");
    assert_eq!(look(&live, &two, None).await, ("1.2.0".to_owned(), 4));
    assert_eq!(look(&live, &one, None).await, ("1.0.0".to_owned(), 6), "back on the old one");
    assert_eq!(look(&live, &two, None).await, ("1.2.0".to_owned(), 8));
    live.change(by(), "and of this", out("1.2.0")).await.unwrap();
    assert_eq!(place.value("count").await.as_deref(), Some("6"), "as whoever serves left it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_a_variant_is_promoted_what_the_others_wrote_stays() {
    let place = Place::new();
    let live = two_variants(&place).await;
    let one = user(&live, "1.1.0").await;
    assert_eq!(look(&live, &one, None).await, ("1.1.0".to_owned(), 4));
    let op = Op::Promoted { name: name(), version: Some(version("1.2.0")), decision: None };
    live.change(by(), "it is best", op).await.unwrap();
    assert_eq!(place.value("count").await.as_deref(), Some("4"), "its users find what it left");
    let back = Op::Activated { name: name(), version: version("1.0.0") };
    live.change(by(), "not so", back).await.unwrap();
    assert_eq!(place.value("count").await.as_deref(), Some("4"), "both had passed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_session_moves_or_stays_where_it_is() {
    let place = Place::new();
    let sessions = InstancePolicy::Session { sessions_max: 8, idle: Duration::from_secs(60) };
    let live = place.open(sessions).await;
    place.install(&live, 1, "0.9.0").await;
    place.install(&live, 2, "0.9.1").await;
    place.install(&live, 3, "1.0.0").await;
    let ann = Who::user("ann");
    assert_eq!(look(&live, &ann, Some("a")).await.0, "0.9.0");
    // A version before 1.0.0 takes nothing from another such: the session stays with the old one.
    let op = Op::Activated { name: name(), version: version("0.9.1") };
    live.change(by(), "", op).await.unwrap();
    let snapshot = live.registry().snapshot();
    let stable = snapshot.line("test.sdk").unwrap().stable.clone().unwrap();
    assert!(!stable.callee().loaded().has_session("a"));
    look(&live, &ann, Some("a")).await;
    assert!(
        !stable.callee().loaded().has_session("a"),
        "it was not moved, and answered all the same"
    );
    look(&live, &ann, Some("b")).await;
    assert!(stable.callee().loaded().has_session("b"), "a new one is opened where it belongs");
}
