//! Writes the measured part of `BENCHMARKS.md`, between its two markers.
//!
//! *Never:* the text around the markers is touched, nor what is between them kept.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use crate::book::Book;
use crate::{Error, report};

const BEGIN: &str = "<!-- measured: written by `cargo xtask bench`, not by hand -->";
const END: &str = "<!-- end of what was measured -->";

/// Puts the tables of a book into a document.
///
/// # Errors
/// Where the document has no markers or cannot be written.
pub fn write(file: &Path, book: &Book) -> Result<(), Error> {
    let text = std::fs::read_to_string(file)?;
    let measured = format!("{}\n{}", machine()?, report::tables(book));
    std::fs::write(file, between(&text, BEGIN, END, &measured)?)?;
    Ok(())
}

/// A text with something else between two of its lines.
pub(crate) fn between(text: &str, begin: &str, end: &str, new: &str) -> Result<String, Error> {
    let missing = || format!("the document needs the lines `{begin}` and `{end}`");
    let (before, rest) = text.split_once(begin).ok_or_else(missing)?;
    let (_, after) = rest.split_once(end).ok_or_else(missing)?;
    Ok(format!("{before}{begin}\n\n{}\n\n{end}{after}", new.trim()))
}

/// What it was measured on and with.
pub(crate) fn machine() -> Result<String, Error> {
    let mut text = "| measured on | |\n|---|---|\n".to_owned();
    let cores = std::thread::available_parallelism()?;
    let model = field_of("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".to_owned());
    let memory = field_of("/proc/meminfo", "MemTotal").unwrap_or_else(|| "unknown".to_owned());
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    writeln!(text, "| processor | {model}, {cores} logical cores |")?;
    writeln!(text, "| memory | {memory} |")?;
    writeln!(text, "| system | {} {} |", std::env::consts::OS, kernel.trim())?;
    writeln!(text, "| load before the report | {} |", load())?;
    writeln!(text, "| compiler | {} |", compiler()?)?;
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (ours, theirs) = (here.join("../Cargo.lock"), here.join("rivals/Cargo.lock"));
    for (lock, package) in [(&ours, "wasmtime"), (&ours, "criterion"), (&theirs, "extism")] {
        let versions = versions(&std::fs::read_to_string(lock)?, package).join(", ");
        writeln!(text, "| {package} | {versions} |")?;
    }
    Ok(text)
}

/// The averages of runnable programs over 1, 5 and 15 minutes: whether the machine was quiet.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(", ")
}

fn compiler() -> Result<String, Error> {
    let output = Command::new("rustc").arg("--version").output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn field_of(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The versions of a package in a lock file.
fn versions(lock: &str, package: &str) -> Vec<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    let mut versions = Vec::new();
    while lines.by_ref().any(|line| line == name) {
        let version = lines.next().and_then(|line| line.strip_prefix("version = \""));
        versions.extend(version.map(|version| version.trim_end_matches('"').to_owned()));
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_markers_is_replaced() {
        let text = format!("above\n{BEGIN}\nold\n{END}\nbelow\n");
        let replaced = |text: &str, new: &str| between(text, BEGIN, END, new);
        let text = replaced(&text, "new\n").unwrap();
        assert_eq!(text, format!("above\n{BEGIN}\n\nnew\n\n{END}\nbelow\n"));
        assert_eq!(replaced(&text, "new").unwrap(), text, "twice is like once");
        assert!(replaced("no markers", "new").is_err());
    }

    #[test]
    fn versions_are_found_in_a_lock_file() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.2.3\"\n\n[[package]]\nname = \"ab\"\n\
                    version = \"9.9.9\"\n\n[[package]]\nname = \"a\"\nversion = \"2.0.0\"\n";
        assert_eq!(versions(lock, "a"), ["1.2.3", "2.0.0"]);
    }
}
