//! The same recipe gives the same bytes, in every process: tables that hash begin with another seed in
//! each, so an order that depends on one would show.
//!
//! *Never:* a component that depends on anything but its recipe.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may break, and looks at where its data is"
)]

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use engraft_recipe::recipe::build;

/// Set in the processes that only tell what they made.
const TELL: &str = "ENGRAFT_TEST_TELL";

/// A sum over all bytes of all components, in which each place counts differently.
fn made() -> u64 {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/recipes");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
    files.sort();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    assert!(files.len() >= 10);
    let components = files.iter().map(|file| build(&std::fs::read_to_string(file).unwrap()));
    components.fold(0xcbf2_9ce4_8422_2325, |sum, built| {
        let step = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        built.unwrap().component.iter().fold(sum, step)
    })
}

#[test]
fn every_process_makes_the_same_bytes() {
    let here = made();
    if std::env::var_os(TELL).is_some() {
        writeln!(std::io::stdout().lock(), "made {here}").unwrap();
        return;
    }
    for _ in 0..3 {
        let mut other = Command::new(std::env::current_exe().unwrap());
        let told = other.arg("--nocapture").env(TELL, "1").output().unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        assert!(told.contains(&format!("made {here}\n")), "{told}");
    }
}

#[test]
fn the_order_of_names_in_a_schema_changes_nothing() {
    let recipe = |properties: &str| {
        let input = format!("{{type: object, properties: {{{properties}}}, required: [a, b]}}");
        build(&format!(
            "name: a.b\nversion: 1.0.0\nsummary: x\ninput: {input}\nreturn: input.a + input.b\n"
        ))
    };
    let (a, b) = ("a: {type: string}", "b: {type: string}");
    let (one, other) = (recipe(&format!("{a}, {b}")), recipe(&format!("{b}, {a}")));
    assert_eq!(one.unwrap().component, other.unwrap().component);
}
