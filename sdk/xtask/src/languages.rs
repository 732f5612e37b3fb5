//! Measures what a capability costs in each language, and writes the table into the documents.
//!
//! *Never:* a figure is made up here, or kept from an earlier run.

use crate::repository::{Problem, root};
use crate::run::{cargo, finish};
use crate::setup;

/// The documents that hold the table.
const DOCUMENTS: [&str; 2] = ["BENCHMARKS.md", "guest-templates/README.md"];

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only these languages, and only shown: the documents stay as they are.
    languages: Vec<String>,
}

pub(crate) fn run(options: &Options) -> Result<Vec<String>, Problem> {
    setup::run()?;
    let mut command = cargo(&["run", "--quiet", "--release", "--package", "engraft-benches"]);
    command.args(["--bin", "languages", "--"]).arg(setup::toolchains());
    if options.languages.is_empty() {
        command.args(DOCUMENTS.map(|document| root().join(document)));
        finish(&mut command)?;
        return Ok(DOCUMENTS.map(|document| format!("{document} is written")).to_vec());
    }
    finish(command.arg("--").args(&options.languages))?;
    Ok(vec!["a look; the documents are as they were".to_owned()])
}
