//! `engraft trust`.

use crate::support::{Home, NUMBERS};

/// An author with a release key and a bundle of version 1.0.0, and a user who has both files.
fn author_and_user() -> (Home, Home) {
    let (author, user) = (Home::new(), Home::new());
    author.component("numbers.wasm", NUMBERS);
    author.run(&["key", "new", "alice", "--no-passphrase"]).fine();
    author.run(&["key", "export", "alice", "-o", "alice.pub"]).fine();
    author.run(&["sign", "numbers.wasm", "--key", "alice", "--version", "1.0.0"]).fine();
    for file in ["alice.pub", "numbers.engraft"] {
        user.write(file, std::fs::read(author.path(file)).unwrap());
    }
    (author, user)
}

fn key_id(home: &Home) -> String {
    let json = home.run(&["trust", "list", "--json"]).fine().json();
    let keys = json["keys"].as_array().unwrap().iter();
    let alice = keys.into_iter().find(|key| key["label"] == "alice").unwrap();
    alice["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_key_is_trusted_as_far_as_it_is_said() {
    let (_author, user) = author_and_user();
    let check = ["check", "numbers.engraft"];
    user.run(&check).says(3, "is not in the keyring; add it if you trust its owner");
    user.run(&["trust", "add", "alice.pub"]).says(2, "--names");
    user.run(&["trust", "add", "alice.pub", "--names", "text.*"]).says(0, "up to safe risk");
    user.run(&check).says(3, "may not sign `numbers`");
    user.run(&["trust", "add", "alice.pub", "--names", "*"]).says(2, "in the keyring already");
    let list = user.run(&["trust", "list"]).fine().out;
    assert!(list.contains("alice") && list.contains("text.*") && list.contains("always"), "{list}");
}

#[test]
fn trust_ends_where_it_is_said_to() {
    let (_author, user) = author_and_user();
    let add = ["trust", "add", "alice.pub", "--names", "numbers", "--until"];
    user.run(&[&add[..], &["soon"]].concat()).says(2, "2026-11-20T19:30:00Z");
    user.run(&[&add[..], &["2001-01-01T00:00:00Z"]].concat()).fine();
    user.run(&["check", "numbers.engraft"]).says(3, "expired at 2001-01-01T00:00:00Z");
    let other = Home::new();
    other.write("alice.pub", std::fs::read(user.path("alice.pub")).unwrap());
    let both = ["--from", "2030-01-01T00:00:00Z"];
    let add = [&add[..], &["2029-01-01T00:00:00Z"], &both].concat();
    other.run(&add).says(2, "`--until` lies before `--from`");
}

#[test]
fn a_trusted_release_runs_until_its_key_is_revoked() {
    let (author, user) = author_and_user();
    user.run(&["trust", "add", "alice.pub", "--names", "numbers", "--label", "alice"]).fine();
    let call = ["try", "numbers.engraft", "double", r#"{"number": 5}"#];
    assert_eq!(user.run(&call).fine().out, "10\n");
    let id = key_id(&user);
    user.run(&["trust", "revoke", &id, "--why", "stolen"]).says(0, "is revoked");
    user.run(&call).says(3, "is revoked (stolen)");
    user.run(&["trust", "list"]).says(0, "never: revoked (stolen)");
    user.run(&["trust", "revoke", "alice"]).says(2, "neither a key id nor a digest");
    user.run(&["trust", "revoke", "key-12"]).says(2, "is not a key id");
    user.run(&["trust", "revoke", "blake3:12"]).says(2, "is not a digest");
    drop(author);
}

#[test]
fn revocations_travel_as_a_signed_list() {
    let (author, user) = author_and_user();
    author.run(&["key", "new", "warden", "--no-passphrase"]).fine();
    author.run(&["key", "export", "warden", "-o", "warden.pub"]).fine();
    author.run(&["trust", "add", "alice", "--names", "numbers"]).fine();
    let id = key_id(&author);
    let revoke = ["trust", "revoke", &id, "--why", "lost", "-o", "list", "--key", "warden"];
    author.run(&revoke).says(0, "wrote the signed list");
    for file in ["list", "warden.pub"] {
        user.write(file, std::fs::read(author.path(file)).unwrap());
    }
    user.run(&["trust", "add", "alice.pub", "--names", "numbers"]).fine();
    user.run(&["trust", "apply", "list"]).says(3, "is not in the keyring");
    user.run(&["check", "numbers.engraft"]).fine();
    user.run(&["trust", "add", "warden.pub", "--names", "none", "--revocations"]).fine();
    let json = user.run(&["trust", "apply", "list", "--json"]).fine().json();
    assert_eq!(json["keys"][&id], "lost");
    user.run(&["check", "numbers.engraft"]).says(3, "is revoked (lost)");
    user.run(&["trust", "apply", "alice.pub"]).says(4, "not readable");
    author.run(&["trust", "revoke", &id, "-o", "list"]).says(2, "--key");
}

#[test]
fn two_signers_can_be_asked_for() {
    let (author, user) = author_and_user();
    user.run(&["trust", "add", "alice.pub", "--names", "*"]).fine();
    user.run(&["trust", "require", "2", "--names", "numbers"]).says(0, "2 distinct signers");
    user.run(&["check", "numbers.engraft"]).says(3, "has 1 of 2 signatures needed");
    author.run(&["key", "new", "bob", "--no-passphrase"]).fine();
    author.run(&["key", "export", "bob", "-o", "bob.pub"]).fine();
    author.run(&["sign", "numbers.engraft", "--key", "bob"]).fine();
    for file in ["bob.pub", "numbers.engraft"] {
        user.write(file, std::fs::read(author.path(file)).unwrap());
    }
    user.run(&["trust", "add", "bob.pub", "--names", "*"]).fine();
    user.run(&["check", "numbers.engraft"]).fine();
    user.run(&["trust", "require", "0", "--names", "*"]).says(2, "invalid value");
}

#[test]
fn a_new_key_follows_an_old_one_and_both_count_as_one_for_a_while() {
    let (author, user) = author_and_user();
    author.run(&["key", "new", "alice-2", "--no-passphrase"]).fine();
    author.run(&["key", "export", "alice-2", "-o", "new.pub"]).fine();
    author
        .run(&["sign", "numbers.wasm", "--key", "alice-2", "--version", "1.1.0", "-o", "next"])
        .fine();
    for file in ["new.pub", "next"] {
        user.write(file, std::fs::read(author.path(file)).unwrap());
    }
    user.run(&["trust", "rotate", "alice", "new.pub"]).says(2, "the keyring has no key `alice`");
    user.run(&["trust", "add", "alice.pub", "--names", "numbers"]).fine();
    user.run(&["check", "next"]).says(3, "is not in the keyring");
    user.run(&["trust", "rotate", "alice", "new.pub", "--overlap", "soon"])
        .says(2, "such as `500ms`");
    let rotate = ["trust", "rotate", "alice", "new.pub", "--overlap", "2d", "--json"];
    let json = user.run(&rotate).fine().json();
    assert_eq!(json["before"]["successor"], json["new"]);
    assert_eq!(json["after"]["scope"]["names"], serde_json::json!(["numbers"]));
    for file in ["numbers.engraft", "next"] {
        user.run(&["check", file]).fine();
    }
    // Who has two keys is not two signers.
    author.run(&["sign", "numbers.engraft", "--key", "alice-2", "-o", "both"]).fine();
    user.write("both", std::fs::read(author.path("both")).unwrap());
    user.run(&["check", "both"]).fine();
    user.run(&["trust", "require", "2", "--names", "numbers"]).fine();
    user.run(&["check", "both"]).says(3, "has 1 of 2 signatures needed");
    user.run(&["trust", "rotate", "alice", "new.pub"]).says(2, "several keys are called `alice`");
}

#[test]
fn after_the_overlap_the_old_key_counts_no_more() {
    let (author, user) = author_and_user();
    author.run(&["key", "new", "alice-2", "--no-passphrase"]).fine();
    author.run(&["key", "export", "alice-2", "-o", "new.pub"]).fine();
    user.write("new.pub", std::fs::read(author.path("new.pub")).unwrap());
    user.run(&["trust", "add", "alice.pub", "--names", "numbers"]).fine();
    user.run(&["trust", "rotate", "alice", "new.pub", "--overlap", "0s"])
        .says(0, "with the same scope");
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    user.run(&["check", "numbers.engraft"]).says(3, "its successor is key-");
    user.run(&["trust", "rotate", "key-12", "new.pub"]).says(2, "is not a key id");
    author.run(&["key", "new", "development"]).fine();
    let author_key = ["trust", "add", "alice", "--names", "numbers"];
    author.run(&author_key).fine();
    author.run(&["trust", "rotate", "alice", "development"]).says(2, "made for different things");
}

#[test]
fn keys_come_from_files_texts_and_names() {
    let (author, user) = author_and_user();
    let json = author.run(&["key", "show", "alice", "--json"]).fine().json();
    let public = json["key"]["public"].as_str().unwrap();
    let json = user.run(&["trust", "add", public, "--names", "numbers", "--json"]).fine().json();
    assert_eq!(json["trusted"]["origin"], "release");
    user.run(&["check", "numbers.engraft"]).fine();
    author.run(&["trust", "add", "alice", "--names", "numbers"]).fine();
    author.run(&["check", "numbers.engraft"]).fine();
    user.run(&["trust", "add", "ed25519:AAAA", "--names", "*"]).says(2, "is not a public key");
    user.run(&["trust", "add", "./missing", "--names", "*"]).says(2, "cannot read");
    user.write("text", "hello world");
    user.run(&["trust", "add", "./text", "--names", "*"]).says(4, "engraft key export");
}

#[test]
fn a_scope_limits_what_may_be_asked_for() {
    let (author, user) = author_and_user();
    author.write("manifest.json", r#"{"permissions": {"http": [{"host": "api.example.org"}]}}"#);
    let sign = ["sign", "numbers.wasm", "--manifest", "manifest.json", "--key", "alice"];
    author.run(&[&sign[..], &["--version", "1.1.0"]].concat()).fine();
    user.write("numbers.engraft", std::fs::read(author.path("numbers.engraft")).unwrap());
    user.run(&["trust", "add", "alice.pub", "--names", "*"]).fine();
    user.run(&["check", "numbers.engraft"]).says(3, "may sign up to safe risk");
    let other = Home::new();
    for file in ["alice.pub", "numbers.engraft"] {
        other.write(file, std::fs::read(user.path(file)).unwrap());
    }
    other.write("most.json", r#"{"http": [{"host": "other.example.org"}]}"#);
    let add = ["trust", "add", "alice.pub", "--names", "*", "--risk", "high"];
    other.run(&[&add[..], &["--permissions", "most.json"]].concat()).fine();
    other.run(&["check", "numbers.engraft"]).says(3, "may not sign what asks for");
    let wide = Home::new();
    for file in ["alice.pub", "numbers.engraft"] {
        wide.write(file, std::fs::read(user.path(file)).unwrap());
    }
    wide.run(&add).fine();
    wide.run(&["check", "numbers.engraft"]).fine();
}

#[test]
fn a_broken_keyring_trusts_nobody_and_shows_the_place() {
    let (_author, user) = author_and_user();
    user.run(&["trust", "add", "alice.pub", "--names", "numbers"]).fine();
    user.run(&["check", "numbers.engraft"]).fine();
    let path = user.path("home/keyring.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("\"label\"", "\"lable\"", 1)).unwrap();
    let ran = user.run(&["check", "numbers.engraft"]).says(4, "lable");
    assert!(ran.err.contains("keyring.json:") && ran.err.contains('^'), "{}", ran.err);
    std::fs::write(&path, text.replacen("\"release\"", "\"relaese\"", 1)).unwrap();
    let json = user.run(&["check", "numbers.engraft", "--json"]).says(4, "`/keys/0/origin`").json();
    let shown = json["error"]["place"]["text"].as_str().unwrap();
    let column = json["error"]["place"]["column"].as_u64().unwrap() as usize;
    assert!(shown[column - 1..].starts_with("\"relaese\""), "{json}");
}
