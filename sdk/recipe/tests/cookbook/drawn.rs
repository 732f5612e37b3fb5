//! Whole recipes drawn at random: bindings, steps under conditions, effects, early results and
//! schemas, each call of them held against the bound that was stated before it ran.
//!
//! *Never:* the same seed gives other recipes.

use std::io::Write;

use engraft_recipe::recipe::build;
use serde_json::{Map, Value, json};

use crate::random::Random;
use crate::stage::Stage;

/// Recipes that are drawn: each is compiled to machine code, which takes longer than its calls.
const RECIPES: usize = 30;
const INPUTS: usize = 6;

/// What expressions name, and what of the input that is.
const NAMES: [&str; 9] = ["s", "t", "i", "d", "b", "l", "w", "m", "x"];

fn schema() -> Value {
    let list = |of: &str| json!({"type": "array", "items": {"type": of}});
    json!({
        "type": "object",
        "properties": {
            "s": {"type": "string"}, "t": {"type": "string", "maxLength": 11},
            "i": {"type": "integer", "maximum": 51}, "d": {"type": "number"},
            "b": {"type": "boolean"}, "l": list("integer"), "w": list("string"),
            "m": {"type": "object", "additionalProperties": {"type": "integer"}}, "x": {},
        },
        "required": NAMES,
    })
}

fn step(random: &mut Random, number: usize) -> Value {
    let mut step = match random.below(7) {
        0 => json!({"log": random.expression()}),
        1 => json!({"put": "'k'", "value": "i", "as": format!("p{number}")}),
        2 => json!({"get": "'k'", "as": format!("p{number}")}),
        3 => json!({"now": {}, "as": format!("p{number}")}),
        4 => json!({"random": {}, "as": format!("p{number}")}),
        5 => return json!({"return": random.expression(), "when": "i > 40"}),
        _ => json!({"set": random.expression(), "as": format!("p{number}")}),
    };
    if random.below(3) == 0 {
        step["when"] = json!("b");
    }
    if random.below(3) == 0 {
        step["else"] = random.expression().into();
    }
    step
}

fn document(random: &mut Random, number: usize) -> Value {
    let mut bindings: Map<String, Value> =
        NAMES.iter().map(|name| ((*name).to_owned(), format!("input.{name}").into())).collect();
    bindings.insert("own".to_owned(), random.expression().into());
    let steps: Vec<Value> = (0..random.below(5)).map(|at| step(random, at)).collect();
    json!({
        "name": format!("test.drawn-{number}"), "version": "1.0.0", "summary": "Drawn at random.",
        "input": schema(),
        "permissions": {
            "log": true, "clock": true, "random": true, "kv": {"bytes": 65_536, "keys": 10},
        },
        "let": bindings,
        "steps": steps,
        "return": {"first": random.expression(), "own": "own"},
    })
}

#[test]
fn recipes_at_random_use_no_more_than_was_said() {
    let mut random = Random::new(11);
    let mut texts: Vec<String> = Vec::new();
    let (mut drawn, mut steps) = (0, 0);
    while texts.len() < RECIPES {
        drawn += 1;
        assert!(drawn < RECIPES * 60, "only {} of {drawn} are recipes", texts.len());
        let document = document(&mut random, texts.len());
        // Some of what is made at random does not check, which is no matter here.
        if build(&document.to_string()).is_ok() {
            steps += document["steps"].as_array().unwrap().len();
            texts.push(document.to_string());
        }
    }
    assert!(steps > RECIPES, "only {steps} steps");
    let stage = texts.iter().fold(Stage::new(), |stage, text| stage.with(text)).open();
    let mut returned = 0;
    for number in 0..RECIPES {
        for _ in 0..INPUTS {
            let report = stage.report(&format!("test.drawn-{number}"), &random.input());
            returned += usize::from(report.outcome.is_returned());
        }
    }
    let distance = stage.distance();
    let runs = RECIPES * INPUTS;
    writeln!(
        std::io::stdout(),
        "{runs} calls, {returned} returned; median bound by use {distance:.1}"
    )
    .unwrap();
    assert!(returned * 4 > runs, "only {returned} of {runs} returned");
}
