//! What is asked of the registry, held against what was measured.
//!
//! *Never:* a requirement is met because nothing was measured.

use super::Finding;
use crate::book::Book;

/// Choosing a release, beside the least that choosing can be.
pub const ROUTE: &str = "route, constraints and bucket";
/// The least: one keyed hash and a look into a map.
pub const FLOOR: &str = "one keyed BLAKE3 hash and a map lookup";
/// What Engraft does.
pub const CHOSEN: &str = "Engraft chooses";
/// What choosing allocates.
pub const ALLOCATIONS: &str = "allocations in 1,024 choices";
/// Counting an outcome.
pub const RECORDING: &str = "outcome recording";
/// The loop without it.
pub const NOTHING: &str = "nothing recorded";
/// The loop with it.
pub const COUNTED: &str = "begun, ended, counted and timed";
/// A look of the steward.
pub const TICK: &str = "a decision tick";
/// The same as a figure.
pub const TICK_FIGURE: &str = "a decision tick, median";
/// Calls while releases were swapped.
pub const SWAPPED: &str = "calls across 1,000 swaps";
/// Those of them that failed.
pub const FAILED: &str = "calls that failed";
/// How slow they were.
pub const SWAP_P99: &str = "p99 while swapping over p99 at rest";
/// Choosing among few and many.
pub const LOOKUP: &str = "lookup";
/// Few.
pub const AMONG_FEW: &str = "among 10 capabilities";
/// Many.
pub const AMONG_MANY: &str = "among 10,000 capabilities";
/// A start that reads the whole log.
pub const START_LOG: &str = "start with 10,000 releases, from the log";
/// A start that reads a snapshot.
pub const START_SNAPSHOT: &str = "start with 10,000 releases, from a snapshot";
/// What they hold.
pub const RESIDENT: &str = "resident, 10,000 releases";
/// A release that becomes durable and visible.
pub const INSTALL: &str = "install of 100 KB, compiled before, median";

/// Figures: the name, what is asked for, at most how much.
const AT_MOST: [(&str, &str, f64); 8] = [
    (ALLOCATIONS, "choosing a release allocates nothing", 0.0),
    (TICK_FIGURE, "a decision tick < 20 µs", 20.0),
    (FAILED, "no call fails while releases are swapped", 0.0),
    (SWAP_P99, "p99 while swapping ≤ 1.2 × at rest", 1.2),
    (START_LOG, "10,000 releases: start from the log < 1 s", 1_000.0),
    (START_SNAPSHOT, "10,000 releases: start from a snapshot < 1 s", 1_000.0),
    (RESIDENT, "10,000 releases < 500 MB, the program itself included", 500.0),
    (INSTALL, "install of 100 KB, compiled before, durable and visible < 20 ms", 20.0),
];

/// A lookup among many may cost so much more than among few and still be flat: a larger map misses
/// the caches now and then, and does no more steps.
const FLAT: f64 = 1.5;

/// Everything that is asked of the registry and that this book has measured.
pub(super) fn findings(book: &Book) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(ratio(book, (ROUTE, CHOSEN, FLOOR), 1.3));
    findings.extend(book.versus(RECORDING, COUNTED, NOTHING).map(|versus| Finding {
        requirement: "recording an outcome costs ≤ 50 ns".to_owned(),
        measured: format!("{:+.0} ns", versus.difference_ns.median),
        holds: versus.difference_ns.median <= 50.0,
    }));
    findings.extend(book.figure(SWAPPED).map(|calls| Finding {
        requirement: "≥ 1 M calls from 2 threads across 1,000 swaps".to_owned(),
        measured: format!("{calls:.0}"),
        holds: calls >= 1e6,
    }));
    findings.extend(ratio(book, (LOOKUP, AMONG_MANY, AMONG_FEW), FLAT));
    for (name, requirement, most) in AT_MOST {
        let Some(figure) = book.figures.iter().find(|figure| figure.name == name) else { continue };
        findings.push(Finding {
            requirement: requirement.to_owned(),
            measured: format!("{:.2} {}", figure.value, figure.unit),
            holds: figure.value <= most,
        });
    }
    findings
}

fn ratio(book: &Book, (workload, ours, floor): (&str, &str, &str), most: f64) -> Option<Finding> {
    let versus = book.versus(workload, ours, floor)?;
    Some(Finding {
        requirement: format!("{workload}: {ours} ≤ {most} × {floor}"),
        measured: format!("{:.2} ×", versus.ratio.median),
        holds: versus.ratio.median <= most,
    })
}
