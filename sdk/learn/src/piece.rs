//! Pieces of answers: parts of texts that occur in the answers, found by cutting at marks, by runs of
//! characters and by position.
//!
//! *Never:* a piece is kept that is in hardly any answer.

mod cut;
mod position;

use crate::bank::{Bank, Entry, Row};
use crate::kind::Kind;
use crate::op::Op;
use crate::problem::{Mask, Problem, Steps, has};
use crate::term::Term;
use crate::value::Value;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Texts that are cut; the dearer a text, the likelier its pieces are chance.
const BASES_MAX: usize = 20;
const BASE_COST_MAX: u32 = 75;
/// Positions are looked for in texts up to this cost: arguments, and these changed in one way.
const PLACED_COST_MAX: u32 = 32;
/// Cuts of cuts are made only of what costs no more than this.
const AGAIN_COST_MAX: u32 = 62;
/// More pieces than this make assembling slow; the cheapest are kept.
const PIECES_MAX: usize = 1_500;
/// So many ways to one piece are remembered: the cheapest, and others that may be meant.
const WAYS_MAX: usize = 4;
/// How much dearer than the cheapest such a way may be.
const WAY_COST_RANGE: u32 = 40;
/// So many bytes more take as long as one more short text.
const BYTES_PER_STEP: usize = 1_024;
/// Positions are looked for in texts of so many bytes together; each character is noted.
const PLACED_BYTES_MAX: usize = 1 << 20;

/// The part of a text in each example.
pub(crate) type Slices<'t> = Vec<Option<&'t str>>;

/// A part of answers.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) term: Term,
    /// Dearer terms that give the same here and may not elsewhere.
    pub(crate) twins: Vec<Term>,
    pub(crate) row: Vec<Option<Arc<str>>>,
}

impl Piece {
    pub(crate) fn is_sure(&self, mask: Mask) -> bool {
        self.row.iter().enumerate().all(|(at, text)| !has(mask, at) || text.is_some())
    }
}

/// Collects pieces; of those that are the same everywhere the cheapest few stay.
pub(crate) struct Collector<'p> {
    outs: Vec<&'p str>,
    found: FxHashMap<Vec<Option<Arc<str>>>, Vec<Term>>,
}

/// How much work a look at these texts is, in steps.
pub(crate) fn weight(slices: &Slices<'_>) -> usize {
    slices.len() + bytes(slices) / BYTES_PER_STEP
}

fn bytes(slices: &Slices<'_>) -> usize {
    slices.iter().flatten().map(|text| text.len()).sum()
}

/// How a piece may be changed before it stands in an answer.
const CHANGES: [Op; 4] = [Op::Lower, Op::Upper, Op::Title, Op::Trim];

impl<'p> Collector<'p> {
    /// Whether texts are in enough of the answers: a quarter of them, as a branch needs.
    fn is_used<'s>(&self, slices: impl Iterator<Item = Option<&'s str>>) -> bool {
        let needed = self.outs.len().div_ceil(4);
        let mut used = 0;
        for (at, (slice, out)) in slices.zip(&self.outs).enumerate() {
            if used >= needed || used + self.outs.len() - at < needed {
                break;
            }
            used += usize::from(slice.is_some_and(|it| !it.is_empty() && out.contains(it)));
        }
        used > 0 && used >= needed
    }

    /// Keeps a piece where it is in the answers, as it is or changed.
    pub(crate) fn offer(&mut self, slices: &Slices<'_>, cost: u32, term: impl FnOnce() -> Term) {
        if self.is_used(slices.iter().copied()) {
            let row: Vec<Option<Arc<str>>> =
                slices.iter().map(|slice| slice.map(Arc::from)).collect();
            self.keep(row, cost, term);
            return;
        }
        if cost > AGAIN_COST_MAX {
            return;
        }
        for op in CHANGES {
            let row: Vec<Option<Arc<str>>> =
                slices.iter().map(|slice| slice.and_then(|slice| changed(&op, slice))).collect();
            if self.is_used(row.iter().map(Option::as_deref)) {
                let whole = cost + op.cost();
                self.keep(row, whole, || Term::new(op, [term()]));
                return;
            }
        }
    }

    fn keep(&mut self, row: Vec<Option<Arc<str>>>, cost: u32, term: impl FnOnce() -> Term) {
        let ways = self.found.entry(row).or_default();
        let cheapest = ways.first().map_or(cost, Term::cost);
        let worth = ways.len() < WAYS_MAX || ways.last().is_some_and(|last| cost < last.cost());
        if !worth || cost > cheapest.saturating_add(WAY_COST_RANGE) {
            return;
        }
        let term = term();
        if ways.contains(&term) {
            return;
        }
        let place = ways.partition_point(|way| way.cost() <= cost);
        ways.insert(place, term);
        let most = ways.first().map_or(cost, Term::cost).saturating_add(WAY_COST_RANGE);
        ways.retain(|way| way.cost() <= most);
        ways.truncate(WAYS_MAX);
    }
}

fn changed(op: &Op, text: &str) -> Option<Arc<str>> {
    let value = crate::eval::apply(op, &[Value::text(text)])?;
    value.as_text().map(Arc::from)
}

