//! `engraft new`, `engraft build` and `engraft doctor`, as far as they need no toolchain but Rust's; the
//! matrix has the rest.

use crate::support::Home;

const LANGUAGES: [&str; 8] =
    ["rust", "c", "cpp", "zig", "javascript", "typescript", "python", "go"];

#[test]
fn a_new_capability_has_its_name_and_its_files() {
    let home = Home::new();
    for language in LANGUAGES {
        let folder = format!("in-{language}");
        let new = ["new", language, "text.hello", "--folder", &folder, "--json"];
        let json = home.run(&new).fine().json();
        assert_eq!(json["language"], language);
        for file in json["files"].as_array().unwrap() {
            let path = home.path(&folder).join(file.as_str().unwrap());
            assert!(path.is_file(), "{}", path.display());
        }
    }
}

#[test]
fn a_slip_in_new_says_what_to_do_and_leaves_nothing() {
    let home = Home::new();
    home.run(&["new", "cobol", "text.hello"]).says(2, "none of the languages here");
    home.run(&["new", "c", "Text.Hello"]).says(2, "is not a capability's name");
    home.run(&["new", "c", "text.hello", "--operation", "a", "--operation", "a"])
        .says(2, "`a` is given twice");
    home.run(&["new", "c", "text.hello", "--operation", "Ab"]).says(2, "no operation's name");
    home.run(&["new", "c", "text.hello", "--from", "absent.yaml"]).says(2, "absent.yaml");
    home.write("bad.yaml", "operations:\n  read: {input: 3}\n");
    home.run(&["new", "c", "text.hello", "--from", "bad.yaml"]).says(2, "no JSON Schema");
    home.write("slip.yaml", "operations:\n  read: {inptu: {}}\n");
    home.run(&["new", "c", "text.hello", "--from", "slip.yaml"]).says(2, "inptu");
    assert!(!home.path("hello").exists());
    home.write("hello", "mine");
    home.run(&["new", "c", "text.hello"]).says(2, "is there already");
    assert_eq!(std::fs::read(home.path("hello")).unwrap(), b"mine");
}

#[test]
fn a_missing_toolchain_names_the_command_that_installs_it() {
    let home = Home::new();
    home.run(&["new", "zig", "text.hello"]).fine();
    let mut command = home.command(&["build", "hello"]);
    let ran = command.env("ENGRAFT_TOOLCHAINS", home.path("none")).output().unwrap();
    let said = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(2), "{said}");
    assert!(said.contains("`engraft doctor --install zig`"), "{said}");
    let mut command = home.command(&["doctor", "--json"]);
    let ran = command.env("ENGRAFT_TOOLCHAINS", home.path("none")).output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
    let zig = json["tools"].as_array().unwrap().iter().find(|tool| tool["tool"] == "zig").unwrap();
    assert_eq!(zig["version"], "0.17.0");
    assert!(zig["path"].is_null());
}

#[test]
fn what_is_no_project_is_not_built() {
    let home = Home::new();
    home.run(&["build"]).says(2, "no capability's folder");
    home.run(&["build", "absent"]).says(2, "no capability's folder");
    for (text, says) in [
        ("operations: {read: {}}", "language: c"),
        ("language: c\noperations: {read: {}}", "name: text.slugify"),
        ("language: c\nname: a.b\noperations: {}", "lists no operation"),
        ("language: cobol\nname: a.b\noperations: {read: {}}", "cobol"),
    ] {
        home.write("capability.yaml", text);
        home.run(&["build"]).says(2, says);
    }
}
