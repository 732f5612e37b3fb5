//! `engraft doctor`: which toolchains are here and which walls stand around a worker, and what is not.
//!
//! *Never:* anything is installed that was not asked for by name, or outside of one folder.

use std::path::PathBuf;

use clap::Args;
use engraft::worker::{Wall, Walls};
use engraft_build::{Language, Status, UnknownLanguage};
use serde::Serialize;

use crate::desk::Desk;
use crate::page::Page;
use crate::screen::Reply;
use crate::trouble::Result;

/// Shows which toolchains are here, and installs those that are not
///
/// They come from PyPI, npm and rustup, in pinned versions, into a folder of their own:
/// $ENGRAFT_TOOLCHAINS, or `toolchains` in the home. Nothing is installed system-wide.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Install what this language needs; may be given several times, and `all` is every language
    #[arg(long, value_name = "LANGUAGE", value_parser = languages)]
    install: Vec<Languages>,
}

/// One language, or all.
#[derive(Debug, Clone)]
struct Languages(Vec<Language>);

#[derive(Serialize)]
struct Examined {
    folder: PathBuf,
    installed: Vec<&'static str>,
    tools: Vec<Status>,
    walls: Vec<Standing>,
}

/// One wall around a worker.
#[derive(Serialize)]
struct Standing {
    wall: Wall,
    missing: Option<String>,
}

fn languages(word: &str) -> std::result::Result<Languages, UnknownLanguage> {
    if word == "all" {
        return Ok(Languages(Language::ALL.to_vec()));
    }
    word.parse().map(|language| Languages(vec![language]))
}

pub(super) fn run(args: &DoctorArgs, desk: &Desk) -> Result<Reply> {
    let toolchains = desk.toolchains()?;
    let mut installed = Vec::new();
    for language in args.install.iter().flat_map(|languages| &languages.0) {
        let _shown = desk.screen.progress(&format!("installing what {language} needs"));
        installed.extend(toolchains.install(*language)?);
    }
    let tools = toolchains.status();
    let mut page = Page::default();
    page.line(format!("toolchains in {}", toolchains.root().display()));
    page.table(&["tool", "version", "for", "here"], tools.iter().map(row).collect());
    let walls = walls(desk)?;
    page.line("walls around a worker");
    page.table(&["wall", "stands"], walls.iter().map(standing).collect());
    for tool in &installed {
        page.line(format!("installed {tool}"));
    }
    let folder = toolchains.root().to_owned();
    Ok(Reply::fine(Examined { folder, installed, tools, walls }, page))
}

/// Starts a worker and looks.
fn walls(desk: &Desk) -> Result<Vec<Standing>> {
    let walls = desk
        .wait(engraft::worker::walls(desk.worker()))?
        .unwrap_or_else(|error| Walls::none(&error.to_string()));
    let missing = |wall| walls.missing().iter().find(|missing| missing.wall == wall);
    let standing =
        |wall| Standing { wall, missing: missing(wall).map(|missing| missing.because.clone()) };
    Ok(Wall::ALL.map(standing).into())
}

fn standing(standing: &Standing) -> Vec<String> {
    let stands = match &standing.missing {
        None => "yes".to_owned(),
        Some(because) => format!("no: {because}"),
    };
    vec![standing.wall.to_string(), stands]
}

fn row(status: &Status) -> Vec<String> {
    let languages: Vec<String> = status.languages.iter().map(ToString::to_string).collect();
    let here = match &status.path {
        Some(_) => "yes".to_owned(),
        None => format!("no; `{}`", status.install),
    };
    vec![status.tool.to_owned(), status.version.to_owned(), languages.join(", "), here]
}
