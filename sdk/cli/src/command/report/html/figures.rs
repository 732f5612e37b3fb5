//! What was measured: how time, fuel and memory are spread, load, rates, and other releases beside.
//!
//! *Never:* a figure of the examination stands where one of the measurement could be meant.

use engraft::examine::{Performance, Quantiles, Report, Spreads};

use super::markup::Markup;
use super::plot;
use crate::command::examine::{before, beside};
use crate::text;

/// Everything that was measured; nothing where nothing was.
pub(super) fn measured(page: &mut Markup, report: &Report) {
    if let Some(performance) = &report.performance {
        page.element("h2", "", "How fast it is");
        let marks = [&performance.latency_ns, &performance.fuel, &performance.memory_bytes];
        plots(page, &performance.spreads, marks.map(Some));
        speed(page, performance);
    }
    let measures = &report.measures;
    if measures.spreads.is_empty() {
        return;
    }
    page.element("h2", "", "Calls of the examination");
    let told = format!(
        "{} calls; the costliest burnt {} fuel, the largest had {}.",
        text::count(measures.calls),
        text::count(measures.fuel_max),
        text::bytes(measures.memory_bytes_max)
    );
    page.element("p", "dim", &told);
    plots(page, &measures.spreads, [None; 3]);
}

fn plots(page: &mut Markup, spreads: &Spreads, marks: [Option<&Quantiles>; 3]) {
    let [latency, fuel, memory] = marks;
    page.raw("<div class=\"plots\">");
    plot::spread(page, "time of a call", &spreads.latency_ns, latency, &text::nanoseconds);
    plot::spread(page, "fuel of a call", &spreads.fuel, fuel, &text::count);
    plot::spread(page, "memory of a call", &spreads.memory_bytes, memory, &text::bytes);
    page.raw("</div>\n");
}

fn speed(page: &mut Markup, performance: &Performance) {
    let Performance { latency_ns, fuel, memory_bytes, .. } = performance;
    page.header(&["", "p50", "p95", "p99", "most"]);
    row(page, "time", latency_ns, &text::nanoseconds);
    row(page, "fuel", fuel, &text::count);
    row(page, "memory", memory_bytes, &text::bytes);
    for step in &performance.load {
        let what = format!("{} at once, {:.0}/s", step.concurrent, step.calls_per_second);
        row(page, &what, &step.latency_ns, &text::nanoseconds);
    }
    for step in &performance.rates {
        let (coming, ended) = (step.offered_per_second, step.answered_per_second);
        let what = format!("{coming:.0}/s coming, {ended:.0}/s ended");
        row(page, &what, &step.latency_ns, &text::nanoseconds);
    }
    page.raw("</table>\n");
    for compared in performance.against.iter().chain(&performance.others) {
        page.element("p", "", &beside(compared));
    }
    if let Some(since) = &performance.since {
        page.element("p", "", &before(since));
    }
}

fn row(page: &mut Markup, what: &str, of: &Quantiles, tell: &dyn Fn(u64) -> String) {
    let cells = [of.p50, of.p95, of.p99, of.max].map(tell);
    let cells: Vec<&str> = std::iter::once(what).chain(cells.iter().map(String::as_str)).collect();
    page.row(&cells);
}
