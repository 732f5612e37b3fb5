//! A host with one capability on it, and everything that it may do said in one place.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use engraft::engine::{
    Engine, EngineConfig, EngineError, InstancePolicy, Invocation, Loadable, Loaded, LogRecord,
    LogSink, Metering, ProgressReport, ProgressSink, Report, Services,
};
use engraft::model::{
    Budget, Clock, ClockMode, Content, Description, Grant, HttpRule, KvQuota, NamePattern,
    Operation, Outcome, Permissions, RandomMode, SecretRule,
};
use serde_json::{Value, json};

/// What the guest `effects` can be told to do.
const OPERATIONS: &[&str] = &[
    "log",
    "flood",
    "storm",
    "now",
    "monotonic",
    "random",
    "number",
    "progress",
    "secret",
    "config",
    "http",
    "http-all",
    "call",
    "call-all",
    "spin",
    "echo",
    "get",
    "set",
    "delete",
    "increment",
    "keys",
    "swap",
];

/// One capability and its surroundings. The guest `effects` asks for something of every kind, since
/// it imports every interface; nothing is granted.
#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) name: String,
    pub(crate) asked: Permissions,
    pub(crate) granted: Grant,
    pub(crate) budget: Budget,
    pub(crate) services: Services,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) lifetime: InstancePolicy,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self {
            name: "test.effects".to_owned(),
            asked: Permissions {
                log: true,
                clock: true,
                random: true,
                progress: true,
                kv: Some(KvQuota { bytes: 1 << 20, keys: 100 }),
                http: vec![rule("asked.example.org")],
                secrets: vec![secret("token", "asked.example.org")],
                call: names(&["test.*"]),
                config: names(&["locale", "mail.*"]),
                ..Permissions::default()
            },
            granted: Grant::default(),
            budget: Budget::default(),
            services: Services::default(),
            clock: Arc::new(engraft::model::SystemClock),
            lifetime: InstancePolicy::Fresh,
        }
    }

    /// Grants everything that the guest asks for.
    pub(crate) fn granted() -> Self {
        let mut stage = Self::new();
        let asked = stage.asked.clone();
        stage.granted.log = true;
        stage.granted.clock = Some(ClockMode::Real);
        stage.granted.random = Some(RandomMode::Real);
        stage.granted.progress = true;
        stage.granted.kv = asked.kv;
        stage.granted.http = asked.http;
        stage.granted.secrets = asked.secrets;
        stage.granted.call = asked.call;
        stage.granted.config = asked.config;
        stage
    }

    pub(crate) fn engine(&self) -> Engine {
        let mut config = EngineConfig::default();
        // Compiled once for all tests of a run.
        config.cache_dir = Some(std::env::temp_dir().join("engraft-test-cache"));
        // Many tests run side by side, and each reserves address space for its instances.
        config.instances_max = 32;
        config.concurrent_calls_max = 32;
        config.services = Arc::new(self.services.clone());
        config.clock = Arc::clone(&self.clock);
        Engine::new(config).unwrap()
    }

    pub(crate) async fn load_on(&self, engine: &Engine) -> Result<Loaded, EngineError> {
        self.load_component(engine, crate::support::guest("effects"), OPERATIONS).await
    }

    pub(crate) async fn load_component(
        &self,
        engine: &Engine,
        component: Arc<[u8]>,
        operations: &[&str],
    ) -> Result<Loaded, EngineError> {
        let operation = |name: &&str| Operation {
            name: (*name).to_owned(),
            summary: String::new(),
            input_schema: json!({}),
            output_schema: json!({}),
            intents: vec![],
            examples: vec![],
        };
        let description = Description {
            name: self.name.parse().unwrap(),
            summary: String::new(),
            operations: operations.iter().map(operation).collect(),
            permissions: self.asked.clone(),
        };
        let loadable = Loadable {
            name: description.name.clone(),
            version: None,
            content: Content::new(component),
            description,
            budget: self.budget,
            grant: self.granted.clone(),
            lifetime: self.lifetime,
            metering: Metering::Fuel,
            native: Vec::new(),
        };
        engine.load(loadable).await
    }

    pub(crate) async fn load(&self) -> Loaded {
        self.load_on(&self.engine()).await.unwrap()
    }
}

/// One call, however it ends.
pub(crate) async fn report(loaded: &Loaded, operation: &str, input: &Value) -> Report {
    loaded.call(Invocation::new(operation, input.to_string())).await
}

/// One call that gives an output.
pub(crate) async fn ask(loaded: &Loaded, operation: &str, input: Value) -> Value {
    let report = report(loaded, operation, &input).await;
    output(&report)
}

/// The output of a call that gave one.
pub(crate) fn output(report: &Report) -> Value {
    match &report.outcome {
        Outcome::Returned(output) => output.read().unwrap(),
        other => panic!("no output: {other}"),
    }
}

/// Holds that an answer is this error, with these words in it.
#[track_caller]
pub(crate) fn assert_told(answer: &Value, kind: &str, words: &str) {
    let why = answer[kind].as_str().unwrap_or_else(|| panic!("not {kind}: {answer}"));
    assert!(why.contains(words), "`{words}` is not in: {why}");
}

pub(crate) fn rule(host: &str) -> HttpRule {
    let methods = ["GET", "POST"].map(str::to_owned).to_vec();
    HttpRule { host: host.parse().unwrap(), methods, path_prefix: String::new() }
}

pub(crate) fn secret(name: &str, host: &str) -> SecretRule {
    SecretRule { name: name.to_owned(), hosts: vec![host.parse().unwrap()] }
}

pub(crate) fn names(patterns: &[&str]) -> Vec<NamePattern> {
    patterns.iter().map(|pattern| pattern.parse().unwrap()).collect()
}

/// Keeps what sinks are told.
#[derive(Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn hear(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }
}

impl LogSink for Heard {
    fn write(&self, record: &LogRecord<'_>) {
        let LogRecord { capability, level, message, fields, .. } = record;
        self.hear(format!("{capability} {level:?} {message} {fields:?}"));
    }
}

impl ProgressSink for Heard {
    fn report(&self, report: &ProgressReport<'_>) {
        let ProgressReport { capability, fraction, message, .. } = report;
        self.hear(format!("{capability} {fraction:?} {message}"));
    }
}

/// A clock that says what a test wants of the day, and tells real time for deadlines.
pub(crate) struct Day(pub(crate) Duration);

impl Clock for Day {
    fn monotonic(&self) -> Instant {
        engraft::model::SystemClock.monotonic()
    }

    fn wall(&self) -> Duration {
        self.0
    }
}
