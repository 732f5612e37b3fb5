//! Cuts: the parts of a text between marks, its words, and its runs of one class of characters.
//!
//! *Never:* a cut differs from what its term gives.

use super::{Collector, Slices};
use crate::clue::Clues;
use crate::eval::{decimals, tokens};
use crate::op::{Class, Op};
use crate::problem::Steps;
use crate::term::Term;

/// Parts that are asked for by number; somebody who wants the seventh will show it otherwise.
const PARTS: [i8; 8] = [0, 1, 2, 3, 4, 5, -1, -2];
const CLASSES: [Class; 6] =
    [Class::Digit, Class::Letter, Class::Word, Class::Upper, Class::Lower, Class::Number];

/// Offers every cut of a text, and gives those that may be cut again.
pub(super) fn cuts<'t>(
    collector: &mut Collector<'_>,
    whole: &Slices<'t>,
    base: &Term,
    clues: &Clues,
    steps: &mut Steps,
) -> Vec<(Term, Slices<'t>)> {
    let mut again = Vec::new();
    for mark in clues.cuts() {
        if !whole.iter().flatten().any(|text| text.contains(mark)) {
            continue;
        }
        if !steps.take(super::weight(whole)) {
            break;
        }
        let constant = Term::text(mark);
        let split = Term::new(Op::Split, [base.clone(), constant.clone()]);
        let rows: Vec<Option<Vec<&'t str>>> =
            whole.iter().map(|text| text.map(|text| text.split(mark).collect())).collect();
        parts(collector, &rows, &split, &mut again);
        two(collector, whole, base, mark, &constant, &mut again);
        words(collector, whole, base, mark, clues);
    }
    for class in CLASSES {
        let split = Term::new(Op::Tokens(class), [base.clone()]);
        let rows: Vec<Option<Vec<&'t str>>> =
            whole.iter().map(|text| text.map(|text| tokens(text, class).collect())).collect();
        parts(collector, &rows, &split, &mut again);
    }
    let split = Term::new(Op::Decimals, [base.clone()]);
    let rows: Vec<Option<Vec<&'t str>>> = whole.iter().map(|text| text.map(decimals)).collect();
    parts(collector, &rows, &split, &mut again);
    again
}

fn parts<'t>(
    collector: &mut Collector<'_>,
    rows: &[Option<Vec<&'t str>>],
    list: &Term,
    again: &mut Vec<(Term, Slices<'t>)>,
) {
    for place in PARTS {
        let op = Op::Item(place);
        let slices: Slices<'t> = rows
            .iter()
            .map(|parts| {
                let parts = parts.as_ref()?;
                let from_back = usize::from(place.unsigned_abs());
                let at = if place < 0 { parts.len().checked_sub(from_back)? } else { from_back };
                parts.get(at).copied()
            })
            .collect();
        offer(collector, slices, Term::new(op, [list.clone()]), again);
    }
}

fn offer<'t>(
    collector: &mut Collector<'_>,
    slices: Slices<'t>,
    term: Term,
    again: &mut Vec<(Term, Slices<'t>)>,
) {
    let there = slices.iter().flatten().filter(|slice| !slice.is_empty()).count();
    if there * 4 >= slices.len() && there > 0 {
        collector.offer(&slices, term.cost(), || term.clone());
        again.push((term, slices));
    }
}

/// What stands behind the first mark, before the last one, and behind the first one or everything.
fn two<'t>(
    collector: &mut Collector<'_>,
    whole: &Slices<'t>,
    base: &Term,
    mark: &str,
    constant: &Term,
    again: &mut Vec<(Term, Slices<'t>)>,
) {
    let both = Term::new(Op::SplitTwo, [base.clone(), constant.clone()]);
    let after = whole.iter().map(|text| text.and_then(|text| Some(text.split_once(mark)?.1)));
    offer(collector, after.collect(), Term::new(Op::Item(1), [both.clone()]), again);
    let rest = whole
        .iter()
        .map(|text| text.map(|text| text.split_once(mark).map_or(text, |(_, rest)| rest)));
    offer(collector, rest.collect(), Term::new(Op::Item(-1), [both]), again);
    let last = Term::new(Op::LastIndexOf, [base.clone(), constant.clone()]);
    let before = whole.iter().map(|text| text.and_then(|text| Some(text.rsplit_once(mark)?.0)));
    let term = Term::new(Op::Substring, [base.clone(), Term::int(0), last]);
    offer(collector, before.collect(), term, again);
}

/// The first word between marks that begins with another mark, or that has a digit in it.
fn words(
    collector: &mut Collector<'_>,
    whole: &Slices<'_>,
    base: &Term,
    mark: &str,
    clues: &Clues,
) {
    let list = Term::new(Op::Split, [base.clone(), Term::text(mark)]);
    let depth = base.arguments(usize::MAX).into_iter().max().map_or(0, |at| at + 1);
    let item = || Term::new(Op::Arg(depth), []);
    let mut first = |slices: Slices<'_>, condition: Term| {
        let term = || {
            let kept = Term::new(Op::Filter, [list.clone(), condition.clone()]);
            Term::new(Op::Item(0), [kept])
        };
        let cost = Op::Item(0).cost() + Op::Filter.cost() + list.cost() + condition.cost();
        collector.offer(&slices, cost, term);
    };
    let word = |text: Option<&'_ str>, keep: &dyn Fn(&str) -> bool| -> Option<(usize, usize)> {
        let text = text?;
        let found = text.split(mark).find(|word| keep(word))?;
        let start = found.as_ptr() as usize - text.as_ptr() as usize;
        Some((start, start + found.len()))
    };
    let mut each = |keep: &dyn Fn(&str) -> bool, condition: Term| {
        let slices = whole
            .iter()
            .map(|text| {
                word(*text, keep).and_then(|(from, to)| text.and_then(|it| it.get(from..to)))
            })
            .collect();
        first(slices, condition);
    };
    for sign in clues.marks.iter().filter(|sign| *sign != mark && *sign != " ") {
        let begins = Term::new(Op::Starts, [item(), Term::text(sign)]);
        each(&|word| word.starts_with(sign.as_str()), begins);
        let holds = Term::new(Op::Contains, [item(), Term::text(sign)]);
        each(&|word| word.contains(sign.as_str()), holds);
    }
    let digit = Term::new(Op::Has(Class::Digit), [item()]);
    each(&|word| word.contains(|letter: char| letter.is_ascii_digit()), digit);
}
