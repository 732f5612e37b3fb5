//! How much a recipe uses at most: fuel and memory as functions of the size of its input.
//!
//! The compiler finds both by the structure of the code that it makes. That code does not recurse, and
//! each of its loops runs over a list whose length is bounded, so the work of a function is a sum over
//! its instructions, of which those in a loop count once a round. Calls of the runtime take what the
//! table in `bound/costs.txt` says, as a function of the sizes of their arguments; how large values are
//! is found in the same walk.
//!
//! | part | rests on |
//! |---|---|
//! | generated code and its loops | proof: each instruction is counted as the host counts it |
//! | sizes of values and lists | proof: a rule for each construct, from the input's bytes up |
//! | how a runtime function's work grows | its source: which loops it has, and over what |
//! | the constants of that growth | measurement: the most that hard arguments took, and more |
//!
//! A test runs every function of the runtime with arguments made to be hard on it against its line, and
//! another runs random recipes on random inputs against their bounds. What the table does not have is
//! taken to cost more than any budget, never nothing.
//!
//! *Never:* a bound that some input exceeds.

mod costs;
mod format;
mod growth;
mod poly;
mod size;

pub(crate) use costs::{Work, effect, made, matching, patterned};
pub(crate) use format::formatted;
pub use growth::{Bound, Growth, Term};
pub(crate) use poly::{Poly, Var, log};
pub(crate) use size::{Size, written};

/// The longest input that a recipe's stated numbers allow for: what the host lets in by default.
pub const INPUT_BYTES_MAX: u64 = 1 << 20;

/// Answers of the host that a recipe's stated numbers allow for, all together: one of the largest that
/// the host hands over.
pub const ANSWER_BYTES_MAX: u64 = 1 << 20;

/// A recipe that may take more fuel than this whatever its input is refused: so much burns for many
/// minutes, and no deadline is so long.
pub const FUEL_MAX: u64 = 1 << 40;

/// The same for memory: more than this no component can reach.
pub const MEMORY_BYTES_MAX: u64 = 1 << 32;
