//! The bank: terms from the cheapest up, each with what it gives in every example. Of terms that give
//! the same in all of them only the cheapest is kept.
//!
//! *Never:* a dear term is taken before a cheap one.

mod body;
mod rules;

pub(crate) use body::{Bodies, bodies, unrolled};

use crate::clue::Clues;
use crate::eval::{apply, eval};
use crate::idiom;
use crate::kind::Kind;
use crate::op::Op;
use crate::problem::{Mask, Problem, Steps, has};
use crate::term::Term;
use crate::value::Value;
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::hash_map::Entry as MapEntry;

/// What a term gives in each example.
pub(crate) type Row = Vec<Option<Value>>;

/// Texts and lists longer than this are not kept: what is made of long inputs by joining and
/// replacing would fill the memory.
const SIZE_MAX: usize = 20_000;
/// Of terms that give the same in every example so many are remembered beside the cheapest: they may
/// differ elsewhere, and what somebody means is one of the likeliest few.
const TWINS_MAX: usize = 3;
/// How much dearer than the cheapest a twin may be to be worth a question.
const TWIN_COST_RANGE: u32 = 40;

/// How far a bank grows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach {
    /// No term is dearer.
    pub(crate) cost: u32,
    /// No more terms than this.
    pub(crate) entries: usize,
    /// Loops inside of loops: how deep bodies are looked for.
    pub(crate) depth: usize,
    /// What is wanted in the end.
    pub(crate) want: Want,
    /// Whether numbers are calculated with where only texts are given.
    pub(crate) numbers: bool,
}

/// What the terms of a bank are for, so that useless ones are not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// Parts of text.
    Text,
    /// Numbers, lists and anything else.
    Other,
}

/// A term and what it gives.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) term: Term,
    pub(crate) kind: Kind,
    pub(crate) row: Row,
}

impl Entry {
    /// Whether there is a value in every example of these.
    pub(crate) fn is_sure(&self, mask: Mask) -> bool {
        self.row.iter().enumerate().all(|(at, value)| !has(mask, at) || value.is_some())
    }

    /// Whether the values are the answers in these examples.
    pub(crate) fn answers(&self, outs: &[Value], mask: Mask) -> bool {
        self.row.iter().zip(outs).enumerate().all(|(at, (value, out))| {
            !has(mask, at) || value.as_ref().is_some_and(|value| value.answers(out))
        })
    }

    pub(crate) fn is_constant(&self) -> bool {
        matches!(self.term.op(), Op::Const(_))
    }
}

/// A term that is not made yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    cost: u32,
    /// Drafts of one cost are taken in the order in which they came.
    number: u64,
    op: Op,
    kids: Vec<usize>,
    /// Bodies of loops, which are no terms of this bank.
    bodies: Vec<Term>,
    kind: Kind,
}

impl PartialOrd for Draft {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Draft {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.cost, self.number).cmp(&(other.cost, other.number))
    }
}

/// Terms over the arguments of a problem.
#[derive(Debug)]
pub(crate) struct Bank<'a> {
    problem: &'a Problem,
    pub(crate) clues: &'a Clues,
    pub(crate) entries: Vec<Entry>,
    /// Where each row stands, constants apart from others.
    seen: FxHashMap<(bool, Row), usize>,
    constants: FxHashMap<Value, usize>,
    twins: FxHashMap<usize, Vec<Term>>,
    drafts: BinaryHeap<Reverse<Draft>>,
    count: u64,
    reach: Reach,
}

impl<'a> Bank<'a> {
    /// Grows a bank as far as it may.
    pub(crate) fn grown(
        problem: &'a Problem,
        clues: &'a Clues,
        reach: Reach,
        steps: &mut Steps,
    ) -> Self {
        let mut bank = Self {
            problem,
            clues,
            entries: Vec::new(),
            seen: FxHashMap::default(),
            constants: FxHashMap::default(),
            twins: FxHashMap::default(),
            drafts: BinaryHeap::new(),
            count: 0,
            reach,
        };
        bank.begin();
        while let Some(Reverse(draft)) = bank.drafts.pop() {
            if bank.entries.len() >= reach.entries || !steps.take(problem.len()) {
                break;
            }
            if let Some(at) = bank.settle(draft) {
                rules::expand(&mut bank, at, steps);
            }
        }
        bank.drafts.clear();
        bank
    }

    fn begin(&mut self) {
        for (at, kind) in self.problem.kinds.iter().enumerate() {
            self.draft(Op::Arg(at), Vec::new(), Vec::new(), kind.clone());
        }
        let kinds = self.problem.kinds.clone();
        if self.reach.numbers || self.reach.want == Want::Other {
            for number in &self.clues.numbers {
                self.draft(Op::Const(Value::Int(*number)), Vec::new(), Vec::new(), Kind::Int);
                if kinds.iter().any(rules::has_floats) {
                    let float = Value::Float(*number as f64);
                    self.draft(Op::Const(float), Vec::new(), Vec::new(), Kind::Float);
                }
            }
        }
        for cut in self.clues.cuts() {
            self.draft(Op::Const(Value::text(cut)), Vec::new(), Vec::new(), Kind::Text);
        }
    }

