//! The template of each language as a newcomer meets it: its own tests, its bytes, and files by
//! WASI.

use std::path::{Path, PathBuf};

use engraft::artifact::{Bundle, Keyring};
use engraft::model::{Access, Budget, Failure, FileGrant, Grant, Outcome};
use engraft::{Host, Invocation, Terms};
use engraft_build::{Language, Reproducibility, Toolchains, Workshop, WorkshopError};
use serde_json::{Value, json};

use crate::dev;
use crate::guests;
use crate::table::{Cell, Held};

pub(crate) fn cells(language: Language) -> Vec<Cell> {
    let scratch = Scratch::new(language);
    let made =
        scratch.new_project("one", &[]).and_then(|folder| scratch.build(&folder, &["--test"]));
    let tests = made.as_ref().map(|_| "yes").map_err(Clone::clone);
    let honest =
        made.as_ref().map_err(Clone::clone).and_then(|made| honest(&scratch, language, made));
    let bytes = made.and_then(|first| same_bytes(&scratch, language, &first));
    let folder = scratch.root.join("one");
    let dev = if dev::is_quick(language) {
        dev::dev(&scratch.root, &folder, guests::source(language))
    } else {
        Ok("slower")
    };
    vec![
        Cell { behaviour: "its own tests", result: tests },
        Cell { behaviour: "nothing found in it", result: honest },
        Cell { behaviour: "same bytes elsewhere", result: bytes },
        Cell { behaviour: "dev swaps it in", result: dev },
        Cell { behaviour: "what does not compile", result: broken(&scratch, language) },
        Cell { behaviour: "what is not as it says", result: lying(&scratch, language) },
        Cell { behaviour: "a file, by WASI", result: file(&scratch, language) },
        Cell { behaviour: "built behind walls", result: walled(language) },
    ]
}

/// A folder that is gone when the tests of a language are done.
struct Scratch {
    root: PathBuf,
    language: Language,
}

impl Scratch {
    fn new(language: Language) -> Self {
        let name = format!("engraft-template-{}-{}", std::process::id(), language.word());
        let root = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&root);
        std::fs::create_dir_all(&root).unwrap();
        Self { root, language }
    }

    fn new_project(&self, place: &str, options: &[&str]) -> Result<PathBuf, String> {
        let folder = self.root.join(place);
        let (word, path) = (self.language.word(), folder.to_str().unwrap());
        let new = [&["new", word, "example.tried", "--json", "--folder", path], options].concat();
        guests::run(&self.root, &new)?;
        Ok(folder)
    }

    /// Builds a project; gives what the command says of it.
    fn build(&self, folder: &Path, options: &[&str]) -> Result<Value, String> {
        let build = [&["build", folder.to_str().unwrap(), "--json"], options].concat();
        let said = guests::run(&self.root, &build)?;
        serde_json::from_str(&said).map_err(|error| format!("{error}: {said}"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

/// What is described and not written yet builds where nothing of the machine can be read.
fn walled(language: Language) -> Held {
    if cfg!(not(target_os = "linux")) {
        return Ok("no walls");
    }
    let described = "summary: Counts.\noperations: {run: {input: {type: object, \
                     properties: {n: {type: integer}}, required: [n]}, output: {type: integer}}}\n";
    // Beside what the tests of Rust keep there, so that what its template links is built once.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("toolchains/workshop");
    let toolchains = Toolchains::in_folder(crate::folder());
    let told = |error: WorkshopError| error.to_string();
    let program = env!("CARGO_BIN_EXE_engraft");
    let workshop = Workshop::open(&folder, language, toolchains, program).map_err(told)?;
    let name = "example.counted";
    let stub = workshop.stub(name, described).map_err(told)?;
    let component = workshop.build(name, described, &stub).map_err(told)?;
    match component.starts_with(b"\0asm") {
        true => Ok("yes"),
        false => Err("it is no component".to_owned()),
    }
}

/// The compiler's words come through, with the place; and there is no bundle. What the project links was
/// built before.
fn broken(scratch: &Scratch, language: Language) -> Held {
    let folder = scratch.root.join("one");
    let bundles = || {
        let left = std::fs::read_dir(folder.join("build")).unwrap().flatten();
        let paths = left.map(|entry| entry.path());
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "engraft"))
    };
    bundles().for_each(|bundle| std::fs::remove_file(bundle).unwrap());
    let source = guests::source(language);
    let whole = std::fs::read_to_string(folder.join(source)).unwrap();
    std::fs::write(folder.join(source), format!("{whole}\n)(\n")).unwrap();
    let said = scratch.build(&folder, &[]).err().ok_or("it was built")?;
    std::fs::write(folder.join(source), whole).unwrap();
    let name = source.rsplit('/').next().unwrap();
    if !said.contains(name) || !said.contains("\"kind\": \"usage\"") {
        return Err(said);
    }
    if bundles().next().is_some() { Err("there is a bundle".to_owned()) } else { Ok("told") }
}

/// What a template makes is honest: an examination lets it through without a warning.
fn honest(scratch: &Scratch, language: Language, made: &Value) -> Held {
    let file = made["file"].as_str().unwrap();
    let level = level(language);
    let said = guests::run(&scratch.root, &["examine", file, "--level", level, "--json"])?;
    let report: Value = serde_json::from_str(&said).map_err(|error| format!("{error}: {said}"))?;
    let findings = report["findings"].as_array().unwrap();
    match findings.iter().find(|finding| finding["severity"] != "note") {
        Some(finding) => Err(finding.to_string()),
        None => Ok(level),
    }
}

/// What has much code takes long: Go's runtime and an interpreter of JavaScript ten seconds each at
/// `comprehensive`, so that one of them stands for the others there; Python's is compiled for a quarter
/// of a minute, and only looked at.
const fn level(language: Language) -> &'static str {
    match language {
        Language::Python => "basic",
        Language::TypeScript | Language::Go => "standard",
        Language::Rust
        | Language::C
        | Language::Cpp
        | Language::Zig
        | Language::AssemblyScript
        | Language::JavaScript => "comprehensive",
    }
}

