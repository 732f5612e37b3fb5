//! `engraft recipe test`: a recipe's examples, run.
//!
//! *Never:* an example passes that did not give its output.

use engraft::Invocation;
use engraft::model::Outcome;
use serde::Serialize;
use serde_json::Value;

use crate::desk::Desk;
use crate::exit::Exit;
use crate::page::{Page, Style};
use crate::recipe;
use crate::sandbox::{Sandbox, SandboxArgs};
use crate::screen::Reply;
use crate::text;
use crate::trouble::Result;

/// One example and what came of it.
#[derive(Serialize)]
struct Tested {
    input: Value,
    ok: bool,
    problem: Option<String>,
}

/// All examples, and how many of them held.
#[derive(Serialize)]
struct All {
    held: usize,
    failed: usize,
    examples: Vec<Tested>,
}

pub(super) fn run(args: &SandboxArgs, desk: &Desk) -> Result<Reply> {
    let recipe = recipe::check(&args.file)?;
    let sandbox = Sandbox::open(args, desk)?;
    let mut tested = Vec::new();
    for example in &recipe.examples {
        let invocation = Invocation::new(recipe.operation.as_str(), example.input.to_string());
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
    let held = tested.len() - failed;
    Ok(Reply::fine(All { held, failed, examples: tested }, page).exit(exit))
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
