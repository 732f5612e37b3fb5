//! Runs every benchmark and writes what was measured into `BENCHMARKS.md`.
//!
//! *Never:* a figure is made up here, or kept from an earlier run.

use std::process::Command;
use std::time::Instant;

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
    /// Measure only how long the host crate takes to build from nothing; the machine must be quiet.
    #[arg(long)]
    build_time: bool,
}

/// Targets that `rivals` does not run itself.
const TARGETS: [&str; 9] = [
    "metering",
    "threads",
    "trust",
    "reflection",
    "runaway",
    "memory",
    "registry",
    "swaps",
    "releases",
];
/// What `rivals` runs with Extism, and these run without.
const CALLS: [&str; 2] = ["calls", "cold"];
/// As little as criterion accepts.
const QUICK: [&str; 6] =
    ["--warm-up-time", "0.1", "--measurement-time", "0.2", "--sample-size", "10"];

pub(crate) fn run(options: &Options) -> Result<Vec<String>, Problem> {
    if options.build_time {
        build_time()?;
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

/// Builds the host crate with its default features into an empty directory, as an embedding
/// program's first build does, on as many cores as there are.
fn build_time() -> Result<(), Problem> {
    let directory = std::env::temp_dir().join(format!("engraft-build-{}", std::process::id()));
    finish(&mut cargo(&["fetch", "--locked"]))?;
    #[expect(clippy::disallowed_methods, reason = "this measures how long a build takes")]
    let start = Instant::now();
    let built = finish(
        cargo(&["build", "--package", "engraft", "--locked", "--target-dir"]).arg(&directory),
    );
    let minutes = start.elapsed().as_secs_f64() / 60.0;
    if directory.exists() {
        std::fs::remove_dir_all(&directory).map_err(|error| Problem::file(&directory, &error))?;
    }
    built?;
    report(&["figure", "build from nothing", &format!("{minutes:.2}"), "minutes"])?;
    let crates = dependencies()?;
    report(&["figure", "crates in a default build", &crates.to_string(), ""])
}

/// How many crates a default build of the host crate compiles.
fn dependencies() -> Result<usize, Problem> {
    let mut command = cargo(&["tree", "--package", "engraft", "--locked"]);
    command.args(["--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
    let output = output(&mut command)?;
    let mut crates: Vec<&str> =
        output.lines().filter_map(|line| line.strip_suffix(" (*)").or(Some(line))).collect();
    crates.sort_unstable();
    crates.dedup();
    Ok(crates.len())
}

fn output(command: &mut Command) -> Result<String, Problem> {
    let output = command.output().map_err(|error| Problem::new(error.to_string()))?;
    if !output.status.success() {
        return Err(Problem::new(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
