//! What is learned runs in the real host as it ran where it was learned, and `engraft learn`.
//!
//! *Never:* an example is passed over because a recipe fails on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use engraft::engine::{
    Engine, EngineConfig, InstancePolicy, Invocation, Loadable, Loaded, Metering,
};
use engraft::model::{Budget, Content, Description, Grant, Operation, Outcome, Permissions};
use engraft_learn::{Learner, Program, Task, Title};
use serde_json::{Value, json};

use crate::support::Home;

/// Every so many tasks of a folder: each costs a compilation.
const EVERY: usize = 3;

fn tasks() -> Vec<(String, Task)> {
    let crate_folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["../learn/tests/tasks", "../../../shared/conformance/pbe"] {
        // The second is not part of the repository.
        let Ok(entries) = std::fs::read_dir(crate_folder.join(folder)) else { continue };
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        files.sort();
        found.extend(files.iter().step_by(EVERY).map(|file| (name(file), task(file))));
    }
    found
}

fn name(file: &Path) -> String {
    file.file_stem().unwrap().to_string_lossy().into_owned()
}

fn task(file: &Path) -> Task {
    Task::read(&std::fs::read_to_string(file).unwrap()).unwrap()
}

pub(crate) fn load(engine: &Engine, recipe: &str) -> Loaded {
    let built = engraft_recipe::recipe::build(recipe)
        .unwrap_or_else(|error| panic!("{error:?} of\n{recipe}"));
    let component: Arc<[u8]> = built.component.into();
    let operation = Operation {
        name: "run".to_owned(),
        summary: String::new(),
        input_schema: json!(true),
        output_schema: json!(true),
        intents: vec![],
        examples: vec![],
    };
    let loadable = Loadable {
        name: built.recipe.name.parse().unwrap(),
        version: None,
        content: Content::new(component),
        description: Description {
            name: built.recipe.name.parse().unwrap(),
            summary: String::new(),
            operations: vec![operation],
            permissions: Permissions::default(),
        },
        budget: Budget::default(),
        grant: Grant::default(),
        lifetime: InstancePolicy::Fresh,
        metering: Metering::Fuel,
        native: Vec::new(),
    };
    engine.load_blocking(loadable).unwrap()
}

/// What the recipe gives in the host; nothing where it fails.
fn in_host(loaded: &Loaded, program: &Program, input: &[engraft_learn::Value]) -> Option<Value> {
    let input = program.input(input).to_string();
    let outcome = loaded.call_blocking(Invocation::new("run", input)).outcome;
    let Outcome::Returned(output) = outcome else { return None };
    Some(serde_json::from_str(output.as_str()).unwrap())
}

/// The same in every digit; 1 and 1.0 are one number of JSON.
pub(crate) fn same(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => found == wanted,
    }
}

#[test]
fn recipes_run_in_the_host_as_they_ran_where_they_were_learned() {
    let engine = Engine::new(EngineConfig::default()).unwrap();
    let mut ran = 0;
    for (name, task) in tasks() {
        let lesson = Learner::default().learn(&task);
        let Some(program) = lesson.program() else { continue };
        let loaded =
            load(&engine, &program.recipe(&Title::new("learned.program"), task.examples()));
        for example in task.examples().iter().take(30) {
            let here = program.run(&example.input).map(|value| value.to_json());
            let there = in_host(&loaded, program, &example.input);
            let agree = match (&here, &there) {
                (Some(here), Some(there)) => same(there, here),
                (here, there) => here.is_none() && there.is_none(),
            };
            assert!(agree, "{name}: {here:?} here, {there:?} in the host, by {program}");
            ran += 1;
        }
    }
    assert!(ran >= 150, "only {ran} examples ran");
}

const NAMES: &str = r#"[
  {"input": {"name": "Ada Lovelace"}, "output": "Lovelace, A."},
  {"input": {"name": "Alan Turing"}, "output": "Turing, A."},
  {"input": {"name": "Grace Hopper"}, "output": "Hopper, G."}
]"#;

#[test]
fn examples_become_a_recipe_that_holds_them() {
    let home = Home::new();
    home.write("names.json", NAMES);
    let ran = home.run(&["learn", "names.json", "--name", "text.short-name"]).fine();
    assert!(ran.out.starts_with("name: \"text.short-name\"\n"), "{}", ran.out);
    home.write("short-name.yaml", &ran.out);
    let tested = home.run(&["recipe", "test", "short-name.yaml"]).fine();
    assert!(tested.out.contains("3 held, 0 failed"), "{}", tested.out);
    let input = r#"{"name": "Barbara Liskov"}"#;
    let tried = home.run(&["recipe", "run", "short-name.yaml", "run", input]).fine();
    assert_eq!(tried.out, "\"Liskov, B.\"\n");
}

#[test]
fn examples_come_as_yaml_from_standard_input_too() {
    let home = Home::new();
    let yaml = "- {input: {n: 2}, output: 4}\n- {input: {n: 5}, output: 10}\n- {input: {n: 7}, output: 14}\n";
    let json = home.run_with(&["learn", "-", "--json"], yaml).fine().json();
    assert_eq!(json["result"], "learned", "{json}");
    assert!(json["recipe"].as_str().unwrap().contains("\"learned\""), "{json}");
}

#[test]
fn what_cannot_be_learned_is_told() {
    let home = Home::new();
    let told = |examples: &str| home.run_with(&["learn", "-", "--json"], examples);
    let twice = r#"[{"in": ["a"], "out": "b"}, {"in": ["a"], "out": "c"}]"#;
    assert_eq!(told(twice).says(2, "").json()["result"], "contradiction");
    let one = told(r#"[{"in": ["a b"], "out": "b"}]"#).fine().json();
    assert_eq!(one["result"], "low-confidence");
    home.run_with(&["learn", "-"], "[]").says(2, "no examples");
    home.run_with(&["learn", "-"], "{").says(4, "neither JSON nor YAML");
    home.run(&["learn", "missing.json"]).says(2, "missing.json");
    let key = "sk-live-a1b2c3d4e5f6g7h8i9j0";
    let secret =
        format!(r#"[{{"in": ["a"], "out": "{key} a"}}, {{"in": ["b"], "out": "{key} b"}}]"#);
    let ran = home.run_with(&["learn", "-"], &secret).says(2, "example 1 holds what looks like");
    assert!(!ran.out.contains(key) && !ran.err.contains(key), "{ran:?}");
}

#[test]
fn a_question_is_asked_where_recipes_differ() {
    let home = Home::new();
    let two = r#"[{"in": ["Ada Lovelace"], "out": "Lovelace"}, {"in": ["Alan Turing"], "out": "Turing"}]"#;
    let ran = home.run_with(&["learn", "-", "--name", "text.last"], two).fine();
    assert!(ran.err.contains("what is wanted of"), "{}", ran.err);
}
