//! Measures what a capability costs in each language and writes the table; `cargo xtask languages`
//! calls it.

use std::io::Write;
use std::path::PathBuf;

use engraft_benches::{Error, languages};
use engraft_build::{Language, Toolchains};

const USAGE: &str = "usage: languages TOOLCHAINS FILE… [-- LANGUAGE…]";

fn main() -> Result<(), Error> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut parts = words.split(|word| word == "--");
    let (files, chosen) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let (toolchains, files) = files.split_first().ok_or(USAGE)?;
    let toolchains = Toolchains::in_folder(toolchains);
    let mut all = Language::ALL.to_vec();
    if !chosen.is_empty() {
        all = chosen.iter().map(|word| word.parse()).collect::<Result<_, _>>()?;
    }
    let scratch = std::env::temp_dir().join(format!("engraft-languages-{}", std::process::id()));
    let mut rows = Vec::new();
    for language in all {
        let row = languages::measure(language, &toolchains, &scratch.join(language.word()));
        let row = row.map_err(|error| format!("{language}: {error}"))?;
        writeln!(std::io::stdout().lock(), "{row:?}")?;
        rows.push(row);
    }
    std::fs::remove_dir_all(&scratch)?;
    for file in files {
        languages::write(&PathBuf::from(file), &rows)?;
    }
    Ok(())
}
