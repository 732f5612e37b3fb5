//! Real use recorded, and played where nothing reaches outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use engraft::artifact::{Bundle, Keyring, Manifest, Moment, Origin, SigningKey};
use engraft::engine::{ConfigMap, EngineConfig, Invocation, SecretMap, Services, raw};
use engraft::examine::{
    Answer, Asked, Candidate, CandidateOrigin, CheckEnd, CheckId, Examiner, Level, Order, Policy,
    Recorder, Report, Severity, Tape,
};
use engraft::model::{ClockMode, Description, Grant, Operation, Permissions, RandomMode};
use engraft::store::MemoryStore;
use engraft::{Host, Terms};
use serde_json::{Value, json};

use crate::effects::stage::Stage;
use crate::http::Server;
use crate::screen;
use crate::support::guest;

const OPERATIONS: [&str; 10] =
    ["now", "number", "config", "http", "call", "echo", "get", "set", "increment", "keys"];

fn manifest(asked: &Permissions, name: &str) -> Manifest {
    let operation = |name: &&str| Operation {
        name: (*name).to_owned(),
        summary: "Does it.".to_owned(),
        input_schema: json!({"type": "object"}),
        output_schema: json!({}),
        intents: vec![],
        examples: vec![],
    };
    let description = Description {
        name: name.parse().unwrap(),
        summary: "Does what it is told.".to_owned(),
        operations: OPERATIONS.iter().map(operation).collect(),
        permissions: asked.clone(),
    };
    Manifest::new(description, "1.0.0".parse().unwrap())
}

/// A token that an issuer would give, put together here.
fn token() -> String {
    format!("ghp_{}", "aB3dE6gH9jK2mN5pQ8rS".repeat(2))
}

/// A host that records, with two capabilities that may do all that they ask for.
async fn host(asked: &Permissions, granted: &Grant, recorder: &Arc<Recorder>) -> Host {
    let key = SigningKey::from_seed(&[1; 32], Origin::Development);
    let services = Services::default()
        .config(ConfigMap::default().with("mail.from", "ann").with("mail.key", token()))
        .secrets(SecretMap::default().with("token", "the-secret-itself"))
        .values(Arc::new(MemoryStore::default()));
    let mut terms = Terms::default();
    terms.grant = granted.clone();
    let host = Host::builder()
        .trust(Keyring::for_development(key.public()))
        .terms("*".parse().unwrap(), terms)
        .services(services)
        .recorder(Arc::clone(recorder))
        .build()
        .unwrap();
    for name in ["test.effects", "test.other"] {
        let bundle = Bundle::sign(guest("effects"), &manifest(asked, name), &[&key]).unwrap();
        host.install(&bundle.to_bytes()).await.unwrap();
    }
    host
}

async fn played(asked: &Permissions, tape: Tape) -> (Report, CheckEnd) {
    let policy = Policy::default();
    let examiner = Examiner::new(policy, EngineConfig::default()).unwrap();
    let manifest = manifest(asked, "test.effects");
    let candidate = Candidate::new(manifest, guest("effects"), CandidateOrigin::Uploaded);
    let (level, tape) = (Some(Level::Standard), Some(Arc::new(tape)));
    let order = Order { level, tape, ..Order::default() };
    let report = examiner.examine(candidate, &order).await.unwrap().report().clone();
    let run = report.checks.iter().find(|run| run.check == CheckId::TAPE).unwrap();
    let end = run.end;
    assert_ne!(end, CheckEnd::Skipped, "{:#?}", report.findings);
    (report, end)
}

