//! What the compiler of recipes proves of one, as a manifest says it.
//!
//! *Never:* a budget is wider than the default where nothing was proved.

use engraft_recipe::bound::{ANSWER_BYTES_MAX, FUEL_MAX};
use engraft_recipe::recipe::Built;

use crate::artifact::Bound;
use crate::model::Budget;

/// What a recipe uses at most, as its manifest has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// The bound for the largest input and the largest answers.
    pub budget: Budget,
    /// The bound as formulas.
    pub bound: Bound,
}

impl Proved {
    /// The bound, and as the budget its value for the largest input and answers.
    #[must_use]
    pub fn of(built: &Built) -> Self {
        let bound = &built.bound;
        let mut budget = Budget::default();
        let input_bytes = built.recipe.input_bytes;
        let fuel = bound.fuel_at(input_bytes, ANSWER_BYTES_MAX);
        // A bound beyond that says nothing to a host.
        if fuel <= FUEL_MAX {
            budget.fuel = fuel;
        }
        let memory_bytes = bound.memory_bytes_at(input_bytes, ANSWER_BYTES_MAX);
        budget.memory_bytes = budget.memory_bytes.min(memory_bytes);
        budget.input_bytes = input_bytes;
        budget.http_bytes = ANSWER_BYTES_MAX;
        let [fuel, memory_bytes] = [&bound.fuel, &bound.memory_bytes].map(ToString::to_string);
        Self { budget, bound: Bound { fuel, memory_bytes } }
    }
}
