//! A candidate on a stage: compiled once, loaded in as many ways as there are questions, called.
//!
//! *Never:* a call is allowed more than the manifest asks for, but where the question is what it
//! would try.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::bound::{Size, Stated};
use super::guesses::Guesses;
use super::playing::{Playing, Track};
use super::stage::{HostCall, Script, Stage};
use super::values::Values;
use super::{Code, Run};
use crate::artifact::Manifest;
use crate::engine::reflect::Stranger;
use crate::engine::worker::AwayCode;
use crate::engine::{
    Engine, EngineConfig, EngineError, InstancePolicy, Invocation, Loadable, Loaded, Metering,
    NativeCode, Report, SelfCheck, Trace, strangers,
};
use crate::examine::facts::Facts;
use crate::examine::finding::Draft;
use crate::examine::place::Place;
use crate::examine::tape::TapedCall;
use crate::model::{
    Budget, Clock, ClockMode, Content, Description, Digest, Grant, HttpRule, Outcome, Permissions,
    RandomMode, Usage,
};

/// What no call of an examination goes over, whatever the manifest asks for: a case that needs more
/// says nothing that a smaller one does not.
const FUEL_MAX: u64 = 2_000_000_000;
const DEADLINE_MAX: Duration = Duration::from_secs(2);
/// The moment that clocks stand at, where no other one is asked for: 2026-01-01T12:00:00Z.
pub(crate) const MOMENT: Duration = Duration::from_secs(1_767_268_800);

/// A candidate that can be called.
pub(crate) struct Actor<'a> {
    run: &'a Run<'a>,
    engine: Engine,
    code: Known,
    digest: Digest,
    pub(crate) stage: Arc<Stage>,
    /// What it imports from an embedding program, where a tape answers for that.
    strangers: Vec<Stranger>,
    /// What it states of its runs, where it does.
    stated: Option<Stated>,
}

/// What it was compiled to.
enum Known {
    Here(NativeCode),
    /// The first worker compiles it, where none has before.
    Worker(OnceLock<AwayCode>),
}

/// How a candidate is loaded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cast {
    pub(crate) seed: u64,
    pub(crate) moment: Duration,
    pub(crate) lifetime: InstancePolicy,
    pub(crate) allows: Allows,
}

/// What is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Allows {
    /// What the manifest asks for.
    Asked,
    /// Every host, key and name of what it asks for at all, to see which it tries.
    Everything,
}

/// What came of a call.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) outcome: Outcome,
    pub(crate) usage: Usage,
    pub(crate) calls: Vec<HostCall>,
}

impl Default for Cast {
    fn default() -> Self {
        Self { seed: 7, moment: MOMENT, lifetime: InstancePolicy::Fresh, allows: Allows::Asked }
    }
}

impl<'a> Actor<'a> {
    /// Compiles a candidate, on an engine of its own whose services play on a stage.
    pub(crate) async fn open(run: &'a Run<'a>) -> Result<Self, EngineError> {
        let strangers = run.tape.map(|_| strangers(run.component)).unwrap_or_default();
        let taped = run.tape.into_iter().flat_map(|tape| &tape.calls);
        let library = taped.flat_map(|call| Track::all(call, &strangers));
        let stage = Arc::new(Stage::with_library(library.collect()));
        let services = Arc::new(stage.services());
        let config = EngineConfig { services, ..run.config.clone() };
        let engine = Engine::new(config)?;
        let code = match (run.place, &run.code) {
            (Place::Worker, code) => {
                let code = code.as_ref().and_then(Code::of_worker);
                Known::Worker(code.map(OnceLock::from).unwrap_or_default())
            }
            (Place::Here, Some(Code::Here(code))) => Known::Here(code.clone()),
            (Place::Here, _) => {
                let component = Arc::clone(run.component);
                Known::Here(engine.precompile_beside(component, Metering::Fuel).await?)
            }
        };
        let stated = Stated::of(run, data_bytes(run));
        Ok(Self { run, engine, code, digest: Digest::of(run.component), stage, strangers, stated })
    }

    /// Loads it; nothing is compiled again.
    pub(crate) async fn load(&self, cast: Cast) -> Result<Loaded, EngineError> {
        let loadable = self.loadable(cast);
        match &self.code {
            Known::Here(code) => {
                self.engine.load_blocking(Loadable { native: vec![code.clone()], ..loadable })
            }
            Known::Worker(known) => {
                let lifetime = in_worker(cast.lifetime);
                let loadable = Loadable { lifetime, ..loadable };
                let loaded = self.engine.load_away(loadable, known.get().cloned()).await?;
                if let Some(code) = loaded.away_code() {
                    known.get_or_init(|| code);
                }
                Ok(loaded)
            }
        }
    }

