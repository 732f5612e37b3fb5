//! An engine with the probe in it, and what the tests of the engine ask of both.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use engraft::engine::{
    CallRecord, Engine, EngineConfig, InstancePolicy, Invocation, Loadable, Loaded, Metering,
    Observer, Report,
};
use engraft::model::{Budget, Content, Description, Grant, Operation, Outcome, Permissions};

use crate::support::guest;

/// Room for a debug build on a machine with other work; a stuck host would take far longer.
pub(crate) const UNDISTURBED: Duration = Duration::from_millis(500);

/// What an observer saw: capability, operation, outcome's word.
pub(crate) type Seen = Arc<Mutex<Vec<(String, String, String)>>>;

pub(crate) struct Lab {
    pub(crate) engine: Engine,
    pub(crate) seen: Seen,
    /// Another capability, to see whether the host still serves.
    bystander: Loaded,
}

struct Eye(Seen);

impl Observer for Eye {
    fn call_ended(&self, record: &CallRecord<'_>) {
        self.0.lock().unwrap().push((
            record.capability.to_string(),
            record.operation.to_owned(),
            record.outcome.word().to_owned(),
        ));
    }
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut EngineConfig)) -> Self {
        let seen = Seen::default();
        let mut config = EngineConfig::default();
        config.observer = Some(Arc::new(Eye(Arc::clone(&seen))));
        change(&mut config);
        let engine = Engine::new(config).unwrap();
        let bystander = engine.load_blocking(probe("test.bystander")).unwrap();
        Self { engine, seen, bystander }
    }

    pub(crate) fn load(&self, loadable: Loadable) -> Loaded {
        self.engine.load_blocking(loadable).unwrap()
    }

    /// The probe with a budget.
    pub(crate) fn probe(&self, change: impl FnOnce(&mut Budget)) -> Loaded {
        let mut loadable = probe("test.probe");
        change(&mut loadable.budget);
        self.load(loadable)
    }

    /// Asserts that the host serves others as if nothing had happened.
    pub(crate) async fn assert_serves(&self) {
        let started = Instant::now();
        let report = self.bystander.call(Invocation::new("echo", "\"hello\"")).await;
        let took = started.elapsed();
        assert_eq!(text(&report), "\"hello\"");
        assert!(took < UNDISTURBED, "the host took {took:?}");
        assert_eq!(self.engine.calls_under_way(), 0);
    }
}

/// The probe as a capability with every permission it asks for.
pub(crate) fn probe(name: &str) -> Loadable {
    let mut loadable = component(name, guest("probe"));
    loadable.description.permissions.log = true;
    loadable.grant.log = true;
    let names = [
        "echo",
        "count",
        "spin",
        "recurse",
        "grow",
        "flood",
        "panic",
        "refuse",
        "log-storm",
        "fill",
        "divide",
        "work",
        "log",
    ];
    loadable.description.operations = names.map(operation).to_vec();
    loadable
}

/// A component written as text; its one operation is `run`.
pub(crate) fn wat(name: &str, text: &str) -> Loadable {
    component(name, wat::parse_str(text).unwrap().into())
}

pub(crate) fn component(name: &str, component: Arc<[u8]>) -> Loadable {
    Loadable {
        name: name.parse().unwrap(),
        version: Some("1.2.3".parse().unwrap()),
        content: Content::new(component),
        description: Description {
            name: name.parse().unwrap(),
            summary: String::new(),
            operations: vec![operation("run")],
            permissions: Permissions::default(),
        },
        budget: Budget::default(),
        grant: Grant::default(),
        lifetime: InstancePolicy::Fresh,
        metering: Metering::Fuel,
        native: Vec::new(),
    }
}

pub(crate) fn operation(name: &str) -> Operation {
    Operation {
        name: name.to_owned(),
        summary: String::new(),
        input_schema: serde_json::Value::Bool(true),
        output_schema: serde_json::Value::Bool(true),
        intents: vec![],
        examples: vec![],
    }
}

/// The output of a call that returned.
#[track_caller]
pub(crate) fn text(report: &Report) -> &str {
    match &report.outcome {
        Outcome::Returned(output) => output.as_str(),
        other => panic!("expected an output, got {}: {other}", other.word()),
    }
}
