//! `engraft examine`, `report` and `approvals`.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{CORE_MODULE, Home, IMPORTS_CLOCK, NUMBERS, OTHER_NUMBERS, change};

/// What may be done at a risk, so that a test need not wait for a dangerous candidate.
const EVERYTHING_NEEDS_AN_APPROVAL: &str =
    "levels: {uploaded: basic}\nactions:\n  safe: {do: approval}\n";

fn checks_of(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["check"].as_str().unwrap()).collect()
}

#[test]
fn a_component_that_is_honest_is_admissible_at_every_level() {
    let home = Home::new();
    home.component("triple.wasm", OTHER_NUMBERS);
    for level in ["basic", "standard", "comprehensive"] {
        let ran = home.run(&["examine", "triple.wasm", "--level", level]).says(0, "admissible");
        assert!(ran.out.contains("bounded by  its structure"), "{}", ran.out);
    }
    // What is fit for production has been behind every wall; which of them stand, `doctor` tells.
    let walls = home.run(&["doctor", "--json"]).fine().json()["walls"].clone();
    let walls = walls.as_array().unwrap();
    assert_eq!(walls.len(), 6, "{walls:?}");
    let production = home.run(&["examine", "triple.wasm", "--level", "production"]);
    if walls.iter().all(|wall| wall["missing"].is_null()) {
        production.says(0, "admissible");
    } else {
        println!("!!! PRODUCTION IS REFUSED ON THIS MACHINE: {walls:?}");
        production.says(3, "worker.wall");
    }
    let json = home.run(&["examine", "triple.wasm", "--level", "comprehensive", "--json"]).fine();
    let report = json.json();
    assert_eq!(report["verdict"], json!({"is": "admissible"}));
    assert_eq!(report["risk"]["level"], "safe");
    assert!(report["measures"]["calls"].as_u64().unwrap() > 1_000, "{report:#}");
}

#[test]
fn what_blocks_is_told_by_its_check_and_what_is_broken_is_corrupt() {
    let home = Home::new();
    home.component("numbers.wasm", NUMBERS);
    let ran = home.run(&["examine", "numbers.wasm"]).says(3, "blocks static.endless");
    assert!(ran.out.starts_with("blocked: numbers"), "{}", ran.out);
    let report = home.run(&["examine", "numbers.wasm", "--json"]).says(3, "").json();
    assert!(checks_of(&report).contains(&"static.endless"), "{report:#}");
    home.component("late.wasm", IMPORTS_CLOCK);
    home.run(&["examine", "late.wasm", "--level", "basic"]).says(3, "static.imports");
    home.component("core.wasm", CORE_MODULE);
    home.run(&["examine", "core.wasm"]).says(4, "is a core module");
    home.write("text.wasm", "text");
    home.run(&["examine", "text.wasm"]).says(4, "neither a component nor a bundle");
    let path = home.component("triple.wasm", OTHER_NUMBERS);
    change(&path, |bytes| bytes.truncate(bytes.len() - 20));
    home.run(&["examine", "triple.wasm"]).says(4, "static.malformed");
    home.write("bad.yaml", "name: x\nno: recipe\n");
    home.run(&["examine", "bad.yaml"]).says(4, "not a recipe");
    home.run(&["examine"]).says(2, "required");
    home.run(&["examine", "triple.wasm", "--without", "static.nothing"]).says(2, "no check");
}

#[test]
fn a_check_that_is_left_out_finds_nothing() {
    let home = Home::new();
    home.component("numbers.wasm", NUMBERS);
    let without = ["--level", "basic", "--without", "static.endless"];
    let arguments = [&["examine", "numbers.wasm"][..], &without].concat();
    home.run(&arguments).says(0, "admissible");
}

