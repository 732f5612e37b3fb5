//! `engraft inspect`.

use crate::support::{CORE_MODULE, Home, IMPORTS_RANDOM, NUMBERS, change, template, wat};

#[test]
fn a_bare_component_shows_its_operations_and_imports() {
    let home = Home::new();
    home.component("numbers.wasm", NUMBERS);
    let ran = home.run(&["inspect", "numbers.wasm"]).says(0, "a bare component, unsigned");
    assert!(ran.out.contains("double\n    {number: integer} → integer"), "{}", ran.out);
    assert!(ran.out.contains("Imports\n  none"), "{}", ran.out);
    home.component("draw.wasm", IMPORTS_RANDOM);
    let json = home.run(&["inspect", "draw.wasm", "--json"]).fine().json();
    assert_eq!(json["kind"], "component");
    assert_eq!(json["component"]["imports"][0]["name"], "wasi:random/random@0.2.6");
    assert_eq!(json["component"]["digest"]["blake3"].as_str().unwrap().len(), 64);
    assert_eq!(json["description"]["operations"][0]["name"], "draw");
    assert!(json["manifest"].is_null() && json["trust"].is_null(), "{json}");
}

#[test]
fn a_component_of_the_contract_is_asked_what_it_is() {
    let home = Home::new();
    home.write("greet.wasm", template());
    let ran = home.run(&["inspect", "greet.wasm"]).says(0, "example.greet");
    assert!(ran.out.contains("kv  64 KiB, 1,000 keys"), "{}", ran.out);
    assert!(ran.out.contains("“greet {name}”"), "{}", ran.out);
    assert!(ran.out.contains("engraft:capability/kv@1.0.0"), "{}", ran.out);
    // The world's own names for types of the contract ask the host for nothing.
    let json = home.run(&["inspect", "greet.wasm", "--json"]).fine().json();
    let imports = json["component"]["imports"].as_array().unwrap();
    let names: Vec<_> = imports.iter().map(|import| import["name"].as_str().unwrap()).collect();
    assert!(names.len() >= 2 && names.iter().all(|name| name.contains(':')), "{names:?}");
}

#[test]
fn a_bundle_shows_who_signed_it_and_whether_that_counts() {
    let home = Home::new();
    home.bundle();
    let ran = home.run(&["inspect", "numbers.engraft"]).says(0, "trusted: by the local keyring");
    assert!(ran.out.contains("Limits of a call\n"), "{}", ran.out);
    assert!(ran.out.contains("1,000,000,000"), "{}", ran.out);
    // Elsewhere nobody trusts that key, and it is shown all the same.
    let other = Home::new();
    other.write("numbers.engraft", std::fs::read(home.path("numbers.engraft")).unwrap());
    let json = other.run(&["inspect", "numbers.engraft", "--json"]).fine().json();
    let trust = &json["trust"];
    assert_eq!(trust["trusted"], false);
    assert!(trust["refusal"].as_str().unwrap().contains("signed for development"), "{trust}");
    assert_eq!(trust["signatures"][0]["counts"], false);
    assert_eq!(trust["signatures"][0]["reason"], "is not in the keyring");
    assert_eq!(json["manifest"]["name"], "numbers");
    other.run(&["inspect", "numbers.engraft"]).says(0, "not trusted: `numbers` 0.0.0");
}

#[test]
fn damage_is_told_and_its_place_in_the_file_too() {
    let home = Home::new();
    let bundle = home.bundle();
    let whole = std::fs::read(&bundle).unwrap();
    change(&bundle, |bytes| bytes.truncate(whole.len() / 2));
    home.run(&["inspect", "numbers.engraft"]).says(4, "cut off");
    for at in [whole.len() / 2, whole.len() - 1, 8] {
        std::fs::write(&bundle, &whole).unwrap();
        change(&bundle, |bytes| bytes[at] ^= 1);
        let ran = home.run(&["inspect", "numbers.engraft", "--json"]).says(4, "");
        assert_eq!(ran.json()["error"]["kind"], "corrupt", "byte {at}");
    }
}

#[test]
fn what_is_no_component_is_corrupt() {
    let home = Home::new();
    home.component("core.wasm", CORE_MODULE);
    home.run(&["inspect", "core.wasm"]).says(4, "wasm-tools component new");
    let mut cut = wat(NUMBERS);
    cut.truncate(60);
    home.write("cut.wasm", cut);
    home.run(&["inspect", "cut.wasm"]).says(4, "");
}
