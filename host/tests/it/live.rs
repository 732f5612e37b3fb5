//! A host whose releases change while it is called, with real components and a real log.

mod ask;
mod bad_input;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
use engraft::examine::Policy;
use engraft::model::{CapabilityName, Outcome};
use engraft::registry::{Actor, Journal, Op, Plan, audit};
use engraft::store::{OpLog, SqliteLog};
use engraft::traffic::{Opinion, Target, Who};
use engraft::{Error, Host, LiveHost};

/// A directory of one test with a log in it; gone when the test ends well.
struct Place {
    folder: PathBuf,
    key: SigningKey,
}

impl Place {
    fn new(topic: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("engraft-live-{topic}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self { folder, key: SigningKey::from_seed(&[2; 32], Origin::Development) }
    }

    fn log(&self) -> Arc<dyn OpLog> {
        Arc::new(SqliteLog::open(self.folder.join("log.sqlite")).unwrap())
    }

    fn log_key() -> SigningKey {
        SigningKey::from_seed(&[3; 32], Origin::Release)
    }

    async fn open(&self) -> LiveHost {
        let keyring = Keyring::for_development(self.key.public());
        let host = Host::builder().trust(keyring).cache_dir(self.folder.join("cache"));
        let host = host.policy(Policy::for_development()).build().unwrap();
        LiveHost::open(host, self.log(), Self::log_key()).await.unwrap()
    }

    /// A second process, as a command line is one.
    fn elsewhere(&self) -> Journal {
        let clock = Arc::new(engraft::model::SystemClock);
        Journal::open(self.log(), Self::log_key(), clock).unwrap()
    }

    /// A release that multiplies; one by zero breaks instead.
    async fn bundle(&self, sequence: u64, version: &str, factor: u32) -> Vec<u8> {
        let body = if factor == 0 {
            "unreachable".to_owned()
        } else {
            format!("(i32.mul (local.get 0) (i32.const {factor}))")
        };
        let component = wat::parse_str(format!(
            r#"(component
                (core module $m (func (export "scale") (param i32) (result i32) {body}))
                (core instance $i (instantiate $m))
                (func (export "scale") (param "number" u32) (result u32)
                    (canon lift (core func $i "scale"))))"#
        ))
        .unwrap();
        let keyring = Keyring::for_development(self.key.public());
        let host = Host::builder().trust(keyring).build().unwrap();
        let description = host.describe(&name(), component.clone()).await.unwrap();
        let mut manifest = Manifest::new(description, version.parse().unwrap());
        manifest.sequence = sequence;
        Bundle::sign(component, &manifest, &[&self.key]).unwrap().to_bytes()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            drop(std::fs::remove_dir_all(&self.folder));
        }
    }
}

fn name() -> CapabilityName {
    "math.scale".parse().unwrap()
}

fn by() -> Actor {
    Actor::person("test")
}

fn target() -> Target {
    "math.scale".parse().unwrap()
}

fn quick(share: &str, requests: u64) -> Plan {
    let mut plan = Plan::preset("quick").unwrap();
    plan.stages.truncate(1);
    plan.stages[0].share = share.parse().unwrap();
    plan.stages[0].dwell_seconds = 0;
    plan.stages[0].requests_min = requests;
    plan
}

async fn ask(live: &LiveHost, who: &Who) -> (Option<String>, Outcome) {
    let answer = live.call(&target(), "scale", r#"{"number": 21}"#, who).await;
    (answer.version.map(|version| version.to_string()), answer.report.outcome)
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what} never came");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    begun.elapsed()
}

