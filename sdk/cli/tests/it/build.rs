//! `engraft new`, `engraft build` and `engraft doctor`, as far as they need no toolchain but
//! Rust's; the matrix has the rest.

use crate::support::Home;

const LANGUAGES: [&str; 9] =
    ["rust", "c", "cpp", "zig", "javascript", "typescript", "python", "go", "assemblyscript"];

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
    home.run(&["new", "cobol", "text.hello"]).says(2, "or `recipe`, which needs no toolchain");
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

#[test]
fn a_variant_with_wasi_is_there_where_the_language_has_files() {
    let home = Home::new();
    for language in ["javascript", "typescript", "assemblyscript"] {
        home.run(&["new", language, "text.hello", "--wasi"]).says(2, "there is no WASI in");
    }
    home.write(
        "files.yaml",
        "wasi: {files: [{guest_path: /in, access: read-only}]}\noperations: {read: {}}",
    );
    home.run(&["new", "go", "text.hello", "--from", "files.yaml"]).fine();
    let text = std::fs::read_to_string(home.path("hello/capability.yaml")).unwrap();
    assert!(text.contains("guest_path: /in") && !text.contains("wasi: {}\n"), "{text}");
    home.run(&["new", "rust", "text.other", "--from", "files.yaml"]).fine();
    let text = std::fs::read_to_string(home.path("other/Cargo.toml")).unwrap();
    let asked = r#"files = [{ guest_path = "/in", access = "read-only" }]"#;
    assert!(text.contains(asked), "{text}");
    home.run(&["new", "js", "text.third", "--from", "files.yaml"]).says(2, "there is no WASI in");
    assert!(!home.path("third").exists());
    home.write("capability.yaml", "language: js\nname: a.b\nwasi: {}\noperations: {read: {}}");
    home.run(&["build"]).says(2, "there is no WASI in JavaScript");
}

/// Registries at a port where nobody listens, without a second try.
const OFFLINE: [(&str, &str); 5] = [
    ("PIP_INDEX_URL", "http://127.0.0.1:9/simple"),
    ("PIP_RETRIES", "0"),
    ("PIP_CONFIG_FILE", "/dev/null"),
    ("npm_config_registry", "http://127.0.0.1:9/"),
    ("npm_config_fetch_retries", "0"),
];

#[test]
fn an_offline_machine_is_told_so_and_keeps_no_half_of_a_tool() {
    let home = Home::new();
    for language in ["zig", "assemblyscript"] {
        let mut command = home.command(&["doctor", "--install", language]);
        let ran = command
            .env("ENGRAFT_TOOLCHAINS", home.path("tools"))
            .env("npm_config_cache", home.path("npm"))
            .envs(OFFLINE)
            .output()
            .unwrap();
        let said = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(5), "{said}");
        assert!(said.contains("where this machine is offline"), "{said}");
        let left: Vec<_> = std::fs::read_dir(home.path("tools"))
            .map(|entries| entries.flatten().map(|entry| entry.file_name()).collect())
            .unwrap_or_default();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn a_missing_installer_says_where_it_comes_from() {
    let home = Home::new();
    for (language, says) in [("go", "install Python 3"), ("typescript", "install Node.js")] {
        let mut command = home.command(&["doctor", "--install", language]);
        command.env("ENGRAFT_TOOLCHAINS", home.path("tools")).env("PATH", home.path("nothing"));
        let ran = command.output().unwrap();
        let said = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(5), "{said}");
        assert!(said.contains(says), "{said}");
    }
}

#[test]
fn a_project_of_another_language_than_it_says_is_told_what_it_lacks() {
    let home = Home::new();
    home.run(&["new", "javascript", "text.hello"]).fine();
    std::fs::remove_file(home.path("hello/src/capability.js")).unwrap();
    let mut command = home.command(&["build", "hello"]);
    // The tool is looked at first; anything in its place will do, for nothing is started.
    let proof = home.path("tools/componentize-qjs-0.4.5/node_modules/componentize-qjs");
    std::fs::create_dir_all(&proof).unwrap();
    std::fs::write(proof.join("package.json"), "{}").unwrap();
    let ran = command.env("ENGRAFT_TOOLCHAINS", home.path("tools")).output().unwrap();
    let said = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(2), "{said}");
    assert!(
        said.contains("capability.js") && said.contains("the operations belong there"),
        "{said}"
    );
}
