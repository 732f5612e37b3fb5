//! `engraft dev`: builds a capability again at each save, and runs its examples in a throwaway host.
//!
//! *Never:* a source that does not compile ends it; the next save may.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use clap::Args;
use engraft::model::{Clock, SystemClock};
use engraft_build::Project;
use serde::Serialize;

use super::build;
use crate::desk::Desk;
use crate::page::Page;
use crate::screen::Reply;
use crate::text;
use crate::trouble::Result;

/// A person who saves sees an answer at once; a machine that does nothing else does this cheaply.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// What builds write, which must not make them begin again; and what has a history of its own.
const NOT_WATCHED: [&str; 6] =
    ["build", "target", "bindings", "node_modules", "__pycache__", ".git"];

/// Builds a capability at each save, and runs its examples in a throwaway host
///
/// Ends with Ctrl-C, or after `--builds`.
#[derive(Debug, Args)]
pub(crate) struct DevArgs {
    /// The capability's folder
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// End after so many builds
    #[arg(long, value_name = "NUMBER")]
    builds: Option<u64>,
}

#[derive(Serialize)]
struct Watched {
    builds: u64,
    failed: u64,
}

/// When each watched file was last changed.
type Look = BTreeMap<PathBuf, SystemTime>;

pub(super) fn run(args: &DevArgs, desk: &Desk) -> Result<Reply> {
    let mut watched = Watched { builds: 0, failed: 0 };
    let mut seen = Look::new();
    // The first mistake is one of the command line; later ones are of the source, and are told.
    Project::open(&args.folder)?;
    while args.builds.is_none_or(|builds| watched.builds < builds) {
        let now = look(&args.folder);
        if now == seen {
            std::thread::sleep(LOOK_EVERY);
            continue;
        }
        seen = now;
        watched.builds += 1;
        let begun = SystemClock.monotonic();
        let made = Project::open(&args.folder)
            .map_err(Into::into)
            .and_then(|project| build::make(&project, desk));
        let took = text::time(SystemClock.monotonic().saturating_duration_since(begun));
        match made {
            Ok(made) => desk.screen.note(&format!(
                "built {} in {took}, {} examples hold",
                text::line(&made.file.display().to_string()),
                made.examples
            )),
            Err(trouble) => {
                watched.failed += 1;
                desk.screen.note(trouble.page().to_plain().trim_end());
            }
        }
    }
    let mut page = Page::default();
    page.line(format!("{} builds, {} failed", watched.builds, watched.failed));
    Ok(Reply::fine(watched, page))
}

fn look(folder: &Path) -> Look {
    let mut found = Look::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name();
            if NOT_WATCHED.iter().any(|not| name == *not) {
                continue;
            }
            let Ok(facts) = entry.metadata() else { continue };
            if facts.is_dir() {
                folders.push(entry.path());
            } else if let Ok(changed) = facts.modified() {
                found.insert(entry.path(), changed);
            }
        }
    }
    found
}
