//! Expressions and inputs at random: compiled to WebAssembly and run in the host, and evaluated by the
//! `cel` crate, which shares no line with this one.
//!
//! What the crate lacks is asked of it as an expression that the specification says is the same, and
//! what it does otherwise than the specification stands in a table beside the rule; see `pairs.rs`.
//! Moments and zones, which it lacks, are asked of the `jiff` crate, addresses of the standard library. A
//! short share runs by default; `ENGRAFT_PAIRS=100000` runs so many pairs of expression and input, and
//! `ENGRAFT_SEED` begins elsewhere.
//!
//! *Never:* a pair is passed over without a rule that says why.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "a test may break, and looks at real time and at where its data is"
)]

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use cel::{Context, Env, extensions};
use engraft::engine::{Engine, EngineConfig, Invocation, Loaded};
use engraft::model::{Budget, Outcome};
use engraft_recipe::cel::{Environment, Mode};
use engraft_recipe::component::Codec;
use engraft_recipe::formula::{Formula, component};
use serde_json::Value;

#[path = "lab/formulas.rs"]
mod formulas;
#[path = "differential/inputs.rs"]
mod inputs;
#[path = "differential/lines.rs"]
mod lines;
#[path = "differential/moments.rs"]
mod moments;
#[path = "differential/networks.rs"]
mod networks;
#[path = "differential/pairs.rs"]
mod pairs;
#[path = "lab/random.rs"]
mod random;
#[path = "differential/templates.rs"]
mod templates;
use formulas::{loadable, same};
use inputs::{Inputs, typed};
use pairs::Pair;
use random::Random;

/// Expressions in one component: compiling it takes longer than running it.
const EXPRESSIONS: usize = 60;

/// Inputs for each of them.
const INPUTS: usize = 5;

/// What runs where nobody asks for more: some seconds.
const PAIRS: usize = 3_000;

fn setting(name: &str, otherwise: usize) -> usize {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

fn environment() -> Environment {
    let mut around = Environment::default();
    for (name, ty) in inputs::TYPES {
        around.names.insert(name.to_owned(), ty());
    }
    around
}

fn evaluator() -> Arc<Env> {
    let mut env = Env::stdlib();
    env.add_extension(extensions::strings).unwrap();
    env.add_extension(extensions::math).unwrap();
    env.add_extension(extensions::lists).unwrap();
    env.add_extension(extensions::encoders).unwrap();
    Arc::new(env)
}

/// What an expression comes to: a value with its type, or a fault.
#[derive(Debug, PartialEq)]
enum Answer {
    Value(Value),
    Fault(String),
}

fn ours(loaded: &Loaded, name: &str, inputs: &Inputs) -> Answer {
    let report = loaded.call_blocking(Invocation::new(name, inputs.typed().to_string()));
    match report.outcome {
        Outcome::Returned(output) => Answer::Value(serde_json::from_str(output.as_str()).unwrap()),
        Outcome::Refused(failure) => Answer::Fault(failure.to_string()),
        other => panic!("{name} ended with {other}"),
    }
}

fn theirs(env: &Arc<Env>, program: &cel::Program, inputs: &Inputs) -> Answer {
    let mut context = Context::with_env(Arc::clone(env));
    inputs.declare(&mut context);
    match program.execute(&context) {
        Ok(value) => typed(&value).map_or_else(Answer::Fault, Answer::Value),
        Err(error) => Answer::Fault(error.to_string()),
    }
}

fn agree(ours: &Answer, theirs: &Answer) -> bool {
    match (ours, theirs) {
        (Answer::Value(ours), Answer::Value(theirs)) => same(ours, theirs),
        (Answer::Fault(_), Answer::Fault(_)) => true,
        _ => false,
    }
}

/// Expressions that check, and what the other evaluator is asked in their place.
fn batch(random: &mut Random, env: &Env) -> Vec<(Pair, Formula, cel::Program)> {
    let around = environment();
    let mut batch = Vec::new();
    while batch.len() < EXPRESSIONS {
        let pair = pairs::expression(random);
        // Some of what is made at random does not check, which is no matter here.
        let Ok(formula) = Formula::new(&pair.ours, &around, Mode::Strict) else { continue };
        let program = env.compile(&pair.theirs);
        let program = program.unwrap_or_else(|error| panic!("{}: {error}", pair.theirs));
        batch.push((pair, formula, program));
    }
    batch
}

#[test]
fn an_independent_evaluator_agrees() {
    let wanted = setting("ENGRAFT_PAIRS", PAIRS);
    let mut random = Random::new(setting("ENGRAFT_SEED", 1) as u64);
    let engine = Engine::new(EngineConfig::default()).unwrap();
    let env = evaluator();
    let (mut ran, mut values, mut passed_over) = (0, 0, BTreeMap::new());
    let mut wrong = Vec::new();
    while ran < wanted {
        let batch = batch(&mut random, &env);
        let formulas: Vec<(String, Formula)> = batch
            .iter()
            .enumerate()
            .map(|(at, (_, formula, _))| (format!("op-{at}"), formula.clone()))
            .collect();
        let bytes = component("test.formulas", &formulas, Codec::Typed).unwrap();
        let budget = Budget { fuel: u64::MAX >> 1, memory_bytes: 1 << 30, ..Budget::default() };
        let loaded = engine.load_blocking(loadable(&bytes, &formulas, budget)).unwrap();
        for ((name, _), (pair, _, program)) in formulas.iter().zip(&batch) {
            for _ in 0..INPUTS {
                let inputs = Inputs::new(&mut random);
                let (found, other) = (ours(&loaded, name, &inputs), theirs(&env, program, &inputs));
                ran += 1;
                values += usize::from(matches!(found, Answer::Value(_)));
                if agree(&found, &other) {
                    continue;
                }
                match pairs::exception(&pair.ours, &format!("{other:?}")) {
                    Some(rule) => *passed_over.entry(rule).or_insert(0) += 1,
                    None => wrong.push(format!(
                        "{}\n  on {}\n  gave {found:?}\n  and {} gave {other:?}",
                        pair.ours,
                        inputs.typed(),
                        pair.theirs
                    )),
                }
            }
        }
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{ran} pairs, {values} with a value, {} disagree", wrong.len()).unwrap();
    for (rule, count) in &passed_over {
        writeln!(out, "  {count} by the rule: {rule}").unwrap();
    }
    let share = passed_over.values().sum::<usize>();
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(values * 3 > ran, "only {values} of {ran} gave a value");
    assert!(share * 20 < ran, "{share} of {ran} were judged by a rule instead of the evaluator");
}
