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

/// Figures: the name, what is asked for, less than how much.
const BELOW: [(&str, &str, f64); 2] = [
    (CLUSTERING, "100,000 failures clustered in < 5 s", 5.0),
    (CLUSTERS_BYTES, "100,000 failures clustered in < 100 MB", 100.0),
];

/// Everything that is asked of growth and that this book has measured.
pub(super) fn findings(book: &Book) -> impl Iterator<Item = Finding> {
    BELOW.into_iter().filter_map(move |(name, requirement, below)| {
        let figure = book.figures.iter().find(|figure| figure.name == name)?;
        Some(Finding {
            requirement: requirement.to_owned(),
            measured: format!("{:.2} {}", figure.value, figure.unit),
            holds: figure.value < below,
        })
    })
}
