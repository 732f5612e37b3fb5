//! How much harm a candidate could do: power, evidence and findings, kept apart, each told in words.
//!
//! What it may do decides the level. What was found raises it. How little was looked at raises it
//! too, and how much was looked at never lowers it: evidence buys no power.
//!
//! *Never:* a number is averaged away by another one.

use serde::{Deserialize, Serialize};

use super::candidate::CandidateOrigin;
use super::finding::{Finding, Severity};
use super::level::Level;
use crate::artifact::{Manifest, Risk};
use crate::model::{Access, HttpRule, Permissions};

/// What risk is made of, as data that a policy may replace in part. A power of 100 is as much as
/// anything can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "each field is the weight of the factor that it is named for")]
pub struct Weights {
    pub log: u32,
    pub clock: u32,
    pub random: u32,
    pub progress: u32,
    pub config: u32,
    pub kv: u32,
    pub env: u32,
    pub files_read: u32,
    pub files_write: u32,
    pub http_read: u32,
    pub http_write: u32,
    pub http_any_host: u32,
    pub secret: u32,
    pub secret_any_host: u32,
    pub call: u32,
    pub call_any: u32,
    pub custom: u32,
    /// Written by a program.
    pub generated: u32,
    /// Brought by somebody, without a signature.
    pub uploaded: u32,
    /// Each warning.
    pub warning: u32,
    /// Each error that a policy lets through.
    pub error: u32,
    /// Evidence that is lost by a check that could not tell.
    pub inconclusive: u32,
    /// From this power on it is low, medium, high and critical.
    pub steps: [u32; 4],
    /// Findings of this weight raise the risk by one level.
    pub findings_step: u32,
    /// Less evidence than this raises a risk of medium or more by one level.
    pub evidence_least: u32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            log: 0,
            progress: 0,
            clock: 0,
            random: 0,
            config: 10,
            kv: 10,
            env: 10,
            files_read: 20,
            files_write: 40,
            http_read: 20,
            http_write: 40,
            http_any_host: 25,
            secret: 30,
            secret_any_host: 30,
            call: 20,
            call_any: 25,
            custom: 20,
            generated: 0,
            uploaded: 0,
            warning: 10,
            error: 30,
            inconclusive: 5,
            steps: [10, 20, 45, 85],
            findings_step: 30,
            evidence_least: 20,
        }
    }
}

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
    pub(crate) level: Level,
    pub(crate) is_bounded: bool,
    pub(crate) findings: &'a [Finding],
    /// Checks of the level that could not tell.
    pub(crate) inconclusive: usize,
    /// Calls that were made of it.
    pub(crate) calls: u64,
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

fn power_factors(known: &Known<'_>, weights: &Weights) -> Vec<Factor> {
    let asked = known.manifest.permissions();
    let mut factors = Vec::new();
    let mut add = |name: &str, weight: u32, because: String| {
        let name = name.to_owned();
        factors.push(Factor { counts_to: CountsTo::Power, name, weight, because });
    };
    simple(asked, weights, &mut add);
    let writes = |rule: &&HttpRule| {
        rule.methods.iter().any(|method| !matches!(method.as_str(), "GET" | "HEAD"))
    };
    let hosts = |rules: Vec<&HttpRule>| {
        rules.iter().map(|rule| rule.host.to_string()).collect::<Vec<_>>().join(", ")
    };
    let (changing, reading): (Vec<_>, Vec<_>) = asked.http.iter().partition(writes);
    if !changing.is_empty() {
        add("http", weights.http_write, format!("it can change something at {}", hosts(changing)));
    } else if !reading.is_empty() {
        add("http", weights.http_read, format!("it can read from {}", hosts(reading)));
    }
    if asked.http.iter().any(|rule| rule.host.to_string().starts_with('*')) {
        add("hosts", weights.http_any_host, "its hosts are not all named".to_owned());
    }
    for rule in &asked.secrets {
        let any = rule.hosts.iter().any(|host| host.to_string().starts_with('*'));
        let extra = if any { weights.secret_any_host } else { 0 };
        let because = format!("the secret `{}` goes out with its requests", rule.name);
        add("secrets", weights.secret.saturating_add(extra), because);
    }
    if !asked.call.is_empty() {
        let names: Vec<String> = asked.call.iter().map(ToString::to_string).collect();
        let any = names.iter().any(|name| name == "*");
        let extra = if any { weights.call_any } else { 0 };
        let because = format!("it can have others do what they may: {}", names.join(", "));
        add("call", weights.call.saturating_add(extra), because);
    }
    for rule in &asked.files {
        let (weight, what) = match rule.access {
            Access::ReadOnly => (weights.files_read, "read"),
            Access::ReadWrite => (weights.files_write, "change"),
        };
        add("files", weight, format!("it can {what} files in `{}`", rule.guest_path));
    }
    match known.origin {
        CandidateOrigin::Generated => {
            add("origin", weights.generated, "a program has written it".to_owned());
        }
        CandidateOrigin::Uploaded if !known.is_signed => {
            add("origin", weights.uploaded, "nobody has signed it".to_owned());
        }
        CandidateOrigin::Uploaded | CandidateOrigin::Installed => {}
    }
    factors
}