#[tokio::test]
async fn everything_that_a_capability_asks_in_real_use_is_recorded_and_played() {
    let server = Server::start().await;
    let mut stage = server.stage();
    stage.granted.clock = Some(ClockMode::Real);
    stage.granted.random = Some(RandomMode::Real);
    let Stage { asked, granted, .. } = stage;
    let recorder = Recorder::new(Moment::from_unix(1_790_000_000), 42);
    let host = host(&asked, &granted, &recorder).await;
    let calls = [
        ("now", json!({})),
        ("number", json!({})),
        ("config", json!({"key": "mail.from"})),
        ("config", json!({"key": "mail.key"})),
        (
            "http",
            json!({"url": server.url("/bytes/5"), "method": "POST", "body": "password=hunter2"}),
        ),
        ("http", json!({"url": server.url("/bytes/3")})),
        ("call", json!({"capability": "test.other", "operation": "echo", "input": {"a": 1}})),
        ("set", json!({"key": "k", "value": "1"})),
        ("get", json!({"key": "k"})),
        ("increment", json!({"key": "k", "delta": 2})),
        ("keys", json!({"prefix": "", "limit": 10})),
        ("http", json!({"url": "https://nobody.example.org/"})),
    ];
    for (operation, input) in &calls {
        let invocation = Invocation::new(*operation, input.to_string());
        let report = host.call_recorded("test.effects", invocation).await;
        assert!(report.outcome.is_returned(), "{operation}: {}", report.outcome);
    }
    // What is called otherwise is on no tape.
    host.call("test.effects", Invocation::new("echo", "{}")).await;
    let capability = host.capability("test.effects").unwrap();
    let tape = recorder.tape(capability.name(), capability.digest());
    assert_eq!(tape.calls.len(), calls.len());
    let text = tape.to_json();
    for kept_out in [token().as_str(), "hunter2", "the-secret-itself"] {
        assert!(!text.contains(kept_out), "{kept_out}: {text}");
    }
    let exchanges = |at: usize| tape.calls[at].exchanges.as_slice();
    assert!(exchanges(0).is_empty(), "a clock that stands still needs no exchange");
    assert!(matches!(&exchanges(4)[0].asked, Asked::Http { method, .. } if method == "POST"));
    assert!(matches!(&exchanges(5)[0].answer, Answer::Response { status: 200, .. }));
    assert!(matches!(&exchanges(6)[0].asked, Asked::Call { capability, .. }
        if capability == "test.other"));
    assert!(exchanges(11).is_empty(), "what a rule keeps from being sent, nobody has answered");
    let seen = server.seen();
    let read = Tape::from_json(text.as_bytes()).unwrap();
    assert_eq!(read, tape);
    let (report, end) = played(&asked, read).await;
    assert_eq!(end, CheckEnd::Passed, "{:#?}", report.of(CheckId::TAPE).collect::<Vec<_>>());
    assert_eq!(server.seen(), seen, "nothing reached outside");
}

#[tokio::test]
async fn a_tape_of_something_else_or_with_another_ending_is_found() {
    let stage = Stage::granted();
    let recorder = Recorder::new(Moment::from_unix(1_790_000_000), 42);
    let host = host(&stage.asked, &stage.granted, &recorder).await;
    let config = || Invocation::new("config", json!({"key": "mail.from"}).to_string());
    host.call_recorded("test.effects", config()).await;
    let capability = host.capability("test.effects").unwrap();
    let tape = recorder.tape(capability.name(), capability.digest());
    let told = |report: &Report| {
        let found = report.of(CheckId::TAPE).map(|it| format!("{} {:?}", it.message, it.evidence));
        found.collect::<Vec<_>>().join("\n")
    };
    let mut other = tape.clone();
    other.capability = "test.other".parse().unwrap();
    assert!(told(&played(&stage.asked, other).await.0).contains("is of `test.other`"));
    let mut more = tape.clone();
    let again = more.calls[0].exchanges[0].clone();
    more.calls[0].exchanges.push(again);
    assert!(told(&played(&stage.asked, more).await.0).contains("does not ask any more"));
    let mut changed = tape.clone();
    changed.calls[0].output = Some(json!({"ok": "bob"}).to_string());
    assert!(told(&played(&stage.asked, changed).await.0).contains("it answers otherwise"));
    let mut cut = tape.clone();
    cut.calls[0].is_cut = true;
    assert_eq!(played(&stage.asked, cut).await.1, CheckEnd::Inconclusive);
    let value: Value = serde_json::from_str(&tape.to_json()).unwrap();
    assert_eq!(value["calls"][0]["exchanges"][0]["asked"]["function"], "config");
    assert_eq!(played(&stage.asked, tape).await.1, CheckEnd::Passed);
}

