//! What an examination amounts to: risk, what the policy makes of it, verdict, report.
//!
//! *Never:* a risk is worked out before everything was found.

use super::{EXAMINER, Examiner, Order};
use crate::artifact::{Digests, Manifest, Moment};
use crate::examine::candidate::{Candidate, Trust};
use crate::examine::catalogue::CheckId;
use crate::examine::checks::is_bounded_by_structure;
use crate::examine::facts::Facts;
use crate::examine::finding::{Blocks, Draft};
use crate::examine::notes::Notes;
use crate::examine::policy::Action;
use crate::examine::report::{Measures, REPORT_FORMAT, Report, Subject as ReportSubject, Verdict};
use crate::examine::risk::{Known, RiskReport, assess};
use crate::examine::sandbox::Shown;
use crate::model::Digest;

impl Examiner {
    pub(super) fn report(
        &self,
        candidate: &Candidate,
        manifest: Option<&Manifest>,
        order: &Order,
        mut notes: Notes<'_>,
        shown: Shown,
    ) -> Report {
        let Shown { has_acted, mut measures, coverage, performance } = shown;
        measures.bound = manifest.and_then(|manifest| manifest.bound.clone());
        let level = notes.profile.level;
        let without = notes.profile.without.iter().copied().collect();
        let asked = manifest.map(|manifest| manifest.permissions().clone()).unwrap_or_default();
        let level_wanted = self.policy.level(candidate.origin(), &asked);
        let signers = match candidate.trust() {
            Trust::Signed { by } => by.clone(),
            Trust::Unsigned | Trust::Refused { .. } => Vec::new(),
        };
        let risk = manifest.map(|manifest| {
            let known = Known {
                manifest,
                origin: candidate.origin(),
                is_signed: !signers.is_empty(),
                reached: notes.reached(),
                has_acted,
                is_bounded: measures.is_bounded_by_structure,
                keeps_its_bound: notes.has_passed(CheckId::BOUND),
                findings: &notes.findings,
                inconclusive: notes.inconclusive_count(),
                calls: measures.calls,
                coverage: coverage.as_ref(),
            };
            assess(&known, &self.policy.weights)
        });
        let rule = risk.as_ref().map(|risk| self.policy.action(risk.level));
        if let (Some(risk), Some(rule)) = (&risk, &rule) {
            notes.found(CheckId::RISK, refused(risk, rule.what));
        }
        let subject = subject(candidate, manifest, order, signers);
        let verdict = verdict(&notes, rule.as_ref().map(|rule| rule.what));
        let because = match verdict {
            Verdict::Blocked => "what was found before blocks it already",
            Verdict::Admissible | Verdict::NeedsApproval { .. } => "there was nothing to check",
        };
        let (findings, checks) = notes.into_parts(because);
        Report {
            format: REPORT_FORMAT,
            examiner: EXAMINER.to_owned(),
            subject,
            level,
            level_wanted,
            without,
            policy: self.policy.digest(),
            at: Moment::at(self.clock.wall()),
            verdict,
            findings,
            checks,
            risk,
            rule,
            measures,
            coverage,
            performance,
        }
    }
}

fn subject(
    candidate: &Candidate,
    manifest: Option<&Manifest>,
    order: &Order,
    signers: Vec<String>,
) -> ReportSubject {
    ReportSubject {
        name: manifest.map_or(candidate.name(), Manifest::name).clone(),
        version: manifest.map(|manifest| manifest.version.clone()),
        component: candidate.digest(),
        digests: Digests::of(candidate.component()),
        bytes: candidate.component().len() as u64,
        description: manifest.map(description_digest),
        permissions: manifest.map(|manifest| manifest.permissions().clone()).unwrap_or_default(),
        origin: candidate.origin(),
        signers,
        compared_with: order.before.as_ref().map(|before| before.version.clone()),
    }
}

/// What is said of a candidate, as one digest: an approval holds for this and no other.
fn description_digest(manifest: &Manifest) -> Digest {
    Digest::of(&serde_json::to_vec(&manifest.description).unwrap_or_default())
}

fn refused(risk: &RiskReport, action: Action) -> Vec<Draft> {
    if action != Action::Refuse {
        return Vec::new();
    }
    vec![
        Draft::new(format!("its risk is {}, which the policy refuses", risk.level))
            .seen("risk", &risk.because),
    ]
}

fn verdict(notes: &Notes<'_>, action: Option<Action>) -> Verdict {
    if notes.is_blocked() {
        return Verdict::Blocked;
    }
    let for_findings = notes.findings.iter().any(|it| it.blocks == Blocks::UntilApproved);
    let approvals = action.map_or(0, Action::approvals).max(usize::from(for_findings));
    match approvals {
        0 => Verdict::Admissible,
        approvals => Verdict::NeedsApproval { approvals, for_findings },
    }
}

// === impl Measures ===

impl Measures {
    /// What one walk shows.
    pub(crate) fn of(facts: &Facts<'_>) -> Self {
        let data = facts.modules.iter().flat_map(|module| &module.data);
        Self {
            modules: facts.modules.len() as u64,
            functions: facts.functions().count() as u64,
            data_bytes: data.map(|piece| piece.bytes.len() as u64).sum(),
            features: facts.features.iter().map(|name| name.replace('_', "-")).collect(),
            is_bounded_by_structure: is_bounded_by_structure(facts),
            ..Self::default()
        }
    }
}
