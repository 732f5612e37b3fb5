//! The process behind the walls: it raises them around itself, builds, and ends.
//!
//! *Never:* anything of a stranger is read before every wall stands.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use serde::{Deserialize, Serialize};

use super::{BuildLimits, EXIT_PLACE, EXIT_SOURCE, EXIT_WALLS, place};
use crate::Language;
use crate::compile::{self, BuildError, Effort};
use crate::project::Project;
use crate::toolchain::{PYTHON, Toolchains};

/// The word by which a program knows that it is to be this.
const WORD: &str = "engraft-build-behind-walls";
/// What is made, in the project's folder.
pub(super) const MADE: &str = "build/made.wasm";
/// Where cargo is told that everything is here already.
const CARGO_CONFIG: &str = "[source.crates-io]\nreplace-with = \"here\"\n\n[source.here]\n\
                            directory = \"VENDOR\"\n\n[net]\noffline = true\n";

/// What is to be built, and with what.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Order {
    project: PathBuf,
    toolchains: PathBuf,
    /// Where programs are that the toolchains do not bring.
    root: Option<PathBuf>,
    limits: BuildLimits,
}

impl Order {
    pub(super) fn new(
        project: &Path,
        toolchains: &Toolchains,
        language: Language,
        limits: BuildLimits,
    ) -> Self {
        let root = toolchains.root();
        let toolchains = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
        Self { project: project.to_owned(), toolchains, root: root_of(language), limits }
    }

    /// What the program is started with.
    pub(super) fn words(&self) -> [OsString; 2] {
        // Paths that are not Unicode cannot be told so, and the process says what is missing.
        [WORD.into(), serde_json::to_string(self).unwrap_or_default().into()]
    }

    /// Everything that there is in its environment.
    pub(super) fn environment(&self) -> Vec<(&'static str, OsString)> {
        let system = "/usr/local/bin:/usr/bin:/bin";
        let path = match &self.root {
            Some(root) => format!("{}/bin:{system}", root.display()),
            None => system.to_owned(),
        };
        let own = |name: &str| self.output().join(name).into_os_string();
        vec![
            ("PATH", path.into()),
            ("HOME", own("home")),
            ("TMPDIR", own("tmp")),
            ("CARGO_HOME", own("cargo-home")),
            // Node reads the machine's own settings of OpenSSL otherwise, and ends where it may not.
            ("OPENSSL_CONF", "/dev/null".into()),
        ]
    }

    fn output(&self) -> PathBuf {
        self.project.join("build")
    }

    fn run(&self) -> Result<(), (u8, String)> {
        let at_place = |error: BuildError| (EXIT_PLACE, error.to_string());
        for name in ["home", "tmp", "cargo-home"] {
            place::make_folder(&self.output().join(name)).map_err(at_place)?;
        }
        let vendor = self.project.join("vendor").display().to_string();
        let config = CARGO_CONFIG.replace("VENDOR", &vendor).into_bytes();
        place::put(&self.output(), &[("cargo-home/config.toml".to_owned(), config)])
            .map_err(at_place)?;
        self.raise().map_err(|why| (EXIT_WALLS, why))?;
        let project = Project::open(&self.project).map_err(|it| (EXIT_PLACE, it.to_string()))?;
        let toolchains = Toolchains::in_folder(&self.toolchains);
        let toolchains = toolchains.with_caches(self.output().join("cache"));
        let built = compile::build(&project, &toolchains, Effort::Walled);
        let built = built.map_err(|error| (EXIT_SOURCE, error.to_string()))?;
        let made = self.project.join(MADE);
        std::fs::write(&made, built.component).map_err(|error| (EXIT_PLACE, error.to_string()))
    }

    #[cfg(target_os = "linux")]
    fn raise(&self) -> Result<(), String> {
        let readable = [&self.project, &self.toolchains].into_iter().chain(&self.root);
        super::walls::raise(readable, &self.output(), self.limits)
    }

    #[cfg(not(target_os = "linux"))]
    fn raise(&self) -> Result<(), String> {
        Err("they are Linux's".to_owned())
    }
}

/// Where the programs of a language are that its toolchain does not bring, as they say themselves.
fn root_of(language: Language) -> Option<PathBuf> {
    let (program, words): (_, &[&str]) = match language {
        Language::Rust => ("rustc", &["--print", "sysroot"]),
        Language::Python => (PYTHON, &["-c", "import sys; print(sys.base_prefix)"]),
        Language::JavaScript | Language::TypeScript | Language::AssemblyScript => {
            ("node", &["-p", "require('path').resolve(process.execPath, '../..')"])
        }
        Language::C | Language::Cpp | Language::Zig | Language::Go => return None,
    };
    let output = Command::new(program).args(words).stdin(Stdio::null()).output().ok()?;
    let told = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(told.trim())).filter(|root| root.is_dir())
}

/// Builds what another process of this program asks for, behind walls, where this process was started to
/// do so; none where it was not. Whoever opens a [`Workshop`](super::Workshop) with a program has that
/// program call this first thing in its `main`, and end with what it gives.
#[must_use]
pub fn build_if_asked() -> Option<ExitCode> {
    let mut words = std::env::args_os().skip(1);
    if words.next()? != WORD {
        return None;
    }
    let order = words.next().unwrap_or_default();
    let ran = match serde_json::from_str::<Order>(&order.to_string_lossy()) {
        Ok(order) => order.run(),
        Err(error) => Err((EXIT_PLACE, error.to_string())),
    };
    Some(match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, why)) => {
            drop(std::io::stderr().write_all(why.as_bytes()));
            ExitCode::from(code)
        }
    })
}
