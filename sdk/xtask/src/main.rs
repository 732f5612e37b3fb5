//! What a developer of this repository runs: set-up, tests, benchmarks, golden files.
//!
//! *Never:* a task here is needed by someone who only uses the crates.

mod bench;
mod bindings;
mod ci;
mod deny;
mod examples;
mod fuzz;
mod golden;
mod languages;
mod recording;
mod repository;
mod run;
mod setup;
mod systems;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::repository::Problem;
use crate::test::Strictness;

/// Tasks for developers of Engraft.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Add what the tests need beyond cargo: targets for guests.
    Setup,
    /// Set up, then run every test of the repository.
    Test,
    /// Everything that has to hold before a change is taken: format, lints, documentation, tests.
    Ci,
    /// Run every benchmark beside its rivals and write BENCHMARKS.md.
    Bench(bench::Options),
    /// Measure what a capability costs in each language, and write the table into the documents.
    Languages(languages::Options),
    /// Build and sign the capabilities that the examples run; look at the diff before you commit it.
    Examples,
    /// Make the golden files anew; look at the diff before you commit it.
    Golden,
    /// Run the fuzz targets, each for as long as it is told; what breaks lands in `artifacts` beside them.
    Fuzz(fuzz::Options),
    /// Run the script of the assistant and draw it, for the README; look at the diff before you commit it.
    Recording,
    /// Check licences and sources of the dependencies.
    Deny,
    /// Check that the host crate compiles for other systems.
    Systems,
    /// Check the house rules that no compiler knows.
    Tidy,
}

fn main() -> ExitCode {
    if let Some(code) = fuzz::stand_in().or_else(systems::stand_in) {
        return code;
    }
    let done = match Arguments::parse().task {
        Task::Setup => setup::run(),
        Task::Test => test::run().and_then(|tally| {
            let lines = tally.lines();
            if tally.is_fine(Strictness::of_this_run()) {
                Ok(lines)
            } else {
                Err(Problem::new(lines.join("\n")))
            }
        }),
        Task::Ci => ci::run(),
        Task::Bench(options) => bench::run(&options),
        Task::Languages(options) => languages::run(&options),
        Task::Examples => examples::write(),
        Task::Golden => golden::write(),
        Task::Fuzz(options) => fuzz::run(&options),
        Task::Recording => recording::write(),
        Task::Deny => deny::run(),
        Task::Systems => systems::run(),
        Task::Tidy => tidy::run(),
    };
    match done {
        Ok(lines) => {
            lines.iter().for_each(|line| say(line));
            ExitCode::SUCCESS
        }
        Err(problem) => {
            say(&problem.to_string());
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "this is a face: a person reads what it says")]
fn say(line: &str) {
    println!("{line}");
}
