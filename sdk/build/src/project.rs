//! A folder with a capability in it.
//!
//! *Never:* a folder is taken for a project that does not say which language it is written in.

use std::path::{Path, PathBuf};

use semver::Version;
use serde::Deserialize;

use crate::Language;
use crate::description::{Description, DescriptionError, FILE};
use crate::wasi::{NoFiles, Variant, Wasi};

/// A folder with a capability in it.
#[derive(Debug, Clone)]
pub struct Project {
    /// Where it is.
    pub folder: PathBuf,
    /// In which language it is written.
    pub language: Language,
    /// The version that it says it has.
    pub version: Version,
    /// Whether it has WASI, and what it asks for there.
    pub wasi: Option<Wasi>,
    /// What it says of itself; a capability in Rust says it in its code.
    pub(crate) description: Option<Description>,
}

/// Why a folder is no project.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectError {
    /// Nothing says what it is.
    #[error(
        "`{folder}` is no capability's folder: it has neither `capability.yaml` nor a `Cargo.toml` \
         with `engraft-guest`; `engraft new LANGUAGE NAME` makes one"
    )]
    None {
        /// Which folder.
        folder: String,
    },
    /// It does not say which language.
    #[error(
        "`{path}` does not say in which language it is written; add a line such as `language: c`"
    )]
    NoLanguage {
        /// Which file.
        path: String,
    },
    /// It says nothing of its name.
    #[error(
        "`{path}` does not say what the capability is called; add a line such as `name: text.slugify`"
    )]
    NoName {
        /// Which file.
        path: String,
    },
    /// It wants files where there are none.
    #[error("`{path}`: {source}")]
    NoFiles {
        /// Which file.
        path: String,
        /// Why not.
        source: NoFiles,
    },
    /// Its `Cargo.toml` is none.
    #[error("`{path}`: {message}")]
    Manifest {
        /// Which file.
        path: String,
        /// What is wrong, and where.
        message: String,
    },
    /// What it says cannot be.
    #[error(transparent)]
    Description(#[from] DescriptionError),
}

impl Project {
    /// Looks at a folder.
    ///
    /// # Errors
    ///
    /// Where it is no project, or what it says of itself cannot be.
    pub fn open(folder: &Path) -> Result<Self, ProjectError> {
        let path = folder.join(FILE);
        if !path.is_file() {
            return Self::in_rust(folder);
        }
        let description = Description::read(&path)?;
        let shown = path.display().to_string();
        let Some(language) = description.language else {
            return Err(ProjectError::NoLanguage { path: shown });
        };
        if description.name.is_none() {
            return Err(ProjectError::NoName { path: shown });
        }
        if description.wasi.is_some() && !language.has_files() {
            return Err(ProjectError::NoFiles { path: shown, source: NoFiles(language) });
        }
        Ok(Self {
            folder: folder.to_owned(),
            language,
            wasi: description.wasi.clone(),
            version: description.version.clone().unwrap_or(Version::new(0, 0, 0)),
            description: Some(description),
        })
    }

    fn in_rust(folder: &Path) -> Result<Self, ProjectError> {
        let none = || ProjectError::None { folder: folder.display().to_string() };
        let path = folder.join("Cargo.toml");
        let text = std::fs::read_to_string(&path).map_err(|_| none())?;
        if !text.contains("engraft-guest") {
            return Err(none());
        }
        let manifest: CargoManifest =
            toml::from_str(&text).map_err(|error| ProjectError::Manifest {
                path: path.display().to_string(),
                message: error.to_string().trim_end().to_owned(),
            })?;
        let package = manifest.package;
        Ok(Self {
            folder: folder.to_owned(),
            language: Language::Rust,
            wasi: package.metadata.engraft.wasi,
            version: package.version.unwrap_or(Version::new(0, 0, 0)),
            description: None,
        })
    }

    /// Which kind of component it becomes.
    #[must_use]
    pub const fn variant(&self) -> Variant {
        if self.wasi.is_some() { Variant::Wasi } else { Variant::Sealed }
    }

    /// What the build makes goes here, as compilers see it that run in another folder.
    #[must_use]
    pub fn output(&self) -> PathBuf {
        let output = self.folder.join("build");
        std::path::absolute(&output).unwrap_or(output)
    }
}

/// What of a `Cargo.toml` is of interest; the rest is cargo's.
#[derive(Deserialize)]
struct CargoManifest {
    package: Package,
}

#[derive(Deserialize)]
struct Package {
    version: Option<Version>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    engraft: Engraft,
}

/// `[package.metadata.engraft]`, where a capability in Rust asks for what its macros have no words for.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Engraft {
    wasi: Option<Wasi>,
}
