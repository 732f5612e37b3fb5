//! How long the first build of a program takes that links the host crate with its default features,
//! and how many crates that builds: in a project of its own, with cargo's own profiles.
//!
//! *Never:* anything of this repository's settings, features or finished builds is used.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::repository::{Problem, root};
use crate::run::{cargo, finish};

/// What is measured: its name in the report, the profile's flag.
const PROFILES: [(&str, &[&str]); 2] =
    [("build from nothing", &[]), ("build from nothing, optimised", &["--release"])];

/// The program: it makes a host, so that what a host needs is linked.
const PROGRAM: &str = "fn main() {
    let keyring = engraft::artifact::Keyring::default();
    let host = engraft::Host::builder().trust(keyring).build();
    println!(\"{}\", host.is_ok());
}
";

/// Name, value and unit of each figure.
pub(super) fn measure() -> Result<Vec<(&'static str, String, &'static str)>, Problem> {
    let project = Project::new()?;
    finish(&mut project.cargo(&["fetch"]))?;
    let mut figures = Vec::new();
    for (name, flags) in PROFILES {
        let minutes = project.build(flags)?;
        figures.push((name, format!("{minutes:.2}"), "minutes"));
    }
    figures.push(("crates in a default build", project.crates()?.to_string(), ""));
    Ok(figures)
}

/// A folder that is gone afterwards.
struct Project(PathBuf);

impl Project {
    fn new() -> Result<Self, Problem> {
        let project = std::env::temp_dir().join(format!("engraft-embedder-{}", std::process::id()));
        let project = Self(project);
        let host = root().join("host");
        let manifest = format!(
            "[package]\nname = \"embedder\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nengraft = {{ path = {:?} }}\n\n[workspace]\n",
            host.display().to_string(),
        );
        project.write("Cargo.toml", &manifest)?;
        project.write("src/main.rs", PROGRAM)?;
        // The versions that are tested here; cargo leaves out what the program does not need.
        let lock = root().join("Cargo.lock");
        let lock = std::fs::read_to_string(&lock).map_err(|error| Problem::file(&lock, &error))?;
        project.write("Cargo.lock", &lock)?;
        Ok(project)
    }

    fn write(&self, file: &str, text: &str) -> Result<(), Problem> {
        let path = self.0.join(file);
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(|error| Problem::file(folder, &error))?;
        std::fs::write(&path, text).map_err(|error| Problem::file(&path, &error))
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = cargo(arguments);
        command.current_dir(&self.0).env_remove("CARGO_TARGET_DIR").env_remove("RUSTC_WRAPPER");
        command
    }

    /// Builds it from nothing, as an embedding program's first build does, on as many cores as
    /// there are. In minutes.
    fn build(&self, flags: &[&str]) -> Result<f64, Problem> {
        let target = self.0.join("target");
        if target.exists() {
            std::fs::remove_dir_all(&target).map_err(|error| Problem::file(&target, &error))?;
        }
        #[expect(clippy::disallowed_methods, reason = "this measures how long a build takes")]
        let start = Instant::now();
        finish(self.cargo(&["build", "--offline"]).args(flags))?;
        Ok(start.elapsed().as_secs_f64() / 60.0)
    }

    /// How many crates are built, those for the build itself included.
    fn crates(&self) -> Result<usize, Problem> {
        let mut command = self.cargo(&["tree", "--offline", "--package", "engraft"]);
        command.args(["--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
        let output = command.output().map_err(|error| Problem::new(error.to_string()))?;
        if !output.status.success() {
            return Err(Problem::new(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        let output = String::from_utf8_lossy(&output.stdout);
        let mut crates: Vec<&str> =
            output.lines().map(|line| line.strip_suffix(" (*)").unwrap_or(line)).collect();
        crates.sort_unstable();
        crates.dedup();
        Ok(crates.len())
    }
}

// === impl Project ===

impl Drop for Project {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
