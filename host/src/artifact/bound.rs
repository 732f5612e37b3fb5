//! The bound that a manifest states: formulas of how fuel and memory grow with the input, and what they
//! come to.
//!
//! *Never:* a number wraps around; one that is too large is the largest.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Products of one formula: the compilers of recipes make fewer than twenty.
const TERMS_MAX: usize = 64;
/// Two to this power is more than any budget.
const POWER_MAX: u32 = 63;
/// Memory is handed out in whole pages of so many bytes.
const PAGE_BYTES: u64 = 64 << 10;

/// Formulas in the bytes of the input (`n`) and of the host's answers (`m`), such as
/// `4120 + 35·n + 2·n·log(n+m)`.
///
/// ```
/// use engraft::artifact::Bound;
///
/// let bound = Bound { fuel: "100 + 3·n²".to_owned(), memory_bytes: "70000 + m".to_owned() };
/// assert_eq!(bound.fuel_at(10, 0), Some(400));
/// assert_eq!(bound.memory_bytes_at(0, 0), Some(131_072), "two whole pages");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// Of the fuel.
    pub fuel: String,
    /// Of the bytes of memory.
    pub memory_bytes: String,
}

impl Bound {
    /// Fuel for an input and answers of so many bytes; none where the formula cannot be read.
    #[must_use]
    pub fn fuel_at(&self, input: u64, answers: u64) -> Option<u64> {
        Some(self.fuel.parse::<Formula>().ok()?.at(input, answers))
    }

    /// Memory for an input and answers of so many bytes, in whole pages; none where the formula cannot be
    /// read.
    #[must_use]
    pub fn memory_bytes_at(&self, input: u64, answers: u64) -> Option<u64> {
        let bytes = self.memory_bytes.parse::<Formula>().ok()?.at(input, answers);
        Some(bytes.checked_next_multiple_of(PAGE_BYTES).unwrap_or(u64::MAX))
    }
}

/// A sum of products.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Formula(Vec<Term>);

/// A factor, and powers of what it grows with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Term {
    factor: u64,
    input: u32,
    answers: u32,
    log: u32,
}

/// The text is no formula.
#[derive(Debug, PartialEq, Eq)]
struct NoFormula;

impl Formula {
    fn at(&self, input: u64, answers: u64) -> u64 {
        let (input, answers) = (input.max(1), answers.max(1));
        let log = log(input, answers);
        self.0.iter().fold(0, |sum: u64, term| {
            let powers = [(input, term.input), (answers, term.answers), (log, term.log)];
            let product = powers.iter().fold(term.factor, |product: u64, (base, power)| {
                product.saturating_mul(base.saturating_pow(*power))
            });
            sum.saturating_add(product)
        })
    }
}

/// The binary logarithm of both together, rounded up.
fn log(input: u64, answers: u64) -> u64 {
    let both = input.saturating_add(answers).saturating_add(2);
    u64::from(u64::BITS - both.saturating_sub(1).leading_zeros())
}

// === impl Formula ===

impl FromStr for Formula {
    type Err = NoFormula;

    fn from_str(text: &str) -> Result<Self, NoFormula> {
        let terms: Vec<Term> = text.split(" + ").map(str::parse).collect::<Result<_, _>>()?;
        if terms.len() > TERMS_MAX { Err(NoFormula) } else { Ok(Self(terms)) }
    }
}

impl FromStr for Term {
    type Err = NoFormula;

    fn from_str(text: &str) -> Result<Self, NoFormula> {
        let mut term = Self { factor: 1, input: 0, answers: 0, log: 0 };
        for (at, part) in text.split('·').enumerate() {
            if let Ok(factor) = part.parse::<u64>() {
                if at > 0 {
                    return Err(NoFormula);
                }
                term.factor = factor;
                continue;
            }
            let (name, power) = powered(part).ok_or(NoFormula)?;
            let sum = match name {
                "n" => &mut term.input,
                "m" => &mut term.answers,
                "log(n+m)" => &mut term.log,
                _ => return Err(NoFormula),
            };
            *sum = sum.saturating_add(power).min(POWER_MAX);
        }
        Ok(term)
    }
}

/// What is raised, and to which power.
fn powered(part: &str) -> Option<(&str, u32)> {
    if let Some(name) = part.strip_suffix('²') {
        return Some((name, 2));
    }
    match part.split_once('^') {
        Some((name, power)) => Some((name, power.parse().ok()?)),
        None => Some((part, 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(formula: &str, input: u64, answers: u64) -> Option<u64> {
        let bound = Bound { fuel: formula.to_owned(), memory_bytes: "0".to_owned() };
        bound.fuel_at(input, answers)
    }

    #[test]
    fn a_formula_is_worked_out_for_sizes() {
        assert_eq!(at("0", 5, 5), Some(0));
        assert_eq!(at("7", 5, 5), Some(7));
        assert_eq!(at("n", 5, 0), Some(5));
        assert_eq!(at("100 + 3·n²", 10, 0), Some(400));
        assert_eq!(at("2·n·m + 5·n^3", 10, 3), Some(5_060));
        assert_eq!(at("2·log(n+m)", 6, 8), Some(8), "two to the fourth is what holds 16");
        assert_eq!(at("2·n·log(n+m)²", 4, 1), Some(72));
        assert_eq!(at("18446744073709551615·n^63", u64::MAX, 0), Some(u64::MAX));
        assert_eq!(at("3·n", 0, 0), Some(3), "nothing counts as one");
    }

    #[test]
    fn what_is_no_formula_is_told() {
        for text in
            ["", " ", "n + ", "-1", "2n", "2·", "2·k", "n·2", "1.5", "n^", "n^-1", "∞", "2 * n"]
        {
            assert_eq!(at(text, 1, 1), None, "{text:?}");
        }
        assert_eq!(at(&vec!["1"; 65].join(" + "), 1, 1), None);
    }
}
