//! Starts other programs, the way every task does it.
//!
//! *Never:* a program started here reads from the terminal; a task must run unattended.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use crate::repository::{Problem, root};

/// The cargo that runs this task.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments).current_dir(root()).stdin(Stdio::null());
    // Started by itself, this program has no toolchain chosen, and rustup would choose one for each package
    // that brings a file with its author's wish along.
    if let (Some(toolchain), None) =
        (option_env!("RUSTUP_TOOLCHAIN"), std::env::var_os("RUSTUP_TOOLCHAIN"))
    {
        command.env("RUSTUP_TOOLCHAIN", toolchain);
    }
    // What cargo tells this program of its own package must not leak into other builds.
    for (key, _) in std::env::vars_os() {
        let of_this_package = key.to_str().is_some_and(|key| {
            ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"]
                .iter()
                .any(|prefix| key.starts_with(prefix))
        });
        if of_this_package {
            command.env_remove(key);
        }
    }
    command
}

/// Runs a program to its end; what it writes goes to the terminal.
pub(crate) fn finish(command: &mut Command) -> Result<(), Problem> {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() { Ok(()) } else { Err(Problem::new(format!("{} failed", shown(command)))) }
}

/// Runs a program to its end, showing what it writes and handing each line to `see`; tells whether
/// the program succeeded.
pub(crate) fn watch(command: &mut Command, mut see: impl FnMut(&str)) -> Result<bool, Problem> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().map_err(|error| not_started(command, &error))?;
    if let Some(output) = child.stdout.take() {
        let mut terminal = std::io::stdout();
        for line in BufReader::new(output).split(b'\n') {
            let line = line.map_err(|error| not_started(command, &error))?;
            let line = String::from_utf8_lossy(&line);
            see(&line);
            // A closed terminal is no reason to stop the tests.
            drop(writeln!(terminal, "{line}"));
        }
    }
    let status = child.wait().map_err(|error| not_started(command, &error))?;
    Ok(status.success())
}

/// A command as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let arguments = command.get_args().map(|argument| argument.to_string_lossy());
    std::iter::once("cargo".into()).chain(arguments).collect::<Vec<_>>().join(" ")
}

fn not_started(command: &Command, error: &std::io::Error) -> Problem {
    Problem::new(format!("{}: {error}", command.get_program().to_string_lossy()))
}
