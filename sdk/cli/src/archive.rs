//! Reports of examinations and what persons have said to them, in the home directory.
//!
//! *Never:* what is kept here is believed: a decision counts by its signature alone, each time anew.

use std::fs;
use std::path::{Path, PathBuf};

use engraft::examine::{Approval, Report};
use engraft::model::{CapabilityName, Digest};

use crate::desk::Desk;
use crate::input;
use crate::json_text;
use crate::trouble::{Result, Trouble};

/// A report is a page of findings; nothing of ours comes near this.
const FILE_BYTES_MAX: u64 = 8 << 20;
/// Digits of a digest by which a report is called.
const DIGITS_MIN: usize = 6;

/// Where reports and decisions are.
pub(crate) struct Archive {
    reports: PathBuf,
    approvals: PathBuf,
}

impl Archive {
    pub(crate) fn open(desk: &Desk) -> Result<Self> {
        let folder = desk.home()?.examinations_path()?;
        let archive = Self { reports: folder.join("reports"), approvals: folder.join("approvals") };
        for folder in [&archive.reports, &archive.approvals] {
            fs::create_dir_all(folder)
                .map_err(|error| Trouble::file("make the directory", folder, &error))?;
        }
        Ok(archive)
    }

    /// Keeps a report, in place of one of the same component.
    pub(crate) fn keep(&self, report: &Report) -> Result<()> {
        let path = self.reports.join(format!("{}.json", report.subject.component.to_hex()));
        input::write(&path, report.to_json().as_bytes())
    }

    /// Every report.
    pub(crate) fn reports(&self) -> Result<Vec<Report>> {
        let mut reports = Vec::new();
        for path in files(&self.reports)? {
            reports.push(read(&path)?);
        }
        reports.sort_by_key(|report| std::cmp::Reverse(report.at));
        Ok(reports)
    }

    /// Whether this is its name, or its component's digest begins so.
    pub(crate) fn is_meant(report: &Report, what: &str) -> bool {
        let digits = what.trim_start_matches("blake3:");
        report.subject.name.as_str() == what
            || (digits.len() >= DIGITS_MIN && report.subject.component.to_hex().starts_with(digits))
    }

    /// The report whose component's digest begins so, or whose name this is.
    pub(crate) fn report(&self, what: &str) -> Result<Report> {
        // The latest comes first.
        self.reports()?.into_iter().find(|report| Self::is_meant(report, what)).ok_or_else(|| {
            Trouble::usage(format!("no report of `{what}` is kept here"))
                .hint("`engraft examine FILE` makes one; `engraft approvals list` shows those kept")
        })
    }

    /// The latest report of another component of this name that says how fast it is.
    pub(crate) fn baseline(
        &self,
        name: &CapabilityName,
        component: Digest,
    ) -> Result<Option<Report>> {
        let is_meant = |report: &Report| {
            let subject = &report.subject;
            subject.name == *name && subject.component != component && report.performance.is_some()
        };
        Ok(self.reports()?.into_iter().find(is_meant))
    }

    /// Keeps a decision.
    pub(crate) fn say(&self, approval: &Approval) -> Result<()> {
        let name = format!("{}.json", Digest::of(approval.to_bytes()).to_hex());
        input::write(&self.approvals.join(name), approval.to_bytes())
    }

    /// Every decision, whoever has signed it.
    pub(crate) fn approvals(&self) -> Result<Vec<Approval>> {
        let bytes = |path: PathBuf| input::read(&path, FILE_BYTES_MAX);
        files(&self.approvals)?
            .into_iter()
            .map(|path| bytes(path).map(Approval::from_bytes))
            .collect()
    }
}

/// A report from a file.
pub(crate) fn read(path: &Path) -> Result<Report> {
    json_text::read(&path.display().to_string(), &input::read(path, FILE_BYTES_MAX)?)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|error| Trouble::file("read", folder, &error))?;
    let paths = entries.flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect();
    files.sort();
    Ok(files)
}
