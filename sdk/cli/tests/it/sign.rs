//! `engraft sign`.

use crate::support::{CORE_MODULE, Home, NUMBERS, OTHER_NUMBERS, template};

fn home() -> Home {
    let home = Home::new();
    home.component("numbers.wasm", NUMBERS);
    home
}

#[test]
fn a_component_becomes_a_bundle() {
    let home = home();
    let json = home.run(&["sign", "numbers.wasm", "--json"]).fine().json();
    assert_eq!(json["name"], "numbers");
    assert_eq!(json["version"], "0.0.0");
    assert_eq!(json["origin"], "development");
    assert_eq!(json["file"], "numbers.engraft");
    assert_eq!(json["signatures"].as_array().unwrap().len(), 1);
    assert!(json["sequence"].as_u64().unwrap() > 1_700_000_000, "the time is the sequence");
    let bytes = std::fs::read(home.path("numbers.engraft")).unwrap();
    assert_eq!(json["bytes"].as_u64().unwrap(), bytes.len() as u64);
    home.run(&["check", "numbers.engraft"]).says(0, "fine: numbers 0.0.0");
}

#[test]
fn options_and_a_manifest_file_say_more_than_the_component() {
    let home = home();
    home.write(
        "manifest.json",
        r#"{"summary": "Doubles.", "version": "1.1.0", "sequence": 3,
            "permissions": {"log": true}, "budget": {"fuel": 5000}}"#,
    );
    let sign = |more: &[&str]| {
        let base = ["sign", "numbers.wasm", "--manifest", "manifest.json", "-o", "out", "--json"];
        home.run(&[&base[..], more].concat()).fine().json()
    };
    let json = sign(&[]);
    assert_eq!((json["version"].as_str(), json["sequence"].as_u64()), (Some("1.1.0"), Some(3)));
    let shown = home.run(&["inspect", "out", "--json"]).fine().json();
    assert_eq!(shown["manifest"]["summary"], "Doubles.");
    assert_eq!(shown["manifest"]["budget"]["fuel"], 5000);
    assert_eq!(shown["manifest"]["permissions"]["log"], true);
    assert_eq!(shown["manifest"]["operations"][0]["name"], "double", "from the component");
    let json = sign(&["--version", "2.0.0", "--name", "math.numbers", "--sequence", "9"]);
    assert_eq!((json["version"].as_str(), json["sequence"].as_u64()), (Some("2.0.0"), Some(9)));
    assert_eq!(json["name"], "math.numbers");
}

#[test]
fn a_mistake_in_the_manifest_file_shows_the_place() {
    let home = home();
    for (text, code, line, says) in [
        ("{\n  \"summary\": \"a\",\n  \"root\": true\n}", 4, 3, "unknown field `root`"),
        ("{\n  \"version\": \"one\"\n}", 4, 2, "version"),
        ("{\n  \"name\": \"No Name\"\n}", 4, 2, "is not a capability's name"),
        ("{\"a\"", 4, 1, "manifest.json"),
    ] {
        home.write("manifest.json", text);
        let sign = ["sign", "numbers.wasm", "--manifest", "manifest.json"];
        let ran = home.run(&sign).says(code, says);
        assert!(ran.err.contains(&format!("manifest.json:{line}:")), "{}", ran.err);
        let lines: Vec<&str> = ran.err.lines().collect();
        assert!(lines.iter().any(|line| line.trim_end().ends_with('^')), "{}", ran.err);
        let json = home.run(&[&sign[..], &["--json"]].concat()).says(code, "").json();
        assert_eq!(json["error"]["place"]["line"], line);
    }
    home.write("manifest.json", r#"{"operations": []}"#);
    let sign = ["sign", "numbers.wasm", "--manifest", "manifest.json"];
    home.run(&sign).says(4, "manifest.json: the manifest's operations");
    assert!(!home.path("numbers.engraft").exists(), "nothing is written");
}

#[test]
fn a_component_of_the_contract_describes_itself() {
    let home = Home::new();
    home.write("greet.wasm", template());
    let json = home.run(&["sign", "greet.wasm", "--json"]).fine().json();
    assert_eq!(json["name"], "example.greet");
    let shown = home.run(&["inspect", "greet.engraft", "--json"]).fine().json();
    assert_eq!(shown["manifest"]["permissions"]["kv"]["keys"], 1000);
    assert_eq!(shown["component"]["kind"], "contract");
}

#[test]
fn a_release_needs_a_version_and_its_key() {
    let home = home();
    home.run(&["sign", "numbers.wasm", "--key", "alice"]).says(2, "there is no key `alice`");
    home.run(&["key", "new", "alice", "--no-passphrase"]).fine();
    home.run(&["sign", "numbers.wasm", "--key", "alice"]).says(2, "released without a version");
    let sign = ["sign", "numbers.wasm", "--key", "alice", "--version", "1.0.0", "--json"];
    assert_eq!(home.run(&sign).fine().json()["origin"], "release");
    home.run(&["sign", "numbers.wasm", "--version", "one"]).says(2, "invalid value");
    home.run(&["sign", "numbers.wasm", "--name", "No"]).says(2, "is not a capability's name");
}

#[test]
fn a_bundle_gets_a_further_signature() {
    let home = home();
    for name in ["alice", "bob"] {
        home.run(&["key", "new", name, "--no-passphrase"]).fine();
    }
    home.run(&["sign", "numbers.wasm", "--key", "alice", "--version", "1.0.0"]).fine();
    let before = std::fs::read(home.path("numbers.engraft")).unwrap();
    let json = home.run(&["sign", "numbers.engraft", "--key", "bob", "--json"]).fine().json();
    assert_eq!(json["signatures"].as_array().unwrap().len(), 2);
    assert_ne!(std::fs::read(home.path("numbers.engraft")).unwrap(), before);
    home.run(&["sign", "numbers.engraft"]).says(2, "sign with keys of one kind");
    home.run(&["sign", "numbers.engraft", "--key", "bob", "--version", "2.0.0"])
        .says(2, "`--version` would change it");
}

#[test]
fn what_is_no_component_is_not_signed() {
    let home = home();
    home.component("core.wasm", CORE_MODULE);
    home.run(&["sign", "core.wasm"]).says(4, "wasm-tools component new");
    let mut cut = crate::support::wat(OTHER_NUMBERS);
    cut.truncate(cut.len() - 10);
    home.write("cut.wasm", cut);
    home.run(&["sign", "cut.wasm"]).says(4, "`cut.wasm` is no component");
    home.component("Ünnamed.wasm", NUMBERS);
    home.run(&["sign", "Ünnamed.wasm"]).says(2, "give `--name`");
    for name in ["core.engraft", "cut.engraft"] {
        assert!(!home.path(name).exists(), "{name} was written");
    }
}
