//! Rust, by cargo and the linker that comes with rustc and makes the component.
//!
//! *Never:* the settings of an outer build leak into this one, or a path of this machine into it.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{BuildError, Effort, lacks, read};
use crate::project::Project;
use crate::toolchain::{RunError, run};
use crate::wasi::Variant;

/// What sealed components are built for, and those with WASI.
const fn target(variant: Variant) -> &'static str {
    match variant {
        Variant::Sealed => "wasm32-unknown-unknown",
        Variant::Wasi => "wasm32-wasip2",
    }
}

pub(super) fn build(project: &Project, effort: Effort) -> Result<(Vec<u8>, String), BuildError> {
    let folder = std::path::absolute(&project.folder).unwrap_or_else(|_| project.folder.clone());
    let mut cargo = cargo(project);
    let target = target(project.variant());
    cargo.args(["build", "--release", "--target", target]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    let setting = format!("CARGO_TARGET_{}", target.to_ascii_uppercase().replace('-', "_"));
    cargo.env(format!("{setting}_LINKER"), "wasm-component-ld");
    cargo.env(format!("{setting}_RUSTFLAGS"), remapped(&folder));
    if effort == Effort::Walled {
        // Cargo reads what is set for every folder above the one that it is started in.
        cargo.current_dir("/").arg("--manifest-path").arg(folder.join("Cargo.toml"));
    }
    if effort == Effort::Save {
        // In a directory of its own, so that neither kind of build makes the other begin anew.
        cargo.env("CARGO_TARGET_DIR", project.output().join("cargo-dev"));
        let quick =
            [("LTO", "off"), ("OPT_LEVEL", "1"), ("CODEGEN_UNITS", "16"), ("INCREMENTAL", "true")];
        for (setting, value) in quick {
            cargo.env(format!("CARGO_PROFILE_RELEASE_{setting}"), value);
        }
    }
    let ran = run(&mut cargo, "cargo").map_err(without_messages)?;
    let messages = ran.said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let file = messages
        .filter_map(|message| message.pointer("/filenames/0")?.as_str().map(str::to_owned))
        .rfind(|file| file.ends_with(".wasm"));
    let Some(file) = file else {
        let remedy =
            "it makes no library; write `crate-type = [\"cdylib\", \"rlib\"]` under `[lib]`";
        return Err(lacks(&project.folder.join("Cargo.toml"), remedy));
    };
    let said: Vec<&str> = ran.said.lines().filter(|line| !line.starts_with('{')).collect();
    Ok((read(file.as_ref())?, said.join("\n")))
}

pub(super) fn test(project: &Project) -> Result<String, BuildError> {
    Ok(run(cargo(project).arg("test"), "the test")?.said)
}

/// Puts the sources of everything that a project links into a folder of it.
pub(super) fn vendor(project: &Path, folder: &str) -> Result<(), RunError> {
    let mut cargo = cargo_in(project);
    run(cargo.args(["vendor", "--quiet", "--versioned-dirs", folder]), "cargo").map(drop)
}

fn cargo(project: &Project) -> Command {
    let mut cargo = cargo_in(&project.folder);
    let target = std::path::absolute(project.output()).unwrap_or_else(|_| project.output());
    cargo.env("CARGO_TARGET_DIR", target.join("cargo"));
    cargo
}

/// Without the settings of an outer build.
fn cargo_in(folder: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    for (key, _) in std::env::vars_os() {
        let is_outer = key.to_str().is_some_and(|key| {
            let ours = ["RUSTFLAGS", "RUSTC", "MAKEFLAGS", "RUSTC_WRAPPER", "RUSTDOC"];
            ours.contains(&key) || (key.starts_with("CARGO_") && key != "CARGO_HOME")
        });
        if is_outer {
            cargo.env_remove(key);
        }
    }
    cargo.current_dir(folder);
    cargo
}

/// What cargo says to programs is nothing for an author.
fn without_messages(error: RunError) -> RunError {
    match error {
        RunError::Failed { what, said } => {
            let kept: Vec<&str> = said.lines().filter(|line| !line.starts_with('{')).collect();
            RunError::Failed { what, said: kept.join("\n") }
        }
        not_started @ RunError::NotStarted { .. } => not_started,
    }
}

/// Something that the compiler knows of itself.
fn print(what: &str) -> Option<String> {
    let output = Command::new("rustc").args(["--print", what]).output().ok()?;
    let told = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!told.is_empty()).then_some(told)
}

/// Panics hold the names of files; without this they would hold a person's folders.
fn remapped(folder: &Path) -> String {
    let mut flags = format!("--remap-path-prefix={}=/capability", folder.display());
    #[expect(
        clippy::disallowed_methods,
        reason = "where cargo keeps sources is known by these alone"
    )]
    let home = std::env::var("CARGO_HOME")
        .or_else(|_| std::env::var("HOME").map(|home| format!("{home}/.cargo")));
    if let Ok(home) = home {
        flags.push_str(&format!(" --remap-path-prefix={home}/registry/src=/cargo"));
    }
    if let Some(sysroot) = print("sysroot") {
        flags.push_str(&format!(" --remap-path-prefix={sysroot}/lib/rustlib/src/rust=/rustc"));
    }
    flags
}
