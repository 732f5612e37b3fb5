//! Builds the fuzz targets on stable Rust and runs them.
//!
//! Only what is fuzzed is instrumented: coverage of wasmtime's code would slow each run down many
//! times and show nothing about ours. So this program stands in for the compiler, and adds the
//! flags where they belong.
//!
//! *Never:* an input that was found to break something is thrown away.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::repository::{Problem, root};
use crate::run::{cargo, finish};

/// What to fuzz, and for how long.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Which targets; all where none is named.
    targets: Vec<String>,
    /// How long each runs. Ten minutes are what a change to a parser has to bear.
    #[arg(long, default_value_t = 600)]
    seconds: u32,
    /// Put what was found into the corpus, reduced to the inputs that reach something new.
    #[arg(long)]
    keep: bool,
}

/// Set where this program is called in the compiler's place.
const STANDS_IN: &str = "ENGRAFT_XTASK_INSTRUMENTS";

/// Where fuzz targets are, and the crate whose code each fuzzes; its generic parts bring those of
/// `serde_json` along.
const FOLDERS: [(&str, &str); 2] =
    [("host/fuzz", "engraft"), ("sdk/recipe/fuzz", "engraft_recipe")];

/// Counts edges and comparisons the way libFuzzer reads them.
const FLAGS: [&str; 8] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Clink-dead-code",
    "--cfg",
    "fuzzing",
];

/// Longer inputs reach nothing that shorter ones do not, and make each run slower.
const INPUT_BYTES_MAX: &str = "-max_len=16384";
/// A hundred times what the slowest input of the corpus takes: slower ones are a finding.
const SECONDS_PER_INPUT: &str = "-timeout=10";

pub(crate) fn run(options: &Options) -> Result<Vec<String>, Problem> {
    let all = targets()?;
    for named in &options.targets {
        if !all.iter().any(|(_, target)| target == named) {
            let known: Vec<&str> = all.iter().map(|(_, target)| target.as_str()).collect();
            return Err(Problem::new(format!(
                "there is no fuzz target `{named}`; there are {}",
                known.join(", ")
            )));
        }
    }
    let chosen: Vec<&(PathBuf, String)> = all
        .iter()
        .filter(|(_, target)| options.targets.is_empty() || options.targets.contains(target))
        .collect();
    let mut folders: Vec<&PathBuf> = chosen.iter().map(|(folder, _)| folder).collect();
    folders.dedup();
    folders.into_iter().try_for_each(|folder| build(folder))?;
    chosen.into_iter().map(|(folder, target)| fuzz(folder, target, options)).collect()
}

/// The targets of all folders, each with its folder.
fn targets() -> Result<Vec<(PathBuf, String)>, Problem> {
    let mut all = Vec::new();
    for (folder, _) in FOLDERS {
        let folder = root().join(folder);
        let names = names(&folder.join("fuzz_targets"))?;
        all.extend(names.into_iter().map(|name| (folder.clone(), name)));
    }
    Ok(all)
}

/// Targets as the files name them.
fn names(folder: &Path) -> Result<Vec<String>, Problem> {
    let entries = std::fs::read_dir(folder).map_err(|error| Problem::file(folder, &error))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| Some(entry.path().file_stem()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    Ok(names)
}

fn build(folder: &Path) -> Result<(), Problem> {
    let this = std::env::current_exe()
        .map_err(|error| Problem::new(format!("this program cannot find itself: {error}")))?;
    let mut command = cargo(&["build", "--locked", "--manifest-path"]);
    command
        .arg(folder.join("Cargo.toml"))
        .args(["--target-dir", "target"])
        .env("RUSTC_WRAPPER", this)
        .env(STANDS_IN, "1");
    finish(&mut command)
}

fn fuzz(folder: &Path, target: &str, options: &Options) -> Result<String, Problem> {
    let corpus = folder.join("corpus").join(target);
    let found = root().join("target/fuzz").join(target);
    let broken = folder.join("artifacts").join(target);
    for folder in [&corpus, &found, &broken] {
        std::fs::create_dir_all(folder).map_err(|error| Problem::file(folder, &error))?;
    }
    let mut command = program(target, &broken);
    command.arg(format!("-max_total_time={}", options.seconds)).arg("-print_final_stats=1");
    // The first folder receives what is found, so that the corpus changes only when asked for.
    finish(command.arg(&found).arg(&corpus))?;
    if options.keep {
        finish(program(target, &broken).arg("-merge=1").arg(&corpus).arg(&found))?;
    }
    Ok(format!("{target}: nothing found in {} s", options.seconds))
}

fn program(target: &str, broken: &Path) -> Command {
    let mut command = Command::new(root().join("target/debug").join(target));
    command.args([INPUT_BYTES_MAX, SECONDS_PER_INPUT]);
    command.arg(format!("-artifact_prefix={}/", broken.display()));
    command
}

/// Runs the compiler, where cargo has called this program in its place.
pub(crate) fn stand_in() -> Option<ExitCode> {
    std::env::var_os(STANDS_IN)?;
    let mut arguments = std::env::args_os().skip(1);
    let mut compiler = Command::new(arguments.next()?);
    let arguments: Vec<OsString> = arguments.collect();
    compiler.args(&arguments);
    if is_fuzzed(&arguments) {
        compiler.args(FLAGS);
    }
    let succeeded = compiler.status().is_ok_and(|status| status.success());
    Some(if succeeded { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether the compiler is asked for the fuzzed crate or for a target.
fn is_fuzzed(arguments: &[OsString]) -> bool {
    let name = arguments.windows(2).find_map(|pair| match pair {
        [option, name] if option == "--crate-name" => Some(name),
        _ => None,
    });
    let is_target = arguments.iter().any(|argument| {
        argument.to_str().is_some_and(|argument| argument.starts_with("fuzz_targets/"))
    });
    is_target || name.is_some_and(|name| FOLDERS.iter().any(|(_, fuzzed)| name == fuzzed))
}
