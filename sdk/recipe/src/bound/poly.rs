//! Sums of products: how much something can grow with the sizes that it depends on.
//!
//! Coefficients are positive and variables at least one, so a larger power is a larger value, and the
//! larger of two sums is at most their term-by-term maximum.
//!
//! *Never:* an operation gives less than the true value.

/// What a sum grows with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Var {
    /// Bytes of the input.
    Input,
    /// Bytes that the host answers with.
    Answers,
    /// The binary logarithm of both together.
    Log,
    /// The weight of the item that a loop is at.
    Item(u32),
}

/// Variables in order, each as often as its power says.
type Product = Vec<Var>;

/// More terms than this are joined, each pair into one that is at least as large: nested loops over
/// values of many parts would else take the compiler longer than the recipe.
const TERMS_MAX: usize = 24;

/// A sum of products.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Poly {
    terms: Vec<(Product, f64)>,
}

impl Poly {
    pub(crate) fn constant(value: f64) -> Self {
        let mut sum = Self::default();
        sum.put(Vec::new(), value);
        sum
    }

    pub(crate) fn of(var: Var) -> Self {
        Self { terms: vec![(vec![var], 1.0)] }
    }

    pub(crate) fn terms(&self) -> impl Iterator<Item = (&[Var], f64)> {
        self.terms.iter().map(|(product, factor)| (product.as_slice(), *factor))
    }

    /// The value, if nothing changes it.
    pub(crate) fn fixed(&self) -> Option<f64> {
        match self.terms.as_slice() {
            [] => Some(0.0),
            [(product, value)] if product.is_empty() => Some(*value),
            _ => None,
        }
    }

    fn put(&mut self, product: Product, factor: f64) {
        if factor <= 0.0 {
            return;
        }
        match self.terms.binary_search_by(|(known, _)| known.cmp(&product)) {
            Ok(at) => {
                if let Some((_, known)) = self.terms.get_mut(at) {
                    *known += factor;
                }
            }
            Err(at) => self.terms.insert(at, (product, factor)),
        }
    }

    fn shorten(mut self) -> Self {
        while self.terms.len() > TERMS_MAX {
            // The last two are the most alike, since the terms are in order.
            let (Some((mut product, a)), Some((other, b))) = (self.terms.pop(), self.terms.pop())
            else {
                break;
            };
            let mut missing = other.clone();
            for var in &product {
                if let Some(at) = missing.iter().position(|known| known == var) {
                    missing.remove(at);
                }
            }
            product.extend(missing);
            product.sort_unstable();
            self.put(product, a + b);
        }
        self
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        for (product, factor) in &other.terms {
            sum.put(product.clone(), *factor);
        }
        sum.shorten()
    }

    pub(crate) fn add(&mut self, other: &Self) {
        *self = self.plus(other);
    }

    pub(crate) fn plus_fixed(&self, value: f64) -> Self {
        self.plus(&Self::constant(value))
    }

    /// Less so much, but no less than nothing.
    pub(crate) fn minus_fixed(&self, value: f64) -> Self {
        let mut rest = self.clone();
        if let Some((product, known)) = rest.terms.first_mut()
            && product.is_empty()
        {
            *known -= value;
        }
        rest.terms.retain(|(_, factor)| *factor > 0.0);
        rest
    }

    pub(crate) fn scaled(&self, by: f64) -> Self {
        let mut sum = Self::default();
        for (product, factor) in &self.terms {
            sum.put(product.clone(), factor * by);
        }
        sum
    }

    pub(crate) fn times(&self, other: &Self) -> Self {
        let mut sum = Self::default();
        for (left, a) in &self.terms {
            for (right, b) in &other.terms {
                let mut product = [left.as_slice(), right.as_slice()].concat();
                product.sort_unstable();
                sum.put(product, a * b);
            }
        }
        sum.shorten()
    }

    /// At least as large as either.
    pub(crate) fn max(&self, other: &Self) -> Self {
        let mut larger = self.clone();
        for (product, factor) in &other.terms {
            match larger.terms.iter_mut().find(|(known, _)| known == product) {
                Some((_, known)) => *known = known.max(*factor),
                None => larger.put(product.clone(), *factor),
            }
        }
        larger.shorten()
    }