/// A schema, and in Rust, where the code is the schema, an example, that the code does not keep to.
fn lying(scratch: &Scratch, language: Language) -> Held {
    let folder = scratch.root.join("one");
    let (file, truth, lie) = match language {
        Language::Rust => ("src/lib.rs", r#""times": 1}"#, r#""times": 2}"#),
        _ => ("capability.yaml", "times: {type: integer", "times: {type: string"),
    };
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    assert!(text.contains(truth), "the template has changed");
    std::fs::write(folder.join(file), text.replacen(truth, lie, 1)).unwrap();
    let said = scratch.build(&folder, &[]).err().ok_or("it was built")?;
    let is_told = match language {
        // Its types are made from the schema, so the compiler sees it, and tells the line.
        Language::TypeScript => said.contains("src/capability.ts(") && said.contains("TS2322"),
        _ => said.contains("does not do what it says") && said.contains("example 1 of `greet`"),
    };
    if is_told { Ok("told") } else { Err(said) }
}

/// Another folder, whose name is longer, so that a path in the component would show.
fn same_bytes(scratch: &Scratch, language: Language, first: &Value) -> Held {
    if let Reproducibility::Differs(_) = language.reproducibility() {
        return Ok("not claimed");
    }
    let second = scratch.build(&scratch.new_project("in/another/folder", &[])?, &[])?;
    let digest = |made: &Value| made["digest"]["blake3"].as_str().unwrap().to_owned();
    if digest(first) == digest(&second) {
        Ok("yes")
    } else {
        Err(format!("{} and then {}", digest(first), digest(&second)))
    }
}

/// The variant with WASI writes into a directory that is granted, and finds nothing where none is.
fn file(scratch: &Scratch, language: Language) -> Held {
    if !language.has_files() {
        return match scratch.new_project("files", &["--wasi"]) {
            Err(why) if why.contains("there is no WASI in") => Ok("none"),
            other => Err(format!("{other:?}")),
        };
    }
    let made = scratch.build(&scratch.new_project("files", &["--wasi"])?, &["--test"])?;
    let bundle = std::fs::read(made["file"].as_str().unwrap()).unwrap();
    let notes = scratch.root.join("notes");
    std::fs::create_dir_all(&notes).unwrap();
    let granted = host(scratch, &bundle, Some(&notes));
    for lines in 1..=2 {
        let outcome = note(&granted, "Grüße");
        let Outcome::Returned(output) = &outcome else { return Err(format!("{outcome:?}")) };
        let output: Value = serde_json::from_str(output.as_str()).unwrap();
        if output != json!({ "lines": lines }) {
            return Err(output.to_string());
        }
    }
    let written = std::fs::read_to_string(notes.join("notes.txt")).unwrap_or_default();
    if written != "Grüße\nGrüße\n" {
        return Err(format!("{written:?} was written"));
    }
    match note(&host(scratch, &bundle, None), "Grüße") {
        Outcome::Refused(Failure::Denied(_)) => Ok("yes"),
        other => Err(format!("without the directory: {other:?}")),
    }
}

fn note(host: &Host, text: &str) -> Outcome {
    let input = json!({ "text": text }).to_string();
    host.call_blocking("example.tried", Invocation::new("note", input)).outcome
}

fn host(scratch: &Scratch, bundle: &[u8], notes: Option<&Path>) -> Host {
    let home = scratch.root.join("home");
    let asked = Bundle::parse(bundle).unwrap();
    assert_eq!(asked.claimed_manifest().permissions().files.len(), 1, "the directory is asked for");
    let mut terms = Terms::default();
    terms.grant = Grant::default();
    terms.grant.log = true;
    terms.grant.files = notes
        .map(|path| FileGrant {
            host_path: path.to_owned(),
            guest_path: "/data".to_owned(),
            access: Access::ReadWrite,
        })
        .into_iter()
        .collect();
    let mut budget = Budget::default();
    budget.fuel = 2_000_000_000;
    terms.budget_max = Some(budget);
    let host = Host::builder()
        .trust(Keyring::load(&home.join("keyring.json")).unwrap())
        .terms("*".parse().unwrap(), terms)
        .cache_dir(home.join("cache"))
        .build()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(host.install(bundle)).unwrap();
    host
}
