//! Go, by its own compiler.
//!
//! *Never:* a module is downloaded that the author did not ask for.

mod room;

use super::{BuildError, read};
use crate::adapter::Surroundings;
use crate::component;
use crate::description::Description;
use crate::emit;
use crate::project::Project;
use crate::toolchain::{Program, Toolchains, run};

pub(super) fn bindings(description: &Description) -> Vec<(String, Vec<u8>)> {
    vec![("main.go".to_owned(), emit::go::main(description).into_bytes())]
}

pub(super) fn build(
    project: &Project,
    description: &Description,
    toolchains: &Toolchains,
) -> Result<(Vec<u8>, String), BuildError> {
    let core = project.output().join("core.wasm");
    let mut command = toolchains.program(Program::Go, project.language)?;
    command.current_dir(&project.folder).env("GOOS", "wasip1").env("GOARCH", "wasm");
    command.args(["build", "-trimpath", "-buildvcs=false", "-buildmode=c-shared"]);
    command.args(["-ldflags=-s -w -buildid=", "-o"]).arg(&core).arg("./bindings");
    let mut tags: Vec<String> =
        description.permissions.interfaces().iter().map(|name| format!("engraft_{name}")).collect();
    if description.state {
        tags.push("engraft_state".to_owned());
    }
    if description.wasi.is_some() {
        tags.push("engraft_wasi".to_owned());
    }
    command.env("GOFLAGS", format!("-mod=mod -tags={}", tags.join(",")));
    let ran = run(&mut command, "the compiler of Go")?;
    let mut module = read(&core)?;
    if description.wasi.is_some() {
        module = room::open(&module)?;
    }
    let component = component::encode(module, description, Surroundings::Go)?;
    Ok((component, ran.said))
}

pub(super) fn test(project: &Project, toolchains: &Toolchains) -> Result<String, BuildError> {
    let mut command = toolchains.program(Program::Go, project.language)?;
    Ok(run(command.current_dir(&project.folder).args(["test", "./src/..."]), "the test")?.said)
}
