//! Keeps and prints what the last run measured; `cargo xtask bench` calls it.

use std::io::Write;
use std::path::Path;

use engraft_benches::{Book, Error, book, document, report};

const USAGE: &str = "usage: report clear | print | figure NAME VALUE UNIT | write FILE";

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["clear"] => clear(),
        ["print"] => {
            let tables = report::tables(&Book::read_all(&book::folder()?)?);
            Ok(std::io::stdout().lock().write_all(tables.as_bytes())?)
        }
        ["figure", name, value, unit] => {
            let mut book = Book::new(name.replace(' ', "-"));
            book.add_figure(*name, value.parse()?, *unit);
            book.save()
        }
        ["write", file] => {
            let all = Book::read_all(&book::folder()?)?;
            if all.rows.is_empty() {
                let why = "figures alone were measured, and no table would be left: run `cargo xtask \
                           bench` before it";
                return Err(format!("{file} is as it was: {why}").into());
            }
            document::write(Path::new(file), &all)
        }
        _ => Err(USAGE.into()),
    }
}

/// Forgets what earlier runs measured, so that nothing old stands among the new.
fn clear() -> Result<(), Error> {
    let folder = book::folder()?;
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    Ok(())
}
