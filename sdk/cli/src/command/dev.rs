//! `engraft dev`: builds a capability again at each save, and runs its examples in a throwaway
//! host.
//!
//! *Never:* a source that does not compile ends it; the next save may.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use clap::Args;
use engraft::artifact::Bundle;
use engraft::model::{Clock, Digest, Outcome, SystemClock};
use engraft::{Host, Invocation};
use engraft_build::{Effort, Project};
use serde::Serialize;

use super::build;
use super::call::Call;
use crate::desk::Desk;
use crate::input;
use crate::page::Page;
use crate::rehearsal;
use crate::screen::Reply;
use crate::text;
use crate::trouble::Result;

/// A person who saves sees an answer at once; a machine that does nothing else does this cheaply.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// A component of the largest size, and its signatures.
const BUNDLE_BYTES_MAX: u64 = 160 << 20;
/// What builds write, which must not make them begin again; and what has a history of its own.
const NOT_WATCHED: [&str; 8] =
    ["build", "target", "bindings", "node_modules", "__pycache__", ".git", "Cargo.lock", "go.sum"];

/// Builds a capability at each save, runs its examples, and swaps it into a throwaway host
///
/// It is built quickly, and with less care for size and speed than `engraft build` has, where that
/// makes a difference: in Rust and Zig. A build that fails, or whose examples do not hold, is told
/// and leaves the one before in place. Ends with Ctrl-C, or after `--builds`.
#[derive(Debug, Args)]
pub(crate) struct DevArgs {
    /// The capability's folder
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Call this after each swap: `OPERATION` or `OPERATION JSON` in one argument; may be given
    /// several times. Values that it keeps outlive the swap
    #[arg(long, value_name = "CALL")]
    call: Vec<String>,
    /// End after so many builds
    #[arg(long, value_name = "NUMBER")]
    builds: Option<u64>,
}

#[derive(Default, Serialize)]
struct Watched {
    builds: u64,
    failed: u64,
    /// The component that answers in the end; none where no build held.
    live: Option<Digest>,
}

/// When each watched file was last changed.
type Look = BTreeMap<PathBuf, SystemTime>;

pub(super) fn run(args: &DevArgs, desk: &Desk) -> Result<Reply> {
    let mut watched = Watched::default();
    let mut seen = Look::new();
    let mut stage = Stage::new(args);
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
        let turn = stage.turn(desk);
        let took = text::time(SystemClock.monotonic().saturating_duration_since(begun));
        match turn {
            Ok(turn) => {
                watched.live = Some(turn.live);
                desk.screen.note(&turn.told(&took));
            }
            Err(trouble) => {
                watched.failed += 1;
                let kept =
                    if watched.live.is_some() { "the build before still answers" } else { "" };
                let told = trouble.page().to_plain();
                desk.screen.note(format!("{}\n{kept}", told.trim_end()).trim_end());
            }
        }
    }
    let mut page = Page::default();
    page.line(format!("{} builds, {} failed", watched.builds, watched.failed));
    Ok(Reply::fine(watched, page))
}

/// The throwaway host that builds are swapped into. What it keeps, it keeps over a swap.
struct Stage<'a> {
    args: &'a DevArgs,
    host: Option<Host>,
    /// Of the last build; two of one second are two releases.
    sequence: u64,
}

/// One build that was swapped in.
struct Turn {
    file: PathBuf,
    examples: usize,
    live: Digest,
    /// What the calls of `--call` gave, each with its name.
    answers: Vec<String>,
}

impl<'a> Stage<'a> {
    const fn new(args: &'a DevArgs) -> Self {
        Self { args, host: None, sequence: 0 }
    }

    /// Builds, holds the build against its examples, and swaps it in; what does not hold changes
    /// nothing.
    fn turn(&mut self, desk: &Desk) -> Result<Turn> {
        let project = Project::open(&self.args.folder)?;
        let made = build::make(&project, desk, Effort::Save, self.sequence)?;
        let bytes = input::read(&made.file, BUNDLE_BYTES_MAX)?;
        let bundle = Bundle::parse(&bytes)?;
        self.sequence = bundle.claimed_manifest().sequence;
        let host = match self.host.take() {
            Some(host) => host,
            None => rehearsal::lasting_host(bundle.claimed_manifest().permissions(), desk)?,
        };
        let host = self.host.insert(host);
        let capability = desk.wait(host.install(&bytes))??;
        let mut answers = Vec::new();
        for text in &self.args.call {
            let call = Call::parse(bundle.claimed_manifest(), text)?;
            let name = capability.name().as_str();
            let invocation = Invocation::new(&call.operation, &call.input);
            let outcome = desk.wait(host.call(name, invocation))?.outcome;
            let answer = if let Outcome::Returned(output) = &outcome {
                text::line(output.as_str())
            } else {
                outcome.to_string()
            };
            answers.push(format!("{}: {answer}", call.operation));
        }
        let live = capability.digest();
        Ok(Turn { file: made.file, examples: made.examples, live, answers })
    }
}

impl Turn {
    fn told(&self, took: &str) -> String {
        let file = text::line(&self.file.display().to_string());
        let mut told = format!("built {file} in {took}, {} examples hold", self.examples);
        for answer in &self.answers {
            told.push_str(&format!("\n  {answer}"));
        }
        told
    }
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
