//! Idioms: what several operations together cost. Some belong together, as what stands between two
//! marks, and are likelier than their parts say; some that are possible are hardly ever meant.
//!
//! *Never:* a whole costs less than its dearest part.

use crate::op::Op;
use crate::term::Term;
use crate::value::Value;

/// The first letter of something is a step, not a cut between two places.
const INITIAL_SAVED: u32 = 15;
/// What stands between two marks, as in brackets, is one thing and not two cuts.
const INSIDE_SAVED: u32 = 34;
/// So is everything before the last of a mark.
const BEFORE_SAVED: u32 = 18;
/// To take something out is likelier than to put something else in its place.
const REMOVED_SAVED: u32 = 12;
/// A place that is counted from the front says nothing of why it is there; a mark does.
const PLACE_COST: u32 = 16;
/// Places are counted from the end for a reason more often: the last four digits.
const END_PLACE_COST: u32 = 4;
/// Somebody who wants the third part means a part between marks, not the third run of letters.
const RUN_COST: u32 = 8;
/// What a word costs that the program has already.
const REPEATED_COST: u32 = 6;
/// Constants dearer than this are words; that one is used twice says that it is meant.
const WORD_COST_MIN: u32 = 20;

/// What an operation over these costs.
pub(crate) fn cost(op: &Op, kids: &[&Term]) -> u32 {
    let parts = kids.iter().fold(op.cost(), |sum, kid| sum.saturating_add(kid.cost()));
    let dearest = kids.iter().map(|kid| kid.cost()).max().unwrap_or(0);
    let saved = cheaper(op, kids).saturating_add(repeated(kids));
    parts.saturating_add(dearer(op, kids)).saturating_sub(saved).max(dearest)
}

/// The words in a program, each once.
pub(crate) fn words(op: &Op, kids: &[Term]) -> Vec<Value> {
    if let Op::Const(value) = op {
        let is_word = matches!(value, Value::Text(_)) && op.cost() >= WORD_COST_MIN;
        return is_word.then(|| value.clone()).into_iter().collect();
    }
    let mut all: Vec<Value> = Vec::new();
    for word in kids.iter().flat_map(Term::words) {
        if !all.contains(word) {
            all.push(word.clone());
        }
    }
    all
}

fn repeated(kids: &[&Term]) -> u32 {
    let mut saved = 0_u32;
    for (at, kid) in kids.iter().enumerate() {
        for word in kid.words() {
            if kids.iter().take(at).any(|before| before.words().contains(word)) {
                let whole = Op::Const(word.clone()).cost();
                saved = saved.saturating_add(whole.saturating_sub(REPEATED_COST));
            }
        }
    }
    saved
}

fn cheaper(op: &Op, kids: &[&Term]) -> u32 {
    match (op, kids) {
        (Op::Substring, [_, from, to]) if is_int(from, 0) && is_int(to, 1) => INITIAL_SAVED,
        (Op::Substring, [whole, from, to]) if is_int(from, 0) => match (to.op(), to.kids()) {
            (Op::LastIndexOf, [of, _]) if of == *whole => whole.cost().saturating_add(BEFORE_SAVED),
            _ => 0,
        },
        (Op::Item(0), [list]) => match (list.op(), list.kids()) {
            (Op::Split, [behind, _]) if is_behind(behind) => INSIDE_SAVED,
            _ => 0,
        },
        (Op::Replace, [_, _, new]) if *new.op() == Op::Const(Value::text("")) => REMOVED_SAVED,
        _ => 0,
    }
}

/// Whether this is what stands behind the first of a mark.
fn is_behind(term: &Term) -> bool {
    matches!(term.op(), Op::Item(1))
        && term.kids().first().is_some_and(|list| matches!(list.op(), Op::Split | Op::SplitTwo))
}

fn dearer(op: &Op, kids: &[&Term]) -> u32 {
    match (op, kids) {
        (Op::Substring | Op::From, [_, places @ ..]) => {
            places.iter().map(|place| of_place(place)).fold(0, u32::saturating_add)
        }
        (Op::Item(at), [list]) if !matches!(at, 0 | -1) && matches!(list.op(), Op::Tokens(_)) => {
            RUN_COST
        }
        _ => 0,
    }
}

/// A place that is counted, which says nothing of why it is there.
fn of_place(term: &Term) -> u32 {
    match (term.op(), term.kids()) {
        (Op::Const(Value::Int(at)), _) if *at > 1 => PLACE_COST,
        (Op::Sub, [size, _]) if *size.op() == Op::Size => END_PLACE_COST,
        _ => 0,
    }
}

fn is_int(term: &Term, wanted: i64) -> bool {
    matches!(term.op(), Op::Const(Value::Int(whole)) if *whole == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(of: Term, mark: &str, at: i8) -> Term {
        Term::new(Op::Item(at), [Term::new(Op::Split, [of, Term::text(mark)])])
    }

    fn cut(from: i64, to: Term) -> Term {
        Term::new(Op::Substring, [Term::arg(0), Term::int(from), to])
    }

    #[test]
    fn what_is_told_by_marks_is_likelier_than_what_is_counted() {
        let behind = part(Term::arg(0), ";", -1);
        assert!(behind.cost() < Term::new(Op::From, [Term::arg(0), Term::int(5)]).cost());
        let inside = part(part(Term::arg(0), "@", 1), ".", 0);
        let third = Term::new(Op::Tokens(crate::op::Class::Letter), [Term::arg(0)]);
        assert!(inside.cost() < Term::new(Op::Item(2), [third.clone()]).cost());
        let value = part(part(Term::arg(0), "=", 1), ";", 0);
        assert!(value.cost() < Term::new(Op::Item(1), [third]).cost());
        let last = Term::new(Op::LastIndexOf, [Term::arg(0), Term::text("/")]);
        let first = Term::new(Op::IndexOf, [Term::arg(0), Term::text("/")]);
        assert!(cut(0, last).cost() < cut(0, first).cost());
        assert!(cut(0, Term::int(1)).cost() < cut(1, Term::int(2)).cost());
    }

    #[test]
    fn a_word_that_is_used_twice_is_paid_once() {
        let whole = |word: &str| {
            let out = Term::new(Op::Replace, [Term::arg(0), Term::text("that"), Term::text("")]);
            let same = Term::new(Op::Equal, [Term::arg(0), Term::text(word)]);
            Term::new(Op::If, [same, Term::arg(0), out])
        };
        assert_eq!(whole("that").words().len(), 1);
        assert!(whole("that").cost() + 20 < whole("this").cost());
    }

    #[test]
    fn a_whole_is_no_cheaper_than_its_dearest_part() {
        let marks = Term::new(Op::Concat, [Term::text("word"), Term::text("word")]);
        assert!(marks.cost() >= Term::text("word").cost());
    }
}
