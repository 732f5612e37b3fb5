//! Calls: fresh and warm, with small and large payloads, and with work in them.
//!
//! *Never:* a contender is left out because it does badly.

use engraft_benches::comparison::criterion;
use engraft_benches::{Book, Error, Field, field, report};

fn main() -> Result<(), Error> {
    let mut book = Book::new("calls");
    let field = Field::new()?;
    field::measure_calls(&field, &mut criterion(), &mut book, |comparison, _, _| Ok(comparison))?;
    report::finish(&book)
}
