//! Runs a candidate with scripted surroundings: nothing that it does reaches outside.
//!
//! *Never:* a candidate that static analysis has blocked gets here.

mod actor;
mod cases;
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
use super::report::{Measures, Report};
use super::spread::Samples;
use super::tape::Tape;
use crate::artifact::Manifest;
use crate::engine::{EngineConfig, NativeCode};
pub(super) use actor::{Actor, Allows, Cast, Seen};
pub(super) use cases::{cases, ordinary, plain};
pub(super) use stage::{Fault, Function, HostCall, Script};
pub(super) use values::Values;

/// Instances and calls of an examination at once; it makes one call after the other.
const INSTANCES: u32 = 16;

/// What is run.
pub(crate) struct Run<'a> {
    pub(crate) config: &'a EngineConfig,
    pub(crate) component: &'a Arc<[u8]>,
    pub(crate) manifest: &'a Manifest,
    /// What it was compiled to, where it had to be asked what it is.
    pub(crate) code: Option<NativeCode>,
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
    /// Other candidates for the same.
    pub(crate) others: &'a [Rival],
    /// What was measured before.
    pub(crate) baseline: Option<&'a Report>,
}

/// What a candidate showed beside findings.
#[derive(Debug, Default)]
pub(crate) struct Shown {
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
        ..config
    }
}

/// Runs what the level asks for.
pub(crate) async fn run(run: &Run<'_>, notes: &mut Notes<'_>, shown: &mut Shown) {
    if notes.profile.level < Level::Standard {
        return;
    }
    if !run.manifest.permissions().custom.is_empty() {
        let because = "it uses interfaces of the embedding program, which are not played here";
        notes.inconclusive(CheckId::LOADS, because);
        return;
    }
    let opened = Actor::open(run).await.and_then(|actor| {
        let loaded = actor.load(Cast::default())?;
        Ok((actor, loaded))
    });
    let (actor, loaded) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            let draft = Draft::new("it cannot be loaded").seen("the engine", error.to_string());
            notes.found(CheckId::LOADS, vec![draft]);
            return;
        }
    };
    notes.found(CheckId::LOADS, Vec::new());
    let mut tally = Tally::default();
    rehearsal::run(&actor, notes, &mut tally).await;
    if notes.is_blocked() {
        shown.measures.calls = tally.calls;
        return;
    }
    let mut bases = trials::run(&actor, &loaded, notes, &mut tally).await;
    if let Some(tape) = run.tape {
        tapes::run(tape, &actor, notes, &mut tally).await;
    }
    if notes.profile.level >= Level::Comprehensive && !notes.is_blocked() {
        shown.coverage = coverage::run(run, &actor, &mut bases, notes, &mut tally).await;
        super::behaviour::run(&actor, &bases, notes, &mut tally).await;
    }
    if notes.profile.level >= Level::Production && !notes.is_blocked() {
        let performance = super::performance::run(run, &actor, &bases, notes, &mut tally);
        shown.performance = performance.await;
    }
    let Tally { calls, fuel_max, memory_bytes_max, samples } = tally;
    let spreads = samples.spreads();
    let measures = std::mem::take(&mut shown.measures);
    shown.measures = Measures { calls, fuel_max, memory_bytes_max, spreads, ..measures };
}

impl<'a> Run<'a> {
    /// The same surroundings for another component: nothing is known of its bytes.
    pub(crate) fn beside(&self) -> Self {
        Self { code: None, rival: None, facts: None, source: None, tape: None, ..*self }
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
