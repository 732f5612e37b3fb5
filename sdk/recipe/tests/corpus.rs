//! The corpus of the fuzz targets and the cookbook, replayed: every file, and changes of each, drawn by
//! seed.
//!
//! *Never:* bytes that make the compiler panic, or a component that no engine takes.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may break, and looks at where its data is"
)]

#[path = "../fuzz/entries.rs"]
mod entries;
#[path = "lab/random.rs"]
mod random;

use std::path::{Path, PathBuf};

use random::Random;

/// Changes tried of each file: a second or two in all without optimisation.
const CHANGES: u64 = 60;

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_none_or(|extension| extension != "md")).collect();
    files.sort();
    assert!(files.len() >= 4, "the corpus in {} is missing", folder.display());
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read(path).unwrap())
    };
    files.into_iter().map(read).collect()
}

fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target))
}

fn cookbook() -> Vec<(String, Vec<u8>)> {
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/recipes"))
}

/// One change of the kinds that a fuzzer makes.
fn change(bytes: &mut Vec<u8>, others: &[(String, Vec<u8>)], random: &mut Random) {
    let at = random.below(bytes.len());
    let length = random.below(16).min(bytes.len() - at);
    match random.below(6) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..at + length)),
        2 => bytes.extend_from_within(at..at + length),
        3 => {
            let stretch = bytes[at..at + length].to_vec();
            bytes.splice(at..at, stretch);
        }
        4 => {
            let other = &others[random.below(others.len())].1;
            let from = random.below(other.len());
            let to = (from + random.below(64)).min(other.len());
            bytes.splice(at..at + length, other[from..to].iter().copied());
        }
        _ => bytes.insert(at, b"\n \"'{}[]()-+.?:|#\\0u\xc3"[random.below(21)]),
    }
}

fn replay(files: &[(String, Vec<u8>)], entry: fn(&[u8]), changes: u64) {
    for (number, (name, bytes)) in files.iter().enumerate() {
        entry(bytes);
        for seed in 0..changes {
            let mut random = Random::new((number as u64) << 32 | (seed + 1));
            let mut changed = bytes.clone();
            for _ in 0..1 + seed % 4 {
                change(&mut changed, files, &mut random);
            }
            let result = std::panic::catch_unwind(|| entry(&changed));
            assert!(result.is_ok(), "{name} with seed {seed}: {}", changed.escape_ascii());
        }
    }
}

#[test]
fn documents_are_read_without_panic() {
    replay(&corpus("document"), entries::document, CHANGES);
    replay(&cookbook(), entries::document, CHANGES / 4);
}

#[test]
fn expressions_are_read_without_panic() {
    replay(&corpus("expression"), entries::expression, CHANGES * 8);
}

#[test]
fn what_compiles_is_valid() {
    replay(&corpus("compile"), entries::compile, CHANGES / 2);
    replay(&corpus("expression"), entries::compile, CHANGES / 10);
}
