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

#[cfg(test)]
mod tests {
    use engraft_recipe::recipe;

    use super::*;

    #[test]
    fn a_stated_bound_is_read_back_as_what_was_proved() {
        for file in ["json-invoice", "kv-cached-rate", "text-slug", "http-check-sites"] {
            let path = format!("{}/../examples/recipes/{file}.yaml", env!("CARGO_MANIFEST_DIR"));
            let built = recipe::build(&std::fs::read_to_string(path).unwrap()).unwrap();
            let stated = Proved::of(&built).bound;
            for (input, answers) in [(0, 0), (1, 7), (300, 0), (1 << 20, 1 << 20), (u64::MAX, 3)] {
                let (fuel, memory) = (
                    built.bound.fuel_at(input, answers),
                    built.bound.memory_bytes_at(input, answers),
                );
                assert_eq!(stated.fuel_at(input, answers), Some(fuel), "{file}: {}", stated.fuel);
                assert_eq!(stated.memory_bytes_at(input, answers), Some(memory), "{file}");
            }
        }
    }
}