/// A component that looks at one pixel of the embedding program's screen, and knows nothing else.
const LOOKER: &str = r#"(component
    (import "acme:desk/screen@1.0.0" (instance $screen
        (export "pixel" (func (param "x" u32) (param "y" u32) (result u32)))))
    (core func $pixel (canon lower (func $screen "pixel")))
    (core module $m
        (import "screen" "pixel" (func $pixel (param i32 i32) (result i32)))
        (func (export "look") (param i32 i32) (result i32)
            (call $pixel (local.get 0) (local.get 1))))
    (core instance $i (instantiate $m
        (with "screen" (instance (export "pixel" (func $pixel))))))
    (func (export "look") (param "x" u32) (param "y" u32) (result u32)
        (canon lift (core func $i "look"))))"#;

/// The screen, and how often it was really looked at.
fn offered() -> (raw::Interface, Arc<AtomicU32>) {
    let looked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&looked);
    let screen = raw::Interface::new("acme:desk/screen@1.0.0", "desk.screen", move |linker| {
        let count = Arc::clone(&count);
        let mut screen = linker.instance("acme:desk/screen@1.0.0")?;
        screen.func_wrap("pixel", move |mut call, (x, y): (u32, u32)| {
            let pixel = call.data_mut().exchange("screen.pixel", &(x, y), |_| {
                count.fetch_add(1, Ordering::Relaxed);
                100 * x + y
            })?;
            Ok((pixel,))
        })
    });
    (screen, looked)
}

fn looker() -> Manifest {
    let coordinate = json!({"type": "integer", "minimum": 0, "maximum": 9});
    let description = json!({
        "name": "desk.look", "summary": "Looks at a pixel.",
        "operations": [{
            "name": "look", "summary": "Its colour.", "output_schema": {"type": "integer"},
            "input_schema": {
                "type": "object", "required": ["x", "y"],
                "properties": {"x": coordinate, "y": coordinate},
            },
        }],
        "permissions": {"custom": ["desk.screen"]},
    });
    let description: Description = serde_json::from_value(description).unwrap();
    Manifest::new(description, "1.0.0".parse().unwrap())
}

async fn looked_at(screen: raw::Interface, tape: Option<Tape>) -> Report {
    let mut config = EngineConfig::default();
    config.interfaces.push(screen);
    let examiner = Examiner::new(Policy::default(), config).unwrap();
    let component = wat::parse_str(LOOKER).unwrap();
    let candidate = Candidate::new(looker(), component, CandidateOrigin::Generated);
    let (level, tape) = (Some(Level::Comprehensive), tape.map(Arc::new));
    let order = Order { level, tape, ..Order::default() };
    examiner.examine(candidate, &order).await.unwrap().report().clone()
}

#[tokio::test]
async fn what_the_program_itself_offers_is_recorded_and_played() {
    let key = SigningKey::from_seed(&[1; 32], Origin::Development);
    let recorder = Recorder::new(Moment::from_unix(1_790_000_000), 42);
    let (real, looked) = offered();
    let mut terms = Terms::default();
    terms.grant.custom = vec!["desk.screen".parse().unwrap()];
    let host = Host::builder()
        .trust(Keyring::for_development(key.public()))
        .terms("*".parse().unwrap(), terms)
        .interface(real.clone().on_tape())
        .recorder(Arc::clone(&recorder))
        .build()
        .unwrap();
    let bundle = Bundle::sign(wat::parse_str(LOOKER).unwrap(), &looker(), &[&key]).unwrap();
    let capability = host.install(&bundle.to_bytes()).await.unwrap();
    let at = |x: u32, y: u32| Invocation::new("look", json!({"x": x, "y": y}).to_string());
    let report = host.call_recorded("desk.look", at(3, 5)).await;
    assert_eq!(report.outcome.to_string(), "305");
    let tape = recorder.tape(capability.name(), capability.digest());
    let asked = Asked::Own { name: "screen.pixel".to_owned(), input: "[3,5]".to_owned() };
    assert_eq!(tape.calls[0].exchanges[0].asked, asked);
    assert_eq!(Tape::from_json(tape.to_json().as_bytes()).unwrap(), tape);

    let end = |report: &Report, check| {
        let run = report.checks.iter().find(|run| run.check == check).unwrap();
        (run.end, run.because.clone())
    };
    let report = looked_at(real.clone().on_tape(), Some(tape.clone())).await;
    assert_eq!(end(&report, CheckId::TAPE).0, CheckEnd::Passed, "{:#?}", report.findings);
    assert_eq!(end(&report, CheckId::DETERMINISM).0, CheckEnd::Passed);
    assert!(!report.is_blocked(), "{:#?}", report.findings);
    assert_eq!(looked.load(Ordering::Relaxed), 1, "nobody has looked at the real one");
    let mut changed = tape.clone();
    changed.calls[0].exchanges[0].asked =
        Asked::Own { name: "screen.pixel".to_owned(), input: "[9,9]".to_owned() };
    let report = looked_at(real.clone().on_tape(), Some(changed)).await;
    let found = format!("{:?}", report.of(CheckId::TAPE).collect::<Vec<_>>());
    assert!(found.contains("it asks what is not on the tape: screen.pixel [3,5]"), "{found}");
    // Without a tape, and without the program's word that a tape can stand for it, nothing runs.
    let (ended, because) = end(&looked_at(real.clone().on_tape(), None).await, CheckId::LOADS);
    assert_eq!(ended, CheckEnd::Inconclusive);
    assert!(because.contains("call_recorded"), "{because}");
    let (ended, because) = end(&looked_at(real, Some(tape)).await, CheckId::LOADS);
    assert_eq!(ended, CheckEnd::Inconclusive);
    assert!(because.contains("on_tape"), "{because}");
    assert_eq!(looked.load(Ordering::Relaxed), 1);
}

