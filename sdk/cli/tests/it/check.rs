//! `engraft check`.

use crate::support::{CORE_MODULE, Home, IMPORTS_CLOCK, NUMBERS, UNKNOWN_IMPORT, change};

#[test]
fn a_good_bundle_is_fine() {
    let home = Home::new();
    home.bundle();
    let ran = home.run(&["check", "numbers.engraft"]).says(0, "fine: numbers 0.0.0");
    assert!(ran.out.contains("signed by development"), "{}", ran.out);
    let json = home.run(&["check", "numbers.engraft", "--json"]).fine().json();
    assert_eq!(json["ok"], true);
    let steps: Vec<_> = json["steps"].as_array().unwrap().iter().collect();
    assert_eq!(steps.len(), 3);
    for (step, name) in steps.iter().zip(["read", "trust", "load"]) {
        assert_eq!((step["step"].as_str(), step["ok"].as_bool()), (Some(name), Some(true)));
    }
}

#[test]
fn an_unknown_key_is_refused_and_the_rest_still_checked() {
    let home = Home::new();
    home.bundle();
    let other = Home::new();
    other.write("numbers.engraft", std::fs::read(home.path("numbers.engraft")).unwrap());
    let ran = other.run(&["check", "numbers.engraft"]).says(3, "signed for development");
    assert!(ran.out.contains("load     fine"), "{}", ran.out);
    let json = other.run(&["check", "numbers.engraft", "--json"]).says(3, "").json();
    assert_eq!(json["steps"][1]["ok"], false);
    assert_eq!(json["steps"][2]["ok"], true);
}

#[test]
fn every_reason_is_told_not_only_the_first() {
    let home = Home::new();
    home.component("late.wasm", IMPORTS_CLOCK);
    home.run(&["key", "new", "alice", "--no-passphrase"]).fine();
    home.run(&["sign", "late.wasm", "--version", "1.0.0", "--key", "alice"]).fine();
    let ran = home.run(&["check", "late.engraft"]).says(3, "is not in the keyring");
    assert!(ran.out.contains("does not ask for the permission `clock`"), "{}", ran.out);
}

#[test]
fn an_unsigned_component_is_refused_and_a_module_is_corrupt() {
    let home = Home::new();
    home.component("numbers.wasm", NUMBERS);
    home.run(&["check", "numbers.wasm"]).says(3, "nobody has signed it");
    home.component("core.wasm", CORE_MODULE);
    home.run(&["check", "core.wasm"]).says(4, "wasm-tools component new");
    home.component("mail.wasm", UNKNOWN_IMPORT);
    home.run(&["check", "mail.wasm"]).says(3, "acme:mail/send@1.0.0");
}

#[test]
fn a_flipped_bit_and_a_cut_file_are_corrupt() {
    let home = Home::new();
    let bundle = home.bundle();
    let whole = std::fs::read(&bundle).unwrap();
    change(&bundle, |bytes| bytes.truncate(whole.len() - 1));
    home.run(&["check", "numbers.engraft"]).says(4, "cut off");
    std::fs::write(&bundle, &whole).unwrap();
    change(&bundle, |bytes| bytes[whole.len() - 1] ^= 0x10);
    home.run(&["check", "numbers.engraft"]).says(4, "damaged");
}

#[test]
fn a_revoked_digest_is_refused() {
    let home = Home::new();
    home.bundle();
    let json = home.run(&["check", "numbers.engraft", "--json"]).fine().json();
    let digest = json["digest"].as_str().unwrap();
    home.run(&["trust", "revoke", digest, "--why", "it leaks"]).fine();
    home.run(&["check", "numbers.engraft"]).says(3, "is revoked (it leaks)");
}
