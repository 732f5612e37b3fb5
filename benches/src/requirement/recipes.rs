//! What is asked of recipes, held against what was measured.
//!
//! *Never:* a requirement is met because nothing was measured.

use super::Finding;
use crate::book::Book;

/// The whole way from a document.
pub const BUNDLE: &str = "document to signed bundle, median of 30 recipes";
/// The same for those that are shortest.
pub const SMALLEST: &str = "document to signed bundle, median of the ten smallest";
/// What a component weighs.
pub const SIZE: &str = "component, median of 30 recipes";
/// Machine code that no cache has, of all recipes in one host, one after the other.
pub const COMPILED: &str = "cold compile in the host, median of 30 recipes one after the other";
/// The same where each is the first that a host compiles, which makes its engine and its pool with it.
pub const COMPILED_FIRST: &str =
    "cold compile of a host's first recipe and its engine, median of 30";
/// Expressions; their names stand behind it.
pub const EVALUATION: &str = "evaluation";
/// What is compiled.
pub const OURS: &str = "compiled, from JSON to JSON";
/// What is not.
pub const INTERPRETED: &str = "`cel` crate, values at hand";
/// The same interpreter on the same way as what is compiled.
pub const FROM_JSON: &str = "`cel` crate, from JSON to JSON";

/// Figures: the name, what is asked for, at most how much.
const AT_MOST: [(&str, &str, f64); 4] = [
    (BUNDLE, "a document becomes a signed bundle in < 5 ms", 5.0),
    (SMALLEST, "… in < 1 ms for the ten smallest", 1.0),
    (SIZE, "a component < 30 kB", 30.0),
    (COMPILED, "its cold compile in the host < 30 ms", 30.0),
];

/// An interpreter that takes less has hardly begun; such expressions are reported and not judged.
const JUDGED_NS: f64 = 2_000.0;

/// How many times faster compiled expressions are to be.
const FASTER: f64 = 5.0;

/// Everything that is asked of recipes and that this book has measured.
pub(super) fn findings(book: &Book) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, requirement, most) in AT_MOST {
        let Some(figure) = book.figures.iter().find(|figure| figure.name == name) else { continue };
        findings.push(Finding {
            requirement: requirement.to_owned(),
            measured: format!("{:.2} {}", figure.value, figure.unit),
            holds: figure.value < most,
        });
    }
    findings.extend([FROM_JSON, INTERPRETED].iter().filter_map(|it| evaluation(book, it)));
    findings
}

/// The middle one of all expressions that are judged, and between which it lies.
fn evaluation(book: &Book, reference: &str) -> Option<Finding> {
    let ours = book.rows.iter().filter(|row| row.contender == OURS);
    let expressions = ours.filter(|row| row.workload.starts_with(EVALUATION));
    // What an expression takes by itself says whether it is judged, on either way.
    let judged = expressions.filter(|row| {
        let bare = book.versus(&row.workload, OURS, INTERPRETED);
        bare.is_some_and(|bare| bare.reference_ns.median >= JUDGED_NS)
    });
    let versus = judged.filter_map(|row| book.versus(&row.workload, OURS, reference));
    let mut times: Vec<f64> = versus.map(|versus| 1.0 / versus.ratio.median).collect();
    times.sort_unstable_by(f64::total_cmp);
    let (least, most) = (times.first()?, times.last()?);
    // Of an even number the lower one: nothing is made out of two.
    let median = *times.get((times.len() - 1) / 2)?;
    Some(Finding {
        requirement: format!(
            "evaluation, boundary included: ≥ {FASTER} × faster than the {reference}, median of the \
             expressions that take that one ≥ 2 µs",
        ),
        measured: format!("{median:.1} × (of {}, {least:.1} to {most:.1} ×)", times.len()),
        holds: median >= FASTER,
    })
}
