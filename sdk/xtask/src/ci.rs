//! Everything that has to hold before a change is taken, in one run.
//!
//! The checks that need no test come first, each a list of arguments; the tests come last, so that
//! their summary is the end of the output.
//!
//! *Never:* a check is passed over because an earlier one failed; a person wants all the news at once.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::repository::Problem;
use crate::run::{cargo, finish};
use crate::test::{FEATURES, Strictness, Tally};
use crate::{deny, setup, systems, test};

/// How one check went.
struct Step {
    name: &'static str,
    took: Duration,
    result: Result<(), Problem>,
}

/// Runs everything; gives the lines to end with, or those and that something failed.
pub(crate) fn run() -> Result<Vec<String>, Problem> {
    // Toolchains come over the network, which takes no processor; the first checks need none of them.
    let mut steps = std::thread::scope(|scope| {
        let setting_up = std::thread::Builder::new()
            .name("set-up".to_owned())
            .spawn_scoped(scope, || timed("set-up", || setup::run().map(drop)));
        let mut steps = vec![
            timed("format", || finish(&mut cargo(&["fmt", "--all", "--check"]))),
            timed("lints", || finish(&mut lints())),
        ];
        steps.push(joined(setting_up));
        steps
    });
    steps.extend([
        timed("lints for components", || finish(&mut component_lints())),
        timed("dependencies", || deny::run().map(drop)),
        timed("another system", || systems::farthest().map(drop)),
        timed("documentation", || finish(&mut documentation())),
    ]);
    let mut tally = Tally::default();
    steps.push(timed("tests", || {
        tally = test::run()?;
        if tally.is_fine(Strictness::of_this_run()) {
            Ok(())
        } else {
            Err(Problem::new("see the last lines".to_owned()))
        }
    }));
    let mut lines: Vec<String> = steps.iter().map(Step::line).collect();
    lines.extend(tally.lines());
    if steps.iter().all(|step| step.result.is_ok()) {
        Ok(lines)
    } else {
        Err(Problem::new(lines.join("\n")))
    }
}

/// What came of a step on a thread of its own.
fn joined(step: std::io::Result<std::thread::ScopedJoinHandle<'_, Step>>) -> Step {
    match step.map(std::thread::ScopedJoinHandle::join) {
        Ok(Ok(step)) => step,
        Ok(Err(panic)) => std::panic::resume_unwind(panic),
        Err(error) => {
            let problem = Problem::new(format!("no thread can be started: {error}"));
            Step { name: "set-up", took: Duration::ZERO, result: Err(problem) }
        }
    }
}

/// Warnings are errors here and not in `RUSTFLAGS`, which would build every dependency again.
fn lints() -> Command {
    let mut command = cargo(&["clippy", "--quiet", "--all-targets"]);
    command.args(FEATURES).args(["--", "--deny", "warnings"]);
    command
}

/// The half of the guest crate that exists only in a component.
fn component_lints() -> Command {
    cargo(&[
        "clippy",
        "--quiet",
        "--package",
        "engraft-guest",
        "--target",
        "wasm32-unknown-unknown",
        "--",
        "--deny",
        "warnings",
    ])
}

fn documentation() -> Command {
    // With `--examples` cargo counts the features in that tests ask for, as it does for the lints, and
    // checks nothing again that it has checked for those.
    let mut command = cargo(&["doc", "--quiet", "--no-deps", "--lib", "--bins", "--examples"]);
    command.args(FEATURES).env("RUSTDOCFLAGS", "--deny warnings");
    command
}

#[expect(clippy::disallowed_methods, reason = "a person wants to know what takes long")]
fn timed(name: &'static str, run: impl FnOnce() -> Result<(), Problem>) -> Step {
    let begun = Instant::now();
    let result = run();
    Step { name, took: begun.elapsed(), result }
}

impl Step {
    fn line(&self) -> String {
        let seconds = self.took.as_secs();
        match &self.result {
            Ok(()) => format!("{}: fine ({seconds} s)", self.name),
            Err(problem) => format!("{}: FAILED ({seconds} s): {problem}", self.name),
        }
    }
}
