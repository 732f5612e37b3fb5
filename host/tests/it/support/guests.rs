//! Builds the guests under `tests/guests/` to components, once a test run.

#![allow(clippy::unwrap_used, reason = "a guest that cannot be built fails the test that wants it")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock, Mutex};

static BUILT: LazyLock<Mutex<HashMap<String, Arc<[u8]>>>> = LazyLock::new(Mutex::default);

/// What capabilities are built for: nothing of WASI comes in.
const BARE: &str = "wasm32-unknown-unknown";

/// The component of the guest crate `tests/guests/<name>`.
pub(crate) fn guest(name: &str) -> Arc<[u8]> {
    let crate_dir = crate_dir().join("tests/guests").join(name);
    once(name, || build(&crate_dir, &target_dir(), BARE, &name.replace('-', "_")))
}

/// The component of the program `tests/guests/<name>`, with WASI.
#[allow(dead_code, reason = "not every set of features has a test with a program")]
pub(crate) fn command(name: &str) -> Arc<[u8]> {
    let crate_dir = crate_dir().join("tests/guests").join(name);
    once(name, || build(&crate_dir, &target_dir(), "wasm32-wasip2", name))
}

/// The component of the template `guest-templates/<name>`, whose library is called `library`.
pub(crate) fn template(name: &str, library: &str) -> Arc<[u8]> {
    let crate_dir = repository().join("guest-templates").join(name);
    once(&format!("template {name}"), || build(&crate_dir, &target_dir(), BARE, library))
}

/// The repository that these tests stand in.
pub(crate) fn repository() -> PathBuf {
    crate_dir().parent().unwrap().to_owned()
}

/// Builds the crate in `crate_dir` below `target` for `triple`. The bytes do not depend on where the
/// crate, the repository and cargo's registry stand.
pub(crate) fn build(crate_dir: &Path, target: &Path, triple: &str, file: &str) -> Vec<u8> {
    let mut cargo = Command::new(env!("CARGO"));
    // What cargo tells its tests must not leak into a build for another target.
    for (key, _) in std::env::vars_os() {
        if key.to_str().is_some_and(|key| key.starts_with("CARGO_") && key != "CARGO_HOME") {
            cargo.env_remove(key);
        }
    }
    let triple_key = triple.to_uppercase().replace('-', "_");
    cargo
        .args(["build", "--quiet", "--release", "--target", triple, "--target-dir"])
        .arg(target)
        .current_dir(crate_dir)
        .env_remove("RUSTFLAGS")
        .env(format!("CARGO_TARGET_{triple_key}_RUSTFLAGS"), remap(crate_dir));
    if triple == BARE {
        cargo.env(format!("CARGO_TARGET_{triple_key}_LINKER"), "wasm-component-ld");
    }
    let status = cargo.status().unwrap();
    assert!(
        status.success(),
        "the guest in {} does not build; `cargo xtask setup` installs its target",
        crate_dir.display()
    );
    std::fs::read(target.join(triple).join("release").join(format!("{file}.wasm"))).unwrap()
}

/// Panics name source files; these flags make the names the same on every machine.
fn remap(crate_dir: &Path) -> String {
    let home = std::env::var_os("CARGO_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cargo"),
        PathBuf::from,
    );
    // The last that fits counts, so the crate comes after what may be around it.
    [
        (home.join("registry").join("src"), "/cargo"),
        (repository(), "/engraft"),
        (crate_dir.to_owned(), "/capability"),
    ]
    .iter()
    .map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()))
    .collect::<Vec<_>>()
    .join(" ")
}

fn once(name: &str, make: impl FnOnce() -> Vec<u8>) -> Arc<[u8]> {
    let mut built = BUILT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    Arc::clone(built.entry(name.to_owned()).or_insert_with(|| make().into()))
}

fn crate_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Where guests are built: beside this very test binary's target directory, two levels above it.
fn target_dir() -> PathBuf {
    let exe = std::env::current_exe().unwrap();
    exe.ancestors().nth(3).unwrap().join("guests")
}
