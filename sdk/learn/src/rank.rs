//! Choosing among programs that give all the answers.
//!
//! *Never:* an answer is looked at; these programs all give them.

use crate::eval::eval;
use crate::op::Op;
use crate::term::Term;
use crate::value::Value;

/// An argument that is given is usually used.
const UNUSED_COST: u32 = 25;
/// Nobody gives examples of what is always the same: they only happen to have it in common.
const CONSTANT_COST: u32 = 80;
/// A program that fails where it is to work is wrong there.
const UNDEFINED_COST: u32 = 60;
/// What stands in an input and is an answer was taken from there, and is hardly ever meant as it is.
const COPIED_COST: u32 = 25;
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
    inputs: &[&[Value]],
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
            .saturating_add(copied(&candidate.term, inputs).saturating_mul(COPIED_COST))
            .saturating_sub(candidate.votes * VOTE_COST)
    };
    all.sort_by_cached_key(|candidate| (score(candidate), candidate.term.cost()));
    all
}

/// How many ways of a program give a text, whatever comes in, that is a part of an input.
fn copied(term: &Term, inputs: &[&[Value]]) -> u32 {
    let is_part = |constant: &str| {
        let mut texts = inputs.iter().flat_map(|input| input.iter()).filter_map(Value::as_text);
        texts.any(|text| text.len() > constant.len() && text.contains(constant))
    };
    let is_copied = |kid: &Term| {
        let Op::Const(value) = kid.op() else { return false };
        value.as_text().is_some_and(|text| !text.is_empty() && is_part(text))
    };
    let mut count = 0;
    term.visit(&mut |term| {
        if let (Op::If, [_, ways @ ..]) = (term.op(), term.kids()) {
            count += u32::try_from(ways.iter().filter(|way| is_copied(way)).count()).unwrap_or(0);
        }
    });
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_uses_its_arguments_comes_first() {
        let last = Term::new(Op::Item(-1), [Term::arg(0)]);
        let nth = Term::new(Op::ItemAt, [Term::arg(0), Term::arg(1)]);
        let found = ranked(vec![Candidate::new(last), Candidate::new(nth.clone())], 2, &[], &[]);
        assert_eq!(found.first().unwrap().term, nth);
    }

    #[test]
    fn a_program_that_looks_at_nothing_comes_later() {
        let same = Term::text("https");
        let scheme = Term::new(Op::Split, [Term::arg(0), Term::text(":")]);
        let scheme = Term::new(Op::Item(0), [scheme]);
        let found = ranked(vec![Candidate::new(same), Candidate::new(scheme.clone())], 1, &[], &[]);
        assert_eq!(found.first().unwrap().term, scheme);
    }

    #[test]
    fn a_program_that_fails_on_other_inputs_comes_later() {
        let first = Term::new(Op::Item(0), [Term::arg(0)]);
        let third = Term::new(Op::Item(2), [Term::arg(0)]);
        let short = vec![Value::list([Value::Int(1)])];
        let found =
            ranked(vec![Candidate::new(third), Candidate::new(first.clone())], 1, &[], &[short]);
        assert_eq!(found.first().unwrap().term, first);
    }

    #[test]
    fn a_way_that_gives_a_part_of_an_input_comes_later_than_one_that_takes_it_from_there() {
        let decided = |way: Term| {
            let same = Term::new(Op::Equal, [Term::arg(0), Term::text("that")]);
            Term::new(Op::If, [same, Term::arg(0), way])
        };
        let taken = Term::new(Op::Replace, [Term::arg(0), Term::text("that"), Term::text("")]);
        let (copied, taken) = (decided(Term::text("ensures")), decided(taken));
        assert!(copied.cost() < taken.cost() + COPIED_COST);
        let input = [Value::text("thatensures")];
        let candidates = [&copied, &taken].map(|term| Candidate::new(term.clone())).to_vec();
        let found = ranked(candidates.clone(), 1, &[&input], &[]);
        assert_eq!(found.first().unwrap().term, taken);
        let other = [Value::text("something else")];
        let found = ranked(candidates, 1, &[&other], &[]);
        assert_eq!(found.first().unwrap().term.cost(), copied.cost().min(taken.cost()));
    }
}
