//! Puts the templates, and the crates that a capability in Rust links, into the program, so that
//! `engraft new` needs no repository beside it.
//!
//! *Never:* what a build left behind is taken along.

use std::path::{Path, PathBuf};

/// What builds leave behind, and what belongs to the crates' own tests.
const LEFT_BEHIND: [&str; 7] =
    ["build", "target", "node_modules", "__pycache__", "tests", "host.rs", "README.md"];

fn main() {
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let root = here.join("../..");
    let mut table = String::from("&[\n");
    add(
        &mut table,
        &root.join("guest-templates"),
        "",
        &["build", "target", "node_modules", "__pycache__"],
    );
    table.push_str("]\n");
    let mut crates = String::from("&[\n");
    for (name, folder) in [("guest", "sdk/guest"), ("wit", "wit")] {
        add(&mut crates, &root.join(folder), name, &LEFT_BEHIND);
    }
    add_file(&mut crates, &root.join("Cargo.toml"), "Cargo.toml");
    crates.push_str("]\n");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    for (name, text) in [("templates.rs", table), ("crates.rs", crates)] {
        if let Err(error) = std::fs::write(out.join(name), text) {
            panic!("{name}: {error}");
        }
    }
    println!("cargo::rerun-if-changed=../../guest-templates");
    println!("cargo::rerun-if-changed=../guest");
    println!("cargo::rerun-if-changed=../../wit");
}

/// Every file below a folder, in order, as `("path", include_bytes!("…"))`.
fn add(table: &mut String, folder: &Path, prefix: &str, skip: &[&str]) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        if skip.contains(&name.as_str()) && !(name == "README.md" && prefix.is_empty()) {
            continue;
        }
        let inside = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if path.is_dir() {
            add(table, &path, &inside, skip);
        } else {
            add_file(table, &path, &inside);
        }
    }
}

fn add_file(table: &mut String, path: &Path, inside: &str) {
    table.push_str(&format!("    ({inside:?}, include_bytes!({path:?})),\n"));
}
