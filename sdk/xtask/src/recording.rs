//! Makes the recording that the README opens with: the script of `examples/assistant`, as it ran.
//!
//! *Never:* a line is in the recording that the program has not written; only the pace is made for
//! readers.

mod drawing;
mod line;

use std::process::Command;

use crate::repository::{Problem, root};
use crate::run::{cargo, finish, shown};
use crate::test::FEATURES;

const RECORDING: &str = "examples/assistant/recording.svg";

/// Runs the script and draws what it wrote.
pub(crate) fn write() -> Result<Vec<String>, Problem> {
    // With its test, whose features cargo counts in then: what the tests link is not built twice.
    let both = ["build", "--quiet", "--bin", "assistant", "--test", "script"];
    finish(cargo(&both).args(FEATURES))?;
    // It is built beside this program.
    let assistant = std::env::current_exe()
        .map_err(|error| Problem::new(format!("this program cannot find itself: {error}")))?
        .with_file_name("assistant");
    let mut script = Command::new(assistant);
    script.arg("--script");
    script.env("CLICOLOR_FORCE", "1").env_remove("NO_COLOR");
    let ran = script.output().map_err(|error| Problem::new(error.to_string()))?;
    if !ran.status.success() {
        let told = String::from_utf8_lossy(&ran.stderr);
        return Err(Problem::new(format!("{} failed: {told}", shown(&script))));
    }
    let lines = line::read(&String::from_utf8_lossy(&ran.stdout));
    let path = root().join(RECORDING);
    std::fs::write(&path, drawing::draw(&lines)).map_err(|error| Problem::file(&path, &error))?;
    Ok(vec![format!("{RECORDING}: {} lines", lines.len())])
}