    /// The smaller of two where that is known; else the first.
    pub(crate) fn min(&self, other: &Self) -> Self {
        match (self.fixed(), other.fixed()) {
            (Some(a), Some(b)) => Self::constant(a.min(b)),
            (None, Some(_)) => other.clone(),
            _ => self.clone(),
        }
    }

    /// The sum over all rounds of a loop. What does not depend on the round's item counts once a round;
    /// products of items' weights are at most the same products of all items' weight together.
    pub(crate) fn over_rounds(&self, item: Var, rounds: &Self, total: &Self) -> Self {
        let mut sum = Self::default();
        for (product, factor) in &self.terms {
            let (of_item, rest): (Product, Product) = product.iter().partition(|var| **var == item);
            let mut term = Self { terms: vec![(rest, *factor)] };
            if of_item.is_empty() {
                term = term.times(rounds);
            }
            for _ in of_item {
                term = term.times(total);
            }
            sum.add(&term);
        }
        sum
    }

    /// With a value in a variable's place.
    pub(crate) fn with(&self, var: Var, value: &Self) -> Self {
        self.over_rounds(var, &Self::constant(1.0), value)
    }

    /// The power of its largest term, and the sum of its coefficients.
    pub(crate) fn magnitude(&self) -> (usize, f64) {
        let degree = self.terms.iter().map(|(product, _)| product.len()).max().unwrap_or(0);
        (degree, self.terms.iter().map(|(_, factor)| factor).sum())
    }
}

/// The binary logarithm of a sum without items, rounded up: that of its coefficients, and once more
/// that of the input for each power.
pub(crate) fn log(sum: &Poly) -> Poly {
    let (degree, factor) = sum.magnitude();
    #[expect(clippy::cast_precision_loss, reason = "powers are small")]
    let degree = degree as f64;
    Poly::of(Var::Log).scaled(degree).plus_fixed(factor.log2().ceil().max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(poly: &Poly, of: impl Fn(Var) -> f64) -> f64 {
        poly.terms()
            .map(|(vars, factor)| vars.iter().map(|v| of(*v)).product::<f64>() * factor)
            .sum()
    }

    #[test]
    fn rounds_sum_to_at_most_what_is_said() {
        let item = Var::Item(0);
        let x = Poly::of(item);
        // 3 + 2x + x², over items of weights 1, 4 and 7.
        let body = Poly::constant(3.0).plus(&x.scaled(2.0)).plus(&x.times(&x));
        let sum = body.over_rounds(item, &Poly::constant(3.0), &Poly::constant(12.0));
        let truth: f64 = [1.0, 4.0, 7.0].iter().map(|w| 3.0 + 2.0 * w + w * w).sum();
        let bound = sum.fixed().unwrap();
        assert!(bound >= truth && (bound - (9.0 + 24.0 + 144.0)).abs() < 1e-9);
    }

    #[test]
    fn joined_terms_are_no_smaller() {
        let mut sum = Poly::default();
        for at in 0..100 {
            sum.add(&Poly::of(Var::Item(at)).times(&Poly::of(Var::Input)).plus_fixed(1.0));
        }
        assert!(sum.terms().count() <= TERMS_MAX);
        let truth = 100.0 + (0..100).map(|at| 5.0 * f64::from(at + 1)).sum::<f64>();
        let given = value(&sum, |var| match var {
            Var::Item(at) => f64::from(at + 1),
            _ => 5.0,
        });
        assert!(given >= truth);
    }

    #[test]
    fn the_larger_of_two_is_at_least_both() {
        let n = Poly::of(Var::Input);
        let (a, b) = (n.scaled(2.0).plus_fixed(7.0), n.times(&n));
        let larger = a.max(&b);
        for at in [1.0, 3.0, 50.0] {
            let of = |_: Var| at;
            assert!(value(&larger, of) >= value(&a, of).max(value(&b, of)));
        }
    }
}
