//! What is asked of growth, held against what was measured.
//!
//! *Never:* a requirement is met because nothing was measured.

use super::Finding;
use crate::book::Book;

/// So many failures are clustered.
pub const FAILURES: u64 = 100_000;
/// How long that takes.
pub const CLUSTERING: &str = "100,000 failures clustered";
/// What the gaps hold then, as they count it themselves.
pub const CLUSTERS_BYTES: &str = "gaps of 100,000 failures";

/// From a failed request to a served one, whoever makes what is missing.
pub const SERVED: &str = "failure to first served request, median";
/// What the catalogue takes for its drafts.
pub const DRAFT: &str = "drafts of the catalogue, median";
/// A call on a host that grows, and on one that does not.
pub const WORKLOAD: &str = "live call, growth on and off";
/// The same where each request has a name.
pub const NAMED: &str = "live call of a named request, growth on and off";
/// The one.
pub const ON: &str = "growth on";
/// The other.
pub const OFF: &str = "growth off";

/// Figures: the name, what is asked for, less than how much.
const BELOW: [(&str, &str, f64); 4] = [
    (CLUSTERING, "100,000 failures clustered in < 5 s", 5.0),
    (CLUSTERS_BYTES, "100,000 failures clustered in < 100 MB", 100.0),
    (SERVED, "from a failed request to a served one in < 1 s", 1_000.0),
    (DRAFT, "a draft of the catalogue in < 5 ms", 5.0),
];

/// Everything that is asked of growth and that this book has measured.
pub(super) fn findings(book: &Book) -> impl Iterator<Item = Finding> {
    let workloads = [
        (WORKLOAD, "growth costs served requests < 1 %"),
        (NAMED, "growth costs served requests that have a name < 1 %"),
    ];
    let served = workloads.into_iter().filter_map(|(workload, requirement)| {
        book.versus(workload, ON, OFF).map(|versus| Finding {
            requirement: requirement.to_owned(),
            measured: format!("{:+.2} %", (versus.ratio.median - 1.0) * 100.0),
            holds: versus.ratio.median < 1.01,
        })
    });
    let below = BELOW.into_iter().filter_map(move |(name, requirement, below)| {
        let figure = book.figures.iter().find(|figure| figure.name == name)?;
        Some(Finding {
            requirement: requirement.to_owned(),
            measured: format!("{:.2} {}", figure.value, figure.unit),
            holds: figure.value < below,
        })
    });
    below.chain(served)
}
