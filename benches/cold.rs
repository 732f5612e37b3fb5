//! From the bytes of a capability to its first answer, with and without compiled code kept.
//!
//! *Never:* the work of an earlier start is used, save the compiled code where that is said.

use engraft_benches::comparison::criterion;
use engraft_benches::{Book, Error, Field, field, report};

fn main() -> Result<(), Error> {
    let mut book = Book::new("cold");
    let field = Field::new()?;
    field::measure_cold(&field, &mut criterion(), &mut book, |comparison, _, _| Ok(comparison))?;
    report::finish(&book)
}
