//! The same behaviours in every language, against the real engine, printed as a table.
//!
//! A language whose toolchain is not there fails where `CI` is set, and is a named skip elsewhere;
//! `engraft doctor --install all` gets them, and `cargo xtask test` does that first. Words on the
//! command line choose languages.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    clippy::type_complexity,
    clippy::field_reassign_with_default,
    reason = "a test that meets what it did not expect must fail at once, and says so"
)]

mod behaviours;
mod dev;
mod guests;
mod server;
mod table;
mod template;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use engraft_build::{Language, Toolchains, Variant};

fn main() -> ExitCode {
    let words: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    // A filter of `cargo test` that means other tests chooses no language here.
    let chosen: Vec<Language> = words.iter().filter_map(|word| word.parse().ok()).collect();
    if !words.is_empty() && chosen.is_empty() {
        println!("test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
        return ExitCode::SUCCESS;
    }
    let languages = if chosen.is_empty() { Language::ALL.to_vec() } else { chosen };
    let is_strict = std::env::var("CI").is_ok_and(|value| !value.is_empty() && value != "false");
    let toolchains = Toolchains::in_folder(folder());
    let port = server::start();
    let column = |language: Language| match toolchains.check(language, Variant::Wasi) {
        Ok(()) => behaviours::column(language, port),
        Err(missing) => table::Column::missing(language, missing.to_string()),
    };
    // Compilers of guests use one core each, mostly. Whoever takes longest begins, so that nobody waits
    // for one at the end; what a save takes is told from the time that its process computed, too.
    let mut waiting = languages.clone();
    waiting.sort_by_key(|language| !matches!(language, Language::Python | Language::Rust));
    let mut columns = two_at_a_time(&waiting, column);
    columns.sort_by_key(|column| languages.iter().position(|it| *it == column.language));
    table::print(&columns, is_strict)
}

fn two_at_a_time(
    languages: &[Language],
    column: impl Fn(Language) -> table::Column + Sync,
) -> Vec<table::Column> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some(language) = languages.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push(column(*language));
        }
        done
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(work);
        let mut columns = work();
        columns.extend(other.join().unwrap());
        columns
    })
}

/// Where `cargo xtask test` puts toolchains, or where a developer has them.
fn folder() -> PathBuf {
    std::env::var_os("ENGRAFT_TOOLCHAINS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/toolchains"),
        PathBuf::from,
    )
}
