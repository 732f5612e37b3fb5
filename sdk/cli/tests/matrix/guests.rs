//! The guest of the matrix in each language: a new project, its source replaced, built by the command.

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
    let (source, place) = match language {
        Language::Rust => ("rust/lib.rs", "src/lib.rs"),
        Language::C => ("c/capability.c", "src/capability.c"),
        Language::Cpp => ("cpp/capability.cpp", "src/capability.cpp"),
        Language::Zig => ("zig/capability.zig", "src/capability.zig"),
        Language::JavaScript => ("javascript/capability.js", "src/capability.js"),
        Language::TypeScript => ("typescript/capability.ts", "src/capability.ts"),
        Language::Python => ("python/capability.py", "src/capability.py"),
        Language::Go => ("go/capability.go", "src/capability.go"),
    };
    let fill = |from: &str, to: &str| {
        let text = std::fs::read_to_string(Path::new(SOURCES).join(from)).unwrap();
        let text = text.replace("LANGUAGE", language.word()).replace("NAME", name);
        std::fs::write(folder.join(to), text.replace("PORT", &port.to_string())).unwrap();
    };
    fill(source, place);
    if language == Language::Rust {
        let path = folder.join("Cargo.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.replace("[dependencies]\n", "[dependencies]\nserde_json = \"1\"\n");
        std::fs::write(path, text).unwrap();
    } else {
        fill("capability.yaml", "capability.yaml");
    }
}

fn run(home: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_engraft"));
    command.args(arguments).env("ENGRAFT_HOME", home.join("home"));
    if std::env::var_os("ENGRAFT_TOOLCHAINS").is_none() {
        command.env("ENGRAFT_TOOLCHAINS", super::folder());
    }
    let output = command.output().unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() { Ok(out.into_owned()) } else { Err(format!("{out}{err}")) }
}
