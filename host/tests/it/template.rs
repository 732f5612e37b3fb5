//! The template that new capabilities begin with: what it is built to, and that it works.

use std::collections::BTreeSet;

use engraft::model::{Failure, Grant, Outcome};
use serde_json::{Value, json};
use wit_parser::decoding::{DecodedWasm, decode};

use crate::guest_sdk::{call, engine, grant_all, load};
use crate::support::{build, guest, repository, template};

/// The names of what a component imports and exports. Types alone, which a world uses by name, give it
/// nothing to call.
fn ports(component: &[u8]) -> (BTreeSet<String>, BTreeSet<String>) {
    let DecodedWasm::Component(resolve, world) = decode(component).unwrap() else {
        panic!("not a component")
    };
    let world = &resolve.worlds[world];
    let names = |ports: &wit_parser::IndexMap<wit_parser::WorldKey, wit_parser::WorldItem>| {
        ports
            .iter()
            .filter(|(_, item)| !matches!(item, wit_parser::WorldItem::Type { .. }))
            .map(|(key, _)| resolve.name_world_key(key))
            .collect()
    };
    (names(&world.imports), names(&world.exports))
}

fn contract(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| format!("engraft:capability/{name}@1.0.0")).collect()
}

#[test]
fn a_component_imports_and_exports_only_what_its_source_has() {
    let (imports, exports) = ports(&template("rust", "greet"));
    assert_eq!(imports, contract(&["types", "kv", "fault"]));
    assert_eq!(exports, ["describe", "invoke"].map(str::to_owned).into());

    let (imports, exports) = ports(&guest("sdk"));
    let used = ["log", "clock", "random", "progress", "kv", "config", "secrets", "http", "call"];
    let mut wanted = contract(&used);
    wanted.extend(contract(&["types", "fault"]));
    assert_eq!(imports, wanted, "it uses everything");
    let mut wanted = contract(&["state", "self-test"]);
    wanted.extend(["describe", "invoke"].map(str::to_owned));
    assert_eq!(exports, wanted);
}

#[tokio::test]
async fn the_template_describes_itself_and_its_examples_hold() {
    let engine = engine();
    let description =
        engine.describe(&"test.name".parse().unwrap(), template("rust", "greet")).await.unwrap();
    assert_eq!(description.name.as_str(), "example.greet");
    let greet = description.operation("greet").unwrap();
    assert_eq!(greet.input_schema["properties"]["name"]["type"], "string");
    assert_eq!(greet.input_schema["additionalProperties"], json!(false));
    assert_eq!(greet.output_schema["required"], json!(["text", "times"]));
    assert_eq!(greet.intents, ["say hello to {name}", "greet {name}"]);

    let loaded = load(&engine, template("rust", "greet"), grant_all).await;
    for example in &greet.examples {
        let outcome = call(&loaded, "greet", &example.input).await;
        let Outcome::Returned(output) = outcome else { panic!("{outcome}") };
        assert_eq!(Some(output.read::<Value>().unwrap()), example.output);
    }
    let outcome = call(&loaded, "greet", &json!({"name": "Ada"})).await;
    let Outcome::Returned(output) = outcome else { panic!("{outcome}") };
    assert_eq!(output.read::<Value>().unwrap()["times"], 2, "it remembers");
}

#[tokio::test]
async fn the_templates_failures_are_typed() {
    let engine = engine();
    let loaded = load(&engine, template("rust", "greet"), grant_all).await;
    let outcome = call(&loaded, "greet", &json!({"name": " "})).await;
    assert!(matches!(outcome, Outcome::Refused(Failure::InvalidInput(_))), "{outcome}");
    let denied = load(&engine, template("rust", "greet"), |_| Grant::default()).await;
    let outcome = call(&denied, "greet", &json!({"name": "Ada"})).await;
    assert!(matches!(outcome, Outcome::Refused(Failure::Denied(_))), "{outcome}");
}

#[test]
fn the_same_source_gives_the_same_bytes_elsewhere() {
    let elsewhere = std::env::temp_dir().join(format!("engraft-template-{}", std::process::id()));
    let copy = elsewhere.join("another/greet");
    let original = repository().join("guest-templates/rust");
    std::fs::create_dir_all(copy.join("src")).unwrap();
    for file in ["src/lib.rs", "Cargo.lock"] {
        std::fs::copy(original.join(file), copy.join(file)).unwrap();
    }
    let manifest = std::fs::read_to_string(original.join("Cargo.toml")).unwrap();
    let sdk = repository().join("sdk/guest");
    let manifest = manifest.replace("../../sdk/guest", &sdk.display().to_string());
    std::fs::write(copy.join("Cargo.toml"), manifest).unwrap();
    let built = build(&copy, &elsewhere.join("target"), "wasm32-unknown-unknown", "greet");
    std::fs::remove_dir_all(&elsewhere).unwrap();
    assert!(built == *template("rust", "greet"), "the bytes differ");
    let text = String::from_utf8_lossy(&built);
    let here = repository();
    assert!(!text.contains(&*here.to_string_lossy()), "it holds a path of this machine");
}
