//! Runs every benchmark and writes what was measured into `BENCHMARKS.md`.
//!
//! *Never:* a figure is made up here, or kept from an earlier run.

mod embedder;

use crate::repository::{Problem, root};
use crate::run::{cargo, finish};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Fewer and shorter samples: a look in a few minutes, not a measurement.
    #[arg(long)]
    quick: bool,
    /// Leave Extism out, which takes long to build.
    #[arg(long)]
    light: bool,
    /// Measure only how long the host crate takes to build from nothing, after a whole run, whose tables
    /// this is added to; the machine must be quiet.
    #[arg(long)]
    build_time: bool,
}

/// Targets that `rivals` does not run itself.
const TARGETS: [&str; 13] = [
    "metering",
    "threads",
    "trust",
    "reflection",
    "runaway",
    "memory",
    "registry",
    "swaps",
    "releases",
    "recipes",
    "examination",
    "gaps",
    "growth",
];
/// What `rivals` runs with Extism, and these run without.
const CALLS: [&str; 2] = ["calls", "cold"];
/// As little as criterion accepts.
const QUICK: [&str; 6] =
    ["--warm-up-time", "0.1", "--measurement-time", "0.2", "--sample-size", "10"];

pub(crate) fn run(options: &Options) -> Result<Vec<String>, Problem> {
    if options.build_time {
        for (name, value, unit) in embedder::measure()? {
            report(&["figure", name, &value, unit])?;
        }
    } else {
        report(&["clear"])?;
        measure(options)?;
    }
    report(&["print"])?;
    if options.quick {
        return Ok(vec!["a quick look; BENCHMARKS.md is as it was".to_owned()]);
    }
    let document = root().join("BENCHMARKS.md");
    report(&["write", &document.to_string_lossy()])?;
    Ok(vec!["BENCHMARKS.md is written".to_owned()])
}

fn measure(options: &Options) -> Result<(), Problem> {
    let samples: &[&str] = if options.quick { &QUICK } else { &[] };
    for target in TARGETS {
        bench(&["--package", "engraft-benches", "--bench", target], samples)?;
    }
    if options.light {
        for target in CALLS {
            bench(&["--package", "engraft-benches", "--bench", target], samples)?;
        }
    } else {
        // One target directory, so that the report finds all books; the lock file is its own.
        bench(
            &["--manifest-path", "benches/rivals/Cargo.toml", "--target-dir", "target"],
            samples,
        )?;
    }
    bench(&["--package", "engraft-benches", "--bench", "capabilities"], samples)
}

fn bench(target: &[&str], samples: &[&str]) -> Result<(), Problem> {
    let mut command = cargo(&["bench"]);
    command.args(target).arg("--").args(samples);
    // With stack traces on, each error that Extism makes and drops on its way costs microseconds.
    command.env("RUST_BACKTRACE", "0");
    finish(&mut command)
}

fn report(arguments: &[&str]) -> Result<(), Problem> {
    let mut command =
        cargo(&["run", "--quiet", "--release", "--package", "engraft-benches", "--bin", "report"]);
    finish(command.arg("--").args(arguments))
}
