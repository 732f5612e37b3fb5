//! Python, on CPython.
//!
//! *Never:* packages of this machine's Python come along; what a capability needs stands in `src`.

use super::{BuildError, lacks, read};
use crate::description::Description;
use crate::emit;
use crate::project::Project;
use crate::toolchain::{PYTHON, Program, Toolchains, run};
use crate::wasi::Variant;

pub(super) fn bindings(description: &Description) -> Vec<(String, Vec<u8>)> {
    vec![("engraft_description.py".to_owned(), emit::python::description(description).into_bytes())]
}

pub(super) fn build(
    project: &Project,
    toolchains: &Toolchains,
) -> Result<(Vec<u8>, String), BuildError> {
    let source = project.folder.join("src/capability.py");
    if !source.is_file() {
        return Err(lacks(&source, "the operations belong there"));
    }
    let component = project.output().join("raw.wasm");
    let mut command = toolchains.program(Program::ComponentizePy, project.language)?;
    command.current_dir(&project.folder).args(["-q", "-d", "bindings/wit", "-w", crate::WORLD]);
    command.args(["componentize", "-p", "src", "-p", "engraft", "-p", "bindings"]);
    if project.variant() == Variant::Sealed {
        command.arg("--stub-wasi");
    }
    command.arg("-o").arg(&component).arg("engraft_guest");
    let ran = run(&mut command, "componentize-py")?;
    Ok((read(&component)?, ran.said))
}

pub(super) fn test(project: &Project) -> Result<String, BuildError> {
    let mut command = std::process::Command::new(PYTHON);
    command.current_dir(&project.folder).args(["-m", "unittest", "discover", "-s", "test"]);
    let paths = ["src", "engraft", "bindings"].map(|folder| project.folder.join(folder));
    let paths = paths.map(|path| std::path::absolute(&path).unwrap_or(path));
    if let Ok(paths) = std::env::join_paths(paths) {
        command.env("PYTHONPATH", paths);
    }
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(run(&mut command, "the test")?.said)
}
