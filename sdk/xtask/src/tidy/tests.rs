use super::source::Source;
use super::*;

fn broken(rule: Rule, path: &str, text: &str) -> Vec<usize> {
    rule(&Source::new(path, text)).iter().map(|finding| finding.line).collect()
}

#[test]
fn the_repository_is_tidy() {
    let findings: Vec<String> =
        findings(&root()).unwrap().iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}

#[test]
fn a_floor_that_looks_up_or_aside_is_found() {
    let rule = rules::floors;
    assert_eq!(broken(rule, "host/src/engine/call.rs", "//! x\nuse crate::artifact::A;"), [2]);
    assert_eq!(broken(rule, "host/src/model/name.rs", "fn f() { crate::engine::x() }"), [1]);
    assert_eq!(broken(rule, "host/src/store.rs", "use crate::host::Host;"), [1]);
    assert_eq!(broken(rule, "host/src/novelty.rs", ""), [1]);
    assert!(broken(rule, "host/src/engine/call.rs", "use crate::model::A;").is_empty());
    assert!(broken(rule, "host/src/engine/call.rs", "// crate::artifact is below").is_empty());
    assert!(broken(rule, "host/src/engine/call.rs", "use crate::engine::hosting::A;").is_empty());
    assert!(broken(rule, "host/src/host/builder.rs", "use crate::artifact::A;").is_empty());
}

#[test]
fn the_two_sides_do_not_know_each_other() {
    let rule = rules::sides;
    assert_eq!(broken(rule, "sdk/guest/src/lib.rs", "use engraft::model::Name;"), [1]);
    assert_eq!(broken(rule, "host/src/lib.rs", "\nuse engraft_guest::kv;"), [2]);
    assert_eq!(broken(rule, "sdk/guest/src/lib.rs", "fn f(x: ::engraft::Host) {}"), [1]);
    assert!(broken(rule, "sdk/guest/src/lib.rs", "use engraft_wit::guest;").is_empty());
    assert!(broken(rule, "sdk/guest/src/lib.rs", "use wit::engraft::capability;").is_empty());
    assert!(broken(rule, "sdk/cli/src/main.rs", "use engraft::model::Name;").is_empty());
}

#[test]
fn a_long_file_is_found_and_its_tests_do_not_count() {
    let long = "fn f() {}\n".repeat(401);
    assert_eq!(broken(rules::size, "host/src/model/a.rs", &long), [401]);
    let tested = format!("{}#[cfg(test)]\nmod tests {{\n{long}}}", "fn f() {}\n".repeat(399));
    assert!(broken(rules::size, "host/src/model/a.rs", &tested).is_empty());
    assert!(broken(rules::size, "host/src/model/a/tests.rs", &long).is_empty());
}

#[test]
fn empty_names_are_found() {
    let rule = rules::names;
    assert_eq!(broken(rule, "host/src/model/path_util.rs", ""), [1]);
    assert_eq!(broken(rule, "host/src/model/mod.rs", ""), [1]);
    assert_eq!(broken(rule, "a.rs", "//! x\npub struct CacheManager;"), [2]);
    assert_eq!(broken(rule, "a.rs", "pub(crate) fn get_name() {}"), [1]);
    assert_eq!(broken(rule, "a.rs", "mod helpers {}"), [1]);
    assert!(broken(rule, "a.rs", "fn getter() {} struct Utility; // the manager").is_empty());
}

#[test]
fn a_file_without_purpose_or_never_is_found() {
    let rule = rules::head;
    assert_eq!(broken(rule, "host/src/model/a.rs", "use std::fmt;"), [1]);
    assert_eq!(broken(rule, "sdk/guest/src/a.rs", "//! Purpose.\n\n//! *Never:* x"), [1]);
    assert!(broken(rule, "wit/a.rs", "//! Purpose.\n//!\n//! *Never:* x.\n").is_empty());
    assert!(broken(rule, "host/src/model/a/tests.rs", "use super::*;").is_empty());
}

#[test]
fn the_outside_is_reached_only_at_home() {
    let rule = rules::homes;
    assert_eq!(broken(rule, "host/src/engine/a.rs", "let now = Instant::now();"), [1]);
    assert_eq!(broken(rule, "host/src/engine/a.rs", "std::env::var_os(KEY)"), [1]);
    assert_eq!(broken(rule, "host/src/store/a.rs", "\nstd::thread::Builder::new()"), [2]);
    assert!(broken(rule, "host/src/model/clock.rs", "Instant::now()").is_empty());
    let in_test = "#[cfg(test)]\nmod tests {\n    fn f() { Instant::now(); }\n}";
    assert!(broken(rule, "host/src/engine/a.rs", in_test).is_empty());
}

#[test]
fn wasmtime_is_named_only_by_its_user() {
    let rule = rules::wasmtime;
    assert_eq!(broken(rule, "host/src/artifact/a.rs", "use wasmtime::Engine;"), [1]);
    assert_eq!(broken(rule, "sdk/cli/src/a.rs", "fn f() -> wasmtime_wasi::X {}"), [1]);
    assert!(broken(rule, "host/src/engine/a.rs", "use wasmtime::Engine;").is_empty());
    assert!(broken(rule, "host/src/artifact/a.rs", "// as wasmtime::Engine does").is_empty());
}

#[test]
fn paths_of_a_machine_are_found() {
    let path = |folder: &str| format!("see /{folder}/me/notes");
    assert_eq!(broken(rules::machine_paths, "README.md", &path("home")), [1]);
    assert_eq!(broken(rules::machine_paths, "a.rs", &format!("\n{}", path("Users"))), [2]);
    let page = path("home").replace("see ", "https://example.org");
    assert!(broken(rules::machine_paths, "README.md", &page).is_empty());
}

#[test]
fn a_test_that_never_runs_is_found() {
    let files = [
        Source::new("host/tests/it/main.rs", "mod named;\n// mod orphan;"),
        Source::new("host/tests/it/named.rs", ""),
        Source::new("host/tests/it/orphan.rs", ""),
    ];
    let found = rules::orphaned_tests(&files);
    let paths: Vec<_> = found.iter().map(|finding| finding.path.as_str()).collect();
    assert_eq!(paths, ["host/tests/it/orphan.rs"]);
}

#[test]
fn a_stray_name_at_the_top_is_found() {
    let names = ["Cargo.toml", "README.md", ".ci", "deny.toml", "host"].map(str::to_owned);
    let found = rules::top_level(&names);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].path, "deny.toml");
}

#[test]
fn code_is_seen_without_comments_and_strings() {
    let text = "a /* b\nb */ \"c\\\"c\" r#\"d\"d\"# 'e' '\"' // f\ng";
    assert_eq!(Source::new("a.rs", text).code, "a \n \"\" \"\" 'e' ' ' \ng");
}