/// The pieces that a bank's texts have in common with the answers, the cheapest first.
pub(crate) fn pieces(problem: &Problem, bank: &Bank<'_>, steps: &mut Steps) -> Vec<Piece> {
    let outs = problem.outs.iter().map(|out| out.as_text().unwrap_or_default()).collect();
    let mut collector = Collector { outs, found: FxHashMap::default() };
    let texts: Vec<&Entry> = bank
        .entries
        .iter()
        .filter(|entry| entry.kind == Kind::Text && !entry.is_constant())
        .collect();
    let numbers: Vec<&Entry> = bank
        .entries
        .iter()
        .filter(|entry| entry.kind == Kind::Int && entry.term.cost() <= 45)
        .filter(|entry| {
            !entry.is_constant() && !entry.term.arguments(problem.kinds.len()).is_empty()
        })
        .take(12)
        .collect();
    for entry in &texts {
        let slices = slices(entry);
        collector.offer(&slices, entry.term.cost(), || entry.term.clone());
        if matches!(entry.term.op(), Op::MonthName | Op::WeekdayName) {
            short(&mut collector, entry, &slices);
        }
    }
    chains(&mut collector, problem, bank, steps);
    let bases = texts.iter().filter(|entry| {
        entry.term.cost() <= BASE_COST_MAX
            // A number that was written for somebody to read is not cut again.
            && !matches!(entry.term.op(), Op::Pad(_) | Op::Thousands | Op::Fixed(_))
    });
    for entry in bases.take(BASES_MAX) {
        let whole = slices(entry);
        if !steps.take(weight(&whole) * 20) {
            break;
        }
        let cuts = cut::cuts(&mut collector, &whole, &entry.term, bank.clues, steps);
        cuts.iter().for_each(|(term, slices)| initial(&mut collector, term, slices));
        for (term, slices) in cuts.iter().filter(|(term, _)| term.cost() <= AGAIN_COST_MAX) {
            if steps.take(weight(slices) * 10) {
                cut::cuts(&mut collector, slices, term, bank.clues, steps);
            }
        }
        if entry.term.cost() > PLACED_COST_MAX || bytes(&whole) > PLACED_BYTES_MAX {
            continue;
        }
        position::substrings(&mut collector, &whole, &entry.term, bank.clues, &numbers, steps);
    }
    let mut all: Vec<Piece> = collector
        .found
        .into_iter()
        .filter_map(|(row, mut ways)| {
            let twins = ways.split_off(1.min(ways.len()));
            Some(Piece { term: ways.pop()?, twins, row })
        })
        .collect();
    all.sort_by(|a, b| a.term.cost().cmp(&b.term.cost()).then_with(|| a.row.cmp(&b.row)));
    all.truncate(PIECES_MAX);
    all
}

/// The first letter of a part, which a name is often shortened to.
fn initial(collector: &mut Collector<'_>, of: &Term, slices: &Slices<'_>) {
    let first = |text: &&str| text.chars().next().map_or(0, char::len_utf8);
    let letters = slices.iter().map(|text| text.and_then(|text| text.get(..first(&text))));
    let letters: Slices<'_> = letters.map(|text| text.filter(|text| !text.is_empty())).collect();
    let term = Term::new(Op::Substring, [of.clone(), Term::int(0), Term::int(1)]);
    collector.offer(&letters, term.cost(), || term.clone());
}

/// Names of months and days are often written in three letters.
fn short(collector: &mut Collector<'_>, entry: &Entry, whole: &Slices<'_>) {
    let slices = whole.iter().map(|name| name.and_then(|name| name.get(..3))).collect();
    let term = Term::new(Op::Substring, [entry.term.clone(), Term::int(0), Term::int(3)]);
    collector.offer(&slices, term.cost(), || term.clone());
}

/// Arguments with up to two of the suggested pieces replaced. Words make such terms dear, but what
/// stands in an answer in place of a word speaks for itself.
fn chains(collector: &mut Collector<'_>, problem: &Problem, bank: &Bank<'_>, steps: &mut Steps) {
    let arguments = bank
        .entries
        .iter()
        .filter(|entry| entry.kind == Kind::Text && matches!(entry.term.op(), Op::Arg(_)));
    // A mark that no answer has was taken out.
    let gone =
        bank.clues.marks.iter().filter(|mark| !collector.outs.iter().any(|it| it.contains(*mark)));
    let taken = gone.map(|mark| (mark.clone(), String::new()));
    let pairs: Vec<(String, String)> = bank.clues.pairs.iter().cloned().chain(taken).collect();
    for entry in arguments {
        let weight = weight(&slices(entry));
        for first in &pairs {
            for second in &pairs {
                if !steps.take(weight) {
                    return;
                }
                let one = replaced(&entry.term, first);
                let term = if first == second { one } else { replaced(&one, second) };
                let row: Row =
                    problem.envs.iter().map(|env| crate::eval::eval(&term, env)).collect();
                let slices =
                    row.iter().map(|value| value.as_ref().and_then(Value::as_text)).collect();
                collector.offer(&slices, term.cost(), || term.clone());
            }
        }
    }
}

fn replaced(term: &Term, (old, new): &(String, String)) -> Term {
    Term::new(Op::Replace, [term.clone(), Term::text(old), Term::text(new)])
}

fn slices(entry: &Entry) -> Slices<'_> {
    entry.row.iter().map(|value| value.as_ref().and_then(Value::as_text)).collect()
}
