//! Two ways behind a condition.
//!
//! *Never:* a branch is taken whose two sides are dearer than one way for all.

use super::{KEPT, Scope, Workshop};
use crate::kind::Kind;
use crate::op::Op;
use crate::problem::{Mask, Steps};
use crate::term::Term;
use std::collections::BTreeMap;

/// A straight program cheaper than this needs no comparison with one that branches.
pub(crate) const DEAR: u32 = 150;
/// Conditions that are tried.
const CONDITIONS_MAX: usize = 40;
/// What the search for branches may spend of each kind of set.
const SIDE_STEPS: u64 = 60_000;

/// Programs that decide at most so often, the cheapest first.
pub(crate) fn branched(
    shop: &Workshop<'_>,
    mask: Mask,
    branches: usize,
    steps: &mut Steps,
) -> Vec<Term> {
    // A condition that is yes or no itself is a better answer than a branch.
    if shop.problem.out == Kind::Bool {
        return Vec::new();
    }
    let mut search = Search { shop, known: BTreeMap::new() };
    search.splits(mask, branches, steps)
}

struct Search<'s, 'w> {
    shop: &'s Workshop<'w>,
    /// The straight programs for a set of examples.
    known: BTreeMap<Mask, Option<Term>>,
}

impl Search<'_, '_> {
    fn straight(&mut self, mask: Mask, steps: &mut Steps) -> Option<Term> {
        if let Some(known) = self.known.get(&mask) {
            return known.clone();
        }
        let best = steps
            .within(SIDE_STEPS, |steps| self.shop.straight(mask, Scope::Side, steps))
            .into_iter()
            .next();
        self.known.insert(mask, best.clone());
        best
    }

    fn splits(&mut self, mask: Mask, branches: usize, steps: &mut Steps) -> Vec<Term> {
        let mut found: Vec<Term> = Vec::new();
        let shop = self.shop;
        let conditions = shop
            .atoms()
            .iter()
            .map(|atom| (&atom.term, atom.truth & mask))
            .filter(|(_, yes)| *yes != 0 && *yes != mask)
            .take(CONDITIONS_MAX);
        let mut seen = Vec::new();
        for (condition, yes) in conditions {
            // Sets that were split by a cheaper question already.
            if seen.contains(&yes) || steps.is_spent() {
                continue;
            }
            seen.push(yes);
            let best = found.iter().map(Term::cost).min().unwrap_or(u32::MAX);
            let no = mask & !yes;
            let own = Op::If.cost() + condition.cost();
            let (Some(first), second) = (self.straight(yes, steps), self.straight(no, steps))
            else {
                if branches > 1
                    && let Some(other) = self.straight(no, steps)
                    && own + other.cost() < best
                {
                    let deeper = self.splits(yes, branches - 1, steps).into_iter().next();
                    found.extend(deeper.map(|first| decision(condition, first, other)));
                }
                continue;
            };
            if let Some(second) = second {
                found.push(decision(condition, first, second));
            } else if branches > 1 && own + first.cost() < best {
                let deeper = self.splits(no, branches - 1, steps).into_iter().next();
                found.extend(deeper.map(|second| decision(condition, first, second)));
            }
        }
        if branches > 1 {
            found.extend(self.dear(&found, mask, branches, steps));
        }
        found.sort_by_key(Term::cost);
        found.truncate(KEPT);
        found
    }

    /// The best branch with its dear side split once more.
    fn dear(
        &mut self,
        found: &[Term],
        mask: Mask,
        branches: usize,
        steps: &mut Steps,
    ) -> Vec<Term> {
        let best = found.iter().min_by_key(|term| term.cost());
        let mut deeper = Vec::new();
        let Some(best) = best.filter(|best| best.cost() > DEAR * 2) else { return deeper };
        let [condition, first, second] = best.kids() else { return deeper };
        let yes = self
            .shop
            .atoms()
            .iter()
            .find(|atom| atom.term == *condition)
            .map_or(0, |atom| atom.truth & mask);
        for (side, own) in [(yes, first), (mask & !yes, second)] {
            if own.cost() < DEAR || side.count_ones() < 2 {
                continue;
            }
            if let Some(other) = self.splits(side, branches - 1, steps).into_iter().next()
                && other.cost() < own.cost()
            {
                deeper.push(if side == yes {
                    decision(condition, other, second.clone())
                } else {
                    decision(condition, first.clone(), other)
                });
            }
        }
        deeper
    }
}

fn decision(condition: &Term, first: Term, second: Term) -> Term {
    Term::new(Op::If, [condition.clone(), first, second])
}
