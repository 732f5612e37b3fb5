//! Assembling: answers out of pieces and constants, by the cheapest way from the beginning of all the
//! answers to their ends.
//!
//! *Never:* a way goes through more places than there are steps for.

use crate::op::Op;
use crate::piece::Piece;
use crate::problem::{Mask, Steps, has};
use crate::term::Term;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::rc::Rc;

/// Places that are looked at; programs with more joints than lead there are not simple.
const PLACES_MAX: usize = 3_000;
/// How often one place is gone through: so many ways there are kept.
const WAYS_MAX: usize = 3;
/// Constants longer than this are not tried in every length.
const CONSTANT_MAX: usize = 40;

/// How far each answer is made.
type Place = Vec<u32>;

/// A way to a place: the last part, and the way before it.
struct Way {
    part: Option<Term>,
    before: Option<Rc<Way>>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    cost: u32,
    number: usize,
}

/// The programs that make the answers of these examples, the cheapest first.
pub(crate) fn assemble(
    outs: &[&str],
    pieces: &[Piece],
    mask: Mask,
    most: usize,
    allow: &dyn Fn(&str) -> bool,
    steps: &mut Steps,
) -> Vec<Term> {
    let at: Vec<usize> = (0..outs.len()).filter(|at| has(mask, *at)).collect();
    let rows: Vec<(&Term, Vec<&str>)> = pieces
        .iter()
        .filter(|piece| piece.is_sure(mask))
        .map(|piece| {
            let row = at.iter().filter_map(|at| piece.row.get(*at)?.as_deref());
            (&piece.term, row.collect())
        })
        .filter(|(_, row): &(_, Vec<&str>)| row.iter().any(|text| !text.is_empty()))
        .collect();
    let outs: Vec<&str> = at.iter().filter_map(|at| outs.get(*at).copied()).collect();
    Assembly { outs, rows, allow }.search(most, steps)
}

struct Assembly<'a> {
    outs: Vec<&'a str>,
    rows: Vec<(&'a Term, Vec<&'a str>)>,
    allow: &'a dyn Fn(&str) -> bool,
}

impl Assembly<'_> {
    fn search(&self, most: usize, steps: &mut Steps) -> Vec<Term> {
        let end: Place = self.outs.iter().map(|out| size(out)).collect();
        let mut queue = BinaryHeap::new();
        let mut ways: Vec<(Place, Rc<Way>)> = Vec::new();
        let mut gone: BTreeMap<Place, usize> = BTreeMap::new();
        let start: Place = vec![0; self.outs.len()];
        ways.push((start, Rc::new(Way { part: None, before: None })));
        queue.push(Reverse(Turn { cost: 0, number: 0 }));
        let mut found = Vec::new();
        let mut places = 0;
        while let Some(Reverse(turn)) = queue.pop() {
            let Some((place, way)) = ways.get(turn.number).cloned() else { break };
            if place == end {
                if way.part.is_some() {
                    found.push(term_of(&way));
                }
                if found.len() >= most || end.iter().all(|at| *at == 0) {
                    break;
                }
                continue;
            }
            let times = gone.entry(place.clone()).or_default();
            *times += 1;
            places += 1;
            if *times > WAYS_MAX {
                continue;
            }
            if places > PLACES_MAX || !steps.take(self.rows.len() / 8 + 1) {
                break;
            }
            self.edges(&place, way.part.as_ref(), &mut |next, part| {
                if gone.get(&next).is_some_and(|times| *times >= WAYS_MAX) {
                    return;
                }
                let cost = turn.cost.saturating_add(part.cost()).saturating_add(Op::Concat.cost());
                let way = Way { part: Some(part), before: Some(Rc::clone(&way)) };
                ways.push((next, Rc::new(way)));
                queue.push(Reverse(Turn { cost, number: ways.len() - 1 }));
            });
        }
        found
    }

    /// What may come next at a place.
    fn edges(&self, place: &Place, last: Option<&Term>, go: &mut impl FnMut(Place, Term)) {
        let rests: Vec<&str> =
            self.outs.iter().zip(place).filter_map(|(out, at)| out.get(*at as usize..)).collect();
        for (term, row) in &self.rows {
            let fits = rests.iter().zip(row).all(|(rest, text)| rest.starts_with(text));
            if fits {
                let next = place.iter().zip(row).map(|(at, text)| at + size(text)).collect();
                go(next, Term::clone(term));
            }
        }
        // Two constants side by side are one constant.
        if last.is_some_and(|last| matches!(last.op(), Op::Const(_))) {
            return;
        }
        for length in lengths(&rests) {
            let Some(text) = rests.first().and_then(|rest| rest.get(..length)) else { continue };
            if (self.allow)(text) {
                let by = u32::try_from(length).unwrap_or(u32::MAX);
                go(place.iter().map(|at| at + by).collect(), Term::text(text));
            }
        }
    }
}

