//! A capability whose calls are served by workers: one process for each call under way, kept for the
//! next, started anew where it has died.
//!
//! *Never:* its component is compiled or run in this process.

use std::collections::VecDeque;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::cast::told;
use super::code::{AwayCode, code_bytes_max};
use super::deal::{Broken, Dealing, Done, FUEL_WITHOUT_BOUND, Fuel};
use super::opening::Opening;
use super::process::{Death, Line, Lost, Worker};
use super::program::{WorkerError, WorkerProgram};
use super::serve::Settings;
use super::wall::{Walls, WorkerLimits};
use super::wire::{Deed, Frame, Order, Traits, VERSION, Word};
use crate::engine::admission::{Plan, permit};
use crate::engine::authority::Authority;
use crate::engine::inspect::Needs;
use crate::engine::invocation::Invocation;
use crate::engine::lease::enter;
use crate::engine::load::Inner;
use crate::engine::outcome::clean;
use crate::engine::sprint::Pace;
use crate::engine::ticket::Ledger;
use crate::engine::{EngineConfig, EngineError, InstancePolicy, Metering, Shared};
use crate::model::{Budget, Outcome, Stretch, TrapKind};

/// A worker is ready within milliseconds; this is for a machine that has other things to do.
pub(super) const START_MAX: Duration = Duration::from_secs(10);
/// A Python interpreter compiles in a quarter of it.
pub(super) const COMPILE_MAX: Duration = Duration::from_secs(60);
/// The first word.
pub(super) const SHORT_BYTES_MAX: u64 = 64 << 10;
/// Workers that may die in a minute. What goes on dying would only compile all the time.
const DEATHS_MAX: usize = 5;
const DEATHS_WITHIN: Duration = Duration::from_secs(60);

/// Where the calls of one capability are served.
pub(crate) struct Away {
    program: WorkerProgram,
    settings: Settings,
    order: Order,
    component: Stretch,
    /// What the first worker has compiled; the others need not.
    code: OnceLock<AwayCode>,
    calls_max: u32,
    has_fuel: bool,
    traits: Traits,
    idle: Mutex<Vec<Worker>>,
    deaths: Mutex<VecDeque<Instant>>,
}

impl Away {
    /// Starts the first worker and has it load the component.
    pub(crate) fn open(shared: &Shared, opening: &Opening<'_>) -> Result<Self, EngineError> {
        let Opening { loadable, needs, authority, code, .. } = opening;
        let refuse = |message: String| EngineError::Walled {
            capability: loadable.name.to_string(),
            message: clean(&message),
        };
        check(needs, authority, &shared.config).map_err(refuse)?;
        let program = shared.config.worker.clone().ok_or_else(|| {
            let why = "this host has no program for workers; give it one with \
                       `HostBuilder::worker` or `EngineConfig::worker`";
            refuse(why.to_owned())
        })?;
        let budget = loadable.budget.min(shared.config.budget_max);
        let has_fuel = loadable.metering != Metering::Epoch;
        let fuel = if has_fuel { budget.fuel } else { FUEL_WITHOUT_BOUND };
        let said = told(opening, Budget { fuel, ..budget });
        let calls_max = match loadable.lifetime {
            InstancePolicy::Walled { calls_max, .. }
            | InstancePolicy::WalledPool { calls_max, .. } => calls_max,
            InstancePolicy::Fresh
            | InstancePolicy::Pooled { .. }
            | InstancePolicy::Session { .. } => 1,
        };
        let mut away = Self {
            program,
            settings: settings(&shared.config, budget.memory_bytes),
            order: Order::Load(Box::new(said)),
            component: loadable.bytes()?.clone(),
            code: code.clone().map(OnceLock::from).unwrap_or_default(),
            calls_max,
            has_fuel,
            traits: Traits::default(),
            idle: Mutex::default(),
            deaths: Mutex::default(),
        };
        let started = shared.runtimes.drive(async {
            let (line, traits) = away.start().await?;
            let worker = line.close().map_err(|error| away.failed(&error.to_string()))?;
            Ok((worker, traits))
        });
        let started = started.map_err(|error| refuse(format!("no runtime: {error}")))?;
        let (worker, traits) = started.map_err(|error: WorkerError| refuse(error.to_string()))?;
        away.traits = traits;
        away.keep(worker);
        Ok(away)
    }

    /// What its first worker has compiled, for other workers.
    pub(crate) fn code(&self) -> Option<AwayCode> {
        self.code.get().cloned()
    }

    pub(crate) const fn is_stateful(&self) -> bool {
        self.traits.is_stateful
    }

