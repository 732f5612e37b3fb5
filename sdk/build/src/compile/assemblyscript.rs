//! AssemblyScript, by its own compiler.
//!
//! *Never:* an import is left that the contract does not have.

use std::process::Command;

use super::{BuildError, lacks, read};
use crate::adapter::Surroundings;
use crate::component;
use crate::description::Description;
use crate::emit;
use crate::project::Project;
use crate::toolchain::{Program, Toolchains, run};

const SOURCE: &str = "src/capability.ts";

pub(super) fn bindings(description: &Description) -> Vec<(String, Vec<u8>)> {
    vec![
        ("guest.ts".to_owned(), emit::assemblyscript::entry(description).into_bytes()),
        ("host.ts".to_owned(), emit::assemblyscript::host(description).into_bytes()),
    ]
}

pub(super) fn build(
    project: &Project,
    description: &Description,
    toolchains: &Toolchains,
) -> Result<(Vec<u8>, String), BuildError> {
    let source = project.folder.join(SOURCE);
    if !source.is_file() {
        return Err(lacks(&source, "the operations belong there"));
    }
    let core = project.output().join("core.wasm");
    let mut command = compiler(project, toolchains)?;
    command.args(["bindings/guest.ts", "-O2", "-o"]).arg(&core);
    let ran = run(&mut command, "the compiler of AssemblyScript")?;
    let module = component::rename_exports(&read(&core)?, &emit::assemblyscript::RENAMED)?;
    let component = component::encode(module, description, Surroundings::AssemblyScript)?;
    Ok((component, ran.said))
}

/// Compiles the tests with the operations, and runs them by Node's own runner.
pub(super) fn test(project: &Project, toolchains: &Toolchains) -> Result<String, BuildError> {
    let mut command = compiler(project, toolchains)?;
    command.args(super::sources(project, "test", &[".ts"])?);
    command.args(["--debug", "-o"]).arg(project.output().join("test.wasm"));
    let said = run(&mut command, "the compiler of the tests")?.said;
    let mut node = Command::new("node");
    node.current_dir(&project.folder).args(["--test", "engraft/test.js"]);
    Ok(said + &run(&mut node, "the test")?.said)
}

fn compiler(project: &Project, toolchains: &Toolchains) -> Result<Command, BuildError> {
    let mut command = toolchains.program(Program::Asc, project.language)?;
    command.current_dir(&project.folder);
    // Started when everything that it imports is there, and not while it is instantiated.
    command.args(["--exportStart", "_initialize", "--runtime", "incremental"]);
    // The shadow stack of the collector; a runaway recursion ends in a trap either way.
    command.args(["--stackSize", "131072"]);
    Ok(command)
}
