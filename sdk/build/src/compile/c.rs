//! C and C++, by the clang inside Zig.
//!
//! *Never:* anything of WASI is left; what the C library wants of it the adapter answers.

use wit_component::StringEncoding;

use super::{BuildError, read, sources};
use crate::Language;
use crate::adapter::Scratch;
use crate::component;
use crate::contract::ContractError;
use crate::description::Description;
use crate::emit;
use crate::project::Project;
use crate::toolchain::{Program, Toolchains, run};

/// 256 KiB hold some thousand calls deep; a runaway recursion ends in a trap and not in the data,
/// because the stack lies below everything else.
pub(super) const STACK_BYTES: u32 = 256 << 10;

pub(super) fn bindings(description: &Description) -> Result<Vec<(String, Vec<u8>)>, ContractError> {
    let mut files = crate::bindings::c(description)?;
    files.push(("capability.h".to_owned(), emit::c::header(description).into_bytes()));
    files.push(("capability.c".to_owned(), emit::c::source(description).into_bytes()));
    Ok(files)
}

pub(super) fn build(
    project: &Project,
    description: &Description,
    toolchains: &Toolchains,
) -> Result<(Vec<u8>, String), BuildError> {
    let core = project.output().join("core.wasm");
    // C is compiled as C and linked by either driver, so the support files are the same for both.
    let mut command = toolchains.program(Program::Zig, project.language)?;
    command.current_dir(&project.folder);
    command.arg(driver(project.language)).args(["-target", "wasm32-wasi", "-mexec-model=reactor"]);
    command.args(["-Os", "-Wall", "-Wextra", "-fno-exceptions"]).args(standard(project.language));
    command.arg("-Wl,--strip-all");
    command.arg(format!("-Wl,--stack,{STACK_BYTES}"));
    command.args(sources(project, "src", endings(project.language))?);
    command.args(["-x", "c", "-std=c17"]);
    command.args(sources(project, "engraft", &[".c"])?).args(sources(
        project,
        "bindings",
        &[".c"],
    )?);
    let ran = run(command.arg("-o").arg(&core), &format!("the compiler of {}", project.language))?;
    let module = read(&core)?;
    let component =
        component::encode(module, description, StringEncoding::UTF8, Scratch::Exported)?;
    Ok((component, ran.said))
}

/// Compiles the operations for this machine, with the tests in place of the host.
pub(super) fn test(project: &Project, toolchains: &Toolchains) -> Result<String, BuildError> {
    let program = project.output().join("test");
    let mut command = toolchains.program(Program::Zig, project.language)?;
    command.current_dir(&project.folder).arg(driver(project.language));
    command.args(["-g", "-fno-exceptions"]).args(standard(project.language));
    let endings = endings(project.language);
    command.args(sources(project, "src", endings)?).args(sources(project, "test", endings)?);
    command.args(["-x", "c", "-std=c17", "engraft/json.c", "engraft/answer.c"]);
    let compiled = run(command.arg("-o").arg(&program), "the compiler of the tests")?;
    let ran = run(std::process::Command::new(&program).current_dir(&project.folder), "the test")?;
    Ok(format!("{}{}", compiled.said, ran.said))
}

const fn driver(language: Language) -> &'static str {
    if matches!(language, Language::Cpp) { "c++" } else { "cc" }
}

const fn standard(language: Language) -> &'static [&'static str] {
    if matches!(language, Language::Cpp) { &["-std=c++23"] } else { &["-std=c17"] }
}

const fn endings(language: Language) -> &'static [&'static str] {
    if matches!(language, Language::Cpp) { &[".cpp"] } else { &[".c"] }
}