#[test]
fn a_bundle_is_held_against_the_keyring_and_the_release_before() {
    let home = Home::new();
    home.component("triple.wasm", OTHER_NUMBERS);
    home.run(&["sign", "triple.wasm", "--version", "1.0.0"]).fine();
    home.run(&["install", "triple.engraft"]).fine();
    home.run(&["examine", "triple.engraft", "--level", "basic"]).says(0, "signed by");
    let other = Home::new();
    other.write("triple.engraft", std::fs::read(home.path("triple.engraft")).unwrap());
    other.run(&["examine", "triple.engraft", "--level", "basic"]).says(3, "trust.signature");

    home.write("more.json", r#"{"permissions": {"log": true}, "budget": {"fuel": 2000000000}}"#);
    let next = ["sign", "triple.wasm", "--version", "1.1.0", "--manifest", "more.json"];
    home.run(&[&next[..], &["--output", "next.engraft"]].concat()).fine();
    let against = ["examine", "next.engraft", "--level", "basic", "--against", "triple@1.0.0"];
    let ran = home.run(&against).says(3, "blocks until approved release.permissions");
    assert!(ran.out.contains("release.limits"), "{}", ran.out);
    home.run(&["examine", "next.engraft", "--against", "triple@9.9.9"]).says(2, "is installed");
}

#[test]
fn a_policy_decides_and_an_approval_lets_through_exactly_what_was_examined() {
    let home = Home::new();
    home.component("triple.wasm", OTHER_NUMBERS);
    home.write("policy.yaml", EVERYTHING_NEEDS_AN_APPROVAL);
    let examine = ["examine", "triple.wasm", "--level", "basic", "--policy", "policy.yaml"];
    home.run(&examine).says(0, "needs an approval");
    home.run(&["approvals", "list"]).says(0, "an approval");
    home.run(&["approvals", "show", "triple"]).says(0, "nothing that reaches outside");
    home.run(&["key", "new", "ann", "--no-passphrase"]).fine();
    home.run(&["approvals", "approve", "triple", "--key", "ann"]).says(0, "does not trust `ann`");
    let ran = home.run(&examine).says(0, "not approved");
    assert!(ran.out.contains("nobody whom the keyring trusts"), "{}", ran.out);
    home.run(&["key", "export", "ann", "--output", "ann.pub"]).fine();
    home.run(&["trust", "add", "ann.pub", "--names", "*"]).fine();
    home.run(&examine).says(0, "approved: by key-");
    home.run(&["approvals", "list"]).says(0, "approved by key-");
    // Another policy is another question.
    home.write(
        "policy.yaml",
        "levels: {uploaded: basic}\nactions: {safe: {do: approval}}\nbounds: {depth: 7}\n",
    );
    home.run(&examine).says(0, "under another policy");
    home.write("policy.yaml", EVERYTHING_NEEDS_AN_APPROVAL);
    home.run(&["approvals", "withdraw", "triple", "--key", "ann"]).fine();
    home.run(&examine).says(0, "has withdrawn");
    home.run(&["approvals", "reject", "triple", "--key", "ann", "--why", "no"]).fine();
    home.run(&examine).says(3, "was rejected");
    home.write("policy.yaml", "actions:\n  safe: {do: whatever}\n");
    home.run(&examine).says(4, "is no policy");
}

#[test]
fn a_report_is_signed_kept_and_shown_again() {
    let home = Home::new();
    home.component("numbers.wasm", NUMBERS);
    let signed = ["examine", "numbers.wasm", "--sign-to", "report.dsse"];
    home.run(&signed).says(3, "static.endless");
    let envelope: Value =
        serde_json::from_slice(&std::fs::read(home.path("report.dsse")).unwrap()).unwrap();
    assert_eq!(envelope["payloadType"], "application/vnd.in-toto+json");
    home.run(&["report", "show", "report.dsse"]).says(3, "signed by key-");
    home.run(&["report", "show", "numbers"]).says(3, "static.endless");
    home.run(&["report", "show", "nothing-of-this-name"]).says(2, "no report");
    let json = home.run(&["examine", "numbers.wasm", "--json"]).out;
    home.write("report.json", json);
    home.run(&["report", "show", "report.json"]).says(3, "static.endless");
    home.run(&["approvals", "approve", "numbers", "--key", "development"]).says(3, "is blocked");
    // Whoever changes a word of it is found out.
    change(&home.path("report.json"), |bytes| bytes.extend(b" x"));
    home.run(&["report", "show", "report.json"]).says(4, "");
}

/// The recipes of the cookbook. With the bundles of the examples, a plain component and near misses
/// (`host/tests/it/examine/honest.rs`) and the templates of nine languages (the row of the matrix that says
/// that nothing was found in them) they are the honest ones: nothing is told of any that is more than a
/// note.
const HONEST: [&str; 30] = [
    "call-file-name",
    "call-headline",
    "call-safe-summary",
    "date-days-between",
    "date-in-city",
    "date-until",
    "date-working-days",
    "http-check-sites",
    "http-create-issue",
    "http-exchange-rate",
    "http-open-issues",
    "http-weather",
    "json-csv-to-objects",
    "json-group-totals",
    "json-invoice",
    "kv-cached-rate",
    "kv-counter",
    "list-difference",
    "list-group",
    "list-top",
    "net-allowed",
    "net-link",
    "number-convert-units",
    "number-mean",
    "number-split-bill",
    "text-count-words",
    "text-excerpt",
    "text-extract-emails",
    "text-redact",
    "text-slug",
];

#[test]
fn the_honest_ones_pass_comprehensive_without_a_false_alarm() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/recipes");
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let recipes = files.filter(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    let mut there: Vec<String> = recipes.map(|path| name(&path)).collect();
    there.sort_unstable();
    assert_eq!(there, HONEST, "a recipe of the cookbook is not among the honest ones");
    // Two at a time, as many as the smallest machine has processors.
    std::thread::scope(|scope| {
        for half in HONEST.chunks(HONEST.len() / 2) {
            scope.spawn(|| {
                half.iter().for_each(|name| passes(&folder.join(format!("{name}.yaml"))))
            });
        }
    });
}

fn passes(recipe: &Path) {
    let home = Home::new();
    // So long that all inputs are tried which any machine comes to in the usual time.
    home.write("policy.yaml", "search: {time_ms: 60000}\n");
    let path = recipe.to_str().unwrap();
    let examine = ["examine", path, "--level", "comprehensive", "--policy", "policy.yaml"];
    let ran = home.run(&[&examine[..], &["--json"]].concat());
    let report = ran.json();
    assert_eq!(ran.code, Some(0), "{path}: {:#}", report["findings"]);
    let findings = report["findings"].as_array().unwrap();
    let alarms: Vec<&Value> = findings.iter().filter(|it| it["severity"] != "note").collect();
    assert!(alarms.is_empty(), "{path}: {alarms:#?}");
}

/// A recipe that asks its host only for some names.
fn asking(when: &str) -> String {
    format!(
        "name: test.ask\nversion: 1.0.0\nsummary: Asks for a name.\n\
         input: {{type: object, properties: {{name: {{type: string, maxLength: 20000}}}}, required: [name]}}\n\
         output: {{type: string}}\n\
         permissions: {{http: [{{host: names.example}}]}}\n\
         steps:\n  - fetch: https://names.example/a\n    when: \"{when}\"\n    as: answer\n    else: null\n\
         return: \"'asked'\"\n\
         examples: [{{input: {{name: .}}, output: asked}}]\n"
    )
}

#[test]
fn what_a_text_says_is_told_from_how_long_it_is() {
    let home = Home::new();
    let late = |when: &str| {
        home.write("ask.yaml", asking(when));
        let examine = ["examine", "ask.yaml", "--level", "comprehensive", "--json"];
        checks_of(&home.run(&examine).json()).contains(&"behaviour.late")
    };
    assert!(!late("input.name != '.'"));
    assert!(late("size(input.name) > 500"));
}

/// What is told of a recipe's file is what is told of the bundle that is made of it.
#[test]
fn a_recipe_and_its_bundle_are_told_the_same_of() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/recipes");
    let home = Home::new();
    // With a bound above what is usual, with one beyond every budget, and with a small one.
    for name in ["json-invoice", "kv-cached-rate", "number-mean"] {
        let source = folder.join(format!("{name}.yaml"));
        let (source, bundle) = (source.to_str().unwrap(), format!("{name}.engraft"));
        home.run(&["sign", source, "--output", &bundle]).fine();
        let told = |file: &str| {
            let ran = home.run(&["examine", file, "--level", "standard", "--json"]);
            let mut report = ran.json();
            let findings = report["findings"].as_array().unwrap().iter();
            let own = findings.filter(|it| it["check"] != "trust.signature").cloned();
            let own: Vec<Value> = own.collect();
            (ran.code, own, report["measures"]["bound"].take(), report["risk"]["evidence"].take())
        };
        let (of_source, of_bundle) = (told(source), told(&bundle));
        assert_eq!(of_source, of_bundle, "{name}");
        assert!(of_source.2["fuel"].as_str().unwrap().contains("·n"), "{name}: {}", of_source.2);
    }
    let ran = home.run(&["examine", "json-invoice.engraft", "--level", "standard"]).fine();
    assert!(ran.out.contains("which no run went over"), "{}", ran.out);
    assert!(!ran.out.contains("manifest.budget"), "{}", ran.out);
}

#[test]
fn every_check_can_be_listed() {
    let home = Home::new();
    let json = home.run(&["examine", "--checks", "--json"]).fine().json();
    assert!(json["checks"].as_array().unwrap().len() > 50);
    home.run(&["examine", "--checks"]).says(0, "static.imports");
}
