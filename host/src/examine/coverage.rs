//! How much of a candidate runs when it is examined, and inputs that make more of it run.
//!
//! The component is rewritten so that each basic block of its core modules sets a byte. All else of the
//! examination goes by the original bytes: probes burn fuel.
//!
//! *Never:* what breaks with probes alone counts against a candidate; it is tried again without them.

mod blocks;
mod dictionary;
mod figures;
mod map;
mod module;
mod mutate;
mod probed;
mod rewrite;
mod search;
mod source;

use std::sync::Arc;

use serde_json::Value;

use super::catalogue::CheckId;
use super::checks::secrets;
use super::conform::mismatch;
use super::finding::{Draft, Severity};
use super::notes::Notes;
use super::sandbox::{Actor, Base, Cast, Run, Tally};
use crate::artifact::Manifest;
use crate::engine::Loaded;
use crate::model::Outcome;
use dictionary::Dictionary;
pub use figures::{
    Coverage, ExpressionCoverage, FunctionCoverage, KeptCase, ModuleCoverage, Search, SearchEnd,
    Share, SourceCoverage,
};
use map::Map;
use probed::{Probed, ProbedModule, Reader, What};
use rewrite::probe;
pub use search::SearchBounds;
use search::{Broken, Searcher};
pub use source::{SourceMap, SourceSpan};

/// What is read of a memory, and a little more.
const MEMORY_BYTES_MAX: u64 = 17 << 20;
/// Probes are three instructions each, and stand before one to a dozen others.
const FUEL_FACTOR: u64 = 4;
/// Ordinary inputs that come before those that were found, where behaviour is looked at.
const ORDINARY_FIRST: usize = 4;
/// Inputs that were found and are looked at so, for each operation.
const FOUND_MAX: usize = 2;

/// Measures, looks for inputs, and adds those that it found to the ones that behaviour is looked at with.
pub(super) async fn run(
    run: &Run<'_>,
    actor: &Actor<'_>,
    bases: &mut Vec<Base>,
    notes: &mut Notes<'_>,
    tally: &mut Tally,
) -> Option<Coverage> {
    if !notes.profile.has(CheckId::SEARCHED) {
        return None;
    }
    match measured(run, actor, bases, tally).await {
        Ok((coverage, drafts, secrets)) => {
            notes.found(CheckId::SEARCHED, drafts);
            // Of its bytes it was asked before, and only what was found since is told.
            if !secrets.is_empty() {
                notes.found(CheckId::SECRET, secrets);
            }
            Some(coverage)
        }
        Err(why) => {
            notes.inconclusive(CheckId::SEARCHED, why);
            None
        }
    }
}

async fn measured(
    run: &Run<'_>,
    actor: &Actor<'_>,
    bases: &mut Vec<Base>,
    tally: &mut Tally,
) -> Result<(Coverage, Vec<Draft>, Vec<Draft>), String> {
    let facts = run.facts.ok_or("nothing is known of its bytes")?;
    let Probed { component, modules, readers, compared, left_out } =
        probe(run.component).map_err(|error| error.to_string())?;
    if modules.is_empty() {
        let why = match left_out {
            0 => "it has no code to count",
            _ => "its modules are too large to be compiled once more with probes",
        };
        return Err(why.to_owned());
    }
    let component: Arc<[u8]> = component.into();
    let manifest = widened(run.manifest, &modules);
    let probed = Run { component: &component, manifest: &manifest, code: None, ..run.beside() };
    let trouble = |error: crate::engine::EngineError| format!("with probes it fails: {error}");
    let probed = Actor::open(&probed).await.map_err(trouble)?;
    let loaded = probed.load(Cast::default()).await.map_err(trouble)?;
    let (readers, memories): (Vec<Reader>, Vec<Reader>) =
        readers.into_iter().partition(|reader| reader.what == What::Probes);
    let secrets = in_memory(&probed, &loaded, &modules, memories).await;
    let mut searcher = Searcher::new(&probed, loaded, Map::new(modules, readers), run.search);
    searcher.begin().await;
    let blocks_before = searcher.map.blocks();
    if blocks_before.reached == 0 {
        return Err("no call of it came back, and only then is anything counted".to_owned());
    }
    let known = Dictionary::of(facts, &compared);
    searcher.go_on(&known).await;
    let Searcher { map, kept, broken, search, .. } = searcher;
    let original = actor.load(Cast::default()).await.map_err(trouble)?;
    let drafts = confirmed(actor, &original, &broken, tally).await;
    let drafts = [drafts, look_at(actor, &original, &kept, bases, tally).await].concat();
    let modules = map.told(facts);
    let mut functions = Share::default();
    for module in &modules {
        functions.reached += module.functions.reached;
        functions.total += module.functions.total;
    }
    let coverage = Coverage {
        functions,
        blocks: map.blocks(),
        blocks_before,
        modules,
        modules_left_out: left_out,
        source: run.source.and_then(|source| source::covered(source, &map)),
        search,
        kept,
    };
    Ok((coverage, drafts, secrets))
}

