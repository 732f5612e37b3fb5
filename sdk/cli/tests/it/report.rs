//! What an examination leaves behind: coverage of a recipe's source, cases as tests, a page for a
//! browser; and what it is given: a tape of real use.

use serde_json::{Value, json};

use crate::support::{Home, LOOKER, OTHER_NUMBERS, change};

/// A recipe with a part that examples do not reach, and one that nothing does.
const GREETING: &str = "\
name: text.greeting
version: 1.0.0
summary: Greets somebody.
input:
  type: object
  properties:
    name: {type: string, maxLength: 100}
    mood: {enum: [plain, loud, never]}
  required: [name]
output: {type: string}
let:
  mood: \"has(input.mood) ? input.mood : 'plain'\"
return: \"mood == 'loud' ? input.name.upperAscii() + '!' : size(input.name) > 5000 ? input.name.lowerAscii() : 'Hello, ' + input.name\"
examples:
  - input: {name: Ann}
    output: Hello, Ann
";

fn expressions(report: &Value) -> Vec<(&'static str, bool)> {
    let spans = report["coverage"]["source"]["spans"].as_array().unwrap();
    let of = |span: &Value| {
        let at = |name: &str| usize::try_from(span[name].as_u64().unwrap()).unwrap();
        (&GREETING[at("start")..at("end")], span["is_evaluated"].as_bool().unwrap())
    };
    spans.iter().map(of).collect()
}

#[test]
fn expressions_of_a_recipe_are_covered_and_its_cases_become_tests() {
    let home = Home::new();
    home.write("greeting.yaml", GREETING);
    home.write("policy.yaml", "search: {time_ms: 60000}\n");
    let examine =
        ["examine", "greeting.yaml", "--level", "comprehensive", "--policy", "policy.yaml"];
    let saving = [&examine[..], &["--save-cases", "cases.json", "--json"]].concat();
    let report = home.run(&saving).fine().json();
    let found = expressions(&report);
    let is_evaluated = |text: &str| {
        let mut of_it = found.iter().filter(|(known, _)| *known == text).map(|(_, is)| *is);
        of_it.next().unwrap_or_else(|| panic!("{text}: {found:?}"))
    };
    assert!(is_evaluated("mood == 'loud'") && is_evaluated("'Hello, ' + input.name"));
    assert!(is_evaluated("input.name.upperAscii() + '!'"), "a generated case is loud");
    assert!(!is_evaluated("input.name.lowerAscii()"), "no name is so long");
    let share = &report["coverage"]["source"]["expressions"];
    assert!(share["reached"].as_u64() < share["total"].as_u64(), "{share}");
    home.run(&examine).says(0, "expressions");

    let cases: Value =
        serde_json::from_slice(&std::fs::read(home.path("cases.json")).unwrap()).unwrap();
    let examples = cases["operations"][0]["examples"].as_array().unwrap();
    let loud = examples.iter().find(|it| it["input"]["mood"] == "loud").unwrap();
    assert!(loud["output"].as_str().unwrap().ends_with('!'), "{loud}");
    assert_eq!(examples[0], json!({"input": {"name": "Ann"}, "output": "Hello, Ann"}));
    // What was saved holds as tests, and what does not hold any more is found.
    let again = [&examine[..], &["--manifest", "cases.json"]].concat();
    home.run(&again).says(0, "admissible");
    change(&home.path("cases.json"), |bytes| {
        *bytes = String::from_utf8_lossy(bytes).replace("Hello, Ann", "Hello, Bob").into_bytes();
    });
    home.run(&again).says(3, "sandbox.examples");
    let basic = ["examine", "greeting.yaml", "--level", "basic", "--save-cases", "none.json"];
    home.run(&basic).says(2, "comprehensive");
}