    pub(crate) const fn is_self_testing(&self) -> bool {
        self.traits.is_self_testing
    }

    /// Has one thing done in a worker, as one call.
    pub(crate) async fn perform(
        &self,
        inner: &Inner,
        invocation: &Invocation<'_>,
        ledger: &mut Ledger,
        deed: Deed,
        body: &[u8],
    ) -> Result<Done, Box<Outcome>> {
        if tokio::runtime::Handle::try_current().is_err() {
            let message = "a call in a worker has to wait and there is no Tokio runtime here; call \
                           it inside one, or use `call_blocking`";
            return Err(Outcome::Unavailable { message: message.to_owned() }.into());
        }
        let clock = &inner.identity.clock;
        Plan::new(inner, invocation, clock.start())?;
        let _permit = permit(inner)?;
        enter(inner, invocation, ledger, Pace::Steady)?;
        let mut line = self.hire(clock.monotonic()).await?;
        // Starting a worker is not the capability's time, so the call begins only now; what its
        // caller has left is not stretched.
        let plan = Plan::new(inner, invocation, clock.start());
        let mut dealing = match plan {
            Ok(plan) => Dealing::begin(inner, invocation, ledger, plan),
            Err(outcome) => {
                self.release(line);
                return Err(outcome);
            }
        };
        let fuel = if self.has_fuel { Fuel::Metered } else { Fuel::Free };
        match dealing.deal(&mut line, deed, body, fuel).await {
            Ok(done) => {
                self.release(line);
                done
            }
            Err(broken) => {
                // One that was stopped by this side has not died of itself.
                if matches!(broken, Broken::Lost(_)) {
                    self.died(clock.monotonic());
                }
                let outcome = dealing.outcome(broken, line.end());
                Err(outcome.into())
            }
        }
    }

    /// A worker that waits, or a new one.
    async fn hire(&self, now: Instant) -> Result<Line, Box<Outcome>> {
        let unavailable = |message: String| Outcome::Unavailable { message: clean(&message) };
        while let Some(mut worker) = self.take() {
            if worker.is_alive()
                && let Ok(line) = Line::open(worker)
            {
                return Ok(line);
            }
            self.died(now);
        }
        if self.is_dying(now) {
            let within = DEATHS_WITHIN.as_secs();
            return Err(unavailable(format!(
                "{DEATHS_MAX} of its workers died within {within} s; it is tried again later"
            ))
            .into());
        }
        match self.start().await {
            Ok((line, _)) => Ok(line),
            Err(error) => {
                self.died(now);
                Err(unavailable(error.to_string()).into())
            }
        }
    }

    async fn start(&self) -> Result<(Line, Traits), WorkerError> {
        let (mut line, _) = start(&self.program, self.settings).await?;
        let doing = "it compiled the component";
        let code = self.code.get().map(AwayCode::bytes).unwrap_or_default();
        let body = [&self.component, code].concat();
        let loading = (&self.order, body.as_slice(), code_bytes_max(self.component.len()));
        match order(&mut line, loading, COMPILE_MAX, doing).await {
            Ok(Frame { message: Word::Loaded(Ok(traits)), body }) => {
                if let Some(code) = AwayCode::of(body) {
                    self.code.get_or_init(|| code);
                }
                Ok((line, traits))
            }
            Ok(Frame { message: Word::Loaded(Err(message)), .. }) => {
                Err(WorkerError::Refused { message })
            }
            Ok(Frame { message, .. }) => Err(nonsense(doing, &message)),
            Err(why) => Err(why.told(line)),
        }
    }

    /// Keeps a worker for the next call, for as long as it may serve.
    fn release(&self, mut line: Line) {
        line.calls += 1;
        if line.calls < self.calls_max
            && let Ok(worker) = line.close()
        {
            self.keep(worker);
        }
    }

    fn keep(&self, worker: Worker) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
    }

    fn take(&self) -> Option<Worker> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn died(&self, now: Instant) {
        self.deaths.lock().unwrap_or_else(PoisonError::into_inner).push_back(now);
    }

    fn is_dying(&self, now: Instant) -> bool {
        let mut deaths = self.deaths.lock().unwrap_or_else(PoisonError::into_inner);
        deaths.retain(|death| now.saturating_duration_since(*death) < DEATHS_WITHIN);
        deaths.len() >= DEATHS_MAX
    }

    fn failed(&self, message: &str) -> WorkerError {
        let program = self.program.path().to_owned();
        WorkerError::Start { program, message: message.to_owned() }
    }
}

