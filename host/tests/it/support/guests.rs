//! Builds the guests under `tests/guests/` to components, once a test run.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock, Mutex};

static BUILT: LazyLock<Mutex<HashMap<String, Arc<[u8]>>>> = LazyLock::new(Mutex::default);

/// The component of the guest crate `tests/guests/<name>`.
pub(crate) fn guest(name: &str) -> Arc<[u8]> {
    let mut built = BUILT.lock().unwrap();
    let make = || build(name, "wasm32-unknown-unknown", &name.replace('-', "_")).into();
    Arc::clone(built.entry(name.to_owned()).or_insert_with(make))
}

/// The component of the program `tests/guests/<name>`, with WASI.
#[allow(dead_code, reason = "not every set of features has a test with a program")]
pub(crate) fn command(name: &str) -> Arc<[u8]> {
    let mut built = BUILT.lock().unwrap();
    let make = || build(name, "wasm32-wasip2", name).into();
    Arc::clone(built.entry(name.to_owned()).or_insert_with(make))
}

fn build(name: &str, triple: &str, file: &str) -> Vec<u8> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guests").join(name);
    let target = target_dir().join("guests");
    let mut cargo = Command::new(env!("CARGO"));
    // What cargo tells its tests must not leak into a build for another target.
    for (key, _) in std::env::vars_os() {
        if key.to_str().is_some_and(|key| key.starts_with("CARGO_") && key != "CARGO_HOME") {
            cargo.env_remove(key);
        }
    }
    let status = cargo
        .args(["build", "--quiet", "--release", "--target", triple])
        .arg("--target-dir")
        .arg(&target)
        .current_dir(&manifest)
        .env_remove("RUSTFLAGS")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-component-ld")
        .status()
        .unwrap();
    assert!(
        status.success(),
        "the guest `{name}` does not build; `cargo xtask setup` installs its target"
    );
    let file = format!("{triple}/release/{file}.wasm");
    std::fs::read(target.join(file)).unwrap()
}

/// The target directory of this very test binary, two levels above it.
fn target_dir() -> PathBuf {
    let exe = std::env::current_exe().unwrap();
    exe.ancestors().nth(3).unwrap().to_owned()
}
