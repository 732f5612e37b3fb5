//! `engraft recipe check`: everything that is wrong, at its place.
//!
//! *Never:* a problem is told without the line that it is in.

use std::path::Path;

use engraft_recipe::diagnostic::{Problem, drawing};
use serde::Serialize;

use crate::exit::Exit;
use crate::page::{Page, Style};
use crate::recipe;
use crate::screen::Reply;
use crate::text;
use crate::trouble::Result;

#[derive(Serialize)]
struct Checked<'a> {
    file: &'a Path,
    ok: bool,
    capability: String,
    version: String,
    operation: String,
    examples: usize,
}

#[derive(Serialize)]
struct Wrong<'a> {
    file: &'a Path,
    ok: bool,
    problems: &'a [Problem],
}

pub(super) fn run(file: &Path) -> Result<Reply> {
    let document = match recipe::read(file)? {
        Ok(document) => document,
        Err(problems) => return Ok(wrong(file, "", &problems)),
    };
    let recipe = match engraft_recipe::recipe::check(&document) {
        Ok(recipe) => recipe,
        Err(problems) => return Ok(wrong(file, &document, &problems)),
    };
    let checked = Checked {
        file,
        ok: true,
        capability: recipe.name,
        version: recipe.version,
        operation: recipe.operation,
        examples: recipe.examples.len(),
    };
    let mut page = Page::default();
    let what = format!("`{}` {} as `{}`", checked.capability, checked.version, checked.operation);
    page.verdict(Style::Good, "fine", &text::scrub(&what));
    Ok(Reply::fine(checked, page))
}

/// The problems of a document, drawn into it; as data with `--json`.
pub(super) fn wrong(file: &Path, document: &str, problems: &[Problem]) -> Reply {
    let mut page = Page::default();
    let name = file.display().to_string();
    page.line(text::scrub_lines(&drawing(&name, document, problems)));
    Reply::fine(Wrong { file, ok: false, problems }, page).exit(Exit::Usage)
}
