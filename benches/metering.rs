//! What metering costs: five kernels, each kind of metering against none, in warm instances.

use engraft_benches::comparison::criterion;
use engraft_benches::raw::{Life, Metering, Raw, tuned_engine};
use engraft_benches::{Book, Comparison, Error, guests, report};

/// The kernels, each with an input that keeps it busy for about a millisecond.
const KERNELS: [(&str, &str); 5] =
    [("fib", "22"), ("sieve", "200000"), ("hash", "150"), ("sort", "20000"), ("json", "4")];

fn main() -> Result<(), Error> {
    let component = guests::capability()?;
    let raws = Metering::ALL
        .map(|metering| Raw::compile(&tuned_engine(metering)?, metering, &component))
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    let mut criterion = criterion();
    let mut book = Book::new("metering");
    for (kernel, input) in KERNELS {
        let expected = guests::expected(kernel, input)?;
        let mut comparison = Comparison::new(format!("metering: {kernel}"), expected);
        for (raw, metering) in raws.iter().zip(Metering::ALL) {
            let contender = raw.contender(metering.word(), Life::Warm, kernel, input)?;
            // No metering is compared to itself as well, which shows how true the ratios are.
            comparison = comparison.contender(contender, &[Metering::Unmetered.word()]);
        }
        comparison.measure(&mut criterion, &mut book)?;
    }
    report::finish(&book)
}
