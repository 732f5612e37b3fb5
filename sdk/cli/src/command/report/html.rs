//! A report as one page for a browser: nothing is fetched, nothing runs, and everything that is not ours
//! is text.
//!
//! *Never:* a word of a candidate becomes markup; the type that the page is written with sees to it.

mod figures;
mod markup;
mod plot;
mod source;

use engraft::examine::{
    Blocks, CheckEnd, CountsTo, Finding, Report, RiskReport, Severity, Verdict, consequences,
};

use crate::command::examine::bounded_by;
use crate::text;
use markup::Markup;

const HEAD: &str = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root{color-scheme:light dark;--ink:#1d2430;--dim:#667085;--line:#d0d5dd;--paper:#fff;--good:#067647;
--warn:#b54708;--bad:#b42318;--bar:#2e6fdb;--miss:#fde2e0;--hit:#dff5e7}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ef;--dim:#98a2b3;--line:#3b4454;--paper:#14181f;
--good:#47cd89;--warn:#fdb022;--bad:#f97066;--bar:#6ea0f5;--miss:#5b2320;--hit:#173a29}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:62rem;
margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.2rem .6rem .2rem 0;
vertical-align:top}th{color:var(--dim);font-weight:400;white-space:nowrap}
code,pre{font:13px/1.5 ui-monospace,monospace}pre{border:1px solid var(--line);padding:.8rem;
overflow:auto;white-space:pre-wrap}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}.dim{color:var(--dim)}
.finding{border-left:3px solid var(--line);padding:.1rem .8rem;margin:.6rem 0}
.hit{background:var(--hit)}.miss{background:var(--miss)}
svg{width:100%;height:auto;max-width:30rem}rect.bar{fill:var(--bar)}rect.rest{fill:var(--line)}
svg text{fill:var(--dim);font-size:11px}line{stroke:var(--bad)}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:1rem}
</style>
"#;

/// The page.
pub(super) fn page(report: &Report) -> String {
    let mut page = Markup::default();
    page.raw(HEAD).element("title", "", &format!("{} examined", report.subject.name));
    page.raw("</head><body>\n");
    head(&mut page, report);
    findings(&mut page, report);
    effects(&mut page, report);
    if let Some(risk) = &report.risk {
        risk_part(&mut page, risk);
    }
    if let Some(coverage) = &report.coverage {
        source::covered(&mut page, coverage);
    }
    figures::measured(&mut page, report);
    checks(&mut page, report);
    page.raw("</body></html>\n");
    page.into_text()
}

fn head(page: &mut Markup, report: &Report) {
    let subject = &report.subject;
    let (class, word) = match report.verdict {
        Verdict::Admissible => ("good", "admissible"),
        Verdict::NeedsApproval { approvals: 1, .. } => ("warn", "needs an approval"),
        Verdict::NeedsApproval { .. } => ("warn", "needs two approvals"),
        Verdict::Blocked => ("bad", "blocked"),
    };
    let version = subject.version.as_ref().map(ToString::to_string).unwrap_or_default();
    page.element("h1", "", &format!("{} {version}", subject.name));
    page.raw("<p>").element("strong", class, word).raw("</p>\n");
    let measures = &report.measures;
    let inside = format!(
        "{} modules, {} functions, {} of data",
        measures.modules,
        text::count(measures.functions),
        text::bytes(measures.data_bytes)
    );
    let mut facts = vec![
        ("component", subject.component.to_hex()),
        ("size", text::bytes(subject.bytes)),
        ("inside", inside),
        ("level", report.level.to_string()),
        ("examined", format!("{} by {}", report.at, report.examiner)),
        ("policy", report.policy.to_hex()),
        ("bounded by", bounded_by(report)),
    ];
    if !subject.signers.is_empty() {
        facts.push(("signed by", subject.signers.join(", ")));
    }
    if let Some(version) = &subject.compared_with {
        facts.push(("against", version.to_string()));
    }
    if !report.without.is_empty() {
        let left_out: Vec<&str> = report.without.iter().map(|check| check.as_str()).collect();
        facts.push(("without", left_out.join(", ")));
    }
    page.facts(&facts);
}

fn findings(page: &mut Markup, report: &Report) {
    page.element("h2", "", "Findings");
    if report.findings.is_empty() {
        page.element("p", "good", "None.");
    }
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse((finding.blocks, finding.severity)));
    for finding in findings {
        let (class, word) = match (finding.blocks, finding.severity) {
            (Blocks::Always, _) => ("bad", "blocks"),
            (Blocks::UntilApproved, _) => ("bad", "blocks until approved"),
            (Blocks::No, Severity::Error | Severity::Critical) => ("warn", "error, let through"),
            (Blocks::No, Severity::Warning) => ("warn", "warning"),
            (Blocks::No, Severity::Note) => ("dim", "note"),
        };
        page.raw("<div class=\"finding\">").element("strong", class, word).raw(" ");
        page.element("code", "", finding.check.as_str()).raw("<br>").text(&finding.message);
        for seen in &finding.evidence {
            page.raw("<br><span class=\"dim\">").text(&seen.place).raw(": ");
            page.element("code", "", &seen.detail).raw("</span>");
        }
        page.raw("</div>\n");
    }
}

fn effects(page: &mut Markup, report: &Report) {
    page.element("h2", "", "What it could do");
    let effects = consequences(report);
    if effects.is_empty() {
        page.element("p", "", "Nothing that reaches outside of it.");
        return;
    }
    page.raw("<ul>");
    for effect in &effects {
        page.element("li", "", effect);
    }
    page.raw("</ul>\n");
}

fn risk_part(page: &mut Markup, risk: &RiskReport) {
    page.element("h2", "", "Risk");
    page.raw("<p>").element("strong", "", &risk.level.to_string()).raw(": ");
    page.text(&risk.because).raw("</p>\n<div class=\"plots\">");
    for (name, value) in [("power", risk.power), ("evidence", risk.evidence)] {
        page.raw("<div>").text(&format!("{name}: {value} of 100")).raw("<br>");
        plot::share(page, f64::from(value));
        page.raw("</div>");
    }
    page.raw("</div>\n");
    page.header(&["counts to", "factor", "weight", "because"]);
    for factor in &risk.factors {
        let number = match factor.counts_to {
            CountsTo::Power => "power",
            CountsTo::Evidence => "evidence",
            CountsTo::Findings => "findings",
        };
        let weight = factor.weight.to_string();
        page.row(&[number, factor.name.as_str(), weight.as_str(), factor.because.as_str()]);
    }
    page.raw("</table>\n");
}

fn checks(page: &mut Markup, report: &Report) {
    page.element("h2", "", "Checks").header(&["check", "came to", "what it asks"]);
    for run in &report.checks {
        let (class, word) = match run.end {
            CheckEnd::Passed => ("good", "passed"),
            CheckEnd::Found => ("warn", "found something"),
            CheckEnd::Inconclusive => ("dim", "could not tell"),
            CheckEnd::Skipped => ("dim", "did not run"),
        };
        let question = run.check.check().map(|check| check.question).unwrap_or_default();
        page.raw("<tr><td>").element("code", "", run.check.as_str()).raw("</td><td>");
        page.element("span", class, word).raw("</td><td>").text(question);
        if !run.because.is_empty() {
            page.raw("<br>").element("span", "dim", &run.because);
        }
        page.raw("</td></tr>\n");
    }
    page.raw("</table>\n");
}

#[cfg(test)]
mod tests;
