//! From a project to a component.
//!
//! *Never:* a compiler is started before everything that it needs is known to be there.

mod assemblyscript;
mod c;
mod go;
mod python;
mod rust;
mod script;
mod zig;

use std::path::Path;

use crate::Language;
use crate::border;
use crate::component::{self, ComponentError};
use crate::contract::{self, ContractError};
use crate::description::{Description, FILE};
use crate::project::Project;
use crate::toolchain::{MissingTool, RunError, Toolchains};

/// A component that was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// Its bytes, with name and version in them.
    pub component: Vec<u8>,
    /// What the compiler said beside it: warnings.
    pub said: String,
}

/// How much time a build may take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Effort {
    /// As much as a small and fast component needs.
    #[default]
    Release,
    /// As little as can be, for a person waits for it at each save.
    Save,
    /// As for a release, behind walls: nothing of what is around the project counts, for it cannot be
    /// read.
    Walled,
}

/// Why nothing was built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The toolchain is not here.
    #[error(transparent)]
    Missing(#[from] MissingTool),
    /// A compiler, or a test, says no.
    #[error(transparent)]
    Run(#[from] RunError),
    /// What was compiled is no component of the contract.
    #[error(transparent)]
    Component(#[from] ComponentError),
    /// The contract does not parse: a fault of ours.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The project lacks what its language needs.
    #[error("`{path}` is missing; {remedy}")]
    Lacks {
        /// Which file or folder.
        path: String,
        /// What to do.
        remedy: String,
    },
    /// A file cannot be read or written.
    #[error("`{path}`: {source}")]
    Io {
        /// Which file.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
}

/// Builds a project: bindings, compiler, component.
///
/// # Errors
///
/// Where the toolchain is missing, the source does not compile, or the result is no component.
pub fn build(
    project: &Project,
    toolchains: &Toolchains,
    effort: Effort,
) -> Result<Built, BuildError> {
    toolchains.check(project.language, project.variant())?;
    write_bindings(project)?;
    make_folder(&project.output())?;
    let (component, said) = match (project.language, &project.description) {
        (Language::Rust, None) => rust::build(project, effort)?,
        (Language::C | Language::Cpp, Some(description)) => {
            c::build(project, description, toolchains)?
        }
        (Language::JavaScript | Language::TypeScript, Some(_)) => {
            script::build(project, toolchains)?
        }
        (Language::Python, Some(_)) => python::build(project, toolchains)?,
        (Language::Go, Some(description)) => go::build(project, description, toolchains)?,
        (Language::Zig, Some(description)) => zig::build(project, description, toolchains, effort)?,
        (Language::AssemblyScript, Some(description)) => {
            assemblyscript::build(project, description, toolchains)?
        }
        (_, None) => {
            return Err(lacks(&project.folder.join(FILE), "a capability is described there"));
        }
        (Language::Rust, Some(_)) => {
            let remedy = "a capability in Rust describes itself in its source; remove this file";
            return Err(lacks(&project.folder.join(FILE), remedy));
        }
    };
    let name = project.description.as_ref().map_or("capability", Description::name);
    border::check(&component, project.variant())?;
    let component = component::label(&component, name, &project.version)?;
    Ok(Built { component, said })
}

/// Runs a project's own tests, which need no host; gives what they said.
///
/// # Errors
///
/// Where the toolchain is missing, or a test fails.
pub fn test(project: &Project, toolchains: &Toolchains) -> Result<String, BuildError> {
    toolchains.check(project.language, project.variant())?;
    write_bindings(project)?;
    make_folder(&project.output())?;
    match project.language {
        Language::Rust => rust::test(project),
        Language::C | Language::Cpp => c::test(project, toolchains),
        Language::JavaScript | Language::TypeScript => script::test(project, toolchains),
        Language::Zig => zig::test(project, toolchains),
        Language::Python => python::test(project),
        Language::Go => go::test(project, toolchains),
        Language::AssemblyScript => assemblyscript::test(project, toolchains),
    }
}

/// The files under `bindings/` that a project should have, each with its path in the project.
///
/// # Errors
///
/// Where the contract does not parse.
pub fn bindings(project: &Project) -> Result<Vec<(String, Vec<u8>)>, ContractError> {
    let Some(description) = &project.description else { return Ok(Vec::new()) };
    let files = match project.language {
        Language::C | Language::Cpp => c::bindings(description)?,
        Language::JavaScript | Language::TypeScript => {
            script::bindings(project.language, description)
        }
        Language::Zig => zig::bindings(description)?,
        Language::Python => python::bindings(description),
        Language::Go => go::bindings(description),
        Language::AssemblyScript => assemblyscript::bindings(description),
        Language::Rust => Vec::new(),
    };
    let world = contract::files(description)
        .into_iter()
        .map(|(name, text)| (format!("wit/{name}"), text.into_bytes()));
    Ok(files
        .into_iter()
        .chain(world)
        .map(|(name, bytes)| (format!("bindings/{name}"), bytes))
        .collect())
}

/// Writes the bindings that are not as they should be; compilers look at the times of files.
fn write_bindings(project: &Project) -> Result<(), BuildError> {
    for (name, bytes) in bindings(project)? {
        let path = project.folder.join(name);
        if std::fs::read(&path).is_ok_and(|present| present == bytes) {
            continue;
        }
        if let Some(folder) = path.parent() {
            make_folder(folder)?;
        }
        std::fs::write(&path, bytes).map_err(|source| io(&path, source))?;
    }
    Ok(())
}

/// The files in a folder of the project with one of these endings, in order.
fn sources(project: &Project, folder: &str, endings: &[&str]) -> Result<Vec<String>, BuildError> {
    let path = project.folder.join(folder);
    let entries = std::fs::read_dir(&path).map_err(|source| io(&path, source))?;
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| endings.iter().any(|ending| name.ends_with(ending)))
        .map(|name| format!("{folder}/{name}"))
        .collect();
    names.sort();
    if names.is_empty() {
        return Err(lacks(
            &path,
            &format!("a source that ends in `{}` belongs there", endings.join("` or `")),
        ));
    }
    Ok(names)
}

/// Puts everything that a project in Rust links into a folder of it, and locks it.
pub(crate) fn vendor(project: &Path, folder: &str) -> Result<(), RunError> {
    rust::vendor(project, folder)
}

fn make_folder(path: &Path) -> Result<(), BuildError> {
    std::fs::create_dir_all(path).map_err(|source| io(path, source))
}

fn read(path: &Path) -> Result<Vec<u8>, BuildError> {
    std::fs::read(path).map_err(|source| io(path, source))
}

fn io(path: &Path, source: std::io::Error) -> BuildError {
    BuildError::Io { path: path.display().to_string(), source }
}

fn lacks(path: &Path, remedy: &str) -> BuildError {
    BuildError::Lacks { path: path.display().to_string(), remedy: remedy.to_owned() }
}
