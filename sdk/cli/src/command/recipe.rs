//! `engraft recipe`: small programs that become components without a toolchain.
//!
//! *Never:* an example passes that did not give its output.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use engraft::Invocation;
use engraft::model::{Digest, Outcome};
use engraft_recipe::diagnostic::{Problem, drawing};
use serde::Serialize;
use serde_json::Value;

use super::trial::{self, TryArgs};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::input;
use crate::page::{Page, Style};
use crate::recipe;
use crate::sandbox::{Sandbox, SandboxArgs};
use crate::screen::Reply;
use crate::text;
use crate::trouble::Result;

/// Checks, builds, runs and tests recipes
#[derive(Debug, Args)]
pub(crate) struct RecipeArgs {
    #[command(subcommand)]
    command: RecipeCommand,
}

#[derive(Debug, Subcommand)]
enum RecipeCommand {
    /// Tells everything that is wrong with a recipe, and how to mend it
    Check(FileArgs),
    /// Writes the component of a recipe
    Build(BuildArgs),
    /// Calls a recipe's operation in a throwaway host
    Run(TryArgs),
    /// Runs a recipe's examples and compares what they give
    Test(SandboxArgs),
}

#[derive(Debug, Args)]
struct FileArgs {
    /// A recipe
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Debug, Args)]
struct BuildArgs {
    /// A recipe
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where to write the component [default: beside FILE, ending in `.wasm`]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Serialize)]
struct Checked {
    file: PathBuf,
    ok: bool,
    capability: String,
    version: String,
    operation: String,
    examples: usize,
}

#[derive(Serialize)]
struct Written {
    file: PathBuf,
    capability: String,
    digest: Digest,
    bytes: usize,
}

/// One example and what came of it.
#[derive(Serialize)]
struct Tested {
    input: Value,
    ok: bool,
    problem: Option<String>,
}

pub(super) fn run(args: RecipeArgs, desk: &Desk) -> Result<Reply> {
    match args.command {
        RecipeCommand::Check(args) => check(&args),
        RecipeCommand::Build(args) => build(&args),
        RecipeCommand::Run(args) => trial::run(&args, desk),
        RecipeCommand::Test(args) => test(&args, desk),
    }
}

/// What is wrong with a recipe, as data.
#[derive(Serialize)]
struct Wrong<'a> {
    line: usize,
    column: usize,
    message: &'a str,
    mend: Option<&'a str>,
}

fn check(args: &FileArgs) -> Result<Reply> {
    let text = recipe::read(&args.file)?;
    let recipe = match engraft_recipe::recipe::check(&text) {
        Ok(recipe) => recipe,
        Err(problems) => return Ok(wrong(args, &text, &problems)),
    };
    let checked = Checked {
        file: args.file.clone(),
        ok: true,
        capability: recipe.name.clone(),
        version: recipe.version.clone(),
        operation: recipe.operation().to_owned(),
        examples: recipe.examples.len(),
    };
    let mut page = Page::default();
    let what = format!("`{}` {} as `{}`", checked.capability, checked.version, checked.operation);
    page.verdict(Style::Good, "fine", &text::scrub(&what));
    Ok(Reply::fine(checked, page))
}

fn wrong(args: &FileArgs, document: &str, problems: &[Problem]) -> Reply {
    let all: Vec<Wrong<'_>> = problems
        .iter()
        .map(|problem| Wrong {
            line: problem.line,
            column: problem.column,
            message: &problem.message,
            mend: problem.mend.as_deref(),
        })
        .collect();
    let mut page = Page::default();
    let name = args.file.display().to_string();
    page.line(text::scrub_lines(&drawing(&name, document, problems)));
    let json = serde_json::json!({"file": args.file, "ok": false, "problems": all});
    Reply::fine(json, page).exit(Exit::Usage)
}

fn build(args: &BuildArgs) -> Result<Reply> {
    let built = recipe::build(&args.file)?;
    let file = args.output.clone().unwrap_or_else(|| args.file.with_extension("wasm"));
    input::write(&file, &built.component)?;
    let written = Written {
        capability: built.recipe.name.clone(),
        digest: Digest::of(&built.component),
        bytes: built.component.len(),
        file,
    };
    let mut page = Page::default();
    let size = text::bytes(written.bytes as u64);
    page.line(format!("wrote {} ({size})", written.file.display()));
    Ok(Reply::fine(written, page))
}

fn test(args: &SandboxArgs, desk: &Desk) -> Result<Reply> {
    let recipe = recipe::check(&args.file)?;
    let sandbox = Sandbox::open(args, desk)?;
    let mut tested = Vec::new();
    for example in &recipe.examples {
        let invocation = Invocation::new(recipe.operation(), example.input.to_string());
        let report = desk.wait(sandbox.call(invocation))?;
        let problem = problem(&report.outcome, example.output.as_ref());
        tested.push(Tested { input: example.input.clone(), ok: problem.is_none(), problem });
    }
    let failed = tested.iter().filter(|example| !example.ok).count();
    let mut page = Page::default();
    for example in &tested {
        let input = text::scrub(&example.input.to_string());
        match &example.problem {
            None => page.verdict(Style::Good, "held", &input),
            Some(problem) => {
                page.verdict(Style::Bad, "failed", &format!("{input}: {}", text::scrub(problem)));
            }
        }
    }
    page.line(format!("{} held, {failed} failed", tested.len() - failed));
    let exit = if failed == 0 { Exit::Fine } else { Exit::Failed };
    Ok(Reply::fine(tested, page).exit(exit))
}

/// What is wrong with an outcome, if anything; without an output any answer will do.
fn problem(outcome: &Outcome, wanted: Option<&Value>) -> Option<String> {
    let Outcome::Returned(output) = outcome else { return Some(outcome.to_string()) };
    let wanted = wanted?;
    let Ok(found) = serde_json::from_str::<Value>(output.as_str()) else {
        return Some(format!("gave {}, which is not JSON", output.as_str()));
    };
    (!same(&found, wanted)).then(|| format!("gave {found}, not {wanted}"))
}

/// Equal as JSON: numbers by their value, so that 1 and 1.0 are one.
fn same(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        _ => found == wanted,
    }
}
