//! `engraft report`: shows the report of an examination again.
//!
//! *Never:* a signed report is shown as if somebody whom the keyring trusts had signed it, where
//! nobody has.

mod html;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use engraft::examine::Report;

use super::examine::{exit, page};
use crate::archive::{self, Archive};
use crate::desk::Desk;
use crate::input;
use crate::page::Style;
use crate::screen::Reply;
use crate::trouble::{Result, Trouble};

/// Reports are a page of findings.
const REPORT_BYTES_MAX: u64 = 8 << 20;

/// Shows reports of examinations
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Shows a report, and ends as the examination did
    Show {
        /// A report's file, a signed one's, the name of a capability that was examined here, or the
        /// first digits of its component's digest
        #[arg(value_name = "REPORT")]
        report: String,
        /// Write it as one page for a browser to this file
        #[arg(long, value_name = "OUT")]
        html: Option<PathBuf>,
    },
}

pub(super) fn run(args: &ReportArgs, desk: &Desk) -> Result<Reply> {
    let Deed::Show { report: what, html } = &args.deed;
    let path = Path::new(what);
    let report =
        if path.is_file() { file(path, desk)? } else { Archive::open(desk)?.report(what)? };
    let mut told = page(&report);
    if let Some(path) = html {
        input::write(path, html::page(&report).as_bytes())?;
        told.verdict(Style::Good, "written", &path.display().to_string());
    }
    Ok(Reply::fine(&report, told).exit(exit(&report)))
}

fn file(path: &Path, desk: &Desk) -> Result<Report> {
    let bytes = input::read(path, REPORT_BYTES_MAX)?;
    if !bytes.windows(13).any(|window| window == b"\"payloadType\"") {
        return archive::read(path);
    }
    let keyring = desk.home()?.keyring()?;
    let opened = Report::open(&bytes, &keyring, desk.now());
    let (report, signers) =
        opened.map_err(|error| Trouble::corrupt(format!("`{}`: {error}", path.display())))?;
    match signers.as_slice() {
        [] => desk.screen.note("nobody whom the keyring trusts has signed this report"),
        signers => {
            let signers: Vec<String> = signers.iter().map(ToString::to_string).collect();
            desk.screen.note(&format!("signed by {}", signers.join(", ")));
        }
    }
    Ok(report)
}
