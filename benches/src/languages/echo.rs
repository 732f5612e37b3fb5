//! The echo in each language: what is given comes back, read and written as JSON on the way.
//!
//! *Never:* an echo is a copy of bytes; every guest reads its input as its language does.

use std::path::Path;

use engraft_build::{Language, Project, Variant, Wanted};

use crate::Error;

pub(super) const NAME: &str = "bench.echo";

const DESCRIPTION: &str = "summary: Gives back what it is given.\noperations:\n  echo: {}\n";
const RUST: &str = r#"//! Gives back what it is given.

use engraft_guest::capability;

/// Gives back what it is given.
#[capability(name = "bench.echo")]
pub mod bench {
    /// Gives back what it is given.
    #[operation]
    pub fn echo(input: String) -> String {
        input
    }
}
"#;
const C: &str = "#include \"../engraft/engraft.h\"\n\n\
    engraft_answer op_echo(const json *input) { return engraft_output((json *)input); }\n";
const CPP: &str = "#include \"../engraft/engraft.hpp\"\n\n\
    extern \"C\" engraft::Answer op_echo(const json *input) { return engraft::output(input); }\n";
const ZIG: &str = "const engraft = @import(\"engraft\");\n\npub const EchoInput = []const u8;\n\
    pub fn echo(input: EchoInput, _: *engraft.Host) engraft.Refused!EchoInput {\n    return input;\n}\n";
const JAVASCRIPT: &str = "export const echo = (input) => input;\n";
const TYPESCRIPT: &str = "export const echo = (input: unknown): unknown => input;\n";
const PYTHON: &str = "def echo(given, host):\n    return given\n";
const GO: &str = "package capability\n\nimport \"capability/engraft\"\n\n\
    func Echo(input string, host *engraft.Host) (string, error) { return input, nil }\n";
const ASSEMBLYSCRIPT: &str = "import { Host } from \"../bindings/host\";\n\
    import { Answer, Json } from \"../engraft/engraft\";\n\n\
    export function echo(input: Json, host: Host): Answer { return Answer.of(input); }\n";

/// A new project with the echo in it.
pub(super) fn project(language: Language, folder: &Path) -> Result<Project, Error> {
    let described = folder.with_extension("yaml");
    if let Some(parent) = described.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(&described, DESCRIPTION)?;
    let wanted = Wanted::Described(described);
    engraft_build::create(language, NAME, Variant::Sealed, folder, &wanted)?;
    let (source, text) = source(language);
    std::fs::write(folder.join(source), text)?;
    Ok(Project::open(folder)?)
}

/// An empty line more at its end: compilers that look at content have to work again.
pub(super) fn change(project: &Project) -> Result<(), Error> {
    let (source, text) = source(project.language);
    std::fs::write(project.folder.join(source), format!("{text}\n"))?;
    Ok(())
}

const fn source(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::Rust => ("src/lib.rs", RUST),
        Language::C => ("src/capability.c", C),
        Language::Cpp => ("src/capability.cpp", CPP),
        Language::Zig => ("src/capability.zig", ZIG),
        Language::JavaScript => ("src/capability.js", JAVASCRIPT),
        Language::TypeScript => ("src/capability.ts", TYPESCRIPT),
        Language::Python => ("src/capability.py", PYTHON),
        Language::Go => ("src/capability.go", GO),
        Language::AssemblyScript => ("src/capability.ts", ASSEMBLYSCRIPT),
    }
}
