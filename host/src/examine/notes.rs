//! What is written down during an examination: findings, and what became of each check.
//!
//! *Never:* a check that the profile leaves out leaves a finding.

use super::catalogue::CheckId;
use super::checks::StaticCheck;
use super::examiner::DRAFTS_MAX;
use super::finding::{Blocks, Draft, Evidence, Finding};
use super::level::{Level, Profile};
use super::report::{CheckEnd, CheckRun};
use super::subject::Subject;

/// Findings and runs, as they come.
pub(crate) struct Notes<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) findings: Vec<Finding>,
    runs: Vec<CheckRun>,
}

impl<'a> Notes<'a> {
    pub(crate) const fn new(profile: &'a Profile) -> Self {
        Self { profile, findings: Vec::new(), runs: Vec::new() }
    }

    /// Runs static checks, as far as the profile has them.
    pub(crate) fn run(&mut self, checks: &[(CheckId, StaticCheck)], subject: &Subject<'_>) {
        for (id, check) in checks {
            if self.profile.has(*id) {
                self.found(*id, check(subject));
            }
        }
    }

    /// Writes down what a check has found.
    pub(crate) fn found(&mut self, check: CheckId, drafts: Vec<Draft>) {
        if !self.profile.has(check) {
            return;
        }
        let end = if drafts.is_empty() { CheckEnd::Passed } else { CheckEnd::Found };
        for Draft { severity, message, evidence } in joined(drafts).into_iter().take(DRAFTS_MAX) {
            let of_check = check.check().map(|check| check.severity);
            let Some(severity) = severity.or(of_check) else { continue };
            let blocks = self.profile.blocking(check, severity);
            let finding = Finding { check, severity, blocks, message, evidence };
            if !self.findings.contains(&finding) {
                self.findings.push(finding);
            }
        }
        self.ended(check, end, String::new());
    }

    /// Writes down that a check ran and could not tell.
    pub(crate) fn inconclusive(&mut self, check: CheckId, because: impl Into<String>) {
        if self.profile.has(check) {
            self.ended(check, CheckEnd::Inconclusive, because.into());
        }
    }

    /// A check that runs twice keeps the worse end.
    fn ended(&mut self, check: CheckId, end: CheckEnd, because: String) {
        match self.runs.iter_mut().find(|run| run.check == check) {
            Some(run) if run.end == CheckEnd::Found => {}
            Some(run) => *run = CheckRun { check, end, because },
            None => self.runs.push(CheckRun { check, end, because }),
        }
    }

    /// Whether something was found that blocks in any case.
    pub(crate) fn is_blocked(&self) -> bool {
        self.findings.iter().any(|finding| finding.blocks == Blocks::Always)
    }

    /// Whether a check ran and found nothing.
    pub(crate) fn has_passed(&self, check: CheckId) -> bool {
        self.runs.iter().any(|run| run.check == check && run.end == CheckEnd::Passed)
    }

    /// The highest level of which anything ran: what blocks ends an examination early.
    pub(crate) fn reached(&self) -> Level {
        let ran = self.runs.iter().filter(|run| run.end != CheckEnd::Skipped);
        let levels = ran.filter_map(|run| Some(run.check.check()?.level));
        levels.max().unwrap_or(Level::Basic)
    }

    pub(crate) fn inconclusive_count(&self) -> usize {
        self.runs.iter().filter(|run| run.end == CheckEnd::Inconclusive).count()
    }

    /// Every check of the profile in its order; those that did not run for this reason.
    pub(crate) fn into_parts(self, because: &str) -> (Vec<Finding>, Vec<CheckRun>) {
        let Self { profile, findings, runs } = self;
        let all = profile.checks().map(|check| {
            let run = runs.iter().find(|run| run.check == check).cloned();
            run.unwrap_or_else(|| CheckRun {
                check,
                end: CheckEnd::Skipped,
                because: because.to_owned(),
            })
        });
        let runs = all.collect();
        (findings, runs)
    }
}

/// Drafts that say the same are one, with the places of all: how often something is seen is not how grave
/// it is.
fn joined(drafts: Vec<Draft>) -> Vec<Draft> {
    let mut all: Vec<Draft> = Vec::new();
    for draft in drafts {
        let is_same = |other: &&mut Draft| {
            (other.severity, &other.message) == (draft.severity, &draft.message)
        };
        match all.iter_mut().find(is_same) {
            Some(one) => {
                let new = draft.evidence.into_iter().filter(|it| !one.evidence.contains(it));
                let new: Vec<Evidence> = new.collect();
                one.add(new);
            }
            None => all.push(draft),
        }
    }
    all
}
