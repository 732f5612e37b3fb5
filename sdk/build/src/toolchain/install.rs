//! Installing a tool: beside its place first, then moved there whole.
//!
//! *Never:* half a tool stands where a whole one is looked for.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::table::{Registry, Tool};

/// What an installer says as it fails is shown, but no more of it than fits a screen.
const LINES_MAX: usize = 12;

/// Why a tool could not be installed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// The installer itself is not here.
    #[error("`{installer}` is needed to install {tool} and cannot be started ({source}); {remedy}")]
    NoInstaller {
        /// Which program.
        installer: &'static str,
        /// For which tool.
        tool: &'static str,
        /// What to do.
        remedy: &'static str,
        /// Why not.
        source: std::io::Error,
    },
    /// The installer failed.
    #[error(
        "`{command}` failed; where this machine is offline, run it again with a network, or copy \
         the folder `{folder}` from a machine that has it:\n{said}"
    )]
    Failed {
        /// What was run, as a person would type it.
        command: String,
        /// Where the tool would be.
        folder: String,
        /// The end of what it said.
        said: String,
    },
    /// The installer was content, and the tool is not there.
    #[error(
        "{tool} was installed and still cannot be found; this machine may not be supported by it"
    )]
    Incomplete {
        /// Which tool.
        tool: &'static str,
    },
    /// The folder cannot be written.
    #[error("cannot write `{path}`: {source}")]
    Io {
        /// Which path.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
}

/// Installs a tool into a folder of its own.
pub(super) fn install(folder: &Path, tool: Tool) -> Result<(), InstallError> {
    let fails = |source| InstallError::Io { path: folder.display().to_string(), source };
    if tool.registry() == Registry::Rustup {
        return finish(&mut rustup(tool), folder, tool);
    }
    let unfinished = folder.with_extension(format!("{}.tmp", std::process::id()));
    remove(&unfinished).map_err(fails)?;
    std::fs::create_dir_all(&unfinished).map_err(fails)?;
    let mut command = match tool.registry() {
        Registry::PyPi => pip(&unfinished, tool),
        Registry::Npm => npm(&unfinished, tool),
        Registry::Rustup => rustup(tool),
    };
    let done = finish(&mut command, folder, tool).and_then(|()| {
        remove(folder).and_then(|()| std::fs::rename(&unfinished, folder)).map_err(fails)
    });
    if done.is_err() {
        drop(remove(&unfinished));
    }
    done
}

/// The directory of the target's standard library, where rustc has it.
pub(super) fn rust_target(target: &str) -> Option<PathBuf> {
    let output = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", target])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let directory = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    let mut entries = std::fs::read_dir(&directory).ok()?.flatten();
    let has_std = entries.any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"));
    has_std.then_some(directory)
}

fn pip(folder: &Path, tool: Tool) -> Command {
    let mut command = Command::new(super::program::PYTHON);
    command.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]);
    command.args(["--no-warn-script-location", "--target"]).arg(folder);
    for package in tool.packages() {
        command.arg(format!("{}=={}", package.name, package.version));
    }
    command
}

fn npm(folder: &Path, tool: Tool) -> Command {
    let mut command = Command::new("npm");
    command.args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"]).arg(folder);
    for package in tool.packages() {
        command.arg(format!("{}@{}", package.name, package.version));
    }
    command
}

fn rustup(tool: Tool) -> Command {
    let mut command = Command::new("rustup");
    command.args(["target", "add"]).args(tool.packages().iter().map(|target| target.name));
    command
}

fn finish(command: &mut Command, folder: &Path, tool: Tool) -> Result<(), InstallError> {
    let (installer, remedy) = match tool.registry() {
        Registry::PyPi => ("python3", "install Python 3 with pip from your system's packages"),
        Registry::Npm => ("npm", "install Node.js 18 or later from your system's packages"),
        Registry::Rustup => ("rustup", "get it from https://rustup.rs"),
    };
    let ran = command.stdin(Stdio::null()).output().map_err(|source| {
        InstallError::NoInstaller { installer, tool: tool.name(), remedy, source }
    })?;
    if ran.status.success() {
        return Ok(());
    }
    let said =
        format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    let lines: Vec<&str> = said.lines().collect();
    let said = lines.get(lines.len().saturating_sub(LINES_MAX)..).unwrap_or_default().join("\n");
    let folder = folder.display().to_string();
    Err(InstallError::Failed { command: super::program::shown(command), folder, said })
}

fn remove(folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
