//! `engraft new`: a template copied and filled in.
//!
//! *Never:* a folder that exists is touched, and half a project is left behind.

use std::path::{Path, PathBuf};

use crate::Language;
use crate::compile;
use crate::description::{self, Description, DescriptionError, FILE};
use crate::project::{Project, ProjectError};
use crate::stub;
use crate::wasi::{Access, NoFiles, Variant, Wasi};

/// Path below `guest-templates` and content.
const TEMPLATES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/templates.rs"));
/// What a capability in Rust links, until it is on crates.io.
const CRATES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/crates.rs"));

/// What the capability is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wanted {
    /// What the template does, to be changed.
    Example,
    /// These operations, of which only the names are known.
    Operations(Vec<String>),
    /// What this YAML file describes.
    Described(PathBuf),
}

/// Why there is no new project.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NewError {
    /// The folder is there.
    #[error("`{0}` is there already; nothing was changed. Choose another folder with `--folder`")]
    Exists(String),
    /// An operation is named twice.
    #[error("the operation `{0}` is given twice; each operation has a name of its own")]
    Duplicate(String),
    /// The description cannot be.
    #[error(transparent)]
    Description(#[from] DescriptionError),
    /// What was made is no project: a fault of ours.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// A file cannot be written.
    #[error("cannot write `{path}`: {source}")]
    Io {
        /// Which file.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The language has no files.
    #[error(transparent)]
    NoFiles(#[from] NoFiles),
    /// The bindings cannot be made.
    #[error(transparent)]
    Bindings(#[from] crate::ContractError),
}

/// Makes a project in a new folder; gives the files that it has, in order.
///
/// # Errors
///
/// Where the folder exists, or what is wanted cannot be. Nothing is left behind then.
pub fn create(
    language: Language,
    name: &str,
    variant: Variant,
    folder: &Path,
    wanted: &Wanted,
) -> Result<Vec<String>, NewError> {
    if folder.exists() {
        return Err(NewError::Exists(folder.display().to_string()));
    }
    let files = files(language, name, variant, wanted)?;
    // Beside its place first, so that a full disk leaves no half of it.
    let mut unfinished = folder.as_os_str().to_owned();
    unfinished.push(format!(".{}.tmp", std::process::id()));
    let unfinished = PathBuf::from(unfinished);
    let written = write(&unfinished, &files)
        .and_then(|()| add_bindings(language, &unfinished))
        .and_then(|()| std::fs::rename(&unfinished, folder).map_err(|error| io(folder, error)));
    if written.is_err() {
        drop(std::fs::remove_dir_all(&unfinished));
    }
    written?;
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

pub(crate) type Files = Vec<(String, Vec<u8>)>;

/// The files of a sealed capability that is described so.
pub(crate) fn described(language: Language, name: &str, text: &str) -> Result<Files, NewError> {
    filled(language, name, Variant::Sealed, Some((FILE.to_owned(), text.to_owned())))
}

fn files(
    language: Language,
    name: &str,
    variant: Variant,
    wanted: &Wanted,
) -> Result<Files, NewError> {
    let described = match wanted {
        Wanted::Example => None,
        Wanted::Operations(names) => Some((FILE.to_owned(), operations(names, variant)?)),
        Wanted::Described(path) => Some((path.display().to_string(), text_of(path)?)),
    };
    filled(language, name, variant, described)
}

/// A template filled with what a text describes, which is named for a person; the example without one.
fn filled(
    language: Language,
    name: &str,
    variant: Variant,
    described: Option<(String, String)>,
) -> Result<Files, NewError> {
    let described = match described {
        Some((path, text)) => Some((Description::parse(&path, &text)?, text)),
        None => None,
    };
    let wasi = match described.as_ref().map(|(description, _)| &description.wasi) {
        Some(Some(wasi)) => Some(wasi.clone()),
        Some(None) | None if variant == Variant::Wasi => Some(Wasi::example()),
        Some(None) | None => None,
    };
    if wasi.is_some() && !language.has_files() {
        return Err(NoFiles(language).into());
    }
    let mut files = below(&format!("{}/", language.word()));
    if wasi.is_some() {
        // The variant is what differs from the language's template.
        for (path, bytes) in below(&format!("wasi/{}/", language.word())) {
            put(&mut files, path, bytes);
        }
    }
    if let Some((description, text)) = described {
        for (path, text) in stub::sources(language, name, &description) {
            put(&mut files, path, text.into_bytes());
        }
        put(&mut files, FILE.to_owned(), text.into_bytes());
    }
    if language == Language::Rust {
        files.retain(|(path, _)| path != FILE);
        fill_in_rust(name, wasi.as_ref(), &mut files);
    } else if let Some((_, text)) = files.iter_mut().find(|(path, _)| path == FILE) {
        let variant = if wasi.is_some() { Variant::Wasi } else { Variant::Sealed };
        *text = headed(language, name, variant, &String::from_utf8_lossy(text)).into_bytes();
    }
    files.sort();
    Ok(files)
}

/// A file in place of one of that path.
fn put(files: &mut Files, path: String, bytes: Vec<u8>) {
    files.retain(|(present, _)| *present != path);
    files.push((path, bytes));
}

/// The files of a template; bindings are made, and a lock is for this repository's own tests.
fn below(prefix: &str) -> Files {
    TEMPLATES
        .iter()
        .filter_map(|(path, bytes)| Some((path.strip_prefix(prefix)?.to_owned(), bytes.to_vec())))
        .filter(|(path, _)| path != "Cargo.lock" && !path.starts_with("bindings/"))
        .collect()
}

/// A description of which nothing is known but the names of its operations.
fn operations(names: &[String], variant: Variant) -> Result<String, NewError> {
    let mut text = "summary: Says in one sentence what this is for.\n\n".to_owned();
    if variant == Variant::Wasi {
        text.push_str("wasi:\n  files: [{guest_path: /data, access: read-write}]\n\n");
    }
    text.push_str("permissions:\n  log: true\n\noperations:\n");
    for (index, name) in names.iter().enumerate() {
        if names.iter().take(index).any(|before| before == name) {
            return Err(NewError::Duplicate(name.clone()));
        }
        if !description::is_word(name) {
            let (path, name) = ("--operation".to_owned(), name.clone());
            return Err(DescriptionError::OperationName { path, name }.into());
        }
        text.push_str(&format!(
            "  {name}:\n    summary: Says in one sentence what this does.\n    \
             input: {{type: object, properties: {{text: {{type: string}}}}, required: [text]}}\n    \
             output: {{type: object, properties: {{text: {{type: string}}}}, required: [text]}}\n"
        ));
    }
    Ok(text)
}

fn text_of(path: &Path) -> Result<String, DescriptionError> {
    std::fs::read_to_string(path)
        .map_err(|source| DescriptionError::Io { path: path.display().to_string(), source })
}

/// The author's text, comments and all, under lines that say language, name and version.
fn headed(language: Language, name: &str, variant: Variant, text: &str) -> String {
    let ours = ["language:", "name:"];
    let kept: Vec<&str> =
        text.lines().filter(|line| !ours.iter().any(|word| line.starts_with(word))).collect();
    let version =
        if kept.iter().any(|line| line.starts_with("version:")) { "" } else { "version: 0.1.0\n" };
    let has_wasi = kept.iter().any(|line| line.starts_with("wasi:"));
    let wasi = if variant == Variant::Wasi && !has_wasi { "wasi: {}\n" } else { "" };
    let comments = kept.iter().take_while(|line| line.starts_with('#')).count();
    let (head, rest) = kept.split_at(comments);
    let head: String = head.iter().map(|line| format!("{line}\n")).collect();
    format!(
        "{head}language: {}\nname: {name}\n{version}{wasi}{}\n",
        language.word(),
        rest.join("\n")
    )
}

/// The package, the name in the source, and the crates that it links, copied beside it.
fn fill_in_rust(name: &str, wasi: Option<&Wasi>, files: &mut Files) {
    let package = name.replace('.', "-");
    for (path, bytes) in files.iter_mut() {
        let text = String::from_utf8_lossy(bytes);
        let filled = match path.as_str() {
            "Cargo.toml" => text
                .replace("name = \"greet\"", &format!("name = \"{package}\""))
                .replace("../../sdk/guest", "engraft/sdk/guest")
                .replace("[workspace]", "[workspace]\nexclude = [\"engraft\"]")
                .replace(
                    "\n[lib]",
                    &format!("{}\n[lib]", wasi.map_or_else(String::new, asked_in_cargo)),
                ),
            "src/lib.rs" => text.replace("example.greet", name).replace("example.notes", name),
            "README.md" => text.replace(
                "release/greet.wasm",
                &format!("release/{}.wasm", package.replace('-', "_")),
            ),
            _ => continue,
        };
        *bytes = filled.into_bytes();
    }
    for (path, bytes) in CRATES {
        let place = if let Some(rest) = path.strip_prefix("guest/") {
            format!("engraft/sdk/guest/{rest}")
        } else if *path == "Cargo.toml" {
            files.push(("engraft/Cargo.toml".to_owned(), workspace(bytes).into_bytes()));
            continue;
        } else {
            format!("engraft/{path}")
        };
        files.push((place, bytes.to_vec()));
    }
    files.push((".gitignore".to_owned(), b"build/\ntarget/\n".to_vec()));
}

/// Where `engraft build` finds what a capability in Rust asks for beside the contract.
fn asked_in_cargo(wasi: &Wasi) -> String {
    let files: Vec<String> = wasi
        .files
        .iter()
        .map(|rule| {
            let access = match rule.access {
                Access::ReadOnly => "read-only",
                Access::ReadWrite => "read-write",
            };
            format!("{{ guest_path = {:?}, access = {access:?} }}", rule.guest_path)
        })
        .collect();
    format!(
        "\n# With this it is built for WASI; what is not here is denied, whoever grants it.\n\
         [package.metadata.engraft.wasi]\nfiles = [{}]\nenv = {:?}\n",
        files.join(", "),
        wasi.env
    )
}

/// The workspace that the copied crates are members of: the repository's, without the others.
fn workspace(manifest: &[u8]) -> String {
    let text = String::from_utf8_lossy(manifest);
    let rest = text.find("[workspace.package]").and_then(|at| text.get(at..)).unwrap_or_default();
    let end = rest.find("[profile").unwrap_or(rest.len());
    let lints =
        rest.find("[workspace.lints.rust]").and_then(|at| rest.get(at..)).unwrap_or_default();
    let kept = rest.get(..end).unwrap_or_default();
    format!(
        "# What a capability links, until it is on crates.io.\n[workspace]\nresolver = \"3\"\n\
         members = [\"sdk/guest\", \"sdk/guest/macro\", \"wit\"]\n\n{kept}{lints}"
    )
}

fn write(folder: &Path, files: &Files) -> Result<(), NewError> {
    for (path, bytes) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| io(parent, error))?;
        }
        std::fs::write(&path, bytes).map_err(|error| io(&path, error))?;
    }
    Ok(())
}

fn add_bindings(language: Language, folder: &Path) -> Result<(), NewError> {
    if language == Language::Rust {
        return Ok(());
    }
    write(folder, &compile::bindings(&Project::open(folder)?)?)
}

fn io(path: &Path, source: std::io::Error) -> NewError {
    NewError::Io { path: path.display().to_string(), source }
}
