//! Benchmarks, with rivals measured side by side in the same run.
//!
//! A [`Contender`] is one way to call the same work. A [`Comparison`] measures contenders with
//! criterion, and within each of criterion's samples lets batches of a contender and of its
//! references take turns, so that a ratio compares what ran in the same millisecond. A [`Book`] keeps
//! what was measured; [`requirement`] holds it against what is asked for, and [`report`] prints it.
//!
//! *Never:* a result is written down by hand, and never is a contender measured whose answer is wrong.

pub mod book;
pub mod comparison;
pub mod contender;
pub mod document;
pub mod embedded;
pub mod field;
pub mod foreign;
pub mod guests;
pub mod languages;
pub mod native;
pub mod process;
pub mod raw;
pub mod report;
pub mod requirement;
pub mod shelf;

pub use book::Book;
pub use comparison::Comparison;
pub use contender::{Batch, Contender};
pub use field::Field;

/// What a benchmark ends with when it cannot be set up; the message is for whoever runs it.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
