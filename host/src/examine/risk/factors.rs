//! What counts to a risk, and why, in words: power, evidence and findings, each by itself.
//!
//! *Never:* a factor of one counts to another.

use super::{CountsTo, Factor, Known, Weights};
use crate::examine::candidate::CandidateOrigin;
use crate::examine::coverage::Coverage;
use crate::examine::finding::Severity;
use crate::examine::level::Level;
use crate::model::{Access, HttpRule, Permissions};

pub(super) fn power_factors(known: &Known<'_>, weights: &Weights) -> Vec<Factor> {
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

pub(super) fn evidence_factors(known: &Known<'_>, weights: &Weights) -> Vec<Factor> {
    let (looked, what) = match known.reached {
        Level::Basic => (30, "its bytes and its manifest were looked at"),
        Level::Standard => (50, "and it ran in a sandbox"),
        Level::Comprehensive | Level::Production if !known.has_acted => {
            (30, "and it ran in a sandbox, where it answered nothing: how it behaves is not known")
        }
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
    } else if known.keeps_its_bound {
        let because = "no run went over the bound that it states".to_owned();
        factors.push(evidence("bound", 5, because));
    }
    if known.calls > 0 {
        let weight = u32::try_from(known.calls / 200).unwrap_or(u32::MAX).min(5);
        factors.push(evidence("calls", weight, format!("{} calls were made of it", known.calls)));
    }
    if let Some(coverage) = known.coverage {
        factors.push(covered(coverage));
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

/// A tenth of the share that ran: of the source's expressions, where there is one, since most blocks of
/// a component are of libraries that it uses in part.
fn covered(coverage: &Coverage) -> Factor {
    let (share, what) = match &coverage.source {
        Some(source) => (source.expressions, "expressions"),
        None => (coverage.blocks, "basic blocks"),
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 10")]
    let weight = (share.percent() / 10.0) as u32;
    let because = format!("{} of {} {what} ran", share.reached, share.total);
    Factor { counts_to: CountsTo::Evidence, name: "coverage".to_owned(), weight, because }
}

pub(super) fn finding_factors(known: &Known<'_>, weights: &Weights) -> Vec<Factor> {
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
