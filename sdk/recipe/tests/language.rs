//! The language as its definition has it, sentence by sentence: each line of `tests/language/*.cel` is
//! an expression and what it comes to, compiled and run in the host.
//!
//! Behind ` => ` stands another expression that gives the same value of the same type, or `error` for
//! a fault when it runs, or `refused` for what does not check. ⏎ ␍ ␉ ␌ stand for what breaks a line.
//!
//! *Never:* a line that says `error` passes because the expression did not check.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "a test may break, and looks at where its data is"
)]

use std::path::Path;

use engraft::engine::{Engine, EngineConfig, Invocation, Loaded};
use engraft::model::{Budget, Outcome};
use engraft_recipe::cel::{Environment, Mode};
use engraft_recipe::component::Codec;
use engraft_recipe::formula::{Formula, component};
use serde_json::Value;

#[path = "lab/formulas.rs"]
mod formulas;
use formulas::{loadable, same};

/// A line that is to run: its number, its expression, and the operations of both sides.
struct Line<'a> {
    number: usize,
    source: &'a str,
    found: String,
    wanted: Option<String>,
}

/// What a file says, compiled as far as it is to compile.
#[derive(Default)]
struct Page<'a> {
    lines: Vec<Line<'a>>,
    formulas: Vec<(String, Formula)>,
    wrong: Vec<String>,
}

fn broken(text: &str) -> String {
    text.replace('⏎', "\n").replace('␍', "\r").replace('␉', "\t").replace('␌', "\u{c}")
}

impl<'a> Page<'a> {
    fn add(&mut self, number: usize, source: &'a str, wanted: &str) {
        let around = Environment::default();
        let text = broken(source);
        let strict = Formula::new(&text, &around, Mode::Strict);
        if wanted == "refused" {
            if strict.is_ok() {
                self.wrong.push(format!("{number}: {source} checks"));
            }
            return;
        }
        let formula = match strict {
            Ok(formula) => formula,
            // Types that cannot fit are a fault to whoever does not look at types.
            Err(problems) if wanted == "error" => {
                match Formula::new(&text, &around, Mode::Lenient) {
                    Ok(formula) => formula,
                    Err(_) => return self.unread(number, source, &problems),
                }
            }
            Err(problems) => return self.unread(number, source, &problems),
        };
        let found = self.operation(formula);
        let wanted = (wanted != "error").then(|| {
            let formula = Formula::new(&broken(wanted), &around, Mode::Strict);
            self.operation(formula.unwrap_or_else(|error| panic!("{wanted}: {error:?}")))
        });
        self.lines.push(Line { number, source, found, wanted });
    }

    fn unread(
        &mut self,
        number: usize,
        source: &str,
        problems: &[engraft_recipe::diagnostic::Diagnostic],
    ) {
        let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
        self.wrong.push(format!("{number}: {source} does not check: {}", all.join("; ")));
    }

    fn operation(&mut self, formula: Formula) -> String {
        let name = format!("op-{}", self.formulas.len());
        self.formulas.push((name.clone(), formula));
        name
    }

    fn run(mut self, engine: &Engine) -> Vec<String> {
        let bytes = component("test.formulas", &self.formulas, Codec::Typed).unwrap();
        let loadable = loadable(&bytes, &self.formulas, Budget::default());
        let loaded = engine.load_blocking(loadable).unwrap();
        for line in &self.lines {
            let found = given(&loaded, &line.found);
            let wanted = line.wanted.as_ref().map(|name| given(&loaded, name).unwrap());
            let holds = match (&found, &wanted) {
                (Ok(found), Some(wanted)) => same(found, wanted),
                (Err(_), None) => true,
                _ => false,
            };
            if !holds {
                let wanted = wanted.map_or_else(|| "an error".to_owned(), |w| w.to_string());
                let found = found.map_or_else(|e| format!("fails: {e}"), |f| format!("gives {f}"));
                self.wrong.push(format!("{}: {} {found}, not {wanted}", line.number, line.source));
            }
        }
        self.wrong
    }
}

fn given(loaded: &Loaded, name: &str) -> Result<Value, String> {
    match loaded.call_blocking(Invocation::new(name, "{}")).outcome {
        Outcome::Returned(output) => Ok(serde_json::from_str(output.as_str()).unwrap()),
        Outcome::Refused(failure) => Err(failure.to_string()),
        other => panic!("{name} ended with {other}"),
    }
}

/// The lines of a file that say something.
fn said(text: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty());
    lines.filter(|(_, line)| !line.starts_with('#')).map(|(number, line)| {
        let (source, wanted) = line.rsplit_once(" => ").unwrap_or_else(|| panic!("{line}"));
        (number, source, wanted.trim())
    })
}

#[test]
fn every_sentence_of_the_definition_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language");
    let engine = Engine::new(EngineConfig::default()).unwrap();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut page = Page::default();
        for (number, source, wanted) in said(&text) {
            page.add(number, source, wanted);
            count += 1;
        }
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        wrong.extend(page.run(&engine).into_iter().map(|line| format!("{name}.cel:{line}")));
    }
    assert!(wrong.is_empty(), "{} of {count} do not hold:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 1_000, "only {count} lines");
}
