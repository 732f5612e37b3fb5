//! `engraft try`.

use crate::support::{
    CORE_MODULE, Home, IMPORTS_CLOCK, IMPORTS_RANDOM, NUMBERS, OTHER_NUMBERS, template,
};

fn home() -> Home {
    let home = Home::new();
    home.component("numbers.wasm", NUMBERS);
    home
}

#[test]
fn the_output_goes_to_standard_output_and_the_rest_beside_it() {
    let home = home();
    let ran = home.run(&["try", "numbers.wasm", "double", r#"{"number": 21}"#]).fine();
    assert_eq!(ran.out, "42\n");
    for says in ["returned", "fuel", "memory  64 KiB", "time"] {
        assert!(ran.err.contains(says), "{}", ran.err);
    }
    let call = ["try", "numbers.wasm", "double", "-", "--json"];
    let json = home.run_with(&call, "{\"number\":\n 4}").fine().json();
    assert_eq!((json["outcome"].as_str(), json["output"].as_u64()), (Some("returned"), Some(8)));
    assert_eq!(json["capability"], "numbers");
    assert!(json["usage"]["fuel"].as_u64().unwrap() > 0, "{json}");
    assert!(json["usage"]["duration_ns"].as_u64().unwrap() > 0, "{json}");
}

#[test]
fn a_bundle_runs_where_it_is_trusted_and_only_there() {
    let home = home();
    home.bundle();
    let call = ["try", "numbers.engraft", "double", r#"{"number": 1}"#];
    assert_eq!(home.run(&call).fine().out, "2\n");
    let other = Home::new();
    other.write("numbers.engraft", std::fs::read(home.path("numbers.engraft")).unwrap());
    other.run(&call).says(3, "signed for development");
}

#[test]
fn limits_end_a_call_and_are_named() {
    let home = home();
    let call = |operation: &str, more: &[&str]| {
        home.run(&[&["try", "numbers.wasm", operation], more].concat())
    };
    call("spin", &["--fuel", "100k"]).says(1, "burnt all its fuel, 100000");
    call("spin", &["--fuel", "1000G", "--deadline", "150ms"]).says(1, "its 150ms were over");
    call("grow", &[r#"{"pages": 100}"#, "--memory", "1MiB"]).says(1, "may have 1048576");
    call("double", &[r#"{"number": 1}"#, "--input-bytes", "4"]).says(1, "bytes of input");
    call("boom", &[]).says(1, "`numbers` `boom`");
    call("deep", &[]).says(1, "stack");
    let json = call("spin", &["--fuel", "5000", "--json"]).says(1, "").json();
    assert_eq!(json["outcome"], "out-of-fuel");
    assert!(json["message"].as_str().unwrap().contains("5000"), "{json}");
    assert!(json["output"].is_null());
}

#[test]
fn a_bundle_s_limits_can_only_be_tightened() {
    let home = home();
    home.write("manifest.json", r#"{"budget": {"fuel": 20000}}"#);
    home.run(&["sign", "numbers.wasm", "--manifest", "manifest.json"]).fine();
    home.run(&["try", "numbers.engraft", "spin", "--fuel", "1G"]).says(1, "fuel, 20000");
    home.run(&["try", "numbers.engraft", "spin", "--fuel", "7000"]).says(1, "fuel, 7000");
}

#[test]
fn an_unknown_operation_is_usage_with_a_suggestion() {
    let home = home();
    home.run(&["try", "numbers.wasm", "duoble"]).says(2, "did you mean `double`?");
    home.run(&["try", "numbers.wasm", "translate"]).says(2, "it has `double`, `spin`");
    let json = home.run(&["try", "numbers.wasm", "duoble", "--json"]).says(2, "").json();
    assert_eq!(json["error"]["hint"], "did you mean `double`?");
}

#[test]
fn wrong_json_shows_the_place() {
    let home = home();
    let call = ["try", "numbers.wasm", "double"];
    let ran = home.run(&[&call[..], &["{\"number\": tru}"]].concat()).says(4, "the input");
    assert!(ran.err.contains("1 | {\"number\": tru}"), "{}", ran.err);
    let bomb = "[".repeat(20_000);
    home.run(&[&call[..], &[bomb.as_str()]].concat()).says(4, "deeper than 128 levels");
    // JSON, and not what the operation takes: the capability refuses, and the place is shown.
    let ran = home.run(&[&call[..], &[r#"{"number": "x"}"#]].concat()).says(1, "invalid input");
    assert!(ran.err.contains("--> the input:1:12"), "{}", ran.err);
    assert!(ran.err.contains("           ^"), "{}", ran.err);
}

#[test]
fn a_bare_component_asks_for_what_is_allowed() {
    let home = home();
    home.component("late.wasm", IMPORTS_CLOCK);
    let refused = home.run(&["try", "late.wasm", "one"]).says(3, "the permission `clock`");
    assert!(refused.err.contains("hint: here `--allow` both asks and grants"), "{}", refused.err);
    assert_eq!(home.run(&["try", "late.wasm", "one", "--allow", "clock"]).fine().out, "1\n");
    // Where a manifest says what is asked for, allowing more does not help, and nobody says so.
    home.write("asks.json", r#"{"permissions": {}}"#);
    let asks = ["try", "late.wasm", "one", "--allow", "clock", "--manifest", "asks.json"];
    let refused = home.run(&asks).says(3, "its manifest does not ask for the permission `clock`");
    assert!(!refused.err.contains("hint"), "{}", refused.err);
    home.component("draw.wasm", IMPORTS_RANDOM);
    let seeded = ["try", "draw.wasm", "draw", "--allow", "random=seed:7"];
    let (one, two) = (home.run(&seeded).fine().out, home.run(&seeded).fine().out);
    assert_eq!(one, two);
    let real = ["try", "draw.wasm", "draw", "--allow", "random"];
    assert_ne!(home.run(&real).fine().out, one);
}

#[test]
fn a_capability_of_the_contract_needs_both_keys() {
    let home = Home::new();
    home.write("greet.wasm", template());
    let call = ["try", "greet.wasm", "greet", r#"{"name": "Ada"}"#];
    let denied = home.run(&call).says(3, "refused");
    assert!(denied.err.contains("`kv`") && denied.err.contains("not granted"), "{}", denied.err);
    let allowed = [&call[..], &["--allow", "kv"]].concat();
    assert!(home.run(&allowed).fine().out.contains("Hello, Ada!"));
    let json = home.run(&[&call[..], &["--json"]].concat()).says(3, "").json();
    assert_eq!(json["failure"]["kind"], "denied");
    let wrong = ["try", "greet.wasm", "greet", r#"{"name": 5}"#, "--allow", "kv"];
    home.run(&wrong).says(1, "--> the input:1:10");
    let invalid = ["try", "greet.wasm", "greet", r#"{"name": " "}"#, "--allow", "kv"];
    home.run(&invalid).says(1, "a name has 1 to 100 bytes");
    // What it asks for stands in its manifest; allowing more gives nothing.
    let more = [&allowed[..], &["--allow", "log", "--allow", "http=example.org"]].concat();
    home.run(&more).fine();
}

#[test]
fn a_wrong_rule_points_at_the_place() {
    let home = home();
    let call = ["try", "numbers.wasm", "double", "--allow", "http=https://example.org"];
    let ran = home.run(&call).says(2, "leave the scheme out");
    assert!(ran.err.contains("1 | http=https://example.org\n  |      ^^^^^^^^"), "{}", ran.err);
    let json = home.run(&[&call[..], &["--json"]].concat()).says(2, "").json();
    assert_eq!(json["error"]["place"]["column"], 6);
    let call = ["try", "numbers.wasm", "double", "--allow", "fs=missing::/data"];
    home.run(&call).says(2, "`missing` is not a directory");
    let call = ["try", "numbers.wasm", "double", "--allow", "secret=a=@missing@example.org"];
    home.run(&call).says(2, "cannot read `missing`");
}

#[test]
fn other_capabilities_stand_beside_it() {
    let home = home();
    home.component("triple.wasm", OTHER_NUMBERS);
    let call = ["try", "numbers.wasm", "double", r#"{"number": 2}"#, "--allow", "call=*"];
    home.run(&[&call[..], &["--with", "triple.wasm"]].concat()).fine();
    home.component("core.wasm", CORE_MODULE);
    home.run(&[&call[..], &["--with", "core.wasm"]].concat()).says(4, "core module");
}

#[test]
fn a_manifest_file_is_for_bare_components() {
    let home = home();
    home.bundle();
    home.write("manifest.json", r#"{"name": "math.numbers", "budget": {"fuel": 3000}}"#);
    let with = ["--manifest", "manifest.json"];
    let call = |file, operation| [&["try", file, operation][..], &with].concat();
    home.run(&call("numbers.wasm", "spin")).says(1, "fuel, 3000");
    home.run(&call("numbers.engraft", "double")).says(2, "whose manifest is signed");
}
