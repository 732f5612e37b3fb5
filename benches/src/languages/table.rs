//! The figures as a table in a document, with a sentence on when to choose the language.
//!
//! *Never:* the text around the markers is touched.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use engraft_build::Language;

use super::Row;
use crate::{Error, document};

const BEGIN: &str = "<!-- languages: written by `cargo xtask languages`, not by hand -->";
const END: &str = "<!-- end of languages -->";
/// What a guest of an interpreter or a large runtime may take from kept code to an instance.
const START_MAX: Duration = Duration::from_millis(5);

/// Puts the table into a document.
///
/// # Errors
/// Where the document has no markers or cannot be written.
pub fn write(file: &Path, rows: &[Row]) -> Result<(), Error> {
    let text = std::fs::read_to_string(file)?;
    let table = format!("{}\n{}", table(rows), document::machine()?);
    std::fs::write(file, document::between(&text, BEGIN, END, &table)?)?;
    Ok(())
}

/// The table, and below it what holds.
#[must_use]
pub(super) fn table(rows: &[Row]) -> String {
    let mut text =
        "| language | build | component | compile | start, kept: running, new host | first, later instance | \
                    fresh echo | warm echo | memory | choose it |\n\
                    |---|---|---|---|---|---|---|---|---|---|\n"
            .to_owned();
    for row in rows {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {}, {} | {}, {} | {} | {} | {} | {} |",
            row.language,
            time(row.build),
            bytes(row.component_bytes as u64),
            time(row.compile),
            time(row.start),
            time(row.start_first),
            time(row.first),
            time(row.later),
            time(row.fresh),
            time(row.warm),
            bytes(row.memory_bytes),
            reason(row.language),
        );
    }
    let late: Vec<String> = rows
        .iter()
        .filter(|row| row.start >= START_MAX)
        .map(|row| format!("{} ({})", row.language, time(row.start)))
        .collect();
    let holds = if late.is_empty() { "yes".to_owned() } else { format!("no: {}", late.join(", ")) };
    let _ =
        writeln!(text, "\nEvery language starts from kept code in less than 5 ms: **{holds}**.");
    text
}

/// When to choose a language.
const fn reason(language: Language) -> &'static str {
    match language {
        Language::Rust => {
            "where it has to be small, fast and checked: the schemas come from your types"
        }
        Language::C => "for what is there in C already; small components and the quickest build",
        Language::Cpp => "for libraries in C++ that need no exceptions",
        Language::Zig => "for the size and speed of C with its safety checks kept",
        Language::JavaScript => "for glue between services, by whoever knows the web",
        Language::TypeScript => "the same with types from the schemas; runs as JavaScript does",
        Language::Python => {
            "for what exists only in Python and for prototypes; large on disk, slow to build, and quick to \
             start once compiled"
        }
        Language::Go => {
            "for libraries in Go; keep instances warm, for its runtime starts with each"
        }
        Language::AssemblyScript => {
            "for small components in the syntax of TypeScript, if you can do without exceptions and closures"
        }
    }
}

fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        _ if seconds >= 1.0 => format!("{seconds:.1} s"),
        _ if seconds >= 0.01 => format!("{:.0} ms", seconds * 1e3),
        _ if seconds >= 0.001 => format!("{:.1} ms", seconds * 1e3),
        _ if seconds >= 0.000_01 => format!("{:.0} µs", seconds * 1e6),
        _ => format!("{:.1} µs", seconds * 1e6),
    }
}

fn bytes(bytes: u64) -> String {
    match bytes {
        _ if bytes >= 10_000_000 => format!("{:.0} MB", bytes as f64 / 1e6),
        _ if bytes >= 1_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.0} kB", bytes as f64 / 1e3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(language: Language, start: Duration) -> Row {
        Row {
            language,
            build: Duration::from_millis(1_234),
            component_bytes: 57_800,
            compile: Duration::from_millis(12),
            start,
            start_first: Duration::from_millis(3),
            first: Duration::from_micros(150),
            later: Duration::from_micros(20),
            fresh: Duration::from_micros(25),
            warm: Duration::from_nanos(1_400),
            memory_bytes: 1 << 20,
        }
    }

    #[test]
    fn a_row_says_what_it_is_and_a_slow_start_is_not_hidden() {
        let quick = Duration::from_micros(900);
        let text = table(&[row(Language::C, quick)]);
        let expected = "| C | 1.2 s | 58 kB | 12 ms | 900 µs, 3.0 ms | 150 µs, 20 µs | 25 µs | 1.4 µs | 1.0 MB | for what";
        assert!(text.contains(expected), "{text}");
        assert!(text.contains("5 ms: **yes**"), "{text}");
        let text = table(&[row(Language::C, quick), row(Language::Python, START_MAX)]);
        assert!(text.contains("**no: Python (5.0 ms)**"), "{text}");
    }
}
