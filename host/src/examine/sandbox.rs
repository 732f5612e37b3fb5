//! Runs a candidate with scripted surroundings: nothing that it does reaches outside.
//!
//! *Never:* a candidate that static analysis has blocked gets here.

mod actor;
mod cases;
mod stage;
mod trials;
mod values;

use std::sync::Arc;

use super::catalogue::CheckId;
use super::finding::Draft;
use super::level::Level;
use super::notes::Notes;
use super::performance::{Performance, Rival};
use super::report::Measures;
use crate::artifact::Manifest;
use crate::engine::{EngineConfig, NativeCode};
pub(super) use actor::{Actor, Allows, Cast, Seen};
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
pub(crate) async fn run(
    run: &Run<'_>,
    notes: &mut Notes<'_>,
    measures: &mut Measures,
) -> Option<Performance> {
    if notes.profile.level < Level::Standard {
        return None;
    }
    if !run.manifest.permissions().custom.is_empty() {
        let because = "it uses interfaces of the embedding program, which are not played here";
        notes.inconclusive(CheckId::LOADS, because);
        return None;
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
            return None;
        }
    };
    notes.found(CheckId::LOADS, Vec::new());
    let mut tally = Tally::default();
    let bases = trials::run(&actor, &loaded, notes, &mut tally).await;
    if notes.profile.level >= Level::Comprehensive && !notes.is_blocked() {
        super::behaviour::run(&actor, &bases, notes, &mut tally).await;
    }
    let performance = match notes.profile.level >= Level::Production && !notes.is_blocked() {
        true => super::performance::run(run, &actor, &bases, notes, &mut tally).await,
        false => None,
    };
    let Tally { calls, fuel_max, memory_bytes_max } = tally;
    *measures = Measures { calls, fuel_max, memory_bytes_max, ..std::mem::take(measures) };
    performance
}

impl Tally {
    pub(crate) fn add(&mut self, seen: &Seen) {
        self.calls += 1;
        self.fuel_max = self.fuel_max.max(seen.usage.fuel);
        self.memory_bytes_max = self.memory_bytes_max.max(seen.usage.memory_bytes_peak);
    }
}
