//! `engraft recipe`: small programs that become components without a toolchain.
//!
//! *Never:* an example passes that did not give its output.

mod check;
mod examples;
mod explain;
mod fmt;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use engraft::model::Digest;
use engraft_recipe::recipe::SCHEMA;
use serde::Serialize;

use super::trial::{self, TryArgs};
use crate::desk::Desk;
use crate::input;
use crate::page::Page;
use crate::recipe;
use crate::sandbox::SandboxArgs;
use crate::screen::Reply;
use crate::text;
use crate::trouble::{Result, Trouble};

/// What help says of the file of a recipe.
const FILE: &str = "A recipe";

/// Checks, explains, formats, builds, runs and tests recipes
#[derive(Debug, Args)]
pub(crate) struct RecipeArgs {
    #[command(subcommand)]
    command: RecipeCommand,
}

#[derive(Debug, Subcommand)]
enum RecipeCommand {
    /// Tells everything that is wrong with a recipe, and how to mend it
    Check(FileArgs),
    /// Tells in plain words what a recipe does, and what it asks for
    Explain(FileArgs),
    /// Puts recipes into their usual form; comments and meaning stay
    Fmt(fmt::FmtArgs),
    /// Writes the component of a recipe
    Build(BuildArgs),
    /// Calls a recipe's operation in a throwaway host
    // What is changed goes behind the others, so that all of those that have a place are touched.
    #[command(
        mut_arg("file", |file| file.help(FILE)),
        mut_arg("operation", |it| it),
        mut_arg("input", |it| it)
    )]
    Run(TryArgs),
    /// Runs a recipe's examples and compares what they give
    #[command(mut_arg("file", |file| file.help(FILE)))]
    Test(SandboxArgs),
    /// Prints the recipe format as a JSON Schema, for editors and models
    Schema,
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
struct Written {
    file: PathBuf,
    capability: String,
    digest: Digest,
    bytes: usize,
}

pub(super) fn run(args: RecipeArgs, desk: &Desk) -> Result<Reply> {
    match args.command {
        RecipeCommand::Check(args) => check::run(&args.file),
        RecipeCommand::Explain(args) => explain::run(&args.file),
        RecipeCommand::Fmt(args) => fmt::run(&args),
        RecipeCommand::Build(args) => build(&args),
        RecipeCommand::Run(args) => trial::run(&args, desk),
        RecipeCommand::Test(args) => examples::run(&args, desk),
        RecipeCommand::Schema => schema(),
    }
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

fn schema() -> Result<Reply> {
    let json: serde_json::Value =
        serde_json::from_str(SCHEMA).map_err(|error| Trouble::fault(error.to_string()))?;
    let mut page = Page::default();
    page.line(SCHEMA.trim_end());
    Ok(Reply::fine(json, page))
}
