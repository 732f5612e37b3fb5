//! The languages that capabilities are written in.
//!
//! *Never:* a language is listed here without a template, a recipe and a row in the matrix.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language with a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", try_from = "String")]
pub enum Language {
    /// Rust, which describes itself by macros.
    Rust,
    /// C.
    C,
    /// C++23 without exceptions.
    Cpp,
    /// Zig.
    Zig,
    /// JavaScript on QuickJS.
    JavaScript,
    /// TypeScript, checked and then run as JavaScript.
    TypeScript,
    /// Python on CPython.
    Python,
    /// Go.
    Go,
    /// AssemblyScript; second to the others, see its template.
    AssemblyScript,
}

/// A word that is no language here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is none of the languages here: {}", known())]
pub struct UnknownLanguage {
    word: String,
}

impl Language {
    /// All of them, the first class first.
    pub const ALL: [Self; 9] = [
        Self::Rust,
        Self::C,
        Self::Cpp,
        Self::Zig,
        Self::JavaScript,
        Self::TypeScript,
        Self::Python,
        Self::Go,
        Self::AssemblyScript,
    ];

    /// The word for it in commands and in `capability.yaml`; also the name of the template's
    /// folder.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::C => "c",
            Self::Cpp => "cpp",
            Self::Zig => "zig",
            Self::JavaScript => "javascript",
            Self::TypeScript => "typescript",
            Self::Python => "python",
            Self::Go => "go",
            Self::AssemblyScript => "assemblyscript",
        }
    }

    /// Other words that people use for it.
    const fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Rust => &["rs"],
            Self::C | Self::Zig => &[],
            Self::Cpp => &["c++", "cxx"],
            Self::JavaScript => &["js"],
            Self::TypeScript => &["ts"],
            Self::Python => &["py"],
            Self::Go => &["golang"],
            Self::AssemblyScript => &["as", "asc"],
        }
    }

    /// The file of a project in which the operations are written.
    #[must_use]
    pub const fn source(self) -> &'static str {
        match self {
            Self::Rust => "src/lib.rs",
            Self::C => "src/capability.c",
            Self::Cpp => "src/capability.cpp",
            Self::Zig => "src/capability.zig",
            Self::JavaScript => "src/capability.js",
            Self::TypeScript | Self::AssemblyScript => "src/capability.ts",
            Self::Python => "src/capability.py",
            Self::Go => "src/capability.go",
        }
    }

    /// Whether its library has files, and so a variant with WASI. QuickJS has none of its own, and
    /// what Node.js has is not in it; AssemblyScript's library has none either.
    #[must_use]
    pub const fn has_files(self) -> bool {
        !matches!(self, Self::JavaScript | Self::TypeScript | Self::AssemblyScript)
    }

    /// Whether two builds of one source give the same bytes; where not, why not.
    #[must_use]
    pub const fn reproducibility(self) -> Reproducibility {
        match self {
            Self::Rust | Self::C | Self::Cpp | Self::Zig | Self::Go | Self::AssemblyScript => {
                Reproducibility::Bytes
            }
            Self::JavaScript | Self::TypeScript => Reproducibility::Differs(
                "the snapshot of the started interpreter holds addresses that vary",
            ),
            Self::Python => Reproducibility::Differs(
                "the snapshot of the started interpreter holds hash seeds and addresses that vary",
            ),
        }
    }
}

/// Whether a second build gives the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reproducibility {
    /// It does, with the same toolchain.
    Bytes,
    /// It does not, for this reason.
    Differs(&'static str),
}

fn known() -> String {
    Language::ALL.map(Language::word).join(", ")
}

// === impl Language ===

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(word: &str) -> Result<Self, UnknownLanguage> {
        let lower = word.to_ascii_lowercase();
        let is_it = |language: &Self| {
            language.word() == lower || language.aliases().contains(&lower.as_str())
        };
        Self::ALL.into_iter().find(is_it).ok_or_else(|| UnknownLanguage { word: word.to_owned() })
    }
}

impl TryFrom<String> for Language {
    type Error = UnknownLanguage;

    fn try_from(word: String) -> Result<Self, UnknownLanguage> {
        word.parse()
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rust => "Rust",
            Self::C => "C",
            Self::Cpp => "C++",
            Self::Zig => "Zig",
            Self::JavaScript => "JavaScript",
            Self::TypeScript => "TypeScript",
            Self::Python => "Python",
            Self::Go => "Go",
            Self::AssemblyScript => "AssemblyScript",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_understood() {
        for language in Language::ALL {
            assert_eq!(language.word().parse(), Ok(language));
            for alias in language.aliases() {
                assert_eq!(alias.parse(), Ok(language));
            }
        }
        assert_eq!("C++".parse(), Ok(Language::Cpp));
        let error = "cobol".parse::<Language>().unwrap_err().to_string();
        assert!(error.contains("`cobol`") && error.contains("typescript"), "{error}");
    }
}
