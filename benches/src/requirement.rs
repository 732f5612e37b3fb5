//! What is asked for, held against what was measured.
//!
//! *Never:* a requirement is met because nothing was measured.

pub mod growth;
pub mod recipes;
pub mod registry;

use crate::book::{Book, geometric_mean};

/// The engine's contender and the tuned one, in both modes, as they are called in every table.
pub const MODES: [(&str, &str, &str); 2] = [
    ("synchronous", "Engraft", "tuned wasmtime"),
    ("asynchronous", "Engraft, async", "tuned wasmtime, async"),
];

/// The kernels that metering is measured with.
pub const KERNELS: [&str; 5] = ["fib", "sieve", "hash", "sort", "json"];

/// A look at a recipe without running it.
pub const EXAMINE_BASIC: &str = "examination of a recipe, basic, median";
/// The same with a sandbox.
pub const EXAMINE_STANDARD: &str = "examination of a recipe, standard, median";
/// The same with a look at how it behaves.
pub const EXAMINE_COMPREHENSIVE: &str = "examination of a recipe, comprehensive, median";

/// And in workers, with a look at how fast it is.
pub const EXAMINE_PRODUCTION: &str = "examination of a recipe, production, median";
/// The same levels, of a component that knows nothing of the contract.
pub const FOREIGN_BASIC: &str = "examination of a foreign component of 500 KB, basic";
/// With a sandbox.
pub const FOREIGN_STANDARD: &str = "examination of a foreign component of 500 KB, standard";
/// With a look at how it behaves.
pub const FOREIGN_COMPREHENSIVE: &str =
    "examination of a foreign component of 500 KB, comprehensive";
/// In workers.
pub const FOREIGN_PRODUCTION: &str = "examination of a foreign component of 500 KB, production";

/// A requirement and what was measured of it.
#[derive(Debug)]
pub struct Finding {
    /// What is asked for.
    pub requirement: String,
    /// What was measured.
    pub measured: String,
    /// Whether it holds.
    pub holds: bool,
}

/// Everything that is asked for and that this book has measured.
#[must_use]
pub fn findings(book: &Book) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(fresh(book));
    findings.extend(warm(book));
    findings.extend(metering(book));
    findings.extend(extism(book));
    findings.extend(figures(book));
    findings.extend(registry::findings(book));
    findings.extend(recipes::findings(book));
    findings.extend(growth::findings(book));
    findings
}

fn fresh(book: &Book) -> impl Iterator<Item = Finding> {
    MODES.into_iter().filter_map(move |(mode, ours, raw)| {
        let versus = book.versus("fresh echo, 16 B", ours, raw)?;
        Some(Finding {
            requirement: format!("fresh call ≤ 1.10 × tuned wasmtime ({mode}, 16 B)"),
            measured: format!("{:.2} ×", versus.ratio.median),
            holds: versus.ratio.median <= 1.10,
        })
    })
}

fn warm(book: &Book) -> impl Iterator<Item = Finding> {
    MODES.into_iter().filter_map(move |(mode, ours, raw)| {
        let versus = book.versus("warm echo, 16 B", ours, raw)?;
        Some(Finding {
            requirement: format!("warm call ≤ tuned wasmtime + 150 ns ({mode}, 16 B)"),
            measured: format!("{:+.0} ns", versus.difference_ns.median),
            holds: versus.difference_ns.median <= 150.0,
        })
    })
}

/// The metering mean of a contender against no metering; none unless all kernels were measured.
#[must_use]
pub fn metering_mean(book: &Book, contender: &str) -> Option<f64> {
    let ratios = KERNELS.map(|kernel| {
        let versus = book.versus(&format!("metering: {kernel}"), contender, "unmetered")?;
        Some(versus.ratio.median)
    });
    geometric_mean(&ratios.into_iter().collect::<Option<Vec<_>>>()?)
}

fn metering(book: &Book) -> Option<Finding> {
    let mean = metering_mean(book, "Engraft")?;
    Some(Finding {
        requirement: "metering as Engraft does it ≤ 1.3 × unmetered, geometric mean".to_owned(),
        measured: format!("{mean:.2} ×"),
        holds: mean <= 1.3,
    })
}

fn extism(book: &Book) -> impl Iterator<Item = Finding> {
    [("warm", 5.0), ("fresh", 25.0)].into_iter().filter_map(move |(life, times)| {
        let versus = book.versus(&format!("{life} echo, 16 B"), "Extism", "Engraft")?;
        Some(Finding {
            requirement: format!("{life} call ≥ {times} × faster than Extism (16 B)"),
            measured: format!("{:.1} ×", versus.ratio.median),
            holds: versus.ratio.median >= times,
        })
    })
}

/// Requirements on single figures: the figure's name, what is asked for, at most how much.
const FIGURES: [(&str, &str, f64); 10] = [
    (
        "runaway stopped after its deadline, median",
        "a runaway is stopped ≤ 10 ms after its deadline while 100 others run",
        10.0,
    ),
    ("verify 1 MiB, a bundle installed before", "a bundle of 1 MiB is verified in ≤ 250 µs", 250.0),
    ("reflection over typed", "a call through reflection costs ≤ 2 µs more than a typed one", 2.0),
    (
        "resident, 1000 capabilities loaded",
        "1,000 loaded small capabilities hold < 300 MB, the program itself included",
        300.0,
    ),
    (EXAMINE_BASIC, "a recipe is examined at level basic in < 5 ms", 5.0),
    (EXAMINE_STANDARD, "a recipe is examined at level standard in < 100 ms", 100.0),
    (EXAMINE_COMPREHENSIVE, "a recipe is examined at level comprehensive in < 1 s", 1_000.0),
    (EXAMINE_PRODUCTION, "a recipe is examined at level production in < 5 s", 5_000.0),
    (
        FOREIGN_STANDARD,
        "a foreign component of 500 KB is examined at level standard in < 3 s",
        3_000.0,
    ),
    ("build from nothing", "default features build from nothing in ≤ 6 minutes", 6.0),
];

fn figures(book: &Book) -> impl Iterator<Item = Finding> {
    FIGURES.into_iter().filter_map(move |(name, requirement, most)| {
        let figure = book.figures.iter().find(|figure| figure.name == name)?;
        Some(Finding {
            requirement: requirement.to_owned(),
            measured: format!("{:.2} {}", figure.value, figure.unit),
            holds: figure.value <= most,
        })
    })
}