    /// Notes a term to be made when its turn comes.
    fn draft(&mut self, op: Op, kids: Vec<usize>, bodies: Vec<Term>, kind: Kind) {
        let of_kids = kids.iter().filter_map(|at| self.entries.get(*at)).map(|kid| &kid.term);
        let terms: Vec<&Term> = of_kids.chain(&bodies).collect();
        let cost = idiom::cost(&op, &terms);
        if cost > self.reach.cost {
            return;
        }
        self.count += 1;
        self.drafts.push(Reverse(Draft { cost, number: self.count, op, kids, bodies, kind }));
    }

    /// The place of a constant text.
    fn constant(&mut self, text: &str) -> usize {
        self.put(Value::text(text), Kind::Text)
    }

    /// The place of a constant, which is put there when it is not yet.
    fn put(&mut self, value: Value, kind: Kind) -> usize {
        if let Some(known) = self.constants.get(&value) {
            return *known;
        }
        let row: Row = vec![Some(value.clone()); self.problem.len()];
        let place = self.entries.len();
        self.seen.insert((true, row.clone()), place);
        self.constants.insert(value.clone(), place);
        self.entries.push(Entry { term: Term::constant(value), kind, row });
        place
    }

    /// The place of a constant number.
    fn number(&mut self, number: i64) -> usize {
        self.put(Value::Int(number), Kind::Int)
    }

    /// Makes a term; gives its place when it is worth keeping.
    fn settle(&mut self, draft: Draft) -> Option<usize> {
        // A constant that stands here as a part of something is to meet the others all the same.
        if let Op::Const(value) = &draft.op
            && let Some(known) = self.constants.get(value)
        {
            return Some(*known);
        }
        let kids: Vec<&Entry> = draft.kids.iter().filter_map(|at| self.entries.get(*at)).collect();
        let terms: Vec<Term> =
            kids.iter().map(|kid| kid.term.clone()).chain(draft.bodies.iter().cloned()).collect();
        let term = Term::new(draft.op.clone(), terms);
        let row: Row = if draft.bodies.is_empty() && !draft.kids.is_empty() {
            (0..self.problem.len())
                .map(|at| {
                    let values: Option<Vec<Value>> =
                        kids.iter().map(|kid| kid.row.get(at).cloned().flatten()).collect();
                    apply(&draft.op, &values?)
                })
                .collect()
        } else {
            self.problem.envs.iter().map(|env| eval(&term, env)).collect()
        };
        if !matches!(draft.op, Op::Arg(_)) && !is_worth(&row) {
            return None;
        }
        let kind = match draft.kind {
            Kind::Any => Kind::of(row.iter().flatten()),
            kind => kind,
        };
        let constant = matches!(draft.op, Op::Const(_));
        let place = self.entries.len();
        match self.seen.entry((constant, row)) {
            MapEntry::Occupied(known) => {
                let known = *known.get();
                self.twin(known, term);
                return None;
            }
            MapEntry::Vacant(free) => {
                let row = free.key().1.clone();
                free.insert(place);
                if let Op::Const(value) = term.op() {
                    self.constants.insert(value.clone(), place);
                }
                self.entries.push(Entry { term, kind, row });
            }
        }
        Some(place)
    }

    /// Remembers a term that gives the same as one that is known.
    fn twin(&mut self, of: usize, term: Term) {
        let cheapest = self.entries.get(of).map_or(0, |entry| entry.term.cost());
        let twins = self.twins.entry(of).or_default();
        let near = term.cost() <= cheapest.saturating_add(TWIN_COST_RANGE);
        if near && twins.len() < TWINS_MAX {
            twins.push(term);
        }
    }

    /// The terms that give the same as this one in every example.
    pub(crate) fn twins(&self, of: usize) -> &[Term] {
        self.twins.get(&of).map_or(&[], Vec::as_slice)
    }

    /// The terms that give the answers of these examples, the cheapest first.
    pub(crate) fn hits(&self, outs: &[Value], mask: Mask, most: usize) -> Vec<Term> {
        self.entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| !entry.is_constant() || mask.count_ones() == 1)
            .filter(|(_, entry)| entry.answers(outs, mask))
            .flat_map(|(at, entry)| std::iter::once(&entry.term).chain(self.twins(at)))
            .take(most)
            .cloned()
            .collect()
    }
}

/// Whether a row says something: in a quarter of the examples at least, and not more than can be kept.
/// Arguments are kept whatever their size, for they are there already.
fn is_worth(row: &Row) -> bool {
    let there = row.iter().flatten().count();
    let small = row.iter().flatten().all(|value| match value {
        Value::Text(text) => text.len() <= SIZE_MAX,
        Value::List(items) => items.len() <= SIZE_MAX,
        _ => true,
    });
    there > 0 && there * 4 >= row.len() && small
}
