//! Where each language's tools are found, and how they get there: into a folder of their own, from
//! PyPI, npm and rustup, in versions that are written down in one table.
//!
//! *Never:* anything is installed system-wide, as root, or by itself; a person or a test asks for it.

mod install;
mod program;
mod table;

use std::path::{Path, PathBuf};

use serde::Serialize;

pub use install::InstallError;
pub(crate) use program::{PYTHON, Program, run};
pub use program::{Ran, RunError};
pub use table::{Package, Registry, Tool};

use crate::Language;
use crate::wasi::Variant;

/// The folder that the tools are kept in.
#[derive(Debug, Clone)]
pub struct Toolchains {
    root: PathBuf,
    /// Where compilers keep what they have worked out.
    caches: PathBuf,
}

/// A language whose tool is not here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{language} needs {tool}, which is not installed; run `engraft doctor --install {}`", language.word())]
pub struct MissingTool {
    /// For which language.
    pub language: Language,
    /// Which tool.
    pub tool: &'static str,
}

/// How a tool stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// What it is called.
    pub tool: &'static str,
    /// The pinned version.
    pub version: &'static str,
    /// Where it comes from, as a person would name it: `ziglang==0.17.0 from PyPI`.
    pub source: String,
    /// Languages that need it.
    pub languages: Vec<Language>,
    /// Where it is; none where it is missing.
    pub path: Option<PathBuf>,
    /// The command that installs it.
    pub install: String,
}

impl Toolchains {
    /// The tools in this folder, which need not exist yet.
    #[must_use]
    pub fn in_folder(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        let caches = root.join("cache");
        Self { root, caches }
    }

    /// The same with the compilers' caches elsewhere.
    #[must_use]
    pub(crate) fn with_caches(mut self, folder: PathBuf) -> Self {
        self.caches = folder;
        self
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Every tool and whether it is here.
    #[must_use]
    pub fn status(&self) -> Vec<Status> {
        Tool::ALL.iter().map(|tool| self.status_of(*tool)).collect()
    }

    fn status_of(&self, tool: Tool) -> Status {
        let languages: Vec<Language> =
            Language::ALL.into_iter().filter(|language| tool.serves(*language)).collect();
        let word = languages.first().map_or("", |language| language.word());
        Status {
            tool: tool.name(),
            version: tool.version(),
            source: tool.source(),
            path: self.find(tool),
            install: format!("engraft doctor --install {word}"),
            languages,
        }
    }

    /// Whether everything that a language needs for this kind of component is here.
    ///
    /// # Errors
    ///
    /// Names the first tool that is missing.
    pub fn check(&self, language: Language, variant: Variant) -> Result<(), MissingTool> {
        let is_wanted = |tool: &Tool| {
            tool.serves(language) && (variant == Variant::Wasi || !tool.is_for_wasi())
        };
        let missing = Tool::ALL.iter().find(|tool| is_wanted(tool) && self.find(**tool).is_none());
        match missing {
            Some(tool) => Err(MissingTool { language, tool: tool.name() }),
            None => Ok(()),
        }
    }

    /// Installs what a language needs and is not here; gives the names of what was installed.
    ///
    /// # Errors
    ///
    /// Where an installer is missing or fails, for instance without a network.
    pub fn install(&self, language: Language) -> Result<Vec<&'static str>, InstallError> {
        let mut installed = Vec::new();
        for tool in Tool::ALL {
            if tool.serves(language) && self.find(tool).is_none() {
                install::install(&self.folder(tool), tool)?;
                if self.find(tool).is_none() {
                    return Err(InstallError::Incomplete { tool: tool.name() });
                }
                installed.push(tool.name());
            }
        }
        Ok(installed)
    }

    /// Where a tool is kept: the version is in the name, so that two of them live side by side.
    fn folder(&self, tool: Tool) -> PathBuf {
        self.root.join(format!("{}-{}", tool.name(), tool.version()))
    }

    /// The file that is there once the tool is whole.
    fn find(&self, tool: Tool) -> Option<PathBuf> {
        if tool.registry() == Registry::Rustup {
            return tool.packages().first().and_then(|target| install::rust_target(target.name));
        }
        Some(self.folder(tool).join(tool.proof())).filter(|path| path.exists())
    }

    /// A program of a tool.
    pub(crate) fn program(
        &self,
        program: Program,
        language: Language,
    ) -> Result<std::process::Command, MissingTool> {
        let tool = program.tool();
        if self.find(tool).is_none() {
            return Err(MissingTool { language, tool: tool.name() });
        }
        Ok(program.command(&self.folder(tool), &self.caches))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_folder_has_nothing_and_says_what_to_do() {
        let toolchains = Toolchains::in_folder("/nowhere/at/all");
        let missing = toolchains.check(Language::Zig, Variant::Sealed).unwrap_err().to_string();
        assert!(missing.contains("`engraft doctor --install zig`"), "{missing}");
        for status in toolchains.status() {
            assert!(!status.languages.is_empty(), "{} serves nobody", status.tool);
            assert!(status.install.starts_with("engraft doctor --install "));
            assert!(status.tool.starts_with("rust-") || status.path.is_none());
        }
    }

    #[test]
    fn every_language_has_a_tool() {
        for language in Language::ALL {
            assert!(Tool::ALL.iter().any(|tool| tool.serves(language)), "{language}");
        }
    }
}
