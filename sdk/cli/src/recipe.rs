//! Recipes as files: read, built, and their problems shown at their places.
//!
//! *Never:* a recipe with a problem becomes anything else.

use std::path::Path;

use engraft::examine::{SourceMap, SourceSpan};
use engraft_recipe::diagnostic::Problem;
use engraft_recipe::recipe::{self, BuildError, Built, DOCUMENT_MAX};

use crate::input;
use crate::trouble::{Result, Trouble};

/// Whether a file is called as recipes are.
pub(crate) fn is_recipe(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|one| extension == *one))
}

/// The text of a recipe, or what keeps it from being text.
pub(crate) fn read(path: &Path) -> Result<std::result::Result<String, Vec<Problem>>> {
    // One more byte than a recipe may have, so that the message about it is the recipe's own.
    let bytes = input::read(path, DOCUMENT_MAX as u64 + 1)?;
    Ok(recipe::text(&bytes).map(str::to_owned))
}

/// The component of a recipe.
pub(crate) fn build(path: &Path) -> Result<Built> {
    let text = read(path)?.map_err(|problems| wrong(path, &problems))?;
    recipe::build(&text).map_err(|error| {
        if let BuildError::Wrong(problems) = &error {
            return wrong(path, problems);
        }
        Trouble::fault(format!("`{}`: {error}", path.display()))
    })
}

/// Which code of a recipe's component came from which expression of its text.
pub(crate) fn source(path: &Path, built: &Built) -> Result<SourceMap> {
    let text = read(path)?.map_err(|problems| wrong(path, &problems))?;
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let span = |mark: &recipe::Mark| SourceSpan {
        function: mark.function,
        offset: mark.offset,
        start: number(mark.span.start),
        end: number(mark.span.end),
    };
    Ok(SourceMap { text, spans: built.marks.iter().map(span).collect() })
}

/// Checks a recipe without building it.
pub(crate) fn check(path: &Path) -> Result<recipe::Recipe> {
    let text = read(path)?.map_err(|problems| wrong(path, &problems))?;
    recipe::check(&text).map_err(|problems| wrong(path, &problems))
}

fn wrong(path: &Path, problems: &[Problem]) -> Trouble {
    let reason = |problem: &Problem| {
        let mend = problem.mend.as_ref().map(|mend| format!("; {mend}")).unwrap_or_default();
        format!("{problem}{mend}")
    };
    let message = format!("`{}` is not a recipe that can be built", path.display());
    Trouble::usage(message)
        .reasons(problems.iter().map(reason).collect())
        .hint("`engraft recipe check` shows each at its place")
}
