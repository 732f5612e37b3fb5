//! What a running host tells of itself: to people through its store, to Prometheus, to a collector;
//! and what others leave for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
use engraft::examine::Policy;
use engraft::export::{Otlp, prometheus};
use engraft::model::{CapabilityName, SystemClock};
use engraft::registry::{Actor, Plan};
use engraft::store::SqliteLog;
use engraft::traffic::{Feedback, Opinion, Redaction, Target, Who};
use engraft::{Bystander, CallError, FeedbackTrouble, Host, LiveHost};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// A host with two releases of `math.scale`, the second of which spreads to half of the users and
/// breaks for numbers that four divides.
struct Stand {
    folder: PathBuf,
    live: LiveHost,
}

impl Stand {
    async fn new(topic: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("engraft-figures-{topic}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let key = SigningKey::from_seed(&[2; 32], Origin::Development);
        let host = Host::builder().trust(Keyring::for_development(key.public()));
        let host = host.policy(Policy::for_development()).build().unwrap();
        let log_key = SigningKey::from_seed(&[3; 32], Origin::Release);
        let log = Arc::new(SqliteLog::open(folder.join("log.sqlite")).unwrap());
        let live = LiveHost::open(host.clone(), log, log_key).await.unwrap();
        let broken = "(if (i32.eqz (i32.and (local.get 0) (i32.const 3))) (then unreachable))";
        for (sequence, version, body) in [(1, "1.0.0", ""), (2, "1.1.0", broken)] {
            let component = wat::parse_str(format!(
                r#"(component
                    (core module $m (func (export "scale") (param i32) (result i32)
                        {body} (i32.mul (local.get 0) (i32.const 2))))
                    (core instance $i (instantiate $m))
                    (func (export "scale") (param "number" u32) (result u32)
                        (canon lift (core func $i "scale"))))"#
            ))
            .unwrap();
            let description = host.describe(&name(), component.clone()).await.unwrap();
            let mut manifest = Manifest::new(description, version.parse().unwrap());
            manifest.sequence = sequence;
            let bundle = Bundle::sign(component, &manifest, &[&key]).unwrap().to_bytes();
            live.install_unexamined(&bundle, Actor::person("test"), "").await.unwrap();
        }
        let mut plan = Plan::preset("quick").unwrap();
        plan.stages.truncate(1);
        plan.stages[0].share = "50%".parse().unwrap();
        plan.stages[0].requests_min = u64::MAX;
        // It is never taken back, however bad: what is looked at is a rollout under way.
        plan.alpha = 1e-9;
        plan.floors.clear();
        let version = "1.1.0".parse().unwrap();
        live.start(&name(), &version, plan, Actor::person("test"), "").await.unwrap();
        Self { folder, live }
    }

    async fn call(&self, number: u32) {
        let input = json!({ "number": number }).to_string();
        let who = Who::user(number.to_string()).request(format!("r-{number}"));
        self.live.call(&target(), "scale", &input, &who).await;
    }

    fn bystander(&self) -> Bystander {
        let log = SqliteLog::open(self.folder.join("log.sqlite")).unwrap();
        Bystander::of(&log).unwrap().unwrap()
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            drop(std::fs::remove_dir_all(&self.folder));
        }
    }
}

fn name() -> CapabilityName {
    "math.scale".parse().unwrap()
}

fn target() -> Target {
    "math.scale".parse().unwrap()
}

