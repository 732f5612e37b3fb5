//! How much harm a candidate could do: power, evidence and findings, kept apart, each told in words.
//!
//! What it may do decides the level. What was found raises it. How little was looked at raises it
//! too, and how much was looked at never lowers it: evidence buys no power.
//!
//! *Never:* a number is averaged away by another one.

mod factors;
mod weights;

use serde::{Deserialize, Serialize};

use super::candidate::CandidateOrigin;
use super::coverage::Coverage;
use super::finding::Finding;
use super::level::Level;
use crate::artifact::{Manifest, Risk};
use factors::{evidence_factors, finding_factors, power_factors};
pub use weights::Weights;

/// The risk of a candidate, and everything that it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskReport {
    /// The level.
    pub level: Risk,
    /// What it could do, from 0 to 100.
    pub power: u32,
    /// How much of it was looked at, from 0 to 100.
    pub evidence: u32,
    /// What was found, by weight.
    pub findings: u32,
    /// What these come from.
    pub factors: Vec<Factor>,
    /// Why it is this level, as a sentence.
    pub because: String,
}

/// One thing that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Factor {
    /// Which of the three numbers it counts to.
    pub counts_to: CountsTo,
    /// What it is called.
    pub name: String,
    /// How much it counts.
    pub weight: u32,
    /// Why, in words.
    pub because: String,
}

/// The three numbers of a risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CountsTo {
    /// What it could do.
    Power,
    /// How much was looked at.
    Evidence,
    /// What was found.
    Findings,
}

/// What is known of a candidate when its risk is worked out.
pub(crate) struct Known<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) origin: CandidateOrigin,
    pub(crate) is_signed: bool,
    /// Up to which level it was looked at.
    pub(crate) reached: Level,
    /// Whether any question about its behaviour could be answered.
    pub(crate) has_acted: bool,
    pub(crate) is_bounded: bool,
    /// Whether none of its runs went over the bound that it states.
    pub(crate) keeps_its_bound: bool,
    pub(crate) findings: &'a [Finding],
    /// Checks of the level that could not tell.
    pub(crate) inconclusive: usize,
    /// Calls that were made of it.
    pub(crate) calls: u64,
    /// How much of it ran, where that was measured.
    pub(crate) coverage: Option<&'a Coverage>,
}

/// Works the risk out.
pub(crate) fn assess(known: &Known<'_>, weights: &Weights) -> RiskReport {
    let mut factors = power_factors(known, weights);
    factors.extend(evidence_factors(known, weights));
    factors.extend(finding_factors(known, weights));
    let sum = |of: CountsTo| {
        let counted = factors.iter().filter(|factor| factor.counts_to == of);
        counted.map(|factor| factor.weight).fold(0, u32::saturating_add)
    };
    let power = sum(CountsTo::Power).min(100);
    let findings = sum(CountsTo::Findings);
    let lost = u32::try_from(known.inconclusive).unwrap_or(u32::MAX);
    let lost = weights.inconclusive.saturating_mul(lost);
    let evidence = sum(CountsTo::Evidence).saturating_sub(lost).min(100);
    // A keyring holds its keys to the same least level, so that the two never disagree downwards.
    let mut level = step(power, weights).max(Risk::least(known.manifest.permissions()));
    let mut because = format!("what it may do amounts to {power} of 100");
    if weights.findings_step > 0 && findings >= weights.findings_step {
        level = raised(level);
        because.push_str(&format!(", findings of weight {findings} raise it"));
    }
    if level >= Risk::Medium && evidence < weights.evidence_least {
        level = raised(level);
        because.push_str(&format!(", and only {evidence} of 100 was looked at"));
    }
    if level == Risk::Safe && known.reached >= Level::Comprehensive && !known.has_acted {
        level = raised(level);
        because.push_str(", and it answered nothing, so that how it behaves is not known");
    }
    RiskReport { level, power, evidence, findings, factors, because }
}

fn step(power: u32, weights: &Weights) -> Risk {
    let levels = [Risk::Low, Risk::Medium, Risk::High, Risk::Critical];
    let reached = weights.steps.iter().zip(levels).filter(|(least, _)| power >= **least);
    reached.map(|(_, level)| level).max().unwrap_or(Risk::Safe)
}

const fn raised(level: Risk) -> Risk {
    match level {
        Risk::Safe => Risk::Low,
        Risk::Low => Risk::Medium,
        Risk::Medium => Risk::High,
        Risk::High | Risk::Critical => Risk::Critical,
    }
}

#[cfg(test)]
mod tests;
