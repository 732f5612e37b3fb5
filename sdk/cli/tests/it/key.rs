//! `engraft key`.

use crate::support::{Home, change};

#[test]
fn a_key_is_made_listed_shown_and_exported() {
    let home = Home::new();
    home.run(&["key", "list"]).says(0, "no keys");
    let made = home.run(&["key", "new", "alice", "--no-passphrase", "--json"]).fine().json();
    let key = &made["key"];
    assert_eq!((key["name"].as_str(), key["origin"].as_str()), (Some("alice"), Some("release")));
    assert_eq!(key["protection"], "file-permissions");
    let (id, public) = (key["id"].as_str().unwrap(), key["public"].as_str().unwrap());
    home.run(&["key", "show", "alice"]).says(0, public);
    home.run(&["key", "list"]).says(0, id);
    let card = home.run(&["key", "export", "alice"]).fine().out;
    assert_eq!(card.trim(), format!("{public} release alice"));
    home.run(&["key", "export", "alice", "-o", "alice.pub"]).fine();
    assert_eq!(std::fs::read_to_string(home.path("alice.pub")).unwrap(), card);
    let secret = std::fs::read_to_string(home.path("home/keys/alice.key")).unwrap();
    let seed = serde_json::from_str::<serde_json::Value>(&secret).unwrap()["secret"]["plain"]
        .as_str()
        .unwrap()
        .to_owned();
    for command in [&["key", "show", "alice"][..], &["key", "list"], &["key", "export", "alice"]] {
        let ran = home.run(command).fine();
        assert!(!ran.out.contains(&seed), "the secret half is shown by {command:?}");
    }
}

#[test]
fn a_key_is_not_made_twice_and_not_under_any_name() {
    let home = Home::new();
    home.run(&["key", "new", "alice", "--no-passphrase"]).fine();
    home.run(&["key", "new", "alice", "--no-passphrase"]).says(2, "a key `alice` already");
    home.run(&["key", "new", "../alice", "--no-passphrase"]).says(2, "is not a key's label");
    home.run(&["key", "show", "bob"]).says(2, "there is no key `bob`");
    home.run(&["key", "export", "bob"]).says(2, "engraft key list");
}

#[test]
fn without_a_terminal_the_protection_must_be_said() {
    let home = Home::new();
    home.run(&["key", "new", "alice"]).says(2, "--passphrase-file FILE");
    home.write("empty", "\n");
    home.run(&["key", "new", "alice", "--passphrase-file", "empty"]).says(2, "is empty");
    home.run(&["key", "new", "alice", "--passphrase-file", "none"]).says(2, "cannot read");
    home.run(&["key", "list"]).says(0, "no keys");
}

#[test]
fn a_passphrase_protects_and_opens() {
    let home = Home::new();
    let bundle = home.bundle();
    home.write("right", "correct horse\n");
    home.write("wrong", "correct house\n");
    let made = home.run(&["key", "new", "alice", "--passphrase-file", "right", "--json"]).fine();
    assert_eq!(made.json()["key"]["protection"], "passphrase");
    let sign = ["sign", "numbers.wasm", "--version", "1.0.0", "--key", "alice"];
    let with = |file| [&sign[..], &["--passphrase-file", file]].concat();
    home.run(&sign).says(2, "the key `alice` is encrypted");
    home.run(&with("wrong")).says(3, "the passphrase is wrong");
    home.run(&with("right")).says(0, "wrote numbers.engraft");
    assert!(bundle.exists());
}

#[cfg(unix)]
#[test]
fn a_key_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    home.run(&["key", "new", "alice", "--no-passphrase"]).fine();
    let path = home.path("home/keys/alice.key");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    home.component("numbers.wasm", crate::support::NUMBERS);
    let sign = ["sign", "numbers.wasm", "--version", "1.0.0", "--key", "alice"];
    home.run(&sign).says(3, "mode 644").says(3, "chmod 600");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    home.run(&sign).fine();
}

#[test]
fn a_broken_key_file_shows_the_place() {
    let home = Home::new();
    home.run(&["key", "new", "alice", "--no-passphrase"]).fine();
    change(&home.path("home/keys/alice.key"), |bytes| {
        let text =
            String::from_utf8(bytes.clone()).unwrap().replacen("\"release\"", "\"other\"", 1);
        *bytes = text.into_bytes();
    });
    let ran = home.run(&["key", "show", "alice"]).says(4, "alice.key");
    assert!(ran.err.contains("| ") && ran.err.contains('^'), "{}", ran.err);
    let json = home.run(&["key", "show", "alice", "--json"]).says(4, "").json();
    assert_eq!(json["error"]["place"]["line"], 3);
}

#[test]
fn the_development_key_is_made_on_first_use_and_said_so() {
    let home = Home::new();
    home.component("numbers.wasm", crate::support::NUMBERS);
    let first = home.run(&["sign", "numbers.wasm"]).fine();
    assert!(first.err.contains("made the development key key-"), "{}", first.err);
    let second = home.run(&["sign", "numbers.wasm"]).fine();
    assert!(!second.err.contains("made the development key"), "{}", second.err);
    home.run(&["key", "show", "development"]).says(0, "development");
    home.run(&["trust", "list"]).says(0, "development");
    let other = Home::new();
    other.component("numbers.wasm", crate::support::NUMBERS);
    let json = other.run(&["sign", "numbers.wasm", "--json"]).fine().json();
    assert!(json["notes"][0].as_str().unwrap().contains("made the development key"), "{json}");
}
