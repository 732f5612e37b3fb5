//! Prints the report of everything that the last run measured.

use std::io::Write;

use engraft_benches::{Book, Error, book, report};

fn main() -> Result<(), Error> {
    let all = Book::read_all(&book::folder()?)?;
    std::io::stdout().lock().write_all(report::tables(&all).as_bytes())?;
    Ok(())
}
