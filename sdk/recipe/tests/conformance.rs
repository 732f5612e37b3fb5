//! The public conformance cases of the language: each is compiled to WebAssembly and run in the host.
//!
//! The folder comes from `ENGRAFT_CONFORMANCE`, and is `../shared/conformance` beside the repository
//! otherwise. Prints each file's passed and failed, and every case that failed.
//!
//! *Never:* a case passes without having been run, unless it says that it is not to compile.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "a test may break, and looks at real time and at where its data is"
)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use engraft::engine::{Engine, EngineConfig, Invocation};
use engraft::model::{Budget, Outcome};
use engraft_recipe::cel::{Environment, Mode, Type};
use engraft_recipe::component::Codec;
use engraft_recipe::formula::{Formula, component};
use serde_json::{Map, Value};

#[path = "lab/formulas.rs"]
mod formulas;
use formulas::{loadable, same};

type Failure = String;

/// A case that compiled.
struct Running {
    name: String,
    formula: Formula,
    input: Value,
    wanted: Wanted,
}

#[derive(Clone)]
enum Wanted {
    Value(Value),
    Error,
}

fn folder() -> PathBuf {
    let named = std::env::var_os("ENGRAFT_CONFORMANCE");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    named.map_or_else(|| root.join("../shared/conformance"), PathBuf::from).join("cel")
}

fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    let folder = folder();
    let Ok(entries) = std::fs::read_dir(&folder) else {
        writeln!(out, "conformance cases are not present in {}", folder.display()).unwrap();
        return ExitCode::SUCCESS;
    };
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    let engine = Engine::new(EngineConfig::default()).unwrap();
    let (mut passed, mut failed) = (0, 0);
    for file in files {
        let (good, bad) = run_file(&engine, &file);
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        writeln!(out, "{name}: {good} passed, {} failed", bad.len()).unwrap();
        for failure in &bad {
            writeln!(out, "  {failure}").unwrap();
        }
        passed += good;
        failed += bad.len();
    }
    writeln!(out, "{passed} passed, {failed} failed").unwrap();
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run_file(engine: &Engine, file: &Path) -> (usize, Vec<Failure>) {
    let text = std::fs::read_to_string(file).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let cases = document["tests"].as_array().unwrap();
    let (mut passed, mut failures, mut running) = (0, Vec::new(), Vec::new());
    for (at, case) in cases.iter().enumerate() {
        match compile(at, case) {
            Ok(Some(case)) => running.push(case),
            Ok(None) => passed += 1,
            Err(failure) => failures.push(failure),
        }
    }
    let formulas: Vec<(String, Formula)> = running
        .iter()
        .enumerate()
        .map(|(at, case)| (format!("case-{at}"), case.formula.clone()))
        .collect();
    if formulas.is_empty() {
        return (passed, failures);
    }
    let bytes = component("test.formulas", &formulas, Codec::Typed).unwrap();
    let loaded = match engine.load_blocking(loadable(&bytes, &formulas, Budget::default())) {
        Ok(loaded) => loaded,
        Err(error) => {
            failures.push(format!("the component does not load: {error:?}"));
            return (passed, failures);
        }
    };
    for ((operation, _), case) in formulas.iter().zip(running) {
        let report = loaded.call_blocking(Invocation::new(operation, case.input.to_string()));
        match judge(&report.outcome, &case.wanted) {
            Ok(()) => passed += 1,
            Err(failure) => failures.push(format!("{}: {failure}", case.name)),
        }
    }
    (passed, failures)
}

/// Gives what is to run; nothing where the case is to fail, and does so before it runs.
fn compile(at: usize, case: &Value) -> Result<Option<Running>, Failure> {
    let source = case["expr"].as_str().unwrap();
    let name = format!("#{at} {}: {source}", case["section"].as_str().unwrap_or_default());
    let wanted =
        if case["error"] == true { Wanted::Error } else { Wanted::Value(case["value"].clone()) };
    let mode = if case["disable_check"] == true { Mode::Lenient } else { Mode::Strict };
    let empty = Map::new();
    let bindings = case["bindings"].as_object().unwrap_or(&empty);
    let declared = case["declares"].as_array().cloned().unwrap_or_default();
    let mut environment = Environment {
        container: case["container"].as_str().unwrap_or_default().to_owned(),
        ..Environment::default()
    };
    for name in declared.iter().filter_map(Value::as_str) {
        let ty = bindings.get(name).map_or(Type::Dyn, type_of);
        environment.names.insert(name.to_owned(), ty);
    }
    match (Formula::new(source, &environment, mode), &wanted) {
        (Ok(formula), _) => {
            Ok(Some(Running { name, formula, input: Value::Object(bindings.clone()), wanted }))
        }
        (Err(_), Wanted::Error) => Ok(None),
        (Err(problems), Wanted::Value(_)) => {
            let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
            Err(format!("{name}: does not compile: {}", all.join("; ")))
        }
    }
}

fn type_of(value: &Value) -> Type {
    let Some((tag, held)) = value.as_object().and_then(|object| object.iter().next()) else {
        return Type::Dyn;
    };
    let same = |types: Vec<Type>| match types.split_first() {
        Some((first, rest)) if rest.iter().all(|other| other == first) => first.clone(),
        _ => Type::Dyn,
    };
    match tag.as_str() {
        "null" => Type::Null,
        "bool" => Type::Bool,
        "int" => Type::Int,
        "uint" => Type::Uint,
        "double" => Type::Double,
        "string" => Type::Text,
        "bytes" => Type::Bytes,
        "timestamp" => Type::Time,
        "duration" => Type::Duration,
        "list" => Type::list(same(held.as_array().unwrap().iter().map(type_of).collect())),
        "map" => {
            let pairs = held.as_array().unwrap();
            let keys = pairs.iter().map(|pair| type_of(&pair[0])).collect();
            let values = pairs.iter().map(|pair| type_of(&pair[1])).collect();
            Type::map(same(keys), same(values))
        }
        _ => Type::Dyn,
    }
}

fn judge(outcome: &Outcome, wanted: &Wanted) -> Result<(), Failure> {
    match (outcome, wanted) {
        (Outcome::Returned(output), Wanted::Value(wanted)) => {
            let found: Value = serde_json::from_str(output.as_str())
                .map_err(|error| format!("{error} in {}", output.as_str()))?;
            if same(&found, wanted) { Ok(()) } else { Err(format!("gave {found}, not {wanted}")) }
        }
        // A fault of the expression is a failure that says what it is; nothing else counts.
        (Outcome::Refused(_), Wanted::Error) => Ok(()),
        (Outcome::Returned(output), Wanted::Error) => {
            Err(format!("gave {}, not an error", output.as_str()))
        }
        (other, Wanted::Value(wanted)) => Err(format!("ended with {other}, not {wanted}")),
        (other, Wanted::Error) => Err(format!("ended with {other}")),
    }
}
