//! Prints what was measured as tables, in the terminal and for `BENCHMARKS.md`.
//!
//! *Never:* a time is shown without what ran beside it.

use std::fmt::Write as _;
use std::io::Write as _;

use crate::book::{Book, Versus};
use crate::requirement::{self, Finding};
use crate::{Error, raw};

/// Prints the tables of one bench target and keeps its book for the report of all.
///
/// # Errors
/// Where the terminal or the book cannot be written.
pub fn finish(book: &Book) -> Result<(), Error> {
    if !is_benchmark() {
        return Ok(());
    }
    book.save()?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{}", tables(book))?;
    Ok(())
}

/// Says why something is not measured.
///
/// # Errors
/// Where the terminal cannot be written.
pub fn note(text: &str) -> Result<(), Error> {
    Ok(writeln!(std::io::stdout().lock(), "{text}")?)
}

/// Whether this is a benchmark. Cargo passes `--bench` then; without it, or with `--test`, every
/// contender runs once, as a test.
#[must_use]
pub fn is_benchmark() -> bool {
    let said = |word: &str| std::env::args().any(|argument| argument == word);
    said("--bench") && !said("--test")
}

/// All tables of a book, in Markdown.
#[must_use]
pub fn tables(book: &Book) -> String {
    let mut text = String::new();
    let findings = requirement::findings(book);
    if !findings.is_empty() {
        text.push_str(&findings_table(&findings));
    }
    text.push_str(&metering_table(book));
    let mut workloads: Vec<&str> = Vec::new();
    for row in &book.rows {
        if !workloads.contains(&row.workload.as_str()) {
            workloads.push(&row.workload);
        }
    }
    for workload in workloads {
        text.push_str(&workload_table(book, workload));
    }
    text.push_str(&figures_table(book));
    text
}

fn findings_table(findings: &[Finding]) -> String {
    let mut text = "| required | measured | holds |\n|---|---|---|\n".to_owned();
    for finding in findings {
        let holds = if finding.holds { "yes" } else { "**no**" };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {} | {} | {holds} |", finding.requirement, finding.measured);
    }
    text.push('\n');
    text
}

fn metering_table(book: &Book) -> String {
    let words = raw::Metering::ALL.iter().map(|metering| metering.word()).chain(["Engraft"]);
    let mut lines = String::new();
    for word in words {
        let Some(mean) = requirement::metering_mean(book, word) else { continue };
        let _ = write!(lines, "| {word} |");
        for kernel in requirement::KERNELS {
            let ratio = book
                .versus(&format!("metering: {kernel}"), word, "unmetered")
                .map_or(f64::NAN, |versus| versus.ratio.median);
            let _ = write!(lines, " {ratio:.2} |");
        }
        let _ = writeln!(lines, " **{mean:.2}** |");
    }
    if lines.is_empty() {
        return lines;
    }
    format!(
        "#### Metering, times the time without\n\n\
         | metering | {} | geometric mean |\n|---|{}---|\n{lines}\n",
        requirement::KERNELS.join(" | "),
        "---|".repeat(requirement::KERNELS.len())
    )
}

fn workload_table(book: &Book, workload: &str) -> String {
    let mut text = format!(
        "#### {workload}\n\n\
         | contender | median | quartiles | compared to | times | more | rounds |\n\
         |---|---|---|---|---|---|---|\n"
    );
    for row in book.rows.iter().filter(|row| row.workload == workload) {
        let time = row.time_ns;
        let own = format!(
            "| {} | {} | {} – {} |",
            row.contender,
            duration(time.median),
            duration(time.low),
            duration(time.high)
        );
        if row.versus.is_empty() {
            let _ = writeln!(text, "{own} | | | {} |", row.rounds);
        }
        for versus in &row.versus {
            let _ = writeln!(text, "{own} {} | {} |", versus_cells(versus), row.rounds);
        }
    }
    text.push('\n');
    text
}

fn versus_cells(versus: &Versus) -> String {
    format!(
        "{} | **{}** ({} – {}) | {}",
        versus.reference,
        ratio(versus.ratio.median),
        ratio(versus.ratio.low),
        ratio(versus.ratio.high),
        signed(versus.difference_ns.median)
    )
}

fn figures_table(book: &Book) -> String {
    if book.figures.is_empty() {
        return String::new();
    }
    let mut text = "#### Figures\n\n| what | how much |\n|---|---|\n".to_owned();
    for figure in &book.figures {
        let _ = writeln!(text, "| {} | {:.2} {} |", figure.name, figure.value, figure.unit);
    }
    text.push('\n');
    text
}

/// Nanoseconds in the unit that reads best.
#[must_use]
pub fn duration(nanoseconds: f64) -> String {
    let size = nanoseconds.abs();
    if size < 1e3 {
        format!("{nanoseconds:.0} ns")
    } else if size < 1e6 {
        format!("{:.2} µs", nanoseconds / 1e3)
    } else if size < 1e9 {
        format!("{:.2} ms", nanoseconds / 1e6)
    } else {
        format!("{:.2} s", nanoseconds / 1e9)
    }
}

fn signed(nanoseconds: f64) -> String {
    let sign = if nanoseconds < 0.0 { "−" } else { "+" };
    format!("{sign}{}", duration(nanoseconds.abs()))
}

fn ratio(ratio: f64) -> String {
    if ratio >= 20.0 { format!("{ratio:.0}") } else { format!("{ratio:.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_in_the_unit_that_fits() {
        assert_eq!(duration(180.4), "180 ns");
        assert_eq!(duration(3_812.0), "3.81 µs");
        assert_eq!(duration(1_250_000.0), "1.25 ms");
        assert_eq!(signed(-40.0), "−40 ns");
    }
}
