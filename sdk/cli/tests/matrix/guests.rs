//! The guest of the matrix in each language: a new project, its source replaced, built by the
//! command.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use engraft_build::Language;

/// A bundle, and what it took to build it.
pub(crate) struct Guest {
    pub(crate) bundle: Vec<u8>,
    pub(crate) key: PathBuf,
    pub(crate) bytes: usize,
    pub(crate) build: f64,
}

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/matrix/guests");

pub(crate) fn build(language: Language, port: u16) -> Result<Guest, String> {
    let home = std::env::temp_dir().join(format!("engraft-matrix-{}", std::process::id()));
    let folder = home.join(language.word());
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&home).unwrap();
    let name = format!("matrix.{}", language.word());
    run(&home, &["new", language.word(), &name, "--folder", folder.to_str().unwrap()])?;
    fill_in(language, &folder, &name, port);
    let started = Instant::now();
    let said = run(&home, &["build", folder.to_str().unwrap(), "--json"])?;
    let build = started.elapsed().as_secs_f64();
    let made: serde_json::Value =
        serde_json::from_str(&said).map_err(|error| format!("{error}: {said}"))?;
    let bundle = std::fs::read(made["file"].as_str().unwrap()).unwrap();
    let bytes = usize::try_from(made["bytes"].as_u64().unwrap()).unwrap();
    let _ = std::fs::remove_dir_all(&folder);
    Ok(Guest { bundle, key: home.join("home"), bytes, build })
}

fn fill_in(language: Language, folder: &Path, name: &str, port: u16) {
    let place = source(language);
    let file = place.rsplit('/').next().unwrap();
    let fill = |from: &str, to: &str| {
        let text = std::fs::read_to_string(Path::new(SOURCES).join(from)).unwrap();
        let text = text.replace("LANGUAGE", language.word()).replace("NAME", name);
        std::fs::write(folder.join(to), text.replace("PORT", &port.to_string())).unwrap();
    };
    fill(&format!("{}/{file}", language.word()), place);
    if language == Language::Rust {
        let path = folder.join("Cargo.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.replace("[dependencies]\n", "[dependencies]\nserde_json = \"1\"\n");
        std::fs::write(path, text).unwrap();
    } else {
        fill("capability.yaml", "capability.yaml");
    }
}

/// Runs the command with a home of its own.
pub(crate) fn run(home: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = command(home, arguments).output().unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() { Ok(out.into_owned()) } else { Err(format!("{out}{err}")) }
}

pub(crate) fn command(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_engraft"));
    command.args(arguments).env("ENGRAFT_HOME", home.join("home"));
    if std::env::var_os("ENGRAFT_TOOLCHAINS").is_none() {
        command.env("ENGRAFT_TOOLCHAINS", super::folder());
    }
    command
}

/// Where the operations of a project are written.
pub(crate) const fn source(language: Language) -> &'static str {
    match language {
        Language::Rust => "src/lib.rs",
        Language::C => "src/capability.c",
        Language::Cpp => "src/capability.cpp",
        Language::Zig => "src/capability.zig",
        Language::JavaScript => "src/capability.js",
        Language::TypeScript | Language::AssemblyScript => "src/capability.ts",
        Language::Python => "src/capability.py",
        Language::Go => "src/capability.go",
    }
}