/// What a worker cannot give: it has no files and no connections, and nothing of the program's own but
/// what a tape has of it.
fn check(needs: &Needs, authority: &Authority, config: &EngineConfig) -> Result<(), String> {
    if !authority.files().is_empty() {
        return Err("it is granted directories, and a worker has no files".to_owned());
    }
    let is_offered = |import: &str| config.interfaces.iter().any(|own| own.offers(import));
    let own = |import: &&String| !config.plays_own && is_offered(import);
    let sends = |import: &&String| import.starts_with("wasi:http/");
    if let Some(import) = needs.imports.iter().find(|import| own(import) || sends(import)) {
        return Err(format!("it imports `{import}`, which is not passed on to a worker"));
    }
    Ok(())
}

/// A worker's settings where guests have so much memory.
pub(super) fn settings(config: &EngineConfig, memory_bytes: u64) -> Settings {
    // Each call has its deadline, and processor time would add up over all of them.
    let limits = WorkerLimits { cpu_seconds: None, ..WorkerLimits::with_memory(memory_bytes) };
    Settings { limits, stack_bytes: config.stack_bytes, fuel_slice: config.fuel_slice }
}

/// Starts a worker and waits until its walls stand.
pub(super) async fn start(
    program: &WorkerProgram,
    settings: Settings,
) -> Result<(Line, Walls), WorkerError> {
    const DOING: &str = "it raised its walls";
    let worker = Worker::start(program, settings)?;
    let mut line = Line::open(worker).map_err(|error| WorkerError::Start {
        program: program.path().to_owned(),
        message: error.to_string(),
    })?;
    match tokio::time::timeout(START_MAX, line.hear(SHORT_BYTES_MAX)).await {
        Ok(Ok(Frame { message: Word::Ready { version: VERSION, walls }, .. })) => Ok((line, walls)),
        Ok(Ok(Frame { message: Word::Ready { version, .. }, .. })) => {
            let what = format!("it speaks version {version}, and this program {VERSION}");
            Err(WorkerError::Nonsense { doing: DOING, what })
        }
        Ok(Ok(Frame { message, .. })) => Err(nonsense(DOING, &message)),
        Ok(Err(lost)) => Err(Failed::Lost { lost, doing: DOING }.told(line)),
        Err(_) => Err(WorkerError::TooLong { limit: START_MAX, doing: DOING }),
    }
}

/// Why an order was not answered.
#[derive(Debug)]
pub(super) enum Failed {
    Lost { lost: Lost, doing: &'static str },
    TooLong { limit: Duration, doing: &'static str },
}

/// Gives an order, and what belongs to it, that is answered with one word of at most so many bytes.
pub(super) async fn order(
    line: &mut Line,
    (order, body, most): (&Order, &[u8], u64),
    limit: Duration,
    doing: &'static str,
) -> Result<Frame<Word>, Failed> {
    let talking = async {
        line.say(order, body).await?;
        line.hear::<Word>(most).await
    };
    match tokio::time::timeout(limit, talking).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(lost)) => Err(Failed::Lost { lost, doing }),
        Err(_) => Err(Failed::TooLong { limit, doing }),
    }
}

/// What was said out of its turn; no more of it than its kind, for it may be long.
pub(super) fn nonsense(doing: &'static str, word: &Word) -> WorkerError {
    let what = match word {
        Word::Ready { .. } => "that it is ready",
        Word::Compiled(_) => "that something is compiled",
        Word::Loaded(_) => "that something is loaded",
        Word::Ask(_) => "a question where no guest runs",
        Word::Ended(_) => "the end of a call that nobody made",
    };
    WorkerError::Nonsense { doing, what: what.to_owned() }
}

// === impl Failed ===

impl Failed {
    /// As an error, when the worker has been ended.
    pub(super) fn told(self, line: Line) -> WorkerError {
        let death = line.end();
        match self {
            Self::TooLong { limit, doing } => WorkerError::TooLong { limit, doing },
            Self::Lost { lost: Lost::Gone, doing } => WorkerError::Died { doing, how: death.how() },
            Self::Lost { lost: Lost::Nonsense(what), doing } => {
                WorkerError::Nonsense { doing, what }
            }
        }
    }
}

// === impl Death ===

impl Death {
    /// The outcome of the call that it ended: the guest's own break, or somebody else's doing.
    pub(super) fn outcome(self) -> Outcome {
        match self {
            Self::Inside(how) => Outcome::Trapped {
                kind: TrapKind::Other,
                message: format!("its worker died: {how}"),
            },
            Self::Outside(how) => Outcome::Unavailable {
                message: format!("its worker is gone ({how}); the next call starts another one"),
            },
        }
    }
}
