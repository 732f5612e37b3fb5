//! Random recipes on random inputs: what they use is held against what was said before they ran.
//!
//! *Never:* a run that uses more than its bound, in fuel or in memory.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "a test may break, and looks at real time and at where its data is"
)]

use std::io::Write;

use engraft::engine::{Engine, EngineConfig, Invocation};
use engraft::model::{Budget, Outcome};
use engraft_recipe::bound::Bound;
use engraft_recipe::cel::{Environment, Mode, Type};
use engraft_recipe::component::Codec;
use engraft_recipe::formula::{Formula, bounded};
use serde_json::Value;

#[path = "bound/expressions.rs"]
mod expressions;
#[path = "lab/formulas.rs"]
mod formulas;
#[path = "lab/random.rs"]
mod random;
use formulas::loadable;
use random::Random;

/// Recipes in one component: compiling it takes longer than running it.
const RECIPES: usize = 50;
const COMPONENTS: u64 = 50;
const INPUTS: usize = 4;

fn environment() -> Environment {
    let mut around = Environment::default();
    for (name, ty) in [
        ("s", Type::Text),
        ("t", Type::Text),
        ("i", Type::Int),
        ("d", Type::Double),
        ("b", Type::Bool),
        ("l", Type::list(Type::Int)),
        ("w", Type::list(Type::Text)),
        ("m", Type::map(Type::Text, Type::Int)),
        ("x", Type::Dyn),
    ] {
        around.names.insert(name.to_owned(), ty);
    }
    around
}

/// What the runs showed.
#[derive(Default)]
struct Seen {
    runs: usize,
    returned: usize,
    /// Bound by what was used.
    fuel: Vec<f64>,
    memory: Vec<f64>,
}

impl Seen {
    fn check(
        &mut self,
        source: &str,
        bound: &Bound,
        input: &Value,
        loaded: &engraft::engine::Loaded,
        name: &str,
    ) {
        let text = input.to_string();
        let report = loaded.call_blocking(Invocation::new(name, text.as_str()));
        assert!(
            matches!(report.outcome, Outcome::Returned(_) | Outcome::Refused(_)),
            "{source} ended with {} on {text}",
            report.outcome
        );
        self.runs += 1;
        self.returned += usize::from(matches!(report.outcome, Outcome::Returned(_)));
        let (fuel, memory) = (report.usage.fuel, report.usage.memory_bytes_peak);
        let length = text.len() as u64;
        let (fuel_max, memory_max) = (bound.fuel_at(length, 0), bound.memory_bytes_at(length, 0));
        assert!(
            fuel <= fuel_max,
            "{source} took {fuel} fuel, not {fuel_max} ({}), on {text}",
            bound.fuel
        );
        assert!(
            memory <= memory_max,
            "{source} took {memory} bytes, not {memory_max} ({}), on {text}",
            bound.memory_bytes
        );
        self.fuel.push(fuel_max as f64 / fuel as f64);
        self.memory.push(memory_max as f64 / memory as f64);
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[test]
fn nothing_uses_more_than_was_said() {
    let engine = Engine::new(EngineConfig::default()).unwrap();
    let budget = Budget { fuel: u64::MAX >> 1, memory_bytes: 1 << 30, ..Budget::default() };
    let around = environment();
    let mut seen = Seen::default();
    for seed in 1..=COMPONENTS {
        let mut random = Random::new(seed);
        let mut formulas = Vec::new();
        let mut sources = Vec::new();
        while formulas.len() < RECIPES {
            let source = random.expression();
            // Some of what is made at random does not check, which is no matter here.
            if let Ok(formula) = Formula::new(&source, &around, Mode::Strict) {
                formulas.push((format!("op-{}", formulas.len()), formula));
                sources.push(source);
            }
        }
        let (bytes, bounds) = bounded("test.formulas", &formulas, Codec::Json).unwrap();
        let loaded = engine.load_blocking(loadable(&bytes, &formulas, budget)).unwrap();
        for ((source, (name, _)), bound) in sources.iter().zip(&formulas).zip(&bounds) {
            for _ in 0..INPUTS {
                seen.check(source, bound, &random.input(), &loaded, name);
            }
        }
    }
    assert!(seen.runs >= 10_000, "only {} ran", seen.runs);
    assert!(seen.returned * 3 > seen.runs, "only {} of {} gave a value", seen.returned, seen.runs);
    let mut out = std::io::stdout().lock();
    let (fuel, memory) = (median(&mut seen.fuel), median(&mut seen.memory));
    writeln!(
        out,
        "{} runs, {} with a value; median bound / used: fuel {fuel:.1}, memory {memory:.1}",
        seen.runs, seen.returned
    )
    .unwrap();
    // What is far from the truth is of no use as a budget.
    assert!(fuel < 20.0 && memory < 4.0);
}
