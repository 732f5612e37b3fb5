//! Programs of the tools, and running them.
//!
//! *Never:* what a compiler says is lost; it is what the author needs.

use std::path::Path;
use std::process::{Command, Stdio};

use super::table::Tool;

/// What Python is called here.
pub(crate) const PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };

/// A program that a build starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    Zig,
    Go,
    ComponentizePy,
    ComponentizeQjs,
    Esbuild,
    Tsc,
    Asc,
}

/// What a program left behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ran {
    /// What it wrote to standard output and standard error.
    pub said: String,
}

/// A program that did not do what it was started for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// It cannot be started.
    #[error("`{command}` cannot be started: {source}; {remedy}")]
    NotStarted {
        /// As a person would type it.
        command: String,
        /// What to do.
        remedy: &'static str,
        /// Why not.
        source: std::io::Error,
    },
    /// It failed, and says why.
    #[error("{what} failed:\n{said}")]
    Failed {
        /// What it was doing, for a person: `the compiler of C`.
        what: String,
        /// Everything that it said.
        said: String,
    },
}

impl Program {
    pub(super) const fn tool(self) -> Tool {
        match self {
            Self::Zig => Tool::Zig,
            Self::Go => Tool::Go,
            Self::ComponentizePy => Tool::ComponentizePy,
            Self::ComponentizeQjs | Self::Esbuild => Tool::QuickJs,
            Self::Tsc => Tool::TypeScript,
            Self::Asc => Tool::AssemblyScript,
        }
    }

    /// The command, with caches of compilers kept beside the tools and not in a person's home.
    pub(super) fn command(self, folder: &Path, caches: &Path) -> Command {
        match self {
            Self::Zig => {
                let mut command = Command::new(folder.join("ziglang/zig"));
                command.env("ZIG_GLOBAL_CACHE_DIR", caches.join("zig"));
                command.env("ZIG_LOCAL_CACHE_DIR", caches.join("zig"));
                command
            }
            Self::Go => {
                let mut command = Command::new(folder.join("go/bin/go"));
                command.env("GOROOT", folder.join("go")).env("GOCACHE", caches.join("go"));
                command.env("GOPATH", caches.join("gopath")).env("GOTOOLCHAIN", "local");
                // A capability has no dependencies unless its author adds some.
                command.env("GOFLAGS", "-mod=mod").env("GOTELEMETRY", "off");
                command
            }
            Self::ComponentizePy => {
                let mut command = Command::new(PYTHON);
                command.args(["-c", "import componentize_py; componentize_py.script()"]);
                command.env("PYTHONPATH", folder).env("VIRTUAL_ENV", folder.join("no-packages"));
                command
            }
            Self::ComponentizeQjs => node(folder, "componentize-qjs/bin/componentize-qjs"),
            Self::Esbuild => node(folder, "esbuild/bin/esbuild"),
            Self::Tsc => node(folder, "typescript/lib/tsc.js"),
            Self::Asc => node(folder, "assemblyscript/bin/asc.js"),
        }
    }
}

fn node(folder: &Path, script: &str) -> Command {
    let script = folder.join("node_modules").join(script);
    // esbuild's script is replaced by its binary where the platform allows that.
    let is_binary = std::fs::read(&script).is_ok_and(|bytes| bytes.starts_with(b"\x7fELF"));
    if is_binary {
        return Command::new(script);
    }
    let mut command = Command::new("node");
    command.arg(script);
    command
}

/// Runs a program to its end.
pub(crate) fn run(command: &mut Command, what: &str) -> Result<Ran, RunError> {
    let output = command.stdin(Stdio::null()).output().map_err(|source| RunError::NotStarted {
        command: shown(command),
        remedy: "`engraft doctor` tells what is missing",
        source,
    })?;
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    if output.status.success() {
        return Ok(Ran { said });
    }
    Err(RunError::Failed { what: what.to_owned(), said: said.trim_end().to_owned() })
}

/// A command as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
