//! Recipes as files: read, built, and their problems shown at their places.
//!
//! *Never:* a recipe with a problem becomes anything else.

use std::path::Path;

use engraft_recipe::diagnostic::Problem;
use engraft_recipe::recipe::{self, BuildError, Built, DOCUMENT_MAX};

use crate::input;
use crate::trouble::{Result, Trouble};

/// Whether a file is called as recipes are.
pub(crate) fn is_recipe(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// The text of a recipe.
pub(crate) fn read(path: &Path) -> Result<String> {
    let bytes = input::read(path, DOCUMENT_MAX as u64)?;
    String::from_utf8(bytes)
        .map_err(|_| Trouble::corrupt(format!("`{}` is not UTF-8 text", path.display())))
}

/// The component of a recipe.
pub(crate) fn build(path: &Path) -> Result<Built> {
    let text = read(path)?;
    recipe::build(&text).map_err(|error| match error {
        BuildError::Wrong(problems) => wrong(path, &text, &problems),
        other => Trouble::fault(format!("`{}`: {other}", path.display())),
    })
}

/// Checks a recipe without building it.
pub(crate) fn check(path: &Path) -> Result<recipe::Recipe> {
    let text = read(path)?;
    recipe::check(&text).map_err(|problems| wrong(path, &text, &problems))
}

fn wrong(path: &Path, text: &str, problems: &[Problem]) -> Trouble {
    let drawings = problems.iter().map(|problem| drawing(path, text, problem)).collect();
    let count = problems.len();
    let things = if count == 1 { "one problem" } else { "problems" };
    let number = if count == 1 { String::new() } else { format!("{count} ") };
    Trouble::refused(format!("`{}` has {number}{things}", path.display())).reasons(drawings)
}

/// A problem with its line, and a mark under its place.
fn drawing(path: &Path, text: &str, problem: &Problem) -> String {
    let Problem { line, column, message, mend } = problem;
    let source = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let mark = " ".repeat(column.saturating_sub(1)) + "^";
    let mend = mend.as_ref().map(|mend| format!("\n  mend: {mend}")).unwrap_or_default();
    let place = format!("{}:{line}:{column}", path.display());
    format!("{message}\n  {place}\n  | {source}\n  | {mark}{mend}")
}
