//! Questions with yes or no for an answer, asked of every example: what conditions are made of.
//!
//! *Never:* a question has no answer in an example that is looked at.

use crate::bank::{Bank, Entry};
use crate::kind::Kind;
use crate::op::{Class, Op};
use crate::problem::{Mask, has};
use crate::term::Term;
use crate::value::Value;
use std::collections::BTreeMap;

/// Terms up to this cost are asked about.
const ASKED_COST_MAX: u32 = 48;
/// So many terms are asked about, the cheapest first.
const ASKED_MAX: usize = 36;
/// Values that hardly vary are names of cases; of values that vary more, none is one.
const CASES_MAX: usize = 8;
/// Conditions that are tried in loops without knowing what is wanted.
const CONDITIONS_MAX: usize = 24;

/// A question, and in which examples the answer is yes.
#[derive(Debug, Clone)]
pub(crate) struct Atom {
    pub(crate) term: Term,
    pub(crate) truth: Mask,
}

/// The questions that tell some of these examples from others; of several that tell the same apart,
/// the cheapest.
pub(crate) fn atoms(bank: &Bank<'_>, mask: Mask) -> Vec<Atom> {
    let mut found = Found { mask, best: BTreeMap::new() };
    let asked: Vec<&Entry> = bank
        .entries
        .iter()
        .filter(|entry| !entry.is_constant() && entry.term.cost() <= ASKED_COST_MAX)
        .filter(|entry| entry.is_sure(mask))
        .take(ASKED_MAX)
        .collect();
    for (at, entry) in asked.iter().enumerate() {
        match &entry.kind {
            Kind::Bool => found.note(entry.term.clone(), &entry.row),
            Kind::Text => {
                texts(&mut found, bank, entry);
                for other in asked.iter().take(at).filter(|other| other.kind == Kind::Text) {
                    found.ask(Op::Equal, &[entry, other]);
                    found.ask(Op::Contains, &[entry, other]);
                    found.ask(Op::Contains, &[other, entry]);
                    found.ask(Op::Starts, &[entry, other]);
                }
            }
            Kind::Int | Kind::Float => {
                numbers(&mut found, entry);
                for other in asked.iter().take(at).filter(|other| other.kind == entry.kind) {
                    found.ask(Op::Less, &[entry, other]);
                    found.ask(Op::Less, &[other, entry]);
                    found.ask(Op::Equal, &[entry, other]);
                }
            }
            Kind::List(item) if **item == Kind::Text => {
                for word in &bank.clues.words {
                    found.ask_of(Op::In, Value::text(word), entry, true);
                }
            }
            Kind::Any | Kind::Time | Kind::List(_) | Kind::Record(_) | Kind::Dict(_) => {}
        }
    }
    let mut all: Vec<Atom> = found.best.into_values().collect();
    all.sort_by_key(|atom| (atom.term.cost(), atom.truth));
    all
}

/// Conditions for loops whose use is not known yet: questions, and the opposite of each.
pub(crate) fn conditions(bank: &Bank<'_>, mask: Mask) -> Vec<Term> {
    atoms(bank, mask)
        .into_iter()
        .take(CONDITIONS_MAX)
        .flat_map(|atom| [atom.term.clone(), Term::new(Op::Not, [atom.term])])
        .collect()
}

struct Found {
    mask: Mask,
    best: BTreeMap<Mask, Atom>,
}

impl Found {
    fn note(&mut self, term: Term, row: &[Option<Value>]) {
        let mut truth = 0;
        for (at, value) in row.iter().enumerate().filter(|(at, _)| has(self.mask, *at)) {
            match value {
                Some(Value::Bool(true)) => truth |= 1 << at,
                Some(Value::Bool(false)) => {}
                _ => return,
            }
        }
        if truth == 0 || truth == self.mask {
            return;
        }
        match self.best.get(&truth) {
            Some(known) if known.term.cost() <= term.cost() => {}
            _ => {
                self.best.insert(truth, Atom { term, truth });
            }
        }
    }

    fn ask(&mut self, op: Op, of: &[&Entry]) {
        let terms: Vec<Term> = of.iter().map(|entry| entry.term.clone()).collect();
        let count = of.first().map_or(0, |entry| entry.row.len());
        let row: Vec<Option<Value>> = (0..count)
            .map(|at| {
                let values: Option<Vec<Value>> =
                    of.iter().map(|entry| entry.row.get(at).cloned().flatten()).collect();
                crate::eval::apply(&op, &values?)
            })
            .collect();
        self.note(Term::new(op, terms), &row);
    }