fn simple(asked: &Permissions, weights: &Weights, add: &mut impl FnMut(&str, u32, String)) {
    let plain = [
        ("log", asked.log, weights.log, "it can write log lines"),
        ("progress", asked.progress, weights.progress, "it can report progress"),
        ("clock", asked.clock, weights.clock, "it can read the time"),
        ("random", asked.random, weights.random, "it can draw random numbers"),
        ("kv", asked.kv.is_some(), weights.kv, "it can keep values between calls"),
        ("config", !asked.config.is_empty(), weights.config, "it can read settings"),
        ("env", !asked.env.is_empty(), weights.env, "it can read environment variables"),
        (
            "custom",
            !asked.custom.is_empty(),
            weights.custom,
            "it can use the program's own interfaces",
        ),
    ];
    for (name, is_asked, weight, because) in plain {
        if is_asked {
            add(name, weight, because.to_owned());
        }
    }
}

fn evidence_factors(known: &Known<'_>, weights: &Weights) -> Vec<Factor> {
    let (looked, what) = match known.level {
        Level::Basic => (30, "its bytes and its manifest were looked at"),
        Level::Standard => (50, "and it ran in a sandbox"),
        Level::Comprehensive => (75, "and how it behaves was looked at"),
        Level::Production => (90, "and how fast it is, behind all walls"),
    };
    let evidence = |name: &str, weight: u32, because: String| {
        let name = name.to_owned();
        Factor { counts_to: CountsTo::Evidence, name, weight, because }
    };
    let mut factors = vec![evidence("level", looked, what.to_owned())];
    if known.is_bounded {
        factors.push(evidence("bound", 10, "its structure alone bounds its runs".to_owned()));
    }
    if known.calls > 0 {
        let weight = u32::try_from(known.calls / 200).unwrap_or(u32::MAX).min(5);
        factors.push(evidence("calls", weight, format!("{} calls were made of it", known.calls)));
    }
    if known.inconclusive > 0 {
        let because = format!(
            "{} checks could not tell, each takes {} away",
            known.inconclusive, weights.inconclusive
        );
        factors.push(evidence("inconclusive", 0, because));
    }
    factors
}

fn finding_factors(known: &Known<'_>, weights: &Weights) -> Vec<Factor> {
    let counted = known.findings.iter().filter_map(|finding| {
        let weight = match finding.severity {
            Severity::Note => return None,
            Severity::Warning => weights.warning,
            Severity::Error | Severity::Critical => weights.error,
        };
        Some(Factor {
            counts_to: CountsTo::Findings,
            name: finding.check.to_string(),
            weight,
            because: finding.message.clone(),
        })
    });
    counted.collect()
}

#[cfg(test)]
mod tests;
