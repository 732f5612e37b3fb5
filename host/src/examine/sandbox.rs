//! Runs a candidate with scripted surroundings: nothing that it does reaches outside.
//!
//! *Never:* a candidate that static analysis has blocked gets here.

mod actor;
mod bound;
mod cases;
mod guesses;
mod own;
mod playing;
mod rehearsal;
mod stage;
mod tapes;
mod trials;
mod values;

use std::sync::Arc;

use super::catalogue::CheckId;
use super::coverage::{self, Coverage, SearchBounds, SourceMap};
use super::facts::Facts;
use super::finding::Draft;
use super::level::Level;
use super::notes::Notes;
use super::performance::{Performance, Rival};
use super::place::Place;
use super::report::{Measures, Report};
use super::spread::Samples;
use super::tape::Tape;
use crate::artifact::Manifest;
use crate::engine::worker::AwayCode;
use crate::engine::{EngineConfig, EngineError, Loaded, NativeCode};
pub(super) use actor::{Actor, Allows, Cast, MOMENT, Seen};
pub(super) use cases::{cases, ordinary, plain};
pub(super) use guesses::Guesses;
pub(super) use stage::{Failing, Fault, Function, HostCall, Moment, Script};
pub(super) use trials::{not_run, spoken};
pub(super) use values::Values;

/// Instances and calls of an examination at once; it makes one call after the other.
const INSTANCES: u32 = 16;

/// What is run.
pub(crate) struct Run<'a> {
    pub(crate) config: &'a EngineConfig,
    pub(crate) component: &'a Arc<[u8]>,
    pub(crate) manifest: &'a Manifest,
    /// Where all of it runs.
    pub(crate) place: Place,
    /// What it was compiled to, where that was done already.
    pub(crate) code: Option<Code>,
    /// The release that it is held against.
    pub(crate) rival: Option<&'a Rival>,
    /// What its bytes show.
    pub(crate) facts: Option<&'a Facts<'a>>,
    /// What it was built from, where that is known.
    pub(crate) source: Option<&'a SourceMap>,
    /// What a search for inputs may take.
    pub(crate) search: SearchBounds,
    /// What was recorded of it in real use.
    pub(crate) tape: Option<&'a Tape>,
    /// What it is answered from outside, where no tape says anything.
    pub(crate) guesses: &'a Guesses,
    /// Other candidates for the same.
    pub(crate) others: &'a [Rival],
    /// What was measured before.
    pub(crate) baseline: Option<&'a Report>,
}

/// What a candidate was compiled to.
#[derive(Clone)]
pub(crate) enum Code {
    /// By this process.
    Here(NativeCode),
    /// By a worker, for workers.
    Worker(AwayCode),
}

/// What a candidate showed beside findings.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// Whether any input was answered, so that its behaviour could be looked at.
    pub(crate) has_acted: bool,
    pub(crate) measures: Measures,
    pub(crate) coverage: Option<Coverage>,
    pub(crate) performance: Option<Performance>,
}

/// An input that was tried, and what came of it.
pub(crate) struct Base {
    pub(crate) operation: String,
    pub(crate) input: String,
    pub(crate) seen: Seen,
}

/// What all calls together used.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    calls: u64,
    fuel_max: u64,
    memory_bytes_max: u64,
    samples: Samples,
}

/// The configuration of the examiner's engines: small, without a cache, without the program's own
/// services.
pub(crate) fn engine_config(config: EngineConfig) -> EngineConfig {
    EngineConfig {
        services: Arc::default(),
        observer: None,
        cache_dir: None,
        instances_max: INSTANCES,
        concurrent_calls_max: INSTANCES,
        plays_own: true,
        ..config
    }
}

/// Runs what the level asks for.
pub(crate) async fn run(run: &Run<'_>, notes: &mut Notes<'_>, shown: &mut Shown) {
    if notes.profile.level < Level::Standard {
        return;
    }
    if let Some(because) = own::unplayable(run) {
        return notes.inconclusive(CheckId::LOADS, because);
    }
    let (actor, loaded) = match opened(run).await {
        Ok(opened) => opened,
        Err(error) => {
            let draft = Draft::new("it cannot be loaded").seen("the engine", error.to_string());
            notes.found(CheckId::LOADS, vec![draft]);
            return;
        }
    };
    notes.found(CheckId::LOADS, Vec::new());
    let mut tally = Tally::default();
    rehearsal::run(&actor, &loaded, notes, &mut tally).await;
    if notes.is_blocked() {
        shown.measures.calls = tally.calls;
        return;
    }
    let mut bases = trials::run(&actor, &loaded, notes, &mut tally).await;
    if let Some(tape) = run.tape {
        tapes::run(tape, &actor, notes, &mut tally).await;
    }
    shown.has_acted = bases.iter().any(|base| base.seen.outcome.is_returned());
    if notes.profile.level >= Level::Comprehensive && !notes.is_blocked() {
        shown.coverage = coverage::run(run, &actor, &mut bases, notes, &mut tally).await;
        super::behaviour::run(run, &actor, &bases, notes, &mut tally).await;
    }
    if notes.profile.level >= Level::Production && !notes.is_blocked() {
        let performance = super::performance::run(run, &actor, &bases, notes, &mut tally);
        shown.performance = performance.await;
    }
    if notes.profile.has(CheckId::WORKER_SAME) && !notes.is_blocked() {
        super::behaviour::same_here(run, &bases, notes, &mut tally).await;
    }
    if let Some(over) = actor.over_bound() {
        notes.found(CheckId::BOUND, over);
    }
    let Tally { calls, fuel_max, memory_bytes_max, samples } = tally;
    let spreads = samples.spreads();
    let measures = std::mem::take(&mut shown.measures);
    let in_worker = run.place == Place::Worker;
    shown.measures = Measures { calls, fuel_max, memory_bytes_max, spreads, in_worker, ..measures };
}

async fn opened<'a>(run: &'a Run<'a>) -> Result<(Actor<'a>, Loaded), EngineError> {
    let actor = Actor::open(run).await?;
    let loaded = actor.load(Cast::default()).await?;
    Ok((actor, loaded))
}

impl<'a> Run<'a> {
    /// The same candidate in this process.
    pub(crate) fn here(&self) -> Self {
        Self { place: Place::Here, ..self.beside() }
    }

    /// The same surroundings for another component: nothing is known of its bytes, and what a tape
    /// answers it answers to that one too.
    pub(crate) fn beside(&self) -> Self {
        Self { code: None, rival: None, facts: None, source: None, ..*self }
    }
}

impl Code {
    pub(crate) fn of_here(&self) -> Option<NativeCode> {
        if let Self::Here(code) = self { Some(code.clone()) } else { None }
    }

    pub(crate) fn of_worker(&self) -> Option<AwayCode> {
        // Cloned within the option: where there are no workers, nothing of this type exists.
        if let Self::Worker(code) = self { Some(code).cloned() } else { None }
    }
}

impl Tally {
    pub(crate) fn add(&mut self, seen: &Seen) {
        self.calls += 1;
        self.samples.add(&seen.usage);
        self.fuel_max = self.fuel_max.max(seen.usage.fuel);
        self.memory_bytes_max = self.memory_bytes_max.max(seen.usage.memory_bytes_peak);
    }
}