    fn loadable(&self, cast: Cast) -> Loadable {
        let manifest = self.run.manifest;
        let mut description = manifest.description.clone();
        if cast.allows == Allows::Everything {
            description.permissions = everything(&description.permissions);
        }
        let budget = Budget {
            fuel: manifest.budget.fuel.min(FUEL_MAX),
            deadline: manifest.budget.deadline.min(DEADLINE_MAX),
            ..manifest.budget
        };
        Loadable {
            name: manifest.name().clone(),
            version: Some(manifest.version.clone()),
            content: Content::held(self.digest, Arc::clone(self.run.component).into()),
            grant: grant(&description.permissions, cast),
            description,
            budget,
            lifetime: cast.lifetime,
            metering: Metering::Fuel,
            native: Vec::new(),
        }
    }

    /// Where it runs.
    pub(crate) const fn place(&self) -> Place {
        self.run.place
    }

    /// One call on a stage that begins anew.
    pub(crate) async fn call(&self, loaded: &Loaded, operation: &str, input: &str) -> Seen {
        self.call_with(loaded, operation, input, Script::default(), Values::default()).await
    }

    /// One call by a script.
    pub(crate) async fn call_with(
        &self,
        loaded: &Loaded,
        operation: &str,
        input: &str,
        script: Script,
        values: Values,
    ) -> Seen {
        self.stage.begin(script, values);
        self.go_on(loaded, Invocation::new(operation, input)).await
    }

    /// One more call on the stage as it is.
    pub(crate) async fn go_on(&self, loaded: &Loaded, invocation: Invocation<'_>) -> Seen {
        let input = invocation.input().len() as u64;
        self.stage.guess(self.run.guesses.of(invocation.operation()));
        let Report { outcome, usage, .. } = match self.run.place {
            Place::Here => loaded.call(invocation).await,
            // What it took is the guest's own time then.
            Place::Worker => loaded.call_traced(invocation, &[]).await.0,
        };
        let (calls, answers) = self.stage.take_calls();
        if let Some(stated) = &self.stated {
            stated.hold(Size { input, answers }, &usage);
        }
        Seen { outcome, usage, calls }
    }

    /// One recorded call with the answers of its tape, and what was other than on it.
    pub(crate) async fn play(&self, loaded: &Loaded, call: &TapedCall) -> (Seen, Vec<String>) {
        let playing = Playing::of(Track::all(call, &self.strangers));
        let script = Script { playing: Some(playing), ..Script::default() };
        let (operation, input) = (call.operation.as_str(), call.input.as_str());
        let seen = self.call_with(loaded, operation, input, script, Values::default()).await;
        (seen, self.stage.surprises())
    }

    /// One call on a stage that begins anew, and what the candidate counted of itself.
    pub(crate) async fn call_traced(
        &self,
        loaded: &Loaded,
        operation: &str,
        input: &str,
        readers: &[String],
    ) -> (Seen, Vec<Trace>) {
        self.stage.begin(Script::default(), Values::default());
        self.stage.guess(self.run.guesses.of(operation));
        let called = loaded.call_traced(Invocation::new(operation, input), readers).await;
        let (Report { outcome, usage, .. }, traces) = called;
        (Seen { outcome, usage, calls: self.stage.take_calls().0 }, traces)
    }

    /// What these exports give of a fresh instance that nobody has called; less where one breaks.
    pub(crate) async fn read(&self, loaded: &Loaded, readers: &[String]) -> Vec<Trace> {
        self.stage.begin(Script::default(), Values::default());
        let read = loaded.read(readers).await;
        drop(self.stage.take_calls());
        read
    }

    pub(crate) async fn self_test(&self, loaded: &Loaded) -> (Vec<SelfCheck>, Seen) {
        self.stage.begin(Script::default(), Values::default());
        let (checks, Report { outcome, usage, .. }) = loaded.self_test().await;
        (checks, Seen { outcome, usage, calls: self.stage.take_calls().0 })
    }

