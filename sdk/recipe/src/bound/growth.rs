//! Bounds as they are kept and shown: sums of products of whole numbers.
//!
//! *Never:* a number wraps around; one that is too large is the largest.

use super::poly::{Poly, Var};
use serde::Serialize;
use std::fmt;

/// A product: a factor, and powers of what it grows with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Term {
    /// The factor.
    pub factor: u64,
    /// The power of the bytes of the input (`n`).
    pub input: u8,
    /// The power of the bytes of the host's answers (`m`).
    pub answers: u8,
    /// The power of the binary logarithm of both together.
    pub log: u8,
}

/// A sum of products.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Growth {
    /// The products.
    pub terms: Vec<Term>,
}

/// Powers beyond this are not worth their digits: two to this power is more than any budget.
const POWER_MAX: usize = 63;

impl Growth {
    pub(crate) fn of(poly: &Poly) -> Self {
        let mut terms: Vec<Term> = poly.terms().map(|(vars, factor)| term(vars, factor)).collect();
        terms.sort_by_key(|term| (term.input + term.answers, term.answers, term.log));
        Self { terms }
    }

    /// The value for an input and answers of so many bytes.
    ///
    /// ```
    /// use engraft_recipe::bound::{Growth, Term};
    ///
    /// let growth = Growth {
    ///     terms: vec![
    ///         Term { factor: 100, input: 0, answers: 0, log: 0 },
    ///         Term { factor: 3, input: 2, answers: 0, log: 0 },
    ///     ],
    /// };
    /// assert_eq!(growth.at(10, 0), 400);
    /// assert_eq!(growth.to_string(), "100 + 3·n²");
    /// assert_eq!(growth.at(u64::MAX, 0), u64::MAX);
    /// ```
    #[must_use]
    pub fn at(&self, input: u64, answers: u64) -> u64 {
        let (input, answers) = (input.max(1), answers.max(1));
        let log = log(input, answers);
        self.terms.iter().fold(0, |sum: u64, term| {
            let powers = [(input, term.input), (answers, term.answers), (log, term.log)];
            let product = powers.iter().fold(term.factor, |product: u64, (base, power)| {
                product.saturating_mul(base.saturating_pow(u32::from(*power)))
            });
            sum.saturating_add(product)
        })
    }
}

/// The binary logarithm of both together, rounded up, and one where they are nothing.
fn log(input: u64, answers: u64) -> u64 {
    let both = input.saturating_add(answers).saturating_add(2);
    u64::from(u64::BITS - both.saturating_sub(1).leading_zeros())
}

fn term(vars: &[Var], factor: f64) -> Term {
    let power = |wanted: Var| vars.iter().filter(|var| **var == wanted).count();
    let lost = vars.iter().any(|var| matches!(var, Var::Item(_)));
    // An item outlives its loop only by a defect; such a bound holds for nothing.
    let factor = if lost || vars.len() > POWER_MAX { f64::INFINITY } else { factor.ceil() };
    let power = |wanted: Var| u8::try_from(power(wanted).min(POWER_MAX)).unwrap_or(u8::MAX);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "coefficients are positive, and the conversion ends at the largest number"
    )]
    let factor = factor as u64;
    Term { factor, input: power(Var::Input), answers: power(Var::Answers), log: power(Var::Log) }
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.terms.is_empty() {
            return f.write_str("0");
        }
        for (at, term) in self.terms.iter().enumerate() {
            let plus = if at > 0 { " + " } else { "" };
            write!(f, "{plus}{}", term.factor)?;
            for (name, power) in [("n", term.input), ("m", term.answers), ("log(n+m)", term.log)] {
                match power {
                    0 => {}
                    1 => write!(f, "·{name}")?,
                    2 => write!(f, "·{name}²")?,
                    _ => write!(f, "·{name}^{power}")?,
                }
            }
        }
        Ok(())
    }
}

/// How much one call of an operation uses at most.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Bound {
    /// Fuel, as the host counts it.
    pub fuel: Growth,
    /// Bytes of memory that are in use; the host counts whole pages of 64 KiB.
    pub memory_bytes: Growth,
}

const PAGE: u64 = 65_536;

impl Bound {
    /// Fuel for an input and answers of so many bytes.
    #[must_use]
    pub fn fuel_at(&self, input: u64, answers: u64) -> u64 {
        self.fuel.at(input, answers)
    }

    /// Memory for an input and answers of so many bytes, in whole pages.
    #[must_use]
    pub fn memory_bytes_at(&self, input: u64, answers: u64) -> u64 {
        let bytes = self.memory_bytes.at(input, answers);
        bytes.checked_next_multiple_of(PAGE).unwrap_or(u64::MAX)
    }
}
