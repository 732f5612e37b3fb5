//! `engraft recipe fmt`: recipes in their usual form.
//!
//! *Never:* a file is written that would mean something else, or one that is in its form already.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::exit::Exit;
use crate::input;
use crate::page::{Page, Style};
use crate::recipe;
use crate::screen::Reply;
use crate::trouble::Result;

#[derive(Debug, Args)]
pub(super) struct FmtArgs {
    /// Recipes
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Change nothing; fail where a file is not in its usual form
    #[arg(long)]
    check: bool,
}

#[derive(Serialize)]
struct Formatted {
    file: PathBuf,
    changed: bool,
}

pub(super) fn run(args: &FmtArgs) -> Result<Reply> {
    let mut formatted = Vec::new();
    for file in &args.files {
        let document = match recipe::read(file)? {
            Ok(document) => document,
            Err(problems) => return Ok(super::check::wrong(file, "", &problems)),
        };
        let usual = match engraft_recipe::recipe::format(&document) {
            Ok(usual) => usual,
            Err(problems) => return Ok(super::check::wrong(file, &document, &problems)),
        };
        let changed = usual != document;
        if changed && !args.check {
            input::write(file, usual.as_bytes())?;
        }
        formatted.push(Formatted { file: file.clone(), changed });
    }
    let mut page = Page::default();
    for Formatted { file, .. } in formatted.iter().filter(|one| one.changed) {
        let name = file.display().to_string();
        if args.check {
            page.verdict(Style::Bad, "differs", &name);
        } else {
            page.verdict(Style::Good, "formatted", &name);
        }
    }
    let differs = args.check && formatted.iter().any(|one| one.changed);
    let exit = if differs { Exit::Failed } else { Exit::Fine };
    Ok(Reply::fine(serde_json::json!({ "files": formatted }), page).exit(exit))
}
