//! The command line itself: help, mistakes, pipes and colours.

use std::process::Stdio;

use crate::support::{Home, NUMBERS};

#[test]
fn without_a_command_it_tells_what_there_is() {
    let home = Home::new();
    let nothing: [&str; 0] = [];
    home.run(&nothing).says(2, "Usage: engraft");
    home.run(&["--help"]).says(0, "Exit codes:");
    home.run(&["--version"]).says(0, "engraft 0.1.0");
    home.run(&["try", "--help"]).says(0, "secret=NAME=@FILE@HOST");
}

#[test]
fn mistakes_are_usage_and_come_with_a_suggestion() {
    let home = Home::new();
    home.run(&["inpsect", "x"]).says(2, "inspect");
    home.run(&["inspect"]).says(2, "<FILE>");
    home.run(&["try", "x", "y", "--fuel", "lots"]).says(2, "such as `5000`");
    home.run(&["bench", "x", "y", "--deadline", "2"]).says(2, "`500ms`");
    home.run(&["bench", "x", "y", "--calls", "1", "--seconds", "1"]).says(2, "cannot be used");
}

#[test]
fn errors_of_the_command_line_are_json_too() {
    let home = Home::new();
    for arguments in [&["inspect", "--json"][..], &["--json", "nonsense"], &["--json"]] {
        let ran = home.run(arguments).says(2, "error");
        let error = &ran.json()["error"];
        assert_eq!((error["kind"].as_str(), error["exit"].as_u64()), (Some("usage"), Some(2)));
        assert!(!error["message"].as_str().unwrap().is_empty(), "{error}");
        assert_eq!(ran.err, "", "all of it belongs into the document");
    }
    home.run(&["--json", "--help"]).says(0, "Usage: engraft");
}

#[test]
fn files_that_are_none_are_told_apart() {
    let home = Home::new();
    home.run(&["inspect", "missing.wasm"]).says(2, "cannot read `missing.wasm`");
    home.run(&["check", "."]).says(2, "`.` is a directory");
    home.write("notes.txt", "hello");
    for command in ["inspect", "check", "sign", "precompile"] {
        home.run(&[command, "notes.txt"]).says(4, "neither a component nor a bundle");
    }
    home.write("empty.wasm", "");
    home.run(&["inspect", "empty.wasm"]).says(4, "`empty.wasm` is empty");
    let json = home.run(&["inspect", "missing.wasm", "--json"]).says(2, "").json();
    assert_eq!(json["error"]["kind"], "usage");
}

#[test]
fn a_reader_who_goes_away_is_no_panic() {
    let home = Home::new();
    home.component("numbers.wasm", NUMBERS);
    for arguments in [&["completions", "bash"][..], &["inspect", "numbers.wasm"], &["--help"]] {
        let mut command = home.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let ran = child.wait_with_output().unwrap();
        let err = String::from_utf8(ran.stderr).unwrap();
        assert_eq!((ran.status.code(), err.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn without_a_home_it_says_how_to_name_one() {
    let home = Home::new();
    let ran = |arguments: &[&str]| {
        let mut command = home.command(arguments);
        for key in ["ENGRAFT_HOME", "HOME", "XDG_DATA_HOME"] {
            command.env_remove(key);
        }
        let ran = command.output().unwrap();
        (ran.status.code(), String::from_utf8(ran.stderr).unwrap())
    };
    let (code, err) = ran(&["key", "list"]);
    assert!(code == Some(2) && err.contains("set ENGRAFT_HOME"), "{code:?} {err}");
    assert_eq!(ran(&["key", "list", "--home", "elsewhere"]).0, Some(0));
    assert!(home.path("elsewhere/keys").is_dir());
}

#[test]
fn completions_complete_this_command() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        home.run(&["completions", shell]).says(0, "precompile");
    }
    home.run(&["completions", "tcsh"]).says(2, "possible values");
    let json = home.run(&["completions", "fish", "--json"]).fine().json();
    assert_eq!(json["shell"], "fish");
    assert!(json["script"].as_str().unwrap().contains("complete -c engraft"));
}
