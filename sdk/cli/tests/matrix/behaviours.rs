//! What every guest has to do, each as a function of a host with it inside.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use engraft::artifact::{Bundle, Keyring, Origin, SigningKey, TrustedKey};
use engraft::engine::{ProgressReport, ProgressSink, Services};
use engraft::model::{Budget, ClockMode, Failure, Grant, Outcome, Permissions, RandomMode};
use engraft::store::MemoryStore;
use engraft::{Host, InstancePolicy, Invocation, Report, Terms};
use engraft_build::Language;
use serde_json::{Value, json};

use crate::guests::{self, Guest};
use crate::table::{Cell, Column, Held};
use crate::template;

/// Enough for a leak of some bytes a call to show.
const CALLS: u32 = 10_000;
/// A collector's heap is not the same size at any two moments.
const SWING_BYTES: u64 = 512 << 10;

/// A host with the guest in it.
struct Stage {
    host: Host,
    name: String,
    reports: Reports,
    port: u16,
}

#[derive(Debug, Default, Clone)]
struct Reports(Arc<Mutex<Vec<(Option<f64>, String)>>>);

impl ProgressSink for Reports {
    fn report(&self, report: &ProgressReport<'_>) {
        self.0.lock().unwrap().push((report.fraction, report.message.to_owned()));
    }
}

const ALL: [(&str, fn(&Stage) -> Held); 17] = [
    ("echo", echo),
    ("json in and out", json_in_and_out),
    ("unicode", unicode),
    ("numbers at their edges", numbers),
    ("typed failure", refuse),
    ("input that does not fit", unfit),
    ("uncaught error", throw),
    ("trap", trap),
    ("deep recursion", recurse),
    ("kv counter", count),
    ("http, batch", fetch),
    ("call of another", ask),
    ("progress", report),
    ("out of fuel", spin),
    ("memory until refused", hoard),
    ("same answers twice", look),
    ("name and version", labels),
];

pub(crate) fn column(language: Language, port: u16) -> Column {
    let guest = match guests::build(language, port) {
        Ok(guest) => guest,
        Err(why) => {
            let cells = vec![Cell { behaviour: "build", result: Err(why) }];
            return Column { language, cells, missing: None, build: 0.0, bytes: 0 };
        }
    };
    let stage = stage(&guest, language, port, InstancePolicy::Fresh, grant);
    let mut cells: Vec<Cell> =
        ALL.into_iter().map(|(behaviour, run)| Cell { behaviour, result: run(&stage) }).collect();
    let poor = self::stage(&guest, language, port, InstancePolicy::Fresh, |_| Grant::default());
    cells.push(Cell { behaviour: "denied as a value", result: denied(&poor) });
    let warm = InstancePolicy::Pooled { calls_max: 20_000, idle_max: 1 };
    let warm = self::stage(&guest, language, port, warm, grant);
    cells.push(Cell { behaviour: "10,000 calls, flat", result: many(&warm) });
    let sessions = InstancePolicy::Session { sessions_max: 4, idle: Duration::from_secs(60) };
    let talking = self::stage(&guest, language, port, sessions, grant);
    cells.push(Cell { behaviour: "state moves on", result: state(&talking) });
    cells.extend(template::cells(language));
    Column { language, cells, missing: None, build: guest.build, bytes: guest.bytes }
}

fn stage(
    guest: &Guest,
    language: Language,
    port: u16,
    lifetime: InstancePolicy,
    grant: impl Fn(&Permissions) -> Grant,
) -> Stage {
    let mut keyring = Keyring::load(&guest.key.join("keyring.json")).unwrap();
    let reports = Reports::default();
    let asked = Bundle::parse(&guest.bundle).unwrap();
    // The same component under another name, so that there is somebody to be called.
    let key = SigningKey::generate(Origin::Development).unwrap();
    keyring.trust(TrustedKey::development(key.public())).unwrap();
    let mut manifest = asked.claimed_manifest().clone();
    manifest.description.name = "matrix.other".parse().unwrap();
    let other = Bundle::sign(asked.component_arc(), &manifest, &[&key]).unwrap();
    let mut terms = Terms::default();
    terms.grant = grant(asked.claimed_manifest().permissions());
    terms.lifetime = lifetime;
    let mut budget = Budget::default();
    budget.fuel = 2_000_000_000;
    budget.deadline = Duration::from_secs(60);
    terms.budget_max = Some(budget);
    let services =
        Services::default().values(Arc::new(MemoryStore::default())).progress(reports.clone());
    let host = Host::builder()
        .trust(keyring)
        .terms("*".parse().unwrap(), terms)
        .services(services)
        .cache_dir(guest.key.join("cache"))
        .build()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(host.install(&guest.bundle)).unwrap();
    runtime.block_on(host.install(&other.to_bytes())).unwrap();
    Stage { host, name: format!("matrix.{}", language.word()), reports, port }
}

