//! The report of an examination in a terminal.
//!
//! *Never:* a text of the author's stands where it could be taken for the system's: findings come
//! cleaned, and evidence is indented and dimmed.

use engraft::examine::{
    Blocks, CheckEnd, Compared, CountsTo, Coverage, Finding, Performance, Quantiles, Report,
    RiskReport, Search, SearchEnd, Severity, Share, Since, Verdict, consequences,
};

use crate::page::{Page, Style};
use crate::text;

/// The report as a page.
pub(in crate::command) fn page(report: &Report) -> Page {
    let mut page = Page::default();
    head(&mut page, report);
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse((finding.blocks, finding.severity)));
    if !findings.is_empty() {
        page.heading("Findings");
    }
    for finding in findings {
        one(&mut page, finding);
    }
    if let Some(risk) = &report.risk {
        risk_part(&mut page, risk);
    }
    if let Some(coverage) = &report.coverage {
        covered(&mut page, coverage);
    }
    if let Some(performance) = &report.performance {
        speed(&mut page, performance);
    }
    let effects = consequences(report);
    if !effects.is_empty() {
        page.heading("What it could do");
        effects.iter().for_each(|line| page.line(format!("  - {}", text::scrub(line))));
    }
    checks(&mut page, report);
    page
}

fn head(page: &mut Page, report: &Report) {
    let subject = &report.subject;
    let version = subject.version.as_ref().map(ToString::to_string).unwrap_or_default();
    let name = format!("{} {version} ({})", subject.name, subject.component.short());
    match report.verdict {
        Verdict::Admissible => page.verdict(Style::Good, "admissible", &name),
        Verdict::NeedsApproval { approvals, for_findings } => {
            let style = if for_findings { Style::Bad } else { Style::Warn };
            let word = if approvals == 1 { "needs an approval" } else { "needs two approvals" };
            page.verdict(style, word, &name);
        }
        Verdict::Blocked => page.verdict(Style::Bad, "blocked", &name),
    }
    let measures = &report.measures;
    let mut facts = vec![
        ("level", report.level.to_string()),
        ("component", text::bytes(subject.bytes)),
        (
            "inside",
            format!(
                "{} modules, {} functions, {} of data",
                measures.modules,
                text::count(measures.functions),
                text::bytes(measures.data_bytes)
            ),
        ),
        ("bounded by", bounded_by(report)),
    ];
    if measures.calls > 0 {
        let fuel = text::count(measures.fuel_max);
        let memory = text::bytes(measures.memory_bytes_max);
        let place = if measures.in_worker { " in a worker" } else { "" };
        let most = format!("{}{place}, at most {fuel} fuel and {memory}", measures.calls);
        facts.push(("calls", most));
    }
    if !subject.signers.is_empty() {
        facts.push(("signed by", text::scrub(&subject.signers.join(", "))));
    }
    if let Some(version) = &subject.compared_with {
        facts.push(("against", version.to_string()));
    }
    page.facts(&facts);
}

/// What bounds its runs, in words.
pub(in crate::command) fn bounded_by(report: &Report) -> String {
    let measures = &report.measures;
    match &measures.bound {
        _ if measures.is_bounded_by_structure => "its structure".to_owned(),
        Some(bound) => {
            let kept = if report.keeps_its_bound() { ", which no run went over" } else { "" };
            format!("fuel; it states {}{kept}", text::scrub(&bound.fuel))
        }
        None => "fuel".to_owned(),
    }
}

fn one(page: &mut Page, finding: &Finding) {
    let (style, word) = match (finding.blocks, finding.severity) {
        (Blocks::Always, _) => (Style::Bad, "blocks"),
        (Blocks::UntilApproved, _) => (Style::Bad, "blocks until approved"),
        (Blocks::No, Severity::Error | Severity::Critical) => (Style::Warn, "error, let through"),
        (Blocks::No, Severity::Warning) => (Style::Warn, "warning"),
        (Blocks::No, Severity::Note) => (Style::Dim, "note"),
    };
    page.plain("  ");
    page.styled(style, word);
    page.line(format!(" {}: {}", finding.check, text::scrub(&finding.message)));
    for seen in &finding.evidence {
        let line = format!("      {}: {}\n", text::scrub(&seen.place), text::scrub(&seen.detail));
        page.styled(Style::Dim, line);
    }
}

