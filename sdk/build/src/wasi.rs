//! The variant with WASI: what a capability asks for that the contract's `describe` has no words
//! for.
//!
//! *Never:* a sealed capability asks for any of this.

use serde::Deserialize;

use crate::Language;

/// What a component with WASI asks for beside the contract. The bundle's manifest says it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wasi {
    /// Directories that it wants to see.
    pub files: Vec<FileRule>,
    /// Environment variables that it wants to read.
    pub env: Vec<String>,
}

impl Wasi {
    /// What a new project asks for, until its author says otherwise.
    pub(crate) fn example() -> Self {
        let data = FileRule { guest_path: "/data".to_owned(), access: Access::ReadWrite };
        Self { files: vec![data], env: Vec::new() }
    }
}

/// One directory.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRule {
    /// Where it sees it, for example `/data`.
    pub guest_path: String,
    /// What it wants to do there.
    pub access: Access,
}

/// What may be done in a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Look.
    ReadOnly,
    /// Look and change.
    ReadWrite,
}

/// A language whose guests have no files, asked for the variant that has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no WASI in {0}: its library has no files here. Keep values with the permission `kv`, send \
     requests with `http`, or write the capability in another language"
)]
pub struct NoFiles(pub Language);

/// Which of a language's two kinds of component is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Variant {
    /// It imports nothing but the contract.
    #[default]
    Sealed,
    /// It imports WASI 0.2 as well, for its language's files and environment.
    Wasi,
}
