//! How long 100,000 failures take to become gaps, and what those hold in memory.
//!
//! *Never:* the failures are alike: most sentences are said once, by thousands of users.

use std::time::{Duration, SystemTime};

use engraft::model::{Clock, SystemClock};
use engraft::synth::{Failed, Gaps};
use engraft_benches::requirement::growth::{CLUSTERING, CLUSTERS_BYTES, FAILURES};
use engraft_benches::{Book, Error, report};

const VERBS: [&str; 10] = [
    "slugify",
    "translate",
    "convert",
    "summarise",
    "remind",
    "weather",
    "play",
    "order",
    "book",
    "rename",
];

fn main() -> Result<(), Error> {
    // As a test a few will do.
    let count = if report::is_benchmark() { FAILURES } else { 100 };
    let failures: Vec<(String, u64)> = (0..count).map(failure).collect();
    let mut gaps = Gaps::default();
    let begun = SystemClock.monotonic();
    for (sentence, who) in &failures {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(*who);
        gaps.note(Failed::missing(sentence, *who, at));
    }
    let took = begun.elapsed();
    let mut book = Book::new("gaps");
    book.add_figure(CLUSTERING, took.as_secs_f64(), "s");
    book.add_figure(CLUSTERS_BYTES, megabytes(gaps.bytes()), "MB");
    report::finish(&book)
}

/// Every fourth sentence begins with another word, the others have ten verbs and endless objects.
fn failure(number: u64) -> (String, u64) {
    let at = usize::try_from(number % 10).unwrap_or_default();
    let verb = VERBS.get(at).copied().unwrap_or("ask");
    let sentence = match number % 4 {
        0 => format!("{verb} item {number} for customer{} tomorrow", number % 977),
        1 => format!("please {verb} \"page {number}\" into something{} else", number % 13),
        2 => format!("{verb}{} the thing with {number}.5 parts", number % 50_003),
        _ => format!("{verb} 2026-02-{:02} at {number}", number % 28 + 1),
    };
    (sentence, number % 20_011)
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52 bytes")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}