/// The command has none of a program's interfaces, nor has a worker: the component's own types tell what
/// it asks for.
#[tokio::test]
async fn what_another_program_offers_is_played_where_that_program_is_not() {
    let look = async |tape: Option<Tape>, level: Level| {
        let examiner = Examiner::new(Policy::default(), EngineConfig::default()).unwrap();
        let (manifest, component) = (screen::manifest(), screen::watcher());
        let candidate = Candidate::new(manifest, component, CandidateOrigin::Uploaded);
        let order = Order { level: Some(level), tape: tape.map(Arc::new), ..Order::default() };
        examiner.examine(candidate, &order).await.unwrap().report().clone()
    };
    let end = |report: &Report, check| {
        let run = report.checks.iter().find(|run| run.check == check).unwrap();
        (run.end, run.because.clone())
    };
    // What the policy makes of a finding is no other finding.
    let blames_the_tape_alone = |report: &Report| {
        report.blocking().all(|it| [CheckId::TAPE, CheckId::RISK].contains(&it.check))
    };
    let report = look(Some(screen::tape()), Level::Comprehensive).await;
    let told: Vec<_> = report.findings.iter().filter(|it| it.severity > Severity::Note).collect();
    assert!(told.is_empty(), "{told:#?}");
    for check in [CheckId::TAPE, CheckId::DETERMINISM, CheckId::CASES, CheckId::LATE] {
        assert_eq!(end(&report, check).0, CheckEnd::Passed, "{check}: {:?}", end(&report, check));
    }
    assert!(report.measures.calls > 1_000);

    // Another part than was recorded: told with its place, by this check alone.
    let mut other = screen::tape();
    let asked = |at: u32| format!("{{\"top_left\":{at},\"zoom\":2}}");
    other.calls[1].exchanges[0].asked =
        Asked::Own { name: "screen.grab_part".to_owned(), input: asked(8) };
    let report = look(Some(other), Level::Standard).await;
    let evidence = format!("{:?}", report.of(CheckId::TAPE).collect::<Vec<_>>());
    let place = "acme:desk/screen@1.0.0#grab-part [{";
    assert!(evidence.contains(&format!("it asks what is not on the tape: {place}")), "{evidence}");
    assert!(evidence.contains("it came to `unavailable`"), "{evidence}");
    assert!(blames_the_tape_alone(&report), "{:#?}", report.findings);

    // A tape that holds nothing of it: nothing answers, and nobody is blamed for that.
    let mut empty = screen::tape();
    empty.calls.iter_mut().for_each(|call| call.exchanges.clear());
    let report = look(Some(empty), Level::Standard).await;
    assert!(blames_the_tape_alone(&report), "{:#?}", report.findings);

    let (ended, because) = end(&look(None, Level::Standard).await, CheckId::LOADS);
    assert_eq!(ended, CheckEnd::Inconclusive);
    assert!(because.contains("acme:desk/screen@1.0.0") && because.contains("--tape"), "{because}");
}