    /// Asks with a constant, which stands first or second.
    fn ask_of(&mut self, op: Op, constant: Value, entry: &Entry, first: bool) {
        let row = vec![Some(constant.clone()); entry.row.len()];
        let constant = Entry { term: Term::constant(constant), kind: Kind::Any, row };
        let both = if first { [&constant, entry] } else { [entry, &constant] };
        self.ask(op, &both);
    }
}

fn texts(found: &mut Found, bank: &Bank<'_>, entry: &Entry) {
    for class in [Class::Digit, Class::Letter, Class::Upper, Class::Lower] {
        found.ask(Op::Has(class), &[entry]);
    }
    found.ask_of(Op::Equal, Value::text(""), entry, false);
    let mut values: Vec<&Value> = entry.row.iter().flatten().collect();
    values.sort_by(|a, b| a.order(b).unwrap_or(std::cmp::Ordering::Equal));
    values.dedup();
    if values.len() <= CASES_MAX {
        for value in values {
            found.ask_of(Op::Equal, value.clone(), entry, false);
        }
    }
    // What a term was cut out of has been asked already.
    if entry.term.cost() > 30 {
        return;
    }
    let clues = bank.clues;
    for piece in clues.marks.iter().chain(&clues.shared).chain(&clues.words) {
        for op in [Op::Contains, Op::Starts, Op::Ends] {
            found.ask_of(op, Value::text(piece), entry, false);
        }
    }
}

/// Limits between the numbers that were seen, and the numbers themselves where they are few.
fn numbers(found: &mut Found, entry: &Entry) {
    let mut values: Vec<&Value> = entry.row.iter().flatten().collect();
    values.sort_by(|a, b| a.order(b).unwrap_or(std::cmp::Ordering::Equal));
    values.dedup();
    for pair in values.windows(2) {
        if let [low, high] = pair
            && let Some(limit) = limit(low, high)
        {
            found.ask_of(Op::AtMost, limit, entry, true);
        }
    }
    if values.len() <= CASES_MAX && entry.kind == Kind::Int {
        for value in values {
            found.ask_of(Op::Equal, value.clone(), entry, false);
        }
    }
}

/// The roundest number above the low and up to the high value, for people set limits there; of several
/// that are as round, the one in the middle, which is least likely to be wrong on either side.
fn limit(low: &Value, high: &Value) -> Option<Value> {
    if let (Value::Int(low), Value::Int(high)) = (low, high) {
        return Some(Value::Int(round_between(*low, *high)));
    }
    let (low, high) = (low.as_f64()?, high.as_f64()?);
    let mut step = 1e6_f64;
    while step > 1e-6 {
        for unit in [step, step / 2.0] {
            let (first, last) = ((low / unit).floor() + 1.0, (high / unit).floor());
            let middle = ((low + high) / 2.0 / unit).round();
            let round = middle.min(last).max(first) * unit;
            if first <= last && round > low && round <= high {
                return Some(Value::Float(round));
            }
        }
        step /= 10.0;
    }
    Some(Value::Float(high))
}

fn round_between(low: i64, high: i64) -> i64 {
    let mut step = 1_000_000_000_000_i64;
    while step > 0 {
        for unit in [step, step / 2].into_iter().filter(|unit| *unit > 0) {
            let (first, last) = (low.div_euclid(unit) + 1, high.div_euclid(unit));
            let middle = (low / 2 + high / 2).saturating_add(unit / 2).div_euclid(unit);
            if first <= last
                && let Some(round) = middle.clamp(first, last).checked_mul(unit)
            {
                return round;
            }
        }
        step /= 10;
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_round() {
        let limit = |low, high| limit(&Value::Int(low), &Value::Int(high));
        assert_eq!(limit(49, 50), Some(Value::Int(50)));
        assert_eq!(limit(44, 51), Some(Value::Int(50)));
        // Of 20 and 30 the one that is further from both.
        assert_eq!(limit(17, 36), Some(Value::Int(30)));
        assert_eq!(limit(12, 49), Some(Value::Int(30)));
        assert_eq!(limit(-1, 3), Some(Value::Int(0)));
        assert_eq!(limit(99, 1200), Some(Value::Int(1000)));
    }
}
