//! What the compiler of recipes proves of one, as a manifest says it.
//!
//! *Never:* a budget is wider than the default where nothing was proved.

use engraft_recipe::bound::{ANSWER_BYTES_MAX, Bound as Growing, INPUT_BYTES_MAX};

use crate::artifact::Bound;
use crate::model::Budget;

/// A bound beyond this says nothing: so much fuel burns for many minutes, and no deadline is so long.
const FUEL_MAX: u64 = 1 << 40;

/// What a recipe uses at most, as its manifest has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// The bound for the largest input and the largest answers.
    pub budget: Budget,
    /// The bound as formulas.
    pub bound: Bound,
}

impl Proved {
    /// What follows from the bound of a recipe.
    #[must_use]
    pub fn of(bound: &Growing) -> Self {
        let mut budget = Budget::default();
        let fuel = bound.fuel_at(INPUT_BYTES_MAX, ANSWER_BYTES_MAX);
        if fuel <= FUEL_MAX {
            budget.fuel = fuel;
        }
        let memory_bytes = bound.memory_bytes_at(INPUT_BYTES_MAX, ANSWER_BYTES_MAX);
        budget.memory_bytes = budget.memory_bytes.min(memory_bytes);
        budget.input_bytes = INPUT_BYTES_MAX;
        budget.http_bytes = ANSWER_BYTES_MAX;
        let [fuel, memory_bytes] = [&bound.fuel, &bound.memory_bytes].map(ToString::to_string);
        Self { budget, bound: Bound { fuel, memory_bytes } }
    }
}
