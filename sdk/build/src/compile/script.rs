//! JavaScript and TypeScript, on QuickJS.
//!
//! *Never:* types are thrown away before they were checked.

use super::{BuildError, lacks, make_folder, read};
use crate::Language;
use crate::description::Description;
use crate::emit;
use crate::project::Project;
use crate::toolchain::{Program, Toolchains, run};

pub(super) fn bindings(language: Language, description: &Description) -> Vec<(String, Vec<u8>)> {
    let entry = emit::js::entry(description, source(language));
    let mut files = vec![("guest.js".to_owned(), entry.into_bytes())];
    if language == Language::TypeScript {
        files.push(("types.ts".to_owned(), emit::js::types(description).into_bytes()));
    }
    files
}

pub(super) fn build(
    project: &Project,
    toolchains: &Toolchains,
) -> Result<(Vec<u8>, String), BuildError> {
    let (bundle, component) =
        (project.output().join("bundle.js"), project.output().join("raw.wasm"));
    let mut said = check_types(project, toolchains)?;
    let mut esbuild = esbuild(project, toolchains)?;
    esbuild.args(["bindings/guest.js", "--external:engraft:*"]);
    esbuild.arg(format!("--outfile={}", bundle.display()));
    said.push_str(&run(&mut esbuild, "esbuild")?.said);
    let mut snapshot = toolchains.program(Program::ComponentizeQjs, project.language)?;
    snapshot.current_dir(&project.folder).args(["--wit", "bindings/wit", "--world", crate::WORLD]);
    // Calls of one instance come one after the other, so nothing asynchronous is needed.
    snapshot
        .args(["--stub-wasi", "--sync", "--minify", "--js"])
        .arg(&bundle)
        .arg("--output")
        .arg(&component);
    // It tells how it proceeds; only what goes wrong is of interest.
    run(&mut snapshot, "componentize-qjs")?;
    Ok((read(&component)?, said))
}

/// Runs the tests by Node's own runner.
pub(super) fn test(project: &Project, toolchains: &Toolchains) -> Result<String, BuildError> {
    let mut said = check_types(project, toolchains)?;
    if project.language == Language::TypeScript {
        make_folder(&project.output())?;
        let mut esbuild = esbuild(project, toolchains)?;
        esbuild.args([
            source(project.language),
            "--external:*/engraft.js",
            "--outfile=build/capability.js",
        ]);
        said.push_str(&run(&mut esbuild, "esbuild")?.said);
    }
    let tests = super::sources(project, "test", &[".js"])?;
    let mut node = std::process::Command::new("node");
    said.push_str(
        &run(node.current_dir(&project.folder).arg("--test").args(tests), "the test")?.said,
    );
    Ok(said)
}

fn check_types(project: &Project, toolchains: &Toolchains) -> Result<String, BuildError> {
    let source = project.folder.join(source(project.language));
    if !source.is_file() {
        return Err(lacks(&source, "the operations belong there"));
    }
    if project.language != Language::TypeScript {
        return Ok(String::new());
    }
    let mut tsc = toolchains.program(Program::Tsc, project.language)?;
    Ok(run(
        tsc.current_dir(&project.folder).args(["--project", "."]),
        "the compiler of TypeScript",
    )?
    .said)
}

fn esbuild(
    project: &Project,
    toolchains: &Toolchains,
) -> Result<std::process::Command, BuildError> {
    let mut command = toolchains.program(Program::Esbuild, project.language)?;
    command.current_dir(&project.folder);
    command.args([
        "--bundle",
        "--format=esm",
        "--platform=neutral",
        "--target=es2022",
        "--log-level=warning",
    ]);
    Ok(command)
}

const fn source(language: Language) -> &'static str {
    if matches!(language, Language::TypeScript) { "src/capability.ts" } else { "src/capability.js" }
}
