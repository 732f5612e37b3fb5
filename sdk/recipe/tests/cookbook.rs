//! Every recipe in `examples/recipes` is built and run in the host; their examples are their tests.
//!
//! *Never:* an example with an output is passed over.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "a test may break, and looks at real time and at where its data is"
)]

use std::path::PathBuf;
use std::sync::Arc;

use engraft::engine::{
    Engine, EngineConfig, InstancePolicy, Invocation, Loadable, Loaded, Metering, Services,
};
use engraft::model::{
    Budget, Description, Digest, Grant, KvQuota, Operation, Outcome, Permissions,
};
use engraft::store::MemoryStore;
use engraft_recipe::recipe::{Built, build};
use serde_json::{Value, json};

fn recipes() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/recipes");
    let mut recipes: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    recipes.sort();
    recipes
}

fn built(name: &str, text: &str) -> Built {
    build(text).unwrap_or_else(|error| panic!("{name}: {error:?}"))
}

fn load(engine: &Engine, built: &Built, permissions: Permissions, grant: Grant) -> Loaded {
    let component: Arc<[u8]> = built.component.as_slice().into();
    let operation = |name: &str| Operation {
        name: name.to_owned(),
        summary: String::new(),
        input_schema: json!(true),
        output_schema: json!(true),
        intents: vec![],
        examples: vec![],
    };
    let loadable = Loadable {
        name: built.recipe.name.parse().unwrap(),
        version: None,
        digest: Digest::of(&component),
        component,
        description: Description {
            name: built.recipe.name.parse().unwrap(),
            summary: String::new(),
            operations: vec![operation(built.recipe.operation())],
            permissions,
        },
        budget: Budget::default(),
        grant,
        lifetime: InstancePolicy::Fresh,
        metering: Metering::Fuel,
        native: Vec::new(),
    };
    engine.load_blocking(loadable).unwrap()
}

fn run(loaded: &Loaded, operation: &str, input: &Value) -> Result<Value, String> {
    match loaded.call_blocking(Invocation::new(operation, input.to_string())).outcome {
        Outcome::Returned(output) => Ok(serde_json::from_str(output.as_str()).unwrap()),
        other => Err(other.to_string()),
    }
}

fn same(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Number(found), Value::Number(wanted)) => found.as_f64() == wanted.as_f64(),
        (Value::Array(found), Value::Array(wanted)) => {
            found.len() == wanted.len() && found.iter().zip(wanted).all(|(a, b)| same(a, b))
        }
        (Value::Object(found), Value::Object(wanted)) => {
            found.len() == wanted.len()
                && found.iter().all(|(key, a)| wanted.get(key).is_some_and(|b| same(a, b)))
        }
        _ => found == wanted,
    }
}

#[test]
fn examples_are_tests() {
    let engine = Engine::new(EngineConfig::default()).unwrap();
    let mut ran = 0;
    for (name, text) in recipes() {
        let built = built(&name, &text);
        // Those that ask for something have tests of their own.
        if !built.description.permissions.is_empty() {
            assert!(built.recipe.examples.iter().all(|example| example.output.is_none()));
            continue;
        }
        let loaded = load(&engine, &built, Permissions::default(), Grant::default());
        for example in &built.recipe.examples {
            let Some(wanted) = &example.output else { continue };
            let found = run(&loaded, built.recipe.operation(), &example.input);
            let found = found.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(same(&found, wanted), "{name}: gave {found}, not {wanted}");
            ran += 1;
        }
    }
    assert!(ran >= 10, "only {ran} examples ran");
}

#[test]
fn the_same_recipe_gives_the_same_bytes() {
    for (name, text) in recipes() {
        assert_eq!(built(&name, &text).component, built(&name, &text).component, "{name}");
    }
}

/// What the counter asks for.
fn counter() -> Permissions {
    let kv = Some(KvQuota { bytes: 65_536, keys: 100 });
    Permissions { kv, log: true, ..Permissions::default() }
}

#[test]
fn what_was_put_is_there_in_the_next_call() {
    let mut config = EngineConfig::default();
    config.services = Arc::new(Services::default().values(Arc::new(MemoryStore::default())));
    let engine = Engine::new(config).unwrap();
    let (name, text) = recipes().into_iter().find(|(name, _)| name.contains("kv-counter")).unwrap();
    let built = built(&name, &text);
    let permissions = counter();
    let mut grant = Grant::default();
    grant.kv = permissions.kv;
    grant.log = true;
    let loaded = load(&engine, &built, permissions, grant);
    let input = json!({"habit": "run"});
    assert_eq!(run(&loaded, "run", &input), Ok(json!({"count": 1})));
    assert_eq!(run(&loaded, "run", &input), Ok(json!({"count": 2})));
}

#[test]
fn what_is_not_granted_is_denied_with_its_place() {
    let engine = Engine::new(EngineConfig::default()).unwrap();
    let (name, text) = recipes().into_iter().find(|(name, _)| name.contains("kv-counter")).unwrap();
    let loaded = load(&engine, &built(&name, &text), counter(), Grant::default());
    let failure = run(&loaded, "run", &json!({"habit": "run"})).unwrap_err();
    assert!(failure.contains("denied") && failure.contains("(line 1"), "{failure}");
}

#[test]
fn an_input_that_does_not_fit_is_refused() {
    let engine = Engine::new(EngineConfig::default()).unwrap();
    let (name, text) = recipes().into_iter().find(|(name, _)| name.contains("slug")).unwrap();
    let loaded = load(&engine, &built(&name, &text), Permissions::default(), Grant::default());
    for input in [json!({}), json!({"title": 5}), json!([])] {
        let failure = run(&loaded, "run", &input).unwrap_err();
        assert!(failure.contains("input does not fit"), "{failure}");
    }
}