#[test]
fn a_report_is_a_page_for_a_browser_in_one_file() {
    let home = Home::new();
    home.write("greeting.yaml", GREETING);
    home.run(&["examine", "greeting.yaml", "--level", "comprehensive"]).fine();
    home.run(&["report", "show", "text.greeting", "--html", "page.html"]).says(0, "page.html");
    let page = std::fs::read_to_string(home.path("page.html")).unwrap();
    for wanted in
        ["<!doctype html>", "<svg", "class=\"miss\"", "input.name.lowerAscii()", "fuel of a call"]
    {
        assert!(page.contains(wanted), "{wanted}");
    }
    assert!(!page.contains("<script") && !page.contains("http://"), "nothing is fetched");
    home.component("triple.wasm", OTHER_NUMBERS);
    home.run(&["examine", "triple.wasm", "--level", "basic"]).fine();
    home.run(&["report", "show", "triple", "--html", "plain.html"]).says(0, "plain.html");
}

const COUNTER: &str = "\
name: habit.counter
version: 1.0.0
summary: Counts how often something was done.
input:
  type: object
  properties: {habit: {type: string, maxLength: 50}}
  required: [habit]
permissions:
  kv: {bytes: 65536, keys: 100}
  config: [unit]
steps:
  - config: \"'unit'\"
    as: unit
  - get: \"'habit/' + input.habit\"
    as: before
  - set: \"before == null ? 1 : int(before) + 1\"
    as: count
  - put: \"'habit/' + input.habit\"
    value: count
return: \"{'count': count, 'unit': unit}\"
examples:
  - input: {habit: run}
";

