//! `engraft make`: capabilities out of what describes them.
//!
//! *Never:* what was made is installed; it is a recipe to be looked at, examined and signed.

mod describe;
mod manifest;
mod openapi;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use engraft::model::HostPattern;
use engraft::synth::{Draft, Source};
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::fetch;
use crate::input;
use crate::model::ModelArgs;
use crate::page::{Page, Style};
use crate::screen::Reply;
use crate::text;
use crate::trouble::{Result, Trouble};

/// The library takes less; one more byte, so that the message about it is the library's own.
const DOCUMENT_BYTES_MAX: u64 = 9 << 20;

/// Makes recipes from descriptions of tools
#[derive(Debug, Args)]
pub(crate) struct MakeArgs {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Makes recipes from an OpenAPI document: its operations become capabilities
    Openapi(Box<openapi::OpenapiArgs>),
    /// Makes recipes from a manifest of tools, ours or of another format
    Manifest(Box<manifest::ManifestArgs>),
    /// Prints the format of tool manifests as a JSON Schema
    Schema,
}

/// Where a description is, and where recipes go.
#[derive(Debug, Args)]
struct Ends {
    /// A file or a URL; `-` reads standard input
    #[arg(value_name = "SOURCE")]
    source: String,
    /// A folder for the recipes, one file each; without it nothing is written
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    #[command(flatten)]
    model: ModelArgs,
}

pub(super) fn run(args: &MakeArgs, desk: &Desk) -> Result<Reply> {
    match &args.deed {
        Deed::Openapi(args) => openapi::run(args, desk),
        Deed::Manifest(args) => manifest::run(args, desk),
        Deed::Schema => Ok(manifest::schema()),
    }
}

/// The text of a document: of a file, behind a URL, or, for `-`, from standard input.
pub(super) fn document(source: &str, private: &[HostPattern], desk: &Desk) -> Result<String> {
    if fetch::is_url(source) {
        return fetch::text(source, private, desk);
    }
    let bytes = match source {
        "-" => input::standard(DOCUMENT_BYTES_MAX)?,
        path => input::read(Path::new(path), DOCUMENT_BYTES_MAX)?,
    };
    String::from_utf8(bytes).map_err(|_| Trouble::corrupt(format!("`{source}` is not UTF-8 text")))
}

impl Ends {
    fn text(&self, private: &[HostPattern], desk: &Desk) -> Result<String> {
        document(&self.source, private, desk)
    }

    /// Writes recipes, where there is a place for them.
    fn write(&self, made: &[Made]) -> Result<()> {
        let Some(folder) = &self.output else { return Ok(()) };
        std::fs::create_dir_all(folder).map_err(|error| Trouble::file("make", folder, &error))?;
        for one in made {
            input::write(&folder.join(format!("{}.json", one.name)), one.recipe.as_bytes())?;
        }
        Ok(())
    }
}

/// A recipe that builds.
struct Made {
    name: String,
    summary: String,
    permissions: Value,
    recipe: String,
}

/// What of a draft does not build is told like anything else that could not be made.
fn made(draft: &Draft) -> std::result::Result<Made, String> {
    let Source::Recipe(recipe) = &draft.source else { return Err("it is no recipe".to_owned()) };
    engraft_recipe::recipe::check(recipe).map_err(|problems| {
        let told: Vec<String> = problems.iter().take(3).map(ToString::to_string).collect();
        format!("its recipe does not hold: {}", told.join("; "))
    })?;
    let document: Value = serde_json::from_str(recipe).map_err(|error| error.to_string())?;
    let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
    Ok(Made {
        name: draft.name.to_string(),
        summary: text("summary").to_owned(),
        permissions: document.get("permissions").cloned().unwrap_or_else(|| json!({})),
        recipe: recipe.clone(),
    })
}

impl Made {
    fn json(&self) -> Value {
        json!({"name": self.name, "summary": self.summary, "permissions": self.permissions})
    }

    /// Where its requests go, in a few words.
    fn reaches(&self) -> String {
        let rules = self.permissions.get("http").and_then(Value::as_array);
        let shown = rules.into_iter().flatten().map(|rule| {
            let text = |name: &str| rule.get(name).and_then(Value::as_str).unwrap_or_default();
            let methods = rule.get("methods").and_then(Value::as_array);
            let methods: Vec<&str> =
                methods.into_iter().flatten().filter_map(Value::as_str).collect();
            format!("{} {}{}", methods.join(","), text("host"), text("path"))
        });
        let all: Vec<String> = shown.take(3).collect();
        text::scrub(&all.join("; "))
    }
}

/// A table of what was made, and beside it what was not and what one has to know.
fn pages(made: &[Made], skipped: &[(String, String)], notes: &[String]) -> (Page, Page) {
    let (mut page, mut aside) = (Page::default(), Page::default());
    let rows = made.iter().map(|one| {
        let summary: String = one.summary.chars().take(60).collect();
        vec![one.name.clone(), text::scrub(&summary), one.reaches()]
    });
    page.table(&["capability", "what it does", "asks for"], rows.collect());
    for (what, reason) in skipped {
        aside.verdict(Style::Warn, "left out", &text::scrub(&format!("{what}: {reason}")));
    }
    for note in notes {
        aside.verdict(Style::Dim, "note", &text::scrub(note));
    }
    (page, aside)
}
