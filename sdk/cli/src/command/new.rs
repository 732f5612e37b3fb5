//! `engraft new`: a capability to begin from, in any language.
//!
//! *Never:* a folder that exists is changed, and half a project is left behind.

mod recipe;

use std::path::PathBuf;

use clap::Args;
use engraft::model::CapabilityName;
use engraft_build::{Language, UnknownLanguage, Variant, Wanted};
use serde::Serialize;

use crate::page::{Page, Style};
use crate::screen::Reply;
use crate::trouble::Result;

/// A file for `--from`, as short as it can be.
const DESCRIBED: &str = "\
A file for --from:
  operations:
    count-words:
      summary: Counts the words of a text.
      input: {type: object, properties: {text: {type: string}}, required: [text]}
      output: {type: object, properties: {words: {type: integer}}, required: [words]}";

/// Makes a new capability from a template
#[derive(Debug, Args)]
#[command(after_help = DESCRIBED)]
pub(crate) struct NewArgs {
    /// rust, c, cpp, zig, javascript, typescript, python, go or assemblyscript; or recipe, which
    /// needs no toolchain
    #[arg(value_name = "LANGUAGE", value_parser = kind)]
    kind: Kind,
    /// What to call the capability, such as `text.slugify`
    #[arg(value_name = "NAME")]
    name: CapabilityName,
    /// An operation that it is to have; may be given several times
    #[arg(long, value_name = "NAME", conflicts_with = "from")]
    operation: Vec<String>,
    /// A YAML file that describes operations and their schemas; each becomes a typed stub
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// With files and the environment, by WASI 0.2, for languages whose libraries have them
    #[arg(long)]
    wasi: bool,
    /// The folder to make [default: the last word of NAME]; for a recipe, the folder of its file
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

#[derive(Serialize)]
struct Made {
    folder: PathBuf,
    language: Language,
    name: String,
    files: Vec<String>,
}

/// What a capability is written in.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Recipe,
    Language(Language),
}

fn kind(word: &str) -> std::result::Result<Kind, String> {
    if word == "recipe" {
        return Ok(Kind::Recipe);
    }
    word.parse().map(Kind::Language).map_err(|unknown: UnknownLanguage| {
        format!("{unknown}; or `recipe`, which needs no toolchain")
    })
}

pub(super) fn run(args: &NewArgs) -> Result<Reply> {
    match args.kind {
        Kind::Recipe => recipe::run(args),
        Kind::Language(language) => project(args, language),
    }
}

fn project(args: &NewArgs, language: Language) -> Result<Reply> {
    let name = args.name.as_str();
    let last = name.rsplit('.').next().unwrap_or(name);
    let folder = args.folder.clone().unwrap_or_else(|| PathBuf::from(last));
    let wanted = match (&args.from, args.operation.as_slice()) {
        (Some(file), _) => Wanted::Described(file.clone()),
        (None, []) => Wanted::Example,
        (None, names) => Wanted::Operations(names.to_vec()),
    };
    let variant = if args.wasi { Variant::Wasi } else { Variant::Sealed };
    let files = engraft_build::create(language, name, variant, &folder, &wanted)?;
    let shown = folder.display().to_string();
    let mut page = Page::default();
    page.verdict(Style::Good, "made", &format!("{name} in {language}, in the folder `{shown}`"));
    page.line(format!("  engraft build {shown}"));
    Ok(Reply::fine(Made { folder, language, name: name.to_owned(), files }, page))
}
