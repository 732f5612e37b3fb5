//! All tests of the repository: the workspace's, its documentation's and the templates'.
//!
//! *Never:* a failed, broken or ignored test is missing in the last line.

use std::process::Command;

use crate::repository::{Problem, root};
use crate::run::{cargo, shown, watch};
use crate::setup;

/// The features that the workspace is always built with, so that nothing is ever built twice.
pub(crate) const FEATURES: [&str; 3] = ["--workspace", "--features", "engraft/full"];

/// What the test runners said, added up.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    passed: u64,
    failed: u64,
    ignored: u64,
    /// Commands that failed without a failed test: what does not compile, or crashed.
    broken: Vec<String>,
    /// The runners' own summary lines.
    summaries: Vec<String>,
}

/// Runs everything and adds it up.
pub(crate) fn run() -> Result<Tally, Problem> {
    setup::run()?;
    let mut tally = Tally::default();
    let mut workspace = cargo(&["test", "--no-fail-fast"]);
    workspace.args(FEATURES).env("ENGRAFT_TOOLCHAINS", setup::toolchains());
    tally.count(&mut workspace)?;
    for template in templates()? {
        let manifest = format!("guest-templates/{template}/Cargo.toml");
        // Another target directory, because the templates' profiles are theirs.
        let native = ["--target-dir", "target/templates", "--manifest-path", &manifest];
        tally.count(cargo(&["test", "--no-fail-fast"]).args(native))?;
    }
    Ok(tally)
}

/// The templates that cargo can test.
fn templates() -> Result<Vec<String>, Problem> {
    let folder = root().join("guest-templates");
    let entries = std::fs::read_dir(&folder).map_err(|error| Problem::file(&folder, &error))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}

// === impl Tally ===

impl Tally {
    /// Whether all is well. A continuous integration counts an ignored test as failed: there, nobody
    /// looks at what was passed over.
    pub(crate) fn is_fine(&self, strictness: Strictness) -> bool {
        let ignored = match strictness {
            Strictness::Unattended => self.ignored,
            Strictness::Attended => 0,
        };
        self.failed == 0 && ignored == 0 && self.broken.is_empty() && self.passed > 0
    }

    /// The runners' own summaries, what broke, and the sum of all on the last line.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = self.summaries.clone();
        lines.extend(self.broken.iter().map(|command| format!("broken: {command}")));
        if self.ignored > 0 {
            lines.push(format!("{} ignored", self.ignored));
        }
        // What broke ran no test, and still must not look like success.
        let failed = self.failed + self.broken.len() as u64;
        lines.push(format!("{} passed, {failed} failed", self.passed));
        lines
    }

    fn count(&mut self, command: &mut Command) -> Result<(), Problem> {
        let failed_before = self.failed;
        let succeeded = watch(command, |line| self.read(line))?;
        if !succeeded && self.failed == failed_before {
            self.broken.push(shown(command));
        }
        Ok(())
    }

    /// Reads a line such as `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    fn read(&mut self, line: &str) {
        let Some(summary) = line.trim().strip_prefix("test result: ") else { return };
        self.summaries.push(line.trim().to_owned());
        for part in summary.split([';', '.']) {
            let mut words = part.split_whitespace();
            let (Some(number), Some(word)) = (words.next(), words.next()) else { continue };
            let Ok(number) = number.parse::<u64>() else { continue };
            match word {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }
}

/// Who looks at the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// A person, who sees what was ignored.
    Attended,
    /// A machine.
    Unattended,
}

impl Strictness {
    /// `CI=true` is how continuous integrations name themselves.
    pub(crate) fn of_this_run() -> Self {
        match std::env::var_os("CI") {
            Some(value) if value != "false" && !value.is_empty() => Self::Unattended,
            Some(_) | None => Self::Attended,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.read(line));
        tally
    }

    #[test]
    fn summaries_add_up() {
        let tally = tally(&[
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.13s",
            "test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 9 filtered out; finished in 1.00s",
        ]);
        assert!(tally.is_fine(Strictness::Unattended));
        assert_eq!(tally.lines().last().map(String::as_str), Some("7 passed, 0 failed"));
    }

    #[test]
    fn a_failed_test_is_no_success() {
        let tally = tally(&["test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured"]);
        assert!(!tally.is_fine(Strictness::Attended));
        assert_eq!(tally.lines().last().map(String::as_str), Some("3 passed, 1 failed"));
    }

    #[test]
    fn an_ignored_test_counts_where_nobody_looks() {
        let tally = tally(&["test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured"]);
        assert!(tally.is_fine(Strictness::Attended));
        assert!(!tally.is_fine(Strictness::Unattended));
    }

    #[test]
    fn nothing_run_is_no_success() {
        assert!(!Tally::default().is_fine(Strictness::Attended));
    }

    #[test]
    fn what_does_not_compile_counts_as_failed() {
        let mut tally = Tally::default();
        tally
            .count(cargo(&["no-such-command-at-all"]).stderr(std::process::Stdio::null()))
            .unwrap();
        assert!(!tally.is_fine(Strictness::Attended));
        assert_eq!(tally.lines().last().map(String::as_str), Some("0 passed, 1 failed"));
    }
}
