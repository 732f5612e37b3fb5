//! Looks for inputs that reach what none before them did: begins with examples and generated cases,
//! changes what is known by its schema and by the words that the candidate itself knows, and keeps what
//! reaches new blocks.
//!
//! *Never:* it goes on beyond its bounds; and what it tried is the same each time, as long as time is not
//! what ends it.

use std::collections::HashSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::dictionary::Dictionary;
use super::figures::{KeptCase, Search, SearchEnd};
use super::map::Map;
use super::mutate::{Dice, Mutator};
use crate::engine::Loaded;
use crate::examine::conform::mismatch;
use crate::examine::sandbox::{Actor, Seen, cases};
use crate::model::Operation;

/// Operations that are searched, as many as are tried at all.
const OPERATIONS_MAX: usize = 24;
/// Changes for each input that is tried: the others do not fit, or were tried before.
const CHANGES_PER_INPUT: u64 = 8;
/// One input in so many may be one that does not fit: refusing is code as well.
const UNFIT_ONE_IN: usize = 8;
/// Inputs that are tried even where every block was entered: a fault may lie in what a block does with
/// one value.
const EVEN_SO: u64 = 100;
/// What the report keeps: a page of inputs, none of them longer than one.
const KEPT_MAX: usize = 64;
const KEPT_BYTES_MAX: usize = 4 << 10;
/// Inputs that broke it, to be tried again without probes.
const BROKEN_MAX: usize = 8;

/// What a search may take. What is reached first ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SearchBounds {
    /// Inputs that are tried; most of what can be found is found within some hundreds.
    pub inputs: u32,
    /// Fuel of them together: half a second of a busy candidate.
    pub fuel: u64,
    /// Milliseconds; an examination of a recipe takes no more than a second in all.
    pub time_ms: u32,
}

impl Default for SearchBounds {
    fn default() -> Self {
        Self { inputs: 400, fuel: 400_000_000, time_ms: 250 }
    }
}

/// An input that broke the candidate with its probes.
pub(super) struct Broken {
    pub(super) operation: String,
    pub(super) input: String,
    pub(super) fits: bool,
}

/// A search under way.
pub(super) struct Searcher<'a> {
    actor: &'a Actor<'a>,
    loaded: Loaded,
    exports: Vec<String>,
    operations: &'a [Operation],
    bounds: SearchBounds,
    tried: HashSet<(usize, String)>,
    /// Values that are changed, by operation.
    pool: Vec<Vec<Value>>,
    pub(super) map: Map,
    pub(super) kept: Vec<KeptCase>,
    pub(super) broken: Vec<Broken>,
    pub(super) search: Search,
}

impl<'a> Searcher<'a> {
    pub(super) fn new(
        actor: &'a Actor<'a>,
        loaded: Loaded,
        map: Map,
        bounds: SearchBounds,
    ) -> Self {
        let operations = &actor.manifest().description.operations;
        let operations = operations.get(..OPERATIONS_MAX).unwrap_or(operations);
        let search = Search {
            tried_max: bounds.inputs.into(),
            fuel_max: bounds.fuel,
            time_ms_max: bounds.time_ms.into(),
            ..Search::default()
        };
        Self {
            actor,
            loaded,
            exports: map.exports(),
            operations,
            bounds,
            tried: HashSet::new(),
            pool: vec![Vec::new(); operations.len()],
            map,
            kept: Vec::new(),
            broken: Vec::new(),
            search,
        }
    }

    /// Tries what is known beforehand.
    pub(super) async fn begin(&mut self) {
        for (at, operation) in self.operations.iter().enumerate() {
            let examples = operation.examples.iter().map(|example| example.input.clone());
            let cases = cases(&operation.input_schema);
            for input in examples.chain(cases.valid).chain(cases.invalid) {
                if self.tried.insert((at, input.to_string())) {
                    self.search.begun_with += 1;
                    self.attempt(at, input, Origin::Known).await;
                }
            }
        }
    }

    /// Looks for others until a bound is reached.
    pub(super) async fn go_on(&mut self, known: &Dictionary) {
        let clock = self.actor.clock();
        let ends_at = clock.monotonic() + Duration::from_millis(self.bounds.time_ms.into());
        let mut mutator = Mutator { dice: Dice::new(0x656e_6772), known };
        let mut changes = 0_u64;
        loop {
            let Search { tried, fuel, tried_max, fuel_max, .. } = self.search;
            let blocks = self.map.blocks();
            let ended_by = if blocks.reached == blocks.total && tried >= EVEN_SO {
                Some(SearchEnd::Everything)
            } else if tried >= tried_max || changes >= CHANGES_PER_INPUT * tried_max {
                Some(SearchEnd::Inputs)
            } else if fuel >= fuel_max {
                Some(SearchEnd::Fuel)
            } else {
                (clock.monotonic() >= ends_at).then_some(SearchEnd::Time)
            };
            if let Some(ended_by) = ended_by {
                self.search.ended_by = ended_by;
                return;
            }
            changes += 1;
            let Some((at, input)) = self.next(&mut mutator) else { continue };
            self.search.tried += 1;
            let seen = self.attempt(at, input, Origin::Searched).await;
            self.search.fuel = self.search.fuel.saturating_add(seen.usage.fuel.max(1));
        }
    }

    /// A new input, where the change gave one that is worth trying.
    fn next(&mut self, mutator: &mut Mutator<'_>) -> Option<(usize, Value)> {
        let at = mutator.dice.below(self.operations.len());
        let operation = self.operations.get(at)?;
        let pool = self.pool.get(at)?;
        // What came last led somewhere new, and may lead further.
        let recent = pool.get(pool.len().saturating_sub(8)..).unwrap_or_default();
        let from = if mutator.dice.below(2) == 0 { recent } else { pool.as_slice() };
        let value = mutator.dice.pick(from)?.clone();
        let changed = mutator.changed(&operation.input_schema, &value);
        let fits = mismatch(&operation.input_schema, &changed).is_none();
        let is_wanted = fits || mutator.dice.below(UNFIT_ONE_IN) == 0;
        let text = changed.to_string();
        let is_new = is_wanted && text.len() <= KEPT_BYTES_MAX && self.tried.insert((at, text));
        is_new.then_some((at, changed))
    }

    async fn attempt(&mut self, at: usize, value: Value, origin: Origin) -> Seen {
        let operations = self.operations;
        let operation = operations.get(at);
        let name = operation.map(|it| it.name.as_str()).unwrap_or_default();
        let fits = operation.is_some_and(|it| mismatch(&it.input_schema, &value).is_none());
        let input = value.to_string();
        let (seen, traces) =
            self.actor.call_traced(&self.loaded, name, &input, &self.exports).await;
        let new_blocks = self.map.add(&traces);
        let is_searched = origin == Origin::Searched;
        if is_searched && !seen.is_orderly() && self.broken.len() < BROKEN_MAX {
            let operation = name.to_owned();
            self.broken.push(Broken { operation, input: input.clone(), fits });
        }
        if let Some(pool) = self.pool.get_mut(at)
            && (new_blocks > 0 || !is_searched && fits)
        {
            pool.push(value.clone());
        }
        if new_blocks > 0 && self.kept.len() < KEPT_MAX && input.len() <= KEPT_BYTES_MAX {
            let output = seen.output().and_then(|text| serde_json::from_str(text).ok());
            self.kept.push(KeptCase {
                operation: name.to_owned(),
                input: value,
                output,
                outcome: seen.outcome.word().to_owned(),
                new_blocks,
                is_searched,
            });
        }
        seen
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// An example, or generated from the schema alone.
    Known,
    Searched,
}