#[test]
fn what_was_recorded_in_real_use_is_played_in_an_examination() {
    let home = Home::new();
    home.write("counter.yaml", COUNTER);
    let key = format!("ghp_{}", "aB3dE6gH9jK2mN5pQ8rS".repeat(2));
    let unit = format!("config=unit={key}");
    let record = [
        "try",
        "counter.yaml",
        "run",
        r#"{"habit": "run"}"#,
        "--then",
        r#"run {"habit": "run"}"#,
        "--allow",
        "kv",
        "--allow",
        &unit,
        "--record",
        "tape.json",
    ];
    home.run(&record).says(0, "recorded to");
    let text = std::fs::read_to_string(home.path("tape.json")).unwrap();
    assert!(!text.contains(&key) && text.contains("[redacted]"), "{text}");
    let tape: Value = serde_json::from_str(&text).unwrap();
    let calls = tape["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 2);
    let asked: Vec<&str> = calls[1]["exchanges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|exchange| exchange["asked"]["function"].as_str().unwrap())
        .collect();
    assert_eq!(asked, ["config", "kv-read", "kv-write"], "{tape:#}");

    let played = ["examine", "counter.yaml", "--level", "standard", "--tape", "tape.json"];
    let report = home.run(&[&played[..], &["--json"]].concat()).fine().json();
    let run = |report: &Value| {
        let checks = report["checks"].as_array().unwrap().clone();
        checks.into_iter().find(|run| run["check"] == "sandbox.tape").unwrap()["end"].clone()
    };
    assert_eq!(run(&report), "passed", "{report:#}");
    let without = ["examine", "counter.yaml", "--level", "standard", "--json"];
    assert_eq!(run(&home.run(&without).fine().json()), "skipped");

    // The next version counts by two: it writes what is not on the tape.
    home.write("counter.yaml", COUNTER.replace("int(before) + 1", "int(before) + 2"));
    let ran = home.run(&played).says(3, "sandbox.tape");
    assert!(ran.out.contains("it asks what is not on the tape"), "{}", ran.out);
    home.write("counter.yaml", COUNTER);
    change(&home.path("tape.json"), |bytes| {
        *bytes = String::from_utf8_lossy(bytes).replace("\"returned\"", "\"refused\"").into_bytes();
    });
    home.run(&played).says(3, "it came to `returned`");
    home.write("tape.json", "{}");
    home.run(&played).says(4, "is no tape");
}

/// The command has no screen; a program that has one has recorded what was seen on it.
#[test]
fn a_tape_of_a_programs_own_interface_is_played_by_the_command() {
    let home = Home::new();
    home.component("look.wasm", LOOKER);
    home.write("look.json", r#"{"permissions": {"custom": ["desk.screen"]}}"#);
    let tape = |x: u32| {
        json!({
            "format": 1, "capability": "look", "component": format!("blake3:{}", "0".repeat(64)),
            "moment": "2026-01-01T00:00:00Z", "seed": 7,
            "calls": [{
                "operation": "look", "input": r#"{"x": 3, "y": 5}"#, "outcome": "returned",
                "output": "305",
                "exchanges": [{
                    "asked": {"function": "own", "name": "screen.pixel", "input": format!("[{x},5]")},
                    "answer": {"text": "305"},
                }],
            }],
        })
    };
    let examine = ["examine", "look.wasm", "--manifest", "look.json", "--level", "comprehensive"];
    home.run(&examine).says(0, "nothing answers for `acme:desk/screen@1.0.0` here");
    let played = [&examine[..], &["--tape", "tape.json"]].concat();
    home.write("tape.json", tape(3).to_string());
    let report = home.run(&[&played[..], &["--json"]].concat()).fine().json();
    let ended = |check: &str| {
        let runs = report["checks"].as_array().unwrap();
        runs.iter().find(|run| run["check"] == check).unwrap()["end"].clone()
    };
    for check in ["sandbox.tape", "sandbox.cases", "behaviour.determinism", "coverage.searched"] {
        assert_eq!(ended(check), "passed", "{check}: {report:#}");
    }
    home.write("tape.json", tape(4).to_string());
    let ran = home.run(&played).says(3, "blocks sandbox.tape");
    let place = "it asks what is not on the tape: acme:desk/screen@1.0.0#pixel [3,5]";
    assert!(ran.out.contains(place), "{}", ran.out);
    // It can be signed without its program too, and a person asked about what it may use.
    home.run(&["sign", "look.wasm", "--manifest", "look.json"]).fine();
    home.write("tape.json", tape(3).to_string());
    home.run(&["examine", "look.engraft", "--tape", "tape.json"]).says(0, "needs two approvals");
}

#[test]
fn a_call_can_be_tried_behind_walls() {
    let home = Home::new();
    home.component("triple.wasm", OTHER_NUMBERS);
    let walls = home.run(&["doctor", "--json"]).fine().json()["walls"].clone();
    let tried = ["try", "triple.wasm", "triple", r#"{"number": 5}"#, "--lifetime", "walled"];
    if walls.as_array().unwrap().iter().all(|wall| wall["missing"].is_null()) {
        home.run(&tried).says(0, "15");
    } else {
        println!("!!! NO WHOLE WALL ON THIS MACHINE: {walls}");
        home.run(&tried).says(1, "");
    }
}

#[test]
fn the_worker_is_a_program_of_its_own() {
    let path = env!("CARGO_BIN_EXE_engraft-worker");
    let alone = std::process::Command::new(path).output().unwrap();
    assert_eq!(alone.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&alone.stderr).contains("by itself it does nothing"));
    let program = engraft::worker::WorkerProgram::at(path);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let walls = runtime.block_on(engraft::worker::walls(&program));
    if !cfg!(target_os = "linux") {
        return;
    }
    assert!(walls.is_ok(), "it tells which walls stand: {walls:?}");
    let limits = engraft::worker::WorkerLimits::default();
    let minute = std::time::Duration::from_secs(60);
    let component = crate::support::wat(OTHER_NUMBERS);
    let compiled = engraft::worker::compile(&program, &component, limits, minute);
    assert!(runtime.block_on(compiled).is_ok());
    let broken = engraft::worker::compile(&program, &component[..20], limits, minute);
    assert!(runtime.block_on(broken).is_err());
}