fn stable(live: &LiveHost) -> Option<String> {
    let snapshot = live.registry().snapshot();
    snapshot.line("math.scale")?.stable.as_ref().map(|serving| serving.version().to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_fails_while_releases_are_swapped_under_load() {
    let place = Place::new("swap");
    let live = place.open().await;
    for (sequence, version) in [(1, "1.0.0"), (2, "1.1.0")] {
        let factor = u32::try_from(sequence).unwrap() + 1;
        let bundle = place.bundle(sequence, version, factor).await;
        live.install(&bundle, by(), "a release").await.unwrap();
    }
    let (is_over, calls) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let callers: Vec<_> = (0..2)
        .map(|caller| {
            let (live, is_over, calls) = (live.clone(), Arc::clone(&is_over), Arc::clone(&calls));
            tokio::spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    let (version, outcome) = ask(&live, &Who::user(format!("u{caller}"))).await;
                    let expected = if version.as_deref() == Some("1.0.0") { "42" } else { "63" };
                    assert_eq!(outcome.to_string(), expected, "{version:?}");
                    calls.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for swap in 0..60 {
        let version = if swap % 2 == 0 { "1.1.0" } else { "1.0.0" };
        let op = Op::Activated { name: name(), version: version.parse().unwrap() };
        live.change(by(), "to and fro", op).await.unwrap();
        assert_eq!(stable(&live).as_deref(), Some(version));
    }
    is_over.store(true, Ordering::Relaxed);
    for caller in callers {
        caller.await.unwrap();
    }
    assert!(calls.load(Ordering::Relaxed) > 60, "{calls:?} calls");
    let ended: u64 = live.figures(10).releases.iter().map(|told| told.counts.ended()).sum();
    assert_eq!(ended, calls.load(Ordering::Relaxed), "each call is told of once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_release_is_taken_back_and_a_good_one_comes_through() {
    let place = Place::new("judge");
    let live = place.open().await;
    live.install(&place.bundle(1, "1.0.0", 2).await, by(), "the first").await.unwrap();
    let broken_one = place.bundle(2, "1.1.0", 0).await;
    // An examination finds it; whoever is in a hurry goes without, where the policy names that.
    let refused = live.install(&broken_one, by(), "a broken one").await.unwrap_err();
    assert!(matches!(refused, Error::NotApproved { .. }), "{refused}");
    live.install_unexamined(&broken_one, by(), "a broken one").await.unwrap();
    let run = tokio::spawn(live.clone().run());
    let version = |text: &str| text.parse().unwrap();
    live.start(&name(), &version("1.1.0"), quick("20%", 500), by(), "").await.unwrap();
    let mut broken = 0;
    for user in 0..5_000 {
        let (asked, outcome) = ask(&live, &Who::user(format!("user-{user}"))).await;
        broken += u64::from(!outcome.is_returned());
        assert!(outcome.is_returned() || asked.as_deref() == Some("1.1.0"));
        if live.registry().journal().state().quarantined.len() == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(live.registry().journal().state().quarantined.len(), 1, "taken back");
    assert!((3..=100).contains(&broken), "{broken} users met the broken release");
    let last = live.registry().journal().length() - 1;
    let entry = live.registry().journal().log().read(last, 1).unwrap().remove(0);
    let text = String::from_utf8(entry.bytes).unwrap();
    assert!(text.contains("rolled back: it "), "{text}");
    let again = live.start(&name(), &version("1.1.0"), quick("20%", 9), by(), "").await;
    assert!(again.unwrap_err().to_string().contains("was rolled back"));

    live.install(&place.bundle(3, "1.2.0", 3).await, by(), "a good one").await.unwrap();
    live.start(&name(), &version("1.2.0"), quick("50%", 30), by(), "").await.unwrap();
    for user in 0..200 {
        let who = Who::user(format!("user-{user}")).request(format!("r{user}"));
        assert!(ask(&live, &who).await.1.is_returned());
        live.feedback(&format!("r{user}"), Opinion::Good).ok();
    }
    until("the promotion", || stable(&live).as_deref() == Some("1.2.0")).await;
    assert_eq!(ask(&live, &Who::default()).await.1.to_string(), "63");
    run.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_says_is_followed_at_once_and_survives_a_restart() {
    let place = Place::new("follow");
    let live = place.open().await;
    let first = place.bundle(1, "1.0.0", 2).await;
    live.install(&first, by(), "the first").await.unwrap();
    live.install(&place.bundle(2, "1.1.0", 3).await, by(), "the second").await.unwrap();
    let run = tokio::spawn(live.clone().run());
    let elsewhere = place.elsewhere();
    let activate = Op::Activated { name: name(), version: "1.1.0".parse().unwrap() };
    elsewhere.record(by(), "by hand", activate).unwrap();
    let took = until("the swap", || stable(&live).as_deref() == Some("1.1.0")).await;
    // A moment in which the machine has no time for it is the machine's; the usual one is ours.
    let mut usual = Vec::from([took]);
    for swap in 0..20 {
        let version = if swap % 2 == 0 { "1.0.0" } else { "1.1.0" };
        let activate = Op::Activated { name: name(), version: version.parse().unwrap() };
        elsewhere.record(by(), "to and fro", activate).unwrap();
        usual.push(until("the swap", || stable(&live).as_deref() == Some(version)).await);
    }
    usual.sort();
    assert!(usual[10] < Duration::from_millis(100), "{usual:?}");
    let digest = elsewhere.state().lines[&name()].serving().unwrap().installed.component;
    elsewhere.record(by(), "it leaks", Op::Revoked { digest }).unwrap();
    until("the revocation", || stable(&live).as_deref() == Some("1.0.0")).await;
    live.change(by(), "halt", Op::Stopped).await.unwrap();
    run.abort();
    drop(live);

    let live = place.open().await;
    assert_eq!(stable(&live).as_deref(), Some("1.0.0"));
    assert_eq!(ask(&live, &Who::user("ann")).await.1.to_string(), "42");
    let start = live.start(&name(), &"1.1.0".parse().unwrap(), quick("10%", 1), by(), "").await;
    assert!(start.unwrap_err().to_string().contains("everything stands still"));
    let stranger = SigningKey::from_seed(&[7; 32], Origin::Development);
    assert!(live.lift(&stranger, by(), "").await.is_err());
    live.lift(&place.key, by(), "it is mended").await.unwrap();
    let audit = audit::verify(&*place.log(), place.elsewhere().identity(), None).unwrap();
    assert_eq!(audit.length, live.registry().journal().length());
}

#[tokio::test]
async fn what_may_not_be_installed_changes_nothing() {
    let place = Place::new("refuse");
    let live = place.open().await;
    live.install(&place.bundle(5, "1.0.0", 2).await, by(), "the first").await.unwrap();
    let length = live.registry().journal().length();
    // An older release, signed as well as any, played again.
    let older = live.install(&place.bundle(4, "0.9.0", 3).await, by(), "").await;
    assert!(matches!(older, Err(Error::Trust(_))), "{older:?}");
    let same = live.install(&place.bundle(6, "1.0.0", 4).await, by(), "").await;
    assert!(same.unwrap_err().to_string().contains("other bytes"));
    assert!(live.install(b"no bundle", by(), "").await.is_err());
    assert_eq!(live.registry().journal().length(), length);
    let nobody: Target = "no.such".parse().unwrap();
    let answer = live.call(&nobody, "x", "{}", &Who::default()).await;
    assert!(matches!(answer.report.outcome, Outcome::Unavailable { .. }));
    let none = Target { requirement: Some("^9".parse().unwrap()), ..target() };
    let answer = live.call(&none, "x", "{}", &Who::default()).await;
    assert!(matches!(answer.report.outcome, Outcome::Unavailable { .. }));
    let pin = |version: &str| Op::Pinned {
        caller: "nightly".to_owned(),
        name: name(),
        version: Some(version.parse().unwrap()),
    };
    live.install(&place.bundle(7, "1.1.0", 3).await, by(), "").await.unwrap();
    live.change(by(), "it waits for it", pin("1.1.0")).await.unwrap();
    let pinned = ask(&live, &Who::user("ann").caller("nightly")).await;
    assert_eq!(pinned.0.as_deref(), Some("1.1.0"));
    assert_eq!(ask(&live, &Who::user("ann")).await.0.as_deref(), Some("1.0.0"));
}