fn grant(asked: &Permissions) -> Grant {
    let mut grant = Grant::default();
    grant.log = true;
    grant.clock = Some(ClockMode::Frozen(Duration::from_secs(1_000_000_000)));
    grant.random = Some(RandomMode::Seeded(7));
    grant.progress = true;
    grant.kv = asked.kv;
    grant.http.clone_from(&asked.http);
    grant.call.clone_from(&asked.call);
    grant
}

impl Stage {
    fn call(&self, operation: &str, input: &Value) -> Report {
        self.host.call_blocking(&self.name, Invocation::new(operation, input.to_string()))
    }

    fn output(&self, operation: &str, input: &Value) -> Result<Value, String> {
        let report = self.call(operation, input);
        match &report.outcome {
            Outcome::Returned(output) => serde_json::from_str(output.as_str())
                .map_err(|error| format!("{error}: {}", output.as_str())),
            other => Err(format!("{other}")),
        }
    }

    fn mirrors(&self, value: &Value) -> Result<(), String> {
        let given = self.output("mirror", value)?;
        if given == *value { Ok(()) } else { Err(format!("{value} came back as {given}")) }
    }
}

fn echo(stage: &Stage) -> Held {
    stage.mirrors(&json!("x".repeat(1024)))?;
    stage.mirrors(&json!({"text": ""})).map(|()| "yes")
}

fn json_in_and_out(stage: &Stage) -> Held {
    stage.mirrors(&json!({
        "none": null, "yes": true, "no": false, "list": [1, -2, 0.5, [], {}], "deep": {"er": [[["x"]]]},
        "quote": "\"\\/\n\r\t\u{8}\u{c}\u{1}",
    }))?;
    Ok("yes")
}

fn unicode(stage: &Stage) -> Held {
    stage.mirrors(&json!({"ключ": "Grüße, 世界, 🦀, 👩‍👩‍👧, \u{10ffff}", "🗝": "\u{feff}\u{202e}"}))?;
    Ok("yes")
}

fn numbers(stage: &Stage) -> Held {
    for integer in [0, 1, -1, i64::MAX, i64::MIN, (1 << 53) + 1] {
        for number in [0.1, -1.5, f64::MAX, f64::MIN_POSITIVE, 5e-324, 1e21, 123_456_789.012_345_6]
        {
            let given = json!({"integer": integer, "number": number});
            let output = stage.output("numbers", &given)?;
            if output["integer"].as_i64() != Some(integer)
                || output["number"].as_f64() != Some(number)
            {
                return Err(format!("{given} came back as {output}"));
            }
        }
    }
    Ok("yes")
}

fn refuse(stage: &Stage) -> Held {
    match stage.call("refuse", &json!({})).outcome {
        Outcome::Refused(Failure::Unavailable(facts))
            if facts.message == "try again later" && facts.retryable && !facts.effect_happened =>
        {
            Ok("yes")
        }
        other => Err(format!("{other:?}")),
    }
}

fn unfit(stage: &Stage) -> Held {
    match stage.call("numbers", &json!({"integer": "three"})).outcome {
        Outcome::Refused(_) => Ok("failure"),
        // A language without types gives back what is there.
        Outcome::Returned(_) => Ok("no types"),
        other => Err(format!("{other:?}")),
    }
}

/// A typed failure, or a break that says what it was; never a break without a word.
fn throw(stage: &Stage) -> Held {
    match stage.call("throw", &json!({})).outcome {
        Outcome::Refused(Failure::Failed(facts)) if !facts.message.is_empty() => Ok("failure"),
        Outcome::Trapped { message, .. } if !message.is_empty() => Ok("told trap"),
        other => Err(format!("{other:?}")),
    }
}

fn trap(stage: &Stage) -> Held {
    match stage.call("trap", &json!({})).outcome {
        Outcome::Refused(Failure::Failed(_)) => Ok("failure"),
        Outcome::Trapped { .. } => Ok("trap"),
        other => Err(format!("{other:?}")),
    }
}

fn recurse(stage: &Stage) -> Held {
    let held = match stage.call("recurse", &json!({})).outcome {
        Outcome::Refused(Failure::Failed(_)) => "failure",
        Outcome::Trapped { .. } => "trap",
        Outcome::OutOfMemory { .. } => "memory",
        Outcome::Exceeded { .. } => "limit",
        other => return Err(format!("{other:?}")),
    };
    // The next call finds everything as it was.
    stage.mirrors(&json!("after")).map(|()| held)
}

fn count(stage: &Stage) -> Held {
    for expected in 1..=3 {
        let given = stage.output("count", &json!({}))?;
        if given != json!(expected) {
            return Err(format!("{given} where {expected} was expected"));
        }
    }
    Ok("yes")
}

fn fetch(stage: &Stage) -> Held {
    let url = format!("http://127.0.0.1:{}/", stage.port);
    let output = stage.output("fetch", &json!({"url": url}))?;
    if output == json!(["GET ", "POST body"]) { Ok("yes") } else { Err(output.to_string()) }
}