/// Keys and tokens that lie in memory once an instance is made, before anybody has called it: a start
/// function may have put together there what no piece of data shows.
async fn in_memory(
    probed: &Actor<'_>,
    loaded: &Loaded,
    modules: &[ProbedModule],
    readers: Vec<Reader>,
) -> Vec<Draft> {
    let exports: Vec<String> = readers.iter().map(|reader| reader.export.clone()).collect();
    let seen = probed.read(loaded, &exports).await;
    let number = |reader: &Reader| modules.get(reader.module).map_or(0, |module| module.number);
    let parts = readers.iter().zip(seen).map(|(reader, bytes)| {
        (format!("memory of module {}, when it is made", number(reader)), bytes)
    });
    secrets::in_places(parts)
}

/// The same candidate with room for its probes.
fn widened(manifest: &Manifest, modules: &[ProbedModule]) -> Manifest {
    const PAGE: u64 = 65_536;
    let mut manifest = manifest.clone();
    let probes: u64 = modules.iter().map(|module| u64::from(module.probes)).sum();
    let pages = modules.len() as u64 + probes / PAGE + 1;
    let budget = &mut manifest.budget;
    budget.fuel = budget.fuel.saturating_mul(FUEL_FACTOR);
    budget.memory_bytes = budget.memory_bytes.saturating_add(pages.saturating_mul(2 * PAGE));
    budget.instances = budget.instances.saturating_mul(2);
    // What lies in memory is read at once, and that is bounded where it is read.
    budget.output_bytes = budget.output_bytes.max(2 * probes).max(MEMORY_BYTES_MAX);
    manifest
}

/// Tries again without probes what broke with them.
async fn confirmed(
    actor: &Actor<'_>,
    loaded: &Loaded,
    broken: &[Broken],
    tally: &mut Tally,
) -> Vec<Draft> {
    let mut found = Vec::new();
    for Broken { operation, input, fits } in broken {
        let seen = actor.call(loaded, operation, input).await;
        tally.add(&seen);
        if seen.is_orderly() {
            continue;
        }
        let kind = if *fits { "that fits its schema" } else { "that does not fit" };
        let message = format!("`{operation}` breaks on an input {kind} and that was searched for");
        // Too large a task is turned down so by many an honest tool; a trap is a fault.
        let is_fault = matches!(seen.outcome, Outcome::Trapped { .. });
        let severity = if is_fault { Severity::Error } else { Severity::Note };
        let draft = Draft::new(message).severity(severity);
        found.push(draft.seen(input, seen.outcome.to_string()));
    }
    found
}

/// Runs what was found without probes: its outputs have to fit, and behaviour is looked at with it.
async fn look_at(
    actor: &Actor<'_>,
    loaded: &Loaded,
    kept: &[KeptCase],
    bases: &mut Vec<Base>,
    tally: &mut Tally,
) -> Vec<Draft> {
    let mut found = Vec::new();
    for operation in &actor.manifest().description.operations {
        let name = &operation.name;
        let of_it = kept.iter().filter(|case| case.is_searched && case.operation == *name);
        // Those that reached most come first.
        let mut best: Vec<&KeptCase> = of_it.filter(|case| case.output.is_some()).collect();
        best.sort_by_key(|case| std::cmp::Reverse(case.new_blocks));
        let mut added = 0;
        for case in best {
            let input = case.input.to_string();
            let seen = actor.call(loaded, name, &input).await;
            tally.add(&seen);
            let output = seen.output().and_then(|text| serde_json::from_str::<Value>(text).ok());
            let problem =
                output.as_ref().and_then(|value| mismatch(&operation.output_schema, value));
            if let Some(why) = problem {
                let message = format!("an output of `{name}` does not fit its schema");
                found.push(Draft::new(message).seen(&input, why));
            }
            if added < FOUND_MAX && seen.outcome.is_returned() {
                added += 1;
                insert(bases, Base { operation: name.clone(), input, seen });
            }
        }
    }
    found
}

/// Behind the first ordinary inputs of its operation, so that both are among those that are looked at.
fn insert(bases: &mut Vec<Base>, base: Base) {
    let same = bases
        .iter()
        .enumerate()
        .filter(|(_, it)| it.operation == base.operation && it.seen.outcome.is_returned());
    let at = same.map(|(at, _)| at + 1).take(ORDINARY_FIRST).last();
    bases.insert(at.unwrap_or(bases.len()), base);
}

#[cfg(test)]
mod tests;
