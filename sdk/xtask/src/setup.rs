//! What the tests need beyond cargo: the targets that guests are built for.
//!
//! *Never:* a test that lacks its set-up is passed over; it fails and names this task.

use std::process::{Command, Stdio};

use crate::repository::{Problem, root};

/// The first is what capabilities are built for; the second is for those that want WASI.
const TARGETS: [&str; 2] = ["wasm32-unknown-unknown", "wasm32-wasip2"];

/// Adds what is missing; tells what it did.
pub(crate) fn run() -> Result<Vec<String>, Problem> {
    TARGETS.iter().map(|target| add(target)).collect()
}

/// Adds one target, where it is missing.
pub(crate) fn add(target: &str) -> Result<String, Problem> {
    if is_present(target) {
        return Ok(format!("{target}: present"));
    }
    // The toolchain in use may not be the default one, so rustup is asked from within the
    // repository, where an override counts.
    let added = Command::new("rustup")
        .args(["target", "add", target])
        .current_dir(root())
        .stdin(Stdio::null())
        .status();
    match added {
        Ok(status) if status.success() && is_present(target) => Ok(format!("{target}: added")),
        Ok(_) => Err(Problem::new(format!(
            "rustup could not add {target}; with a network, run `rustup target add {target}` in \
             this folder and look at what it says"
        ))),
        Err(error) => Err(Problem::new(format!(
            "{target} is missing and rustup cannot be started ({error}); install the standard \
             library of {target} for the rustc in use, by your system's packages or from \
             https://rustup.rs"
        ))),
    }
}

fn is_present(target: &str) -> bool {
    let directory = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", target])
        .current_dir(root())
        .stdin(Stdio::null())
        .output();
    let Ok(output) = directory else { return false };
    let Ok(path) = String::from_utf8(output.stdout) else { return false };
    let Ok(entries) = std::fs::read_dir(path.trim()) else { return false };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
}
