//! Expressions that stay, inputs that vary, and for each expression what somebody else says it gives.
//!
//! *Never:* what is expected is computed by the code that is being tested.

use std::fmt::Debug;
use std::io::Write;

use engraft::engine::{Engine, EngineConfig, Invocation};
use engraft::model::{Budget, Outcome};
use engraft_recipe::cel::{Environment, Mode, Type};
use engraft_recipe::component::Codec;
use engraft_recipe::formula::{Formula, component};
use serde_json::Value;

use crate::formulas::{loadable, same};

/// An expression, and what it gives for a case; nothing for a fault.
pub(crate) type Line<C> = (&'static str, fn(&C) -> Option<Value>);

/// Runs every line on every case; `input` gives a case as JSON that names types.
pub(crate) fn hold<C: Debug>(
    names: &[(&str, Type)],
    lines: &[Line<C>],
    cases: impl Iterator<Item = C>,
    input: fn(&C) -> Value,
) {
    let mut around = Environment::default();
    for (name, ty) in names {
        around.names.insert((*name).to_owned(), ty.clone());
    }
    let formula = |(at, (source, _)): (usize, &Line<C>)| {
        let formula = Formula::new(source, &around, Mode::Strict);
        (format!("op-{at}"), formula.unwrap_or_else(|wrong| panic!("{source}: {wrong:?}")))
    };
    let formulas: Vec<(String, Formula)> = lines.iter().enumerate().map(formula).collect();
    let bytes = component("test.formulas", &formulas, Codec::Typed).unwrap();
    let budget = Budget { memory_bytes: 1 << 28, ..Budget::default() };
    let engine = Engine::new(EngineConfig::default()).unwrap();
    let loaded = engine.load_blocking(loadable(&bytes, &formulas, budget)).unwrap();
    let (mut ran, mut values, mut wrong) = (0, 0, Vec::new());
    for case in cases {
        let given = input(&case).to_string();
        for ((name, _), (source, expected)) in formulas.iter().zip(lines) {
            let outcome = loaded.call_blocking(Invocation::new(name, given.as_str())).outcome;
            let found = match &outcome {
                Outcome::Returned(output) => serde_json::from_str(output.as_str()).ok(),
                Outcome::Refused(_) => None,
                other => panic!("{source} ended with {other} on {given}"),
            };
            ran += 1;
            values += usize::from(found.is_some());
            let expected = expected(&case);
            let agree = match (&found, &expected) {
                (Some(found), Some(expected)) => same(found, expected),
                (None, None) => true,
                _ => false,
            };
            if !agree {
                wrong.push(format!("{source} on {given}: {outcome:?}, not {expected:?}"));
            }
        }
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{ran} answers, {values} with a value").unwrap();
    wrong.truncate(20);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(values * 3 > ran, "only {values} of {ran} gave a value");
}
