//! Choosing among programs that give all the answers.
//!
//! *Never:* an answer is looked at; these programs all give them.

use crate::eval::eval;
use crate::term::Term;
use crate::value::Value;

/// An argument that is given is usually used.
const UNUSED_COST: u32 = 25;
/// Nobody gives examples of what is always the same: they only happen to have it in common.
const CONSTANT_COST: u32 = 80;
/// A program that fails where it is to work is wrong there.
const UNDEFINED_COST: u32 = 60;
/// A program that is learned again without one of the examples is not made for that example.
const VOTE_COST: u32 = 6;

/// A program and what speaks for it.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) term: Term,
    /// How often it was found with an example held back.
    pub(crate) votes: u32,
}

impl Candidate {
    pub(crate) fn new(term: Term) -> Self {
        Self { term, votes: 0 }
    }
}

/// The programs, the likeliest first.
pub(crate) fn ranked(
    mut all: Vec<Candidate>,
    arguments: usize,
    unlabelled: &[Vec<Value>],
) -> Vec<Candidate> {
    let score = |candidate: &Candidate| {
        let used = candidate.term.arguments(arguments).len();
        let unused = u32::try_from(arguments.saturating_sub(used)).unwrap_or(u32::MAX);
        let undefined =
            unlabelled.iter().filter(|env| eval(&candidate.term, env).is_none()).count();
        let undefined = u32::try_from(undefined * 100 / unlabelled.len().max(1)).unwrap_or(100);
        candidate
            .term
            .cost()
            .saturating_add(unused.saturating_mul(UNUSED_COST))
            .saturating_add(if used == 0 { CONSTANT_COST } else { 0 })
            .saturating_add(undefined * UNDEFINED_COST / 100)
            .saturating_sub(candidate.votes * VOTE_COST)
    };
    all.sort_by_cached_key(|candidate| (score(candidate), candidate.term.cost()));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::Op;

    #[test]
    fn a_program_that_uses_its_arguments_comes_first() {
        let last = Term::new(Op::Item(-1), [Term::arg(0)]);
        let nth = Term::new(Op::ItemAt, [Term::arg(0), Term::arg(1)]);
        let found = ranked(vec![Candidate::new(last), Candidate::new(nth.clone())], 2, &[]);
        assert_eq!(found.first().unwrap().term, nth);
    }

    #[test]
    fn a_program_that_looks_at_nothing_comes_later() {
        let same = Term::text("https");
        let scheme = Term::new(Op::Split, [Term::arg(0), Term::text(":")]);
        let scheme = Term::new(Op::Item(0), [scheme]);
        let found = ranked(vec![Candidate::new(same), Candidate::new(scheme.clone())], 1, &[]);
        assert_eq!(found.first().unwrap().term, scheme);
    }

    #[test]
    fn a_program_that_fails_on_other_inputs_comes_later() {
        let first = Term::new(Op::Item(0), [Term::arg(0)]);
        let third = Term::new(Op::Item(2), [Term::arg(0)]);
        let short = vec![Value::list([Value::Int(1)])];
        let found = ranked(vec![Candidate::new(third), Candidate::new(first.clone())], 1, &[short]);
        assert_eq!(found.first().unwrap().term, first);
    }
}