fn risk_part(page: &mut Page, risk: &RiskReport) {
    page.heading("Risk");
    let level = serde_json::to_value(risk.level).unwrap_or_default();
    let level = level.as_str().unwrap_or_default().to_owned();
    page.facts(&[
        ("level", level),
        ("because", text::scrub(&risk.because)),
        ("power", format!("{} of 100", risk.power)),
        ("evidence", format!("{} of 100", risk.evidence)),
        ("findings", risk.findings.to_string()),
    ]);
    for factor in risk.factors.iter().filter(|factor| factor.weight > 0) {
        let number = match factor.counts_to {
            CountsTo::Power => "power",
            CountsTo::Evidence => "evidence",
            CountsTo::Findings => "findings",
        };
        let because = text::scrub(&factor.because);
        page.styled(Style::Dim, format!("    {number} +{}: {because}\n", factor.weight));
    }
}

fn covered(page: &mut Page, coverage: &Coverage) {
    page.heading("What of it ran");
    let share =
        |share: Share| format!("{:.0} % ({} of {})", share.percent(), share.reached, share.total);
    let mut facts =
        vec![("functions", share(coverage.functions)), ("blocks", share(coverage.blocks))];
    if let Some(source) = &coverage.source {
        facts.push(("expressions", share(source.expressions)));
    }
    let Search { begun_with, tried, ended_by, .. } = coverage.search;
    let ended = match ended_by {
        SearchEnd::Everything => "everything ran",
        SearchEnd::Inputs => "so many were allowed",
        SearchEnd::Fuel => "the fuel was burnt",
        SearchEnd::Time => "the time was over",
    };
    let before = coverage.blocks_before.reached;
    facts.push((
        "inputs",
        format!("{begun_with} reached {before} blocks, then {tried} searched: {ended}"),
    ));
    let kept = coverage.kept.iter().filter(|case| case.is_searched).count();
    facts.push((
        "kept",
        format!("{} that reached something new, {kept} of them searched", coverage.kept.len()),
    ));
    page.facts(&facts);
}

fn speed(page: &mut Page, performance: &Performance) {
    page.heading("How fast it is");
    let time = text::nanoseconds;
    let Performance { latency_ns, fuel, memory_bytes, .. } = performance;
    let row = |what: &str, of: &Quantiles, tell: &dyn Fn(u64) -> String| {
        vec![what.to_owned(), tell(of.p50), tell(of.p95), tell(of.p99), tell(of.max)]
    };
    let mut rows = vec![
        row("time", latency_ns, &time),
        row("fuel", fuel, &text::count),
        row("memory", memory_bytes, &text::bytes),
    ];
    for step in &performance.load {
        let what = format!("{} at once, {:.0}/s", step.concurrent, step.calls_per_second);
        rows.push(row(&what, &step.latency_ns, &time));
    }
    for step in &performance.rates {
        let (coming, ended) = (step.offered_per_second, step.answered_per_second);
        let what = format!("{coming:.0}/s coming, {ended:.0}/s ended");
        rows.push(row(&what, &step.latency_ns, &time));
    }
    page.table(&["", "p50", "p95", "p99", "most"], rows);
    for compared in performance.against.iter().chain(&performance.others) {
        page.line(format!("  {}", beside(compared)));
    }
    if let Some(since) = &performance.since {
        page.line(format!("  {}", before(since)));
    }
}

/// A candidate beside somebody else, in a line.
pub(in crate::command) fn beside(compared: &Compared) -> String {
    let Compared { version, component, latency, fuel, .. } = compared;
    format!(
        "beside {version} ({}): time × {:.2} ({:.2} to {:.2}), fuel × {fuel:.2}",
        component.short(),
        latency.median,
        latency.low,
        latency.high
    )
}

/// A candidate beside what was measured on another day, in a line.
pub(in crate::command) fn before(since: &Since) -> String {
    let Since { version, component, at, fuel, memory_bytes, latency, .. } = since;
    let version = version.as_ref().map(ToString::to_string).unwrap_or_default();
    format!(
        "since {version} ({}) on {at}: fuel × {fuel:.2}, memory × {memory_bytes:.2}, time × {latency:.2}",
        component.short()
    )
}

fn checks(page: &mut Page, report: &Report) {
    page.heading("Checks");
    let count = |end| report.checks.iter().filter(|run| run.end == end).count();
    page.line(format!(
        "  {} passed, {} found something, {} could not tell, {} did not run",
        count(CheckEnd::Passed),
        count(CheckEnd::Found),
        count(CheckEnd::Inconclusive),
        count(CheckEnd::Skipped)
    ));
    for run in &report.checks {
        let word = match run.end {
            CheckEnd::Inconclusive => "could not tell",
            CheckEnd::Skipped => "did not run",
            CheckEnd::Passed | CheckEnd::Found => continue,
        };
        page.styled(Style::Dim, format!("  {} {word}: {}\n", run.check, text::scrub(&run.because)));
    }
}