fn size(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

/// The lengths of what all the texts begin with: to the end of each word or mark, and all of it.
fn lengths(rests: &[&str]) -> Vec<usize> {
    let Some((first, others)) = rests.split_first() else { return Vec::new() };
    let common = others.iter().fold(first.len(), |common, other| {
        let same = first.bytes().zip(other.bytes()).take(common).take_while(|(a, b)| a == b);
        same.count()
    });
    let mut found = Vec::new();
    let mut before: Option<char> = None;
    for (at, letter) in first.char_indices().take(CONSTANT_MAX) {
        let edge = before.is_some_and(|before| {
            !before.is_alphanumeric() || before.is_alphanumeric() != letter.is_alphanumeric()
        });
        if at > 0 && at <= common && (edge || at <= 3) {
            found.push(at);
        }
        before = Some(letter);
    }
    let whole = (0..=common).rev().find(|at| first.is_char_boundary(*at)).unwrap_or(0);
    if whole > 0 && !found.contains(&whole) {
        found.push(whole);
    }
    found
}

fn term_of(way: &Way) -> Term {
    let mut parts = Vec::new();
    let mut at = Some(way);
    while let Some(way) = at {
        parts.extend(way.part.clone());
        at = way.before.as_deref();
    }
    parts.reverse();
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            Term::new(Op::Concat, parts)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;
    use std::sync::Arc;

    fn piece(at: usize, row: &[&str]) -> Piece {
        Piece {
            term: Term::arg(at),
            twins: Vec::new(),
            row: row.iter().map(|text| Some(Arc::from(*text))).collect(),
        }
    }

    fn assembled(outs: &[&str], pieces: &[Piece]) -> Vec<Term> {
        assemble(outs, pieces, 0b11, 4, &|_| true, &mut Steps::new(100_000))
    }

    #[test]
    fn pieces_and_constants_make_answers() {
        let pieces = [piece(0, &["Ada", "Alan"]), piece(1, &["Lovelace", "Turing"])];
        let found = assembled(&["Lovelace, Ada", "Turing, Alan"], &pieces);
        let best = found.first().unwrap();
        assert_eq!(best.op(), &Op::Concat);
        assert_eq!(best.kids(), [Term::arg(1), Term::text(", "), Term::arg(0)]);
    }

    #[test]
    fn a_constant_that_is_not_allowed_is_not_used() {
        let pieces = [piece(0, &["a", "b"])];
        let found = assemble(
            &["secret a", "secret b"],
            &pieces,
            0b11,
            4,
            &|text| !text.contains("secret"),
            &mut Steps::new(100_000),
        );
        assert!(found.iter().all(|term| {
            !crate::cel::expression(term, &["x".into()], &Kind::Text).contains("secret")
        }));
    }

    #[test]
    fn characters_are_not_split() {
        let found = assembled(&["é1", "è2"], &[piece(0, &["1", "2"])]);
        assert!(found.is_empty());
    }
}
