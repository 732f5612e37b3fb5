//! `engraft new recipe`: a file that checks, builds, and whose examples hold.
//!
//! *Never:* a file that exists is written over.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use engraft_recipe::recipe::starter;
use serde::Serialize;

use super::NewArgs;
use crate::page::{Page, Style};
use crate::screen::Reply;
use crate::trouble::{Result, Trouble};

#[derive(Serialize)]
struct Made {
    file: PathBuf,
    language: &'static str,
    name: String,
}

pub(super) fn run(args: &NewArgs) -> Result<Reply> {
    if args.from.is_some() {
        let message = "`--from` makes stubs in a language; a recipe says its schemas itself";
        return Err(Trouble::usage(message));
    }
    if args.wasi {
        let message = "`--wasi` is for languages; a recipe has no WASI, its steps are its effects";
        return Err(Trouble::usage(message));
    }
    let operation = match args.operation.as_slice() {
        [] => "run",
        [one] => one,
        _ => return Err(Trouble::usage("a recipe has one operation; make a file for each")),
    };
    let name = args.name.as_str();
    let last = name.rsplit('.').next().unwrap_or(name);
    let folder = args.folder.clone().unwrap_or_default();
    let file = folder.join(format!("{last}.yaml"));
    let text = starter(name, operation);
    if let Err(problems) = engraft_recipe::recipe::check(&text) {
        let why = problems.first().map(ToString::to_string).unwrap_or_default();
        return Err(Trouble::usage(format!("no recipe can be made from this: {why}")));
    }
    if !folder.as_os_str().is_empty() {
        std::fs::create_dir_all(&folder).map_err(|error| Trouble::file("make", &folder, &error))?;
    }
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&file)
        .and_then(|mut open| open.write_all(text.as_bytes()));
    written.map_err(|error| Trouble::file("write", &file, &error))?;
    let shown = file.display().to_string();
    let mut page = Page::default();
    page.verdict(Style::Good, "made", &format!("{name} as a recipe, in the file `{shown}`"));
    page.line(format!("  engraft recipe test {shown}"));
    Ok(Reply::fine(Made { file, language: "recipe", name: name.to_owned() }, page))
}
