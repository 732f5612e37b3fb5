//! C and C++, by the clang inside Zig.
//!
//! *Never:* anything of WASI is left; what the C library wants of it the adapter answers.

use super::{BuildError, make_folder, read, sources};
use crate::Language;
use crate::adapter::Surroundings;
use crate::component;
use crate::contract::ContractError;
use crate::description::Description;
use crate::emit;
use crate::project::Project;
use crate::toolchain::{Program, Toolchains, run};

/// 256 KiB hold some thousand calls deep; a runaway recursion ends in a trap and not in the data,
/// because the stack lies below everything else.
pub(super) const STACK_BYTES: u32 = 256 << 10;

const TARGET: [&str; 2] = ["-target", "wasm32-wasi"];

/// Tests are full of `assert`, which an optimized build would leave out.
const CHECKED: [&str; 4] = ["-g", "-O0", "-UNDEBUG", "-fno-sanitize=all"];

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
    let mut support = sources(project, "engraft", &[".c"])?;
    support.extend(sources(project, "bindings", &[".c"])?);
    let mut said = String::new();
    if project.language == Language::Cpp {
        support = objects(project, toolchains, &support, &TARGET, &mut said)?;
    }
    let mut command = command(project, toolchains, driver(project.language))?;
    command.arg("-Os").args(TARGET).args(["-mexec-model=reactor", "-Wl,--strip-all"]);
    command.arg(format!("-Wl,--stack,{STACK_BYTES}"));
    command.args(standard(project.language));
    command.args(sources(project, "src", endings(project.language))?).args(support);
    let what = format!("the compiler of {}", project.language);
    said.push_str(&run(command.arg("-o").arg(&core), &what)?.said);
    let module = read(&core)?;
    let component = component::encode(module, description, Surroundings::Libc)?;
    Ok((component, said))
}

/// Compiles the operations for this machine, with the tests in place of the host.
pub(super) fn test(project: &Project, toolchains: &Toolchains) -> Result<String, BuildError> {
    let program = project.output().join("test");
    let mut support = vec!["engraft/json.c".to_owned(), "engraft/answer.c".to_owned()];
    let mut said = String::new();
    if project.language == Language::Cpp {
        support = objects(project, toolchains, &support, &[], &mut said)?;
    }
    let endings = endings(project.language);
    let mut command = command(project, toolchains, driver(project.language))?;
    command.args(CHECKED).args(standard(project.language));
    command.args(sources(project, "src", endings)?).args(sources(project, "test", endings)?);
    command.args(support);
    said.push_str(&run(command.arg("-o").arg(&program), "the compiler of the tests")?.said);
    let ran = run(std::process::Command::new(&program).current_dir(&project.folder), "the test")?;
    Ok(said + &ran.said)
}

/// Compiles C for a program that the driver of C++ links; it would take C for C++.
fn objects(
    project: &Project,
    toolchains: &Toolchains,
    sources: &[String],
    target: &[&str],
    said: &mut String,
) -> Result<Vec<String>, BuildError> {
    let place = if target.is_empty() { "test-objects" } else { "objects" };
    make_folder(&project.output().join(place))?;
    let mut objects = Vec::new();
    for source in sources {
        let object = format!("build/{place}/{}.o", source.replace('/', "-"));
        let mut command = command(project, toolchains, "cc")?;
        command.args(if target.is_empty() { &CHECKED[..] } else { &["-Os"] });
        command.args(target).args(["-std=c17", "-c", source, "-o", &object]);
        said.push_str(&run(&mut command, "the compiler of C")?.said);
        objects.push(object);
    }
    Ok(objects)
}

fn command(
    project: &Project,
    toolchains: &Toolchains,
    driver: &str,
) -> Result<std::process::Command, BuildError> {
    let mut command = toolchains.program(Program::Zig, project.language)?;
    command.current_dir(&project.folder).arg(driver);
    command.args(["-Wall", "-Wextra", "-fno-exceptions"]);
    Ok(command)
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