    /// Holds calls that were made side by side against the bound that is stated. What the host answered to
    /// all of them may have been answered to any one.
    pub(crate) fn hold_all(&self, runs: &[(u64, Report)]) {
        let (_, answers) = self.stage.take_calls();
        let Some(stated) = &self.stated else { return };
        for (input, report) in runs {
            stated.hold(Size { input: *input, answers }, &report.usage);
        }
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.run.config.clock
    }

    /// What its bytes show, where they were looked at.
    pub(crate) const fn facts(&self) -> Option<&'a Facts<'a>> {
        self.run.facts
    }

    /// What it is answered from outside.
    pub(super) const fn guesses(&self) -> &'a Guesses {
        self.run.guesses
    }

    pub(crate) const fn manifest(&self) -> &'a Manifest {
        self.run.manifest
    }

    pub(crate) fn component(&self) -> Arc<[u8]> {
        Arc::clone(self.run.component)
    }

    /// Bytes of all its pieces of data, where its bytes were looked at.
    pub(crate) fn data_bytes(&self) -> u64 {
        data_bytes(self.run)
    }

    /// The runs that went over the bound that it states, where it states one.
    pub(crate) fn over_bound(&self) -> Option<Vec<Draft>> {
        self.stated.as_ref().map(Stated::over)
    }

    /// What it says of itself.
    pub(crate) async fn describe(&self) -> Result<Description, EngineError> {
        let (name, component) = (self.manifest().name(), self.component());
        match &self.code {
            Known::Here(code) => {
                self.engine.describe_from(name, component, vec![code.clone()]).await
            }
            Known::Worker(code) => {
                self.engine.describe_away(name, component, code.get().cloned()).await
            }
        }
    }
}

fn data_bytes(run: &Run<'_>) -> u64 {
    let modules = run.facts.iter().flat_map(|facts| &facts.modules);
    modules.flat_map(|module| &module.data).map(|piece| piece.bytes.len() as u64).sum()
}

impl Seen {
    /// Whether the candidate came to an end of its own, with an output or a no; or to none because a tape
    /// has no answer for it, which is not its fault.
    pub(crate) fn is_orderly(&self) -> bool {
        matches!(self.outcome, Outcome::Returned(_) | Outcome::Refused(_))
            || self.calls.iter().any(|call| !call.is_answered)
    }

    /// The output, where there is one.
    pub(crate) fn output(&self) -> Option<&str> {
        if let Outcome::Returned(output) = &self.outcome { Some(output.as_str()) } else { None }
    }

    /// Whether what it answered depends on what a script said.
    pub(crate) fn is_scripted(&self) -> bool {
        self.calls.iter().any(HostCall::is_scripted)
    }
}

/// The same in workers; of calls at once each has a process.
const fn in_worker(lifetime: InstancePolicy) -> InstancePolicy {
    match lifetime {
        InstancePolicy::Fresh => InstancePolicy::Walled { workers_max: 1, calls_max: u32::MAX },
        InstancePolicy::Pooled { calls_max, idle_max } => {
            InstancePolicy::WalledPool { workers_max: idle_max, calls_max }
        }
        InstancePolicy::Session { .. }
        | InstancePolicy::Walled { .. }
        | InstancePolicy::WalledPool { .. } => lifetime,
    }
}

/// Everything of the kinds that are asked for.
fn everything(asked: &Permissions) -> Permissions {
    let mut all = asked.clone();
    let any = |text: &str| text.parse().ok();
    if !all.http.is_empty() {
        let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
        let methods = methods.map(str::to_owned).to_vec();
        all.http.extend(any("*").map(|host| HttpRule {
            host,
            methods,
            path_prefix: String::new(),
        }));
    }
    for names in [&mut all.call, &mut all.config] {
        if !names.is_empty() {
            names.extend("*".parse());
        }
    }
    all
}

/// Both keys are the same here, but for what no examination gives: directories. Interfaces of the
/// embedding program are here only where a tape answers for them.
fn grant(asked: &Permissions, cast: Cast) -> Grant {
    let env = asked.env.iter().map(|name| (name.clone(), format!("value of {name}")));
    Grant {
        log: asked.log,
        clock: asked.clock.then_some(ClockMode::Frozen(cast.moment)),
        random: asked.random.then_some(RandomMode::Seeded(cast.seed)),
        progress: asked.progress,
        kv: asked.kv,
        http: asked.http.clone(),
        secrets: asked.secrets.clone(),
        call: asked.call.clone(),
        config: asked.config.clone(),
        custom: asked.custom.clone(),
        env: env.collect(),
        ..Grant::default()
    }
}
