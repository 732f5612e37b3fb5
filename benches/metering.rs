//! What metering costs: five kernels, each kind of metering against none, in warm instances.
//!
//! *Never:* a meter is compared without the work that it meters.

use std::sync::Arc;

use engraft_benches::comparison::criterion;
use engraft_benches::embedded::{Engraft, Mode};
use engraft_benches::field::OURS;
use engraft_benches::raw::{Life, Metering, Raw, tuned_engine};
use engraft_benches::{Book, Comparison, Error, guests, report};

/// The kernels, each with an input that keeps it busy for about half a millisecond.
const KERNELS: [(&str, &str); 5] =
    [("fib", "22"), ("sieve", "200000"), ("hash", "150"), ("sort", "20000"), ("json", "4")];

fn main() -> Result<(), Error> {
    let component: Arc<[u8]> = guests::capability()?.into();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let raws = Metering::ALL
        .map(|metering| Raw::compile(&tuned_engine(metering)?, metering, &component))
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    let engraft = Engraft::new()?;
    runtime.block_on(engraft.install_kernels(&component))?;
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
        // Engraft with its default, looks at the clock and all.
        let ways = (Life::Warm, Mode::Awaited);
        comparison
            .contender(
                engraft.contender(OURS, ways, &runtime, kernel, input),
                &[Metering::Unmetered.word()],
            )
            .measure(&mut criterion, &mut book)?;
    }
    report::finish(&book)
}
