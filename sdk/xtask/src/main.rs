//! What a developer of this repository runs: set-up, tests, benchmarks, golden files.
//!
//! *Never:* a task here is needed by someone who only uses the crates.

mod bindings;
mod golden;
mod repository;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tasks for developers of Engraft.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Make the golden files anew; look at the diff before you commit it.
    Golden,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Golden => golden::write().map(|files| files.iter().for_each(|file| say(file))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            say(&format!("xtask: {problem}"));
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "this is a face: a person reads what it says")]
fn say(line: &str) {
    eprintln!("{line}");
}
