//! `engraft audit`: whether the log is the one that was written, shown offline.
//!
//! *Never:* a log passes of which an entry was edited, removed or moved.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use engraft::registry::LogIdentity;
use engraft::registry::audit::{AuditError, Proof, prove, verify};
use serde::Serialize;

use crate::desk::Desk;
use crate::page::{Page, Style};
use crate::screen::Reply;
use crate::shelf::{ShelfArgs, sentence};
use crate::trouble::{Result, Trouble};

/// A proof over a log of a million entries has a few kilobytes beside its entry.
const PROOF_BYTES_MAX: u64 = 16 << 20;

/// Checks the registry's log, offline
#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Shows whose log it is, and its latest checkpoint, to be kept elsewhere
    Show(ShelfArgs),
    /// Checks every entry against the signed checkpoints, or a proof against the log's key
    Verify(Box<VerifyArgs>),
    /// Proves that an entry is in the log, for somebody who does not have it
    Prove(ProveArgs),
}

#[derive(Debug, Args)]
struct VerifyArgs {
    /// A checkpoint that was kept elsewhere; a log that was cut short or written anew does not fit
    /// it
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
    /// A proof to be checked instead of the log
    #[arg(long, value_name = "FILE", requires = "log_key", conflicts_with = "since")]
    proof: Option<PathBuf>,
    /// The key of the log, as `audit show` tells it
    #[arg(long, value_name = "KEY")]
    log_key: Option<LogIdentity>,
    #[command(flatten)]
    shelf: ShelfArgs,
}

#[derive(Debug, Args)]
struct ProveArgs {
    /// Which entry
    #[arg(value_name = "NUMBER")]
    sequence: u64,
    #[command(flatten)]
    shelf: ShelfArgs,
}

#[derive(Serialize)]
struct Shown {
    log_key: String,
    length: u64,
    checkpoint: Option<String>,
}

pub(super) fn run(args: AuditArgs, desk: &Desk) -> Result<Reply> {
    match args.deed {
        Deed::Show(shelf) => show(&shelf, desk),
        Deed::Verify(args) => match &args.proof {
            Some(path) => check_proof(&args, path),
            None => check_log(&args, desk),
        },
        Deed::Prove(args) => {
            let proof = prove(&*args.shelf.log(desk)?, args.sequence).map_err(|e| trouble(&e))?;
            let mut page = Page::default();
            page.line(serde_json::to_string_pretty(&proof).unwrap_or_default());
            Ok(Reply::fine(&proof, page))
        }
    }
}

fn show(shelf: &ShelfArgs, desk: &Desk) -> Result<Reply> {
    let journal = shelf.journal(desk)?;
    let checkpoint = journal.log().checkpoint(None);
    let checkpoint = checkpoint.map_err(|error| trouble(&error.into()))?.map(|(_, note)| note);
    let log_key = journal.identity().to_string();
    let shown = Shown { log_key, length: journal.length(), checkpoint };
    let mut page = Page::default();
    page.line(format!("log key {}", shown.log_key));
    page.line(format!("{} entries", shown.length));
    page.plain(format!("\n{}", shown.checkpoint.as_deref().unwrap_or("no checkpoint yet\n")));
    Ok(Reply::fine(&shown, page))
}

fn check_log(args: &VerifyArgs, desk: &Desk) -> Result<Reply> {
    let log = args.shelf.log(desk)?;
    let identity = match &args.log_key {
        Some(identity) => identity.clone(),
        None => LogIdentity::of(&crate::shelf::log_key(desk)?.public()),
    };
    let since = args.since.as_deref().map(read).transpose()?;
    let audit = verify(&*log, &identity, since.as_deref()).map_err(|error| trouble(&error))?;
    let mut page = Page::default();
    let sentence = format!(
        "{} entries, each as it was signed, none missing and none moved; root {}",
        audit.length, audit.root
    );
    page.verdict(Style::Good, "holds", &sentence);
    Ok(Reply::fine(&audit, page))
}

fn check_proof(args: &VerifyArgs, path: &Path) -> Result<Reply> {
    let proof: Proof = serde_json::from_str(&read(path)?)
        .map_err(|error| Trouble::corrupt(format!("this is no proof: {error}")).about(path))?;
    let Some(identity) = &args.log_key else {
        return Err(Trouble::usage("`--log-key` has to say whose log it is"));
    };
    let record = proof.verify(identity).map_err(|error| trouble(&error))?;
    let mut page = Page::default();
    page.verdict(Style::Good, "holds", &sentence(&record));
    Ok(Reply::fine(&record, page))
}

fn read(path: &Path) -> Result<String> {
    let fail = |error: &std::io::Error| Trouble::file("read", path, error);
    let size = std::fs::metadata(path).map_err(|error| fail(&error))?.len();
    if size > PROOF_BYTES_MAX {
        return Err(Trouble::corrupt(format!("it has {size} bytes")).about(path));
    }
    std::fs::read_to_string(path).map_err(|error| fail(&error))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "whatever else is wrong, the log is")]
fn trouble(error: &AuditError) -> Trouble {
    let message = error.to_string();
    match error {
        AuditError::NoEntry { .. } => Trouble::usage(message),
        AuditError::Log(_) => Trouble::fault(message),
        _ => Trouble::corrupt(message),
    }
}
