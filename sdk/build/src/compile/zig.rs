//! Zig, with the bindings and the support files of C beside it.
//!
//! *Never:* a safety check of Zig is compiled out; a panic says what it was.

use super::{BuildError, Effort, c, io, read, sources};
use crate::adapter::Surroundings;
use crate::component;
use crate::contract::ContractError;
use crate::description::Description;
use crate::emit;
use crate::project::Project;
use crate::toolchain::{Program, Toolchains, run};

pub(super) fn bindings(description: &Description) -> Result<Vec<(String, Vec<u8>)>, ContractError> {
    let mut files = c::bindings(description)?;
    files.push(("main.zig".to_owned(), emit::c::zig(description).into_bytes()));
    Ok(files)
}

pub(super) fn build(
    project: &Project,
    description: &Description,
    toolchains: &Toolchains,
    effort: Effort,
) -> Result<(Vec<u8>, String), BuildError> {
    let core = project.output().join("core.wasm");
    let mut command = toolchains.program(Program::Zig, project.language)?;
    command.current_dir(&project.folder);
    command.args(["build-exe", "-target", "wasm32-wasi", "-lc", "-mexec-model=reactor"]);
    command.args(mode(effort)).args(["-fstrip", "-rdynamic"]);
    command.arg("--stack").arg(c::STACK_BYTES.to_string());
    if effort == Effort::Save {
        let no_main = project.output().join("no-main.c");
        std::fs::write(&no_main, NO_MAIN).map_err(|source| io(&no_main, source))?;
        command.arg(no_main);
    }
    command.args(sources(project, "engraft", &[".c"])?).args(sources(
        project,
        "bindings",
        &[".c"],
    )?);
    command.args(["--dep", "engraft", "--dep", "capability", "-Mroot=bindings/main.zig"]);
    command.args([
        "--dep",
        "engraft",
        "-Mcapability=src/capability.zig",
        "-Mengraft=engraft/engraft.zig",
    ]);
    command.arg(format!("-femit-bin={}", core.display()));
    let ran = run(&mut command, "the compiler of Zig")?;
    let component = component::encode(read(&core)?, description, Surroundings::Libc)?;
    Ok((component, ran.said))
}

/// Half of the time of a build goes into making it small, and half of the rest into LLVM; Zig's own
/// backend and linker do without.
const fn mode(effort: Effort) -> &'static [&'static str] {
    match effort {
        Effort::Release | Effort::Walled => &["-OReleaseSmall"],
        Effort::Save => &["-ODebug", "-fno-llvm", "-fno-lld"],
    }
}

/// Zig's own linker takes what the C library has for programs with a `main` along, and that asks for
/// one. Nothing calls it.
const NO_MAIN: &str =
    "__attribute__((visibility(\"hidden\"))) int __main_argc_argv(int count, char **words) {
    (void)count;
    (void)words;
    return 1;
}
";

pub(super) fn test(project: &Project, toolchains: &Toolchains) -> Result<String, BuildError> {
    let mut command = toolchains.program(Program::Zig, project.language)?;
    command.current_dir(&project.folder).args(["test", "-lc", "engraft/json.c"]);
    command.args([
        "--dep",
        "engraft",
        "-Mroot=src/capability.zig",
        "-Mengraft=engraft/engraft.zig",
    ]);
    Ok(run(&mut command, "the test")?.said)
}
