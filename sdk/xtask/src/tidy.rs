//! The house rules that no compiler knows, held against every file of the repository.
//!
//! Each rule is a function from a file to findings, so that its own test can feed it a bad file.
//!
//! *Never:* a rule is told to pass a file over without a reason beside it.

mod rules;
mod source;
#[cfg(test)]
mod tests;

use std::path::Path;

use crate::repository::{Problem, root};
use source::Source;

/// A broken rule, in which file, and what to do.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    line: usize,
    message: String,
}

/// One rule over one file.
type Rule = fn(&Source) -> Vec<Finding>;

/// Every rule over single files.
const RULES: [Rule; 8] = [
    rules::floors,
    rules::sides,
    rules::size,
    rules::names,
    rules::head,
    rules::homes,
    rules::wasmtime,
    rules::machine_paths,
];

/// Says that the house is tidy, or everything that is not.
pub(crate) fn run() -> Result<Vec<String>, Problem> {
    let findings = findings(&root())?;
    if findings.is_empty() {
        return Ok(vec!["the house is tidy".to_owned()]);
    }
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    Err(Problem::new(lines.join("\n")))
}

fn findings(root: &Path) -> Result<Vec<Finding>, Problem> {
    let sources = source::all(root)?;
    let mut findings: Vec<Finding> =
        sources.iter().flat_map(|file| RULES.iter().flat_map(|rule| rule(file))).collect();
    findings.extend(rules::orphaned_tests(&sources));
    findings.extend(rules::top_level(&source::top_level(root)?));
    Ok(findings)
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}
