//! `engraft precompile`.

use crate::support::{Home, NUMBERS};

#[test]
fn compiled_code_goes_along_and_counts_where_its_key_is_trusted_with_it() {
    let home = Home::new();
    home.bundle();
    let plain = std::fs::read(home.path("numbers.engraft")).unwrap();
    let arguments = ["precompile", "numbers.engraft", "-o", "fast.engraft", "--json"];
    let json = home.run(&arguments).fine().json();
    assert_eq!(json["native"].as_array().unwrap().len(), 1);
    let target = json["native"][0]["target"].as_str().unwrap();
    let words: Vec<&str> = target.split('-').collect();
    assert!(words.len() >= 3 && words[0] == std::env::consts::ARCH, "no target triple: {target}");
    assert!(target.contains(std::env::consts::OS), "{target}");
    assert!(json["bytes"].as_u64().unwrap() > plain.len() as u64);
    // The development key is trusted, though not with native code: it still runs, compiled here.
    let shown = home.run(&["inspect", "fast.engraft", "--json"]).fine().json();
    assert_eq!(shown["trust"]["trusted"], true);
    let reason = shown["trust"]["native_dropped"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("is not trusted with native code"), "{reason}");
    let call = ["try", "fast.engraft", "double", r#"{"number": 3}"#];
    assert_eq!(home.run(&call).fine().out, "6\n");
    // With a key that is trusted with it, nothing is left unused.
    home.run(&["key", "new", "builder", "--no-passphrase"]).fine();
    let trust = ["trust", "add", "builder", "--names", "numbers", "--native"];
    home.run(&trust).says(0, "and with native code");
    home.run(&["precompile", "numbers.engraft", "--key", "builder"]).says(0, "native code for");
    let shown = home.run(&["inspect", "numbers.engraft", "--json"]).fine().json();
    assert_eq!(shown["native"].as_array().unwrap().len(), 1);
    assert_eq!(shown["trust"]["native_dropped"].as_array().unwrap().len(), 0, "{shown}");
    let call = ["try", "numbers.engraft", "double", r#"{"number": 4}"#];
    assert_eq!(home.run(&call).fine().out, "8\n");
}

#[test]
fn a_bare_component_is_to_be_signed_first() {
    let home = Home::new();
    home.component("numbers.wasm", NUMBERS);
    home.run(&["precompile", "numbers.wasm"]).says(2, "compiled code goes into a bundle");
    home.bundle();
    home.run(&["precompile", "numbers.engraft", "--key", "nobody"]).says(2, "no key `nobody`");
}
