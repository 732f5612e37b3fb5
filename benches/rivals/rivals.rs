//! Everything that `calls` and `cold` measure, with Extism among the contenders.
//!
//! *Never:* Extism runs under conditions that are worse than the others'.

use engraft_benches::comparison::criterion;
use engraft_benches::field::{self, Code, OURS, RAW};
use engraft_benches::{Book, Error, Field, report};
use engraft_rivals::Extism;

fn main() -> Result<(), Error> {
    // Extism makes and drops errors on its way; with stack traces on, each costs microseconds.
    if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
        return Err("unset RUST_BACKTRACE: it makes Extism slower than it is".into());
    }
    let field = Field::new()?;
    let extism = Extism::new()?;
    let mut criterion = criterion();
    let mut book = Book::new("rivals");
    field::measure_calls(&field, &mut criterion, &mut book, |comparison, life, task| {
        let contender = extism.contender(life, task.operation, &task.input)?;
        Ok(comparison.contender(contender, &[RAW, OURS]))
    })?;
    field::measure_cold(&field, &mut criterion, &mut book, |comparison, code, task| {
        let contender = match code {
            Code::CompiledAnew => extism.cold(task.operation, &task.input),
            Code::Kept => extism.cold_cached(task.operation, &task.input),
        };
        Ok(comparison.contender(contender, &[RAW, OURS]))
    })?;
    report::finish(&book)
}
