//! Whether the host crate compiles for other systems, checked from this one.
//!
//! A few dependencies have small parts in C, and a check links nothing, so that no C compiler for
//! the other system is needed: this program stands in for one, and gives empty objects.
//!
//! *Never:* anything built this way is run or kept for linking.

use std::process::ExitCode;

use crate::repository::Problem;
use crate::run::{cargo, finish};
use crate::setup;

/// One of each family that is not Linux.
const SYSTEMS: [&str; 2] = ["x86_64-pc-windows-gnu", "aarch64-apple-darwin"];

/// Set where this program is called in the place of a C compiler or an archiver.
const STANDS_IN: &str = "ENGRAFT_XTASK_COMPILES_NOTHING";

pub(crate) fn run() -> Result<Vec<String>, Problem> {
    SYSTEMS.into_iter().map(check).collect()
}

/// The one that has least in common with this one; every change is held to it.
pub(crate) fn farthest() -> Result<String, Problem> {
    check(SYSTEMS[0])
}

fn check(system: &str) -> Result<String, Problem> {
    let this = std::env::current_exe()
        .map_err(|error| Problem::new(format!("this program cannot find itself: {error}")))?;
    setup::add(system)?;
    // What is checked against empty objects is kept apart from what is built.
    let mut command = cargo(&["check", "--quiet", "--package", "engraft", "--target", system]);
    for tool in ["CC", "CXX", "AR"] {
        command.env(format!("{tool}_{}", system.replace('-', "_")), &this);
    }
    finish(command.env(STANDS_IN, "1"))?;
    Ok(format!("{system}: compiles"))
}

/// Makes an empty file where a compiler or an archiver would write, where one was called.
pub(crate) fn stand_in() -> Option<ExitCode> {
    std::env::var_os(STANDS_IN)?;
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let named = arguments.windows(2).find_map(|pair| match pair {
        [option, path] if option == "-o" => Some(path),
        _ => None,
    });
    let is_archive = |path: &&std::ffi::OsString| path.to_string_lossy().ends_with(".a");
    let output = named.or_else(|| arguments.iter().find(is_archive));
    let made = output.is_none_or(|path| std::fs::write(path, []).is_ok());
    Some(if made { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
