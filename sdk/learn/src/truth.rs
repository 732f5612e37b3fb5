//! Yes or no: the cheapest conditions of one to three questions that give the answers.
//!
//! *Never:* a condition has more questions than examples could justify.

use crate::atom::Atom;
use crate::op::Op;
use crate::problem::{Mask, Steps};
use crate::term::Term;
use std::collections::BTreeMap;

/// Questions that are joined in twos and in threes; there are many more combinations than examples.
const PAIRED_MAX: usize = 240;
const TRIPLED_MAX: usize = 60;

/// The conditions that are true exactly in the examples of `wanted`, the cheapest first.
pub(crate) fn conditions(
    atoms: &[Atom],
    mask: Mask,
    wanted: Mask,
    most: usize,
    steps: &mut Steps,
) -> Vec<Term> {
    let mut literals: Vec<Atom> = atoms
        .iter()
        .flat_map(|atom| {
            let opposite = Term::new(Op::Not, [atom.term.clone()]);
            [atom.clone(), Atom { term: opposite, truth: mask & !atom.truth }]
        })
        .collect();
    literals.sort_by_key(|literal| literal.term.cost());
    let mut found: Vec<Term> = literals
        .iter()
        .filter(|literal| literal.truth == wanted)
        .map(|literal| literal.term.clone())
        .collect();
    literals.truncate(PAIRED_MAX);
    let two = pairs(&literals, steps);
    found.extend(two.get(&wanted).and_then(|pair| pair.term(&literals)));
    // Three questions are looked for only where fewer do not do.
    if found.is_empty() {
        let (first, _) = literals.split_at(literals.len().min(TRIPLED_MAX));
        found.extend(third(&two, first, &literals, wanted, steps));
    }
    found.sort_by_key(Term::cost);
    found.truncate(most);
    found
}

/// Two literals and how they are joined; a term is made only of those that are wanted.
#[derive(Clone, Copy)]
struct Pair {
    cost: u32,
    first: usize,
    second: usize,
    both: bool,
}

impl Pair {
    fn term(&self, literals: &[Atom]) -> Option<Term> {
        let (a, b) = (literals.get(self.first)?, literals.get(self.second)?);
        Some(joined(self.both, &a.term, &b.term))
    }
}

fn joined(both: bool, a: &Term, b: &Term) -> Term {
    Term::new(if both { Op::And } else { Op::Or }, [a.clone(), b.clone()])
}

/// The cheapest pair for each set of examples.
fn pairs(literals: &[Atom], steps: &mut Steps) -> BTreeMap<Mask, Pair> {
    let mut best: BTreeMap<Mask, Pair> = BTreeMap::new();
    for (second, b) in literals.iter().enumerate() {
        if !steps.take(second / 4 + 1) {
            break;
        }
        for (first, a) in literals.iter().take(second).enumerate() {
            let cost = a.term.cost().saturating_add(b.term.cost());
            for (both, truth) in [(true, a.truth & b.truth), (false, a.truth | b.truth)] {
                if truth == a.truth || truth == b.truth {
                    continue;
                }
                let pair = Pair { cost, first, second, both };
                let known = best.entry(truth).or_insert(pair);
                if cost < known.cost {
                    *known = pair;
                }
            }
        }
    }
    best
}

/// The cheapest three literals that are true where it is wanted.
fn third(
    two: &BTreeMap<Mask, Pair>,
    first: &[Atom],
    literals: &[Atom],
    wanted: Mask,
    steps: &mut Steps,
) -> Option<Term> {
    let mut best: Option<(u32, &Pair, &Atom, bool)> = None;
    for (truth, pair) in two {
        if !steps.take(first.len() / 8 + 1) {
            break;
        }
        for literal in first {
            let cost = pair.cost.saturating_add(literal.term.cost());
            if best.as_ref().is_some_and(|(known, ..)| *known <= cost) {
                continue;
            }
            if truth & literal.truth == wanted {
                best = Some((cost, pair, literal, true));
            } else if truth | literal.truth == wanted {
                best = Some((cost, pair, literal, false));
            }
        }
    }
    let (_, pair, literal, both) = best?;
    Some(joined(both, &literal.term, &pair.term(literals)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atom(at: usize, truth: Mask) -> Atom {
        Atom { term: Term::arg(at), truth }
    }

    #[test]
    fn the_cheapest_condition_comes_first() {
        let atoms = [atom(0, 0b0011), atom(1, 0b0110)];
        let found = conditions(&atoms, 0b1111, 0b0010, 5, &mut Steps::new(10_000));
        assert_eq!(found.first().map(Term::op), Some(&Op::And));
        let found = conditions(&atoms, 0b1111, 0b1100, 5, &mut Steps::new(10_000));
        assert_eq!(found.first().map(Term::op), Some(&Op::Not));
    }

    #[test]
    fn three_questions_are_asked_where_two_do_not_do() {
        let atoms = [atom(0, 0b0001), atom(1, 0b0010), atom(2, 0b0100)];
        let found = conditions(&atoms, 0b1111, 0b0111, 5, &mut Steps::new(10_000));
        assert!(!found.is_empty());
    }
}