fn ask(stage: &Stage) -> Held {
    let output = stage.output("ask", &json!({"capability": "matrix.other"}))?;
    if output != json!("hello") {
        return Err(output.to_string());
    }
    match stage.call("ask", &json!({"capability": "matrix.nobody"})).outcome {
        Outcome::Refused(_) => Ok("yes"),
        other => Err(format!("{other:?}")),
    }
}

fn report(stage: &Stage) -> Held {
    stage.output("report", &json!({}))?;
    let reports = stage.reports.0.lock().unwrap();
    let expected = (Some(0.5), "half".to_owned());
    if reports.as_slice() == [expected] { Ok("yes") } else { Err(format!("{reports:?}")) }
}

fn spin(stage: &Stage) -> Held {
    let invocation = Invocation::new("spin", "{}").fuel(200_000_000);
    match stage.host.call_blocking(&stage.name, invocation).outcome {
        Outcome::OutOfFuel { .. } => Ok("yes"),
        other => Err(format!("{other:?}")),
    }
}

fn hoard(stage: &Stage) -> Held {
    match stage.call("hoard", &json!({})).outcome {
        Outcome::OutOfMemory { .. } => Ok("limit"),
        Outcome::Refused(Failure::Failed(_)) => Ok("failure"),
        Outcome::Trapped { .. } => Ok("trap"),
        other => Err(format!("{other:?}")),
    }
}

/// Printing, the clock and chance: everything is the same in the second call.
fn look(stage: &Stage) -> Held {
    let seen = || {
        let report = stage.call("look", &json!({}));
        let logs: Vec<String> = report.logs.iter().map(|line| line.message.clone()).collect();
        (format!("{:?}", report.outcome), logs)
    };
    let (first, second) = (seen(), seen());
    if first != second {
        return Err(format!("{first:?} and then {second:?}"));
    }
    if !first.0.contains("Returned") || !first.1.iter().any(|line| line.contains("a printed line"))
    {
        return Err(format!("{first:?}"));
    }
    Ok("yes")
}

fn labels(stage: &Stage) -> Held {
    let capability = stage.host.capability(&stage.name).ok_or("it has another name")?;
    let expected = if stage.name == "matrix.rust" { "0.1.0" } else { "1.2.3" };
    if capability.version().to_string() == expected {
        Ok("yes")
    } else {
        Err(capability.version().to_string())
    }
}

fn denied(stage: &Stage) -> Held {
    match stage.call("count", &json!({})).outcome {
        Outcome::Refused(Failure::Denied(_)) => Ok("yes"),
        other => Err(format!("{other:?}")),
    }
}

/// State of a session goes to another version, which is told where it comes from; and what is no
/// state is refused.
fn state(stage: &Stage) -> Held {
    let old = stage.host.capability(&stage.name).ok_or("it has another name")?;
    let new = stage.host.capability("matrix.other").ok_or("there is no other")?;
    if !old.loaded().is_stateful() {
        return Err("it does not export `state`".to_owned());
    }
    let text = "Grüße 🦀";
    let keep = Invocation::new("keep", json!({ "text": text }).to_string()).session("a");
    let kept = stage.host.call_blocking(&stage.name, keep).outcome;
    if !matches!(kept, Outcome::Returned(_)) {
        return Err(format!("{kept:?}"));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let saving = old.loaded().save_state(Invocation::new("save", "").session("a"));
    let (saved, report) = runtime.block_on(saving);
    let saved = saved.ok_or_else(|| format!("{:?}", report.outcome))?;
    let restore = |session: &'static str, saved: &[u8]| {
        let invocation = Invocation::new("restore", "").session(session);
        runtime.block_on(new.loaded().restore_state(invocation, "0.9.0", saved)).outcome
    };
    let restored = restore("b", &saved);
    if !matches!(restored, Outcome::Returned(_)) {
        return Err(format!("{restored:?}"));
    }
    let kept = Invocation::new("kept", "{}").session("b");
    let Outcome::Returned(output) = stage.host.call_blocking("matrix.other", kept).outcome else {
        return Err("nothing is kept".to_owned());
    };
    let output: Value = serde_json::from_str(output.as_str()).map_err(|error| error.to_string())?;
    if output != json!([text, "0.9.0"]) {
        return Err(format!("{output} was kept"));
    }
    match restore("c", b"{\"some\": \"thing\"}") {
        Outcome::Refused(Failure::InvalidInput(_)) => Ok("yes"),
        other => Err(format!("{other:?}")),
    }
}

fn many(stage: &Stage) -> Held {
    let input = json!({"text": "x".repeat(200)});
    let (mut early, mut late) = (0, 0);
    for call in 0..CALLS {
        let report = stage.call("mirror", &input);
        if !matches!(report.outcome, Outcome::Returned(_)) {
            return Err(format!("call {call}: {:?}", report.outcome));
        }
        let half = if call < CALLS / 2 { &mut early } else { &mut late };
        *half = report.usage.memory_bytes_peak.max(*half);
    }
    if late > early + SWING_BYTES {
        return Err(format!("{early} bytes in the first half of the calls, {late} in the second"));
    }
    Ok("yes")
}
