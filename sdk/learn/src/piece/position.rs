//! Substrings between two positions: counted from either end, or from where a mark or a number stands.
//!
//! *Never:* a position splits a character.

use super::{Collector, Slices};
use crate::bank::Entry;
use crate::clue::Clues;
use crate::op::{Class, Op};
use crate::problem::Steps;
use crate::term::Term;

/// Positions further from an end are dearer than what they could be told by.
const CONSTANT_MAX: i64 = 8;
/// Substrings dearer than this are no better than constants.
const COST_MAX: u32 = 150;
/// So many positions make as many substrings as can be looked at.
const POSITIONS_MAX: usize = 44;

/// A position in each text, in characters.
struct Position {
    term: Term,
    row: Vec<Option<usize>>,
    /// The end of the text needs no position at all.
    is_end: bool,
}

/// Offers the substrings of a text.
pub(super) fn substrings(
    collector: &mut Collector<'_>,
    whole: &Slices<'_>,
    base: &Term,
    clues: &Clues,
    numbers: &[&Entry],
    steps: &mut Steps,
) {
    // Where each character of each text begins, and where the text ends.
    let places: Vec<Option<Vec<usize>>> = whole
        .iter()
        .map(|text| {
            text.map(|text| text.char_indices().map(|(at, _)| at).chain([text.len()]).collect())
        })
        .collect();
    let positions = positions(whole, &places, base, clues, numbers);
    for from in positions.iter().filter(|from| !from.is_end) {
        if !steps.take(super::weight(whole) * positions.len() / 4) {
            return;
        }
        for to in &positions {
            let op = if to.is_end { Op::From } else { Op::Substring };
            let mut kids = vec![base.clone(), from.term.clone()];
            kids.extend((!to.is_end).then(|| to.term.clone()));
            let term = Term::new(op, kids);
            if term.cost() > COST_MAX {
                continue;
            }
            let slices: Slices<'_> = (0..whole.len())
                .map(|at| {
                    let (text, places) = (whole.get(at).copied()??, places.get(at)?.as_ref()?);
                    let start = *places.get(from.row.get(at).copied()??)?;
                    let stop = *places.get(to.row.get(at).copied()??)?;
                    text.get(start..stop)
                })
                .collect();
            collector.offer(&slices, term.cost(), || term.clone());
        }
    }
}

fn positions(
    whole: &Slices<'_>,
    places: &[Option<Vec<usize>>],
    base: &Term,
    clues: &Clues,
    numbers: &[&Entry],
) -> Vec<Position> {
    let sizes: Vec<Option<usize>> =
        places.iter().map(|places| places.as_ref().map(|places| places.len() - 1)).collect();
    let size = Term::new(Op::Size, [base.clone()]);
    let mut found = vec![Position { term: size.clone(), row: sizes.clone(), is_end: true }];
    for count in 0..=CONSTANT_MAX {
        let fixed = usize::try_from(count).unwrap_or_default();
        found.push(Position {
            term: Term::int(count),
            row: vec![Some(fixed); whole.len()],
            is_end: false,
        });
        if count > 0 {
            found.push(Position {
                term: Term::new(Op::Sub, [size.clone(), Term::int(count)]),
                row: sizes
                    .iter()
                    .map(|size| size.and_then(|size| size.checked_sub(fixed)))
                    .collect(),
                is_end: false,
            });
        }
    }
    for number in numbers {
        found.push(Position {
            term: number.term.clone(),
            row: number
                .row
                .iter()
                .map(|value| usize::try_from(value.as_ref()?.as_int()?).ok())
                .collect(),
            is_end: false,
        });
    }
    for number in numbers.iter().filter(|number| matches!(number.term.op(), Op::Arg(_))) {
        let row = number.row.iter().zip(&sizes).map(|(value, size)| {
            size.as_ref()?.checked_sub(usize::try_from(value.as_ref()?.as_int()?).ok()?)
        });
        found.push(Position {
            term: Term::new(Op::Sub, [size.clone(), number.term.clone()]),
            row: row.collect(),
            is_end: false,
        });
    }
    for mark in clues.cuts() {
        marked(&mut found, whole, base, mark);
    }
    for class in [Class::Digit, Class::Letter, Class::Upper] {
        runs(&mut found, whole, base, class);
    }
    found.sort_by_key(|position| position.term.cost());
    found.truncate(POSITIONS_MAX);
    found
}

fn count(text: &str, bytes: usize) -> Option<usize> {
    Some(text.get(..bytes)?.chars().count())
}

/// Where a mark begins and ends, for the first and the last one, and close to the first.
fn marked(found: &mut Vec<Position>, whole: &Slices<'_>, base: &Term, mark: &str) {
    let rows = |find: fn(&str, &str) -> Option<usize>| -> Vec<Option<usize>> {
        whole.iter().map(|text| text.and_then(|text| count(text, find(text, mark)?))).collect()
    };
    let width = i64::try_from(mark.chars().count()).unwrap_or(i64::MAX);
    let constant = Term::text(mark);
    let first = rows(|text, mark| text.find(mark));
    let last = rows(|text, mark| text.rfind(mark));
    if first.iter().all(Option::is_none) {
        return;
    }
    let second = whole
        .iter()
        .map(|text| {
            let text = (*text)?;
            count(text, text.match_indices(mark).nth(1)?.0)
        })
        .collect();
    let of = |op: Op| Term::new(op, [base.clone(), constant.clone()]);
    let nth = |n: i64| Term::new(Op::Nth, [base.clone(), constant.clone(), Term::int(n)]);
    for (term, row, shifts) in [
        (of(Op::IndexOf), first, [0, width, -1, width + 1].as_slice()),
        (of(Op::LastIndexOf), last, [0, width].as_slice()),
        (nth(2), second, [0, width].as_slice()),
    ] {
        for shift in shifts {
            found.push(shifted(&term, &row, *shift));
        }
    }
}

fn shifted(term: &Term, row: &[Option<usize>], by: i64) -> Position {
    let moved = match by {
        0 => term.clone(),
        by if by > 0 => Term::new(Op::Add, [term.clone(), Term::int(by)]),
        by => Term::new(Op::Sub, [term.clone(), Term::int(-by)]),
    };
    let by = isize::try_from(by).unwrap_or_default();
    let row = row.iter().map(|at| at.and_then(|at| at.checked_add_signed(by))).collect();
    Position { term: moved, row, is_end: false }
}

/// Where the first run of a class begins and ends.
fn runs(found: &mut Vec<Position>, whole: &Slices<'_>, base: &Term, class: Class) {
    let first = Term::new(Op::Item(0), [Term::new(Op::Tokens(class), [base.clone()])]);
    let begins = Term::new(Op::IndexOf, [base.clone(), first]);
    let row: Vec<Option<usize>> = whole
        .iter()
        .map(|text| {
            let text = (*text)?;
            count(text, text.find(|letter| class.has(letter))?)
        })
        .collect();
    if row.iter().any(Option::is_some) {
        found.push(Position { term: begins, row, is_end: false });
    }
}