#[tokio::test]
async fn typed_calls_and_samples_of_a_live_host() {
    let stand = Stand::new("typed").await;
    let mut samples = stand.live.samples(Redaction::Values);
    let who = Who::default();
    let doubled = stand.live.call_typed(&target(), "scale", &json!({"number": 21}), &who).await;
    assert_eq!(doubled.map(|number: u32| number).unwrap(), 42);
    let wrong = stand.live.call_typed(&target(), "scale", &json!({"number": "x"}), &who).await;
    let wrong: Result<u32, CallError> = wrong;
    assert!(wrong.unwrap_err().to_string().starts_with("`math.scale`: invalid input"));
    let first = samples.next().await.unwrap();
    assert_eq!((first.outcome, first.operation.as_str()), ("returned", "scale"));
    assert_eq!((first.input, first.message), (Some(json!({"number": 21})), None));
    assert!(first.duration > Duration::ZERO);
    let second = samples.next().await.unwrap();
    assert_eq!(second.outcome, "refused");
    assert!(second.message.unwrap().contains("invalid input"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_sees_figures_and_leaves_feedback() {
    let stand = Stand::new("board").await;
    let bystander = stand.bystander();
    let good = Feedback::new("r-1", Opinion::Good);
    let error = bystander.feedback(&good, &SystemClock).unwrap_err();
    assert!(matches!(error, FeedbackTrouble::Nobody { .. }), "{error}");
    let running = tokio::spawn(stand.live.clone().run());
    for number in 0..200 {
        stand.call(number).await;
    }
    let looks = async {
        loop {
            let program = bystander.programs(&SystemClock).unwrap().into_iter().next();
            // The first look may have come before the calls, and the steward looks in its own time.
            match program {
                Some(program) if judged(&program.figures) == 200 => return program,
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    };
    let program = tokio::time::timeout(Duration::from_secs(30), looks).await.unwrap();
    assert_eq!(calls(&program.figures), 200);
    assert!(program.is_live());
    let new = program.figures.releases.iter().find(|r| r.version.minor == 1).unwrap();
    assert!(new.counts.outcomes["trapped"] > 10, "{new:?}");
    assert!(new.latency.p50_us > 0.0 && new.latency.p99_us >= new.latency.p50_us);
    let standing = &program.figures.rollouts[0].decision;
    assert!(standing.evidence > 20.0, "{standing:?}");

    // From a thread of its own, as a command would.
    let leave = |feedback: Feedback| {
        let bystander = stand.bystander();
        tokio::task::spawn_blocking(move || bystander.feedback(&feedback, &SystemClock))
    };
    leave(good).await.unwrap().unwrap();
    leave(Feedback::new("r-2", Opinion::Bad).metric("useful")).await.unwrap().unwrap();
    let error = leave(Feedback::new("r-none", Opinion::Bad)).await.unwrap().unwrap_err();
    assert!(matches!(error, FeedbackTrouble::Unknown { .. }), "{error}");
    running.abort();
}

/// Users that were judged, in both arms.
fn judged(figures: &engraft::traffic::Figures) -> u64 {
    let both = figures
        .rollouts
        .iter()
        .map(|standing| standing.decision.treatment.requests + standing.decision.control.requests);
    both.sum()
}

fn calls(figures: &engraft::traffic::Figures) -> u64 {
    figures.releases.iter().map(|release| release.counts.ended()).sum()
}

/// One series of Prometheus text.
type Series = (String, BTreeMap<String, String>);

/// Reads the text as a scraper does, and refuses what it would.
fn scraped(text: &str) -> BTreeMap<Series, f64> {
    let mut series = BTreeMap::new();
    let (mut typed, mut helped) = (BTreeMap::new(), BTreeSet::new());
    assert!(text.ends_with('\n'));
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            assert!(helped.insert(help.split(' ').next().unwrap().to_owned()), "{line}");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            assert!(typed.insert(name.to_owned(), kind.to_owned()).is_none(), "{line}");
        } else {
            let (left, value) = line.rsplit_once(' ').unwrap();
            let (name, labels) = match left.split_once('{') {
                Some((name, labels)) => (name, labels.strip_suffix('}').unwrap()),
                None => (left, ""),
            };
            let family = ["_bucket", "_sum", "_count"].iter().find_map(|end| {
                let family = name.strip_suffix(end)?;
                (typed.get(family).map(String::as_str) == Some("histogram")).then_some(family)
            });
            let family = family.unwrap_or(name);
            assert!(typed.contains_key(family) && helped.contains(family), "{line}");
            let known = series.insert((name.to_owned(), pairs(labels)), value.parse().unwrap());
            assert!(known.is_none(), "twice: {line}");
        }
    }
    series
}

fn pairs(labels: &str) -> BTreeMap<String, String> {
    let mut pairs = BTreeMap::new();
    let mut rest = labels;
    while let Some((name, more)) = rest.split_once("=\"") {
        let (value, after) = more.split_once('"').unwrap();
        pairs.insert(name.to_owned(), value.to_owned());
        rest = after.strip_prefix(',').unwrap_or(after);
    }
    assert!(rest.is_empty(), "{labels}");
    pairs
}

#[tokio::test]
async fn prometheus_reads_what_releases_did() {
    let stand = Stand::new("prometheus").await;
    for number in 0..100 {
        stand.call(number).await;
    }
    let series = scraped(&prometheus(&stand.live.figures(10)));
    let of = |name: &str, version: &str, key: &str, value: &str| {
        let mut found = series.iter().filter(|((known, labels), _)| {
            known == name
                && labels.get("version").is_some_and(|known| known == version)
                && (key.is_empty() || labels.get(key).is_some_and(|known| known == value))
        });
        let (series, value) = found.next().unwrap();
        assert_eq!(series.1["capability"], "math.scale");
        (*value, found.count() + 1)
    };
    let (returned, _) = of("engraft_calls_total", "1.0.0", "outcome", "returned");
    let (trapped, _) = of("engraft_calls_total", "1.1.0", "outcome", "trapped");
    let (well, _) = of("engraft_calls_total", "1.1.0", "outcome", "returned");
    assert_eq!(returned + trapped + well, 100.0);
    assert!(trapped > 2.0);
    assert_eq!(of("engraft_rollout_share", "1.1.0", "", "").0, 0.5);
    assert_eq!(of("engraft_calls_running", "1.1.0", "", "").0, 0.0);
    let (all, _) = of("engraft_call_duration_seconds_bucket", "1.0.0", "le", "+Inf");
    assert_eq!(all, returned);
    assert_eq!(of("engraft_call_duration_seconds_count", "1.0.0", "", "").0, returned);
    assert!(of("engraft_call_duration_seconds_sum", "1.0.0", "", "").0 > 0.0);
    let buckets = series.iter().filter(|((name, labels), _)| {
        name.ends_with("_bucket") && labels["version"] == "1.0.0" && labels["le"] != "+Inf"
    });
    let mut buckets: Vec<(f64, f64)> =
        buckets.map(|((_, labels), count)| (labels["le"].parse().unwrap(), *count)).collect();
    buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
    assert_eq!(buckets.len(), 16);
    assert!(buckets.windows(2).all(|pair| pair[0].1 <= pair[1].1), "{buckets:?}");
    // Labels are a handful, however many users and inputs there are.
    let names: BTreeSet<&str> =
        series.keys().flat_map(|(_, labels)| labels.keys().map(String::as_str)).collect();
    let expected = ["capability", "digest", "le", "outcome", "version"];
    assert_eq!(names.into_iter().collect::<Vec<_>>(), expected);

    // With room for one release, the other is counted with the rest, and nothing is lost.
    let few = scraped(&prometheus(&stand.live.figures(1)));
    let calls = few.iter().filter(|((name, _), _)| name == "engraft_calls_total");
    assert_eq!(calls.clone().map(|(_, count)| count).sum::<f64>(), 100.0);
    assert!(calls.into_iter().any(|((_, labels), _)| labels["capability"] == "(others)"));
}

#[tokio::test]
async fn a_collector_receives_what_releases_did() {
    let stand = Stand::new("otlp").await;
    for number in 0..40 {
        stand.call(number).await;
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let collector = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut received = Vec::new();
        let body = loop {
            let mut some = [0; 8_192];
            let read = stream.read(&mut some).await.unwrap();
            received.extend_from_slice(&some[..read]);
            let text = String::from_utf8_lossy(&received);
            let Some((_, body)) = text.split_once("\r\n\r\n") else { continue };
            if let Ok(body) = serde_json::from_str::<Value>(body) {
                break body;
            }
        };
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await.unwrap();
        body
    };
    let otlp = Otlp::to(&endpoint).unwrap().resource("service.name", "assistant");
    let figures = stand.live.figures(10);
    let (sent, body) = tokio::join!(otlp.export(&figures), collector);
    sent.unwrap();
    let metrics = body["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].as_array().unwrap();
    let points = |name: &str, kind: &str| {
        let metric = metrics.iter().find(|metric| metric["name"] == name).unwrap();
        metric[kind]["dataPoints"].as_array().unwrap().clone()
    };
    let whole = |text: &Value| text.as_str().unwrap().parse::<u64>().unwrap();
    let calls: u64 = points("engraft.calls", "sum").iter().map(|p| whole(&p["asInt"])).sum();
    assert_eq!(calls, 40);
    for point in points("engraft.call.duration", "histogram") {
        let buckets = point["bucketCounts"].as_array().unwrap();
        assert_eq!(buckets.len(), point["explicitBounds"].as_array().unwrap().len() + 1);
        assert_eq!(buckets.iter().map(whole).sum::<u64>(), whole(&point["count"]));
        let from = whole(&point["startTimeUnixNano"]);
        assert!(from <= whole(&point["timeUnixNano"]) && from > 1_700_000_000_000_000_000);
    }
    let share = &points("engraft.rollout.share", "gauge")[0];
    assert_eq!(share["asDouble"], 0.5);
    let attribute = |key: &str| {
        let attributes = share["attributes"].as_array().unwrap();
        let found = attributes.iter().find(|attribute| attribute["key"] == key).unwrap();
        found["value"]["stringValue"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        (attribute("capability"), attribute("version")),
        ("math.scale".into(), "1.1.0".into())
    );
}
