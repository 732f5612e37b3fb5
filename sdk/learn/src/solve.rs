//! Solving: the straight way by the kind of the answers, and two ways behind a condition where that is
//! dear.
//!
//! *Never:* a program has more branches than its examples justify.

mod branch;
mod entries;
mod list;
mod number;
mod text;

use crate::atom::{Atom, atoms};
use crate::bank::{Bank, Reach, Want};
use crate::clue::Clues;
use crate::kind::Kind;
use crate::op::Op;
use crate::piece::{Piece, pieces};
use crate::problem::{EXAMPLES_MAX, Mask, Problem, Steps, has};
use crate::term::Term;
use crate::truth;
use crate::value::Value;
use std::sync::Arc;

/// The best programs of every stage that are carried on.
pub(crate) const KEPT: usize = 6;

/// A program cheaper than this would not be beaten by more effort.
const ENOUGH: u32 = 150;

/// What one search may use.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'r> {
    /// Whether a constant from the examples may be in a program.
    pub(crate) allow: &'r dyn Fn(&str) -> bool,
    /// How often a program may decide between two ways.
    pub(crate) branches: usize,
    /// How many loops may stand inside of one another.
    pub(crate) depth: usize,
    /// How much is tried where the first programs are dear.
    pub(crate) effort: Effort,
}

/// The programs for a problem, the cheapest first.
pub(crate) fn solve(problem: &Problem, rules: Rules<'_>, steps: &mut Steps) -> Vec<Term> {
    let clues = Clues::of(problem, rules.allow);
    let shop = Workshop::new(problem, &clues, rules, Effort::Little, steps);
    shop.solve(steps)
}

/// What a set of examples is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// All that a program is for.
    Whole,
    /// Those behind a condition.
    Side,
}

/// How much is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effort {
    Little,
    Much,
}

impl Effort {
    /// Texts are put together from what is cheap; numbers, dates and lists go through more steps.
    fn reach(self, want: Want, data: bool, depth: usize) -> Reach {
        let (cost, entries) = match (self, want, data) {
            (Self::Little, Want::Text, false) => (70, 300),
            (Self::Little, Want::Text, true) => (82, 900),
            (Self::Little, Want::Other, false) => (90, 1_000),
            (Self::Little, Want::Other, true) => (92, 1_500),
            (Self::Much, Want::Text, false) => (98, 1_200),
            (Self::Much, Want::Text, true) => (98, 2_000),
            (Self::Much, Want::Other, false) => (115, 4_000),
            (Self::Much, Want::Other, true) => (115, 6_000),
        };
        Reach { cost, entries, depth, want, numbers: data || self == Self::Much }
    }
}

/// What is made once for a problem and used for every set of its examples.
pub(crate) struct Workshop<'w> {
    problem: &'w Problem,
    rules: Rules<'w>,
    bank: Bank<'w>,
    pieces: Vec<Piece>,
    atoms: std::cell::OnceCell<Vec<Atom>>,
}

impl<'w> Workshop<'w> {
    pub(crate) fn new(
        problem: &'w Problem,
        clues: &'w Clues,
        rules: Rules<'w>,
        effort: Effort,
        steps: &mut Steps,
    ) -> Self {
        let want = if problem.out == Kind::Text { Want::Text } else { Want::Other };
        let data = problem.kinds.iter().any(|kind| *kind != Kind::Text);
        let reach = effort.reach(want, data, rules.depth);
        let bank = Bank::grown(problem, clues, reach, steps);
        let pieces = if want == Want::Text {
            steps.half(|steps| pieces(problem, &bank, steps))
        } else {
            Vec::new()
        };
        Self { problem, rules, bank, pieces, atoms: std::cell::OnceCell::new() }
    }

    /// The programs for all the examples, the cheapest first; with more effort where they are dear.
    pub(crate) fn solve(&self, steps: &mut Steps) -> Vec<Term> {
        let all = self.problem.all();
        let mut found = self.programs(all, self.rules.branches, steps);
        // What more effort would find costs more than this.
        let done = found.first().is_some_and(|best| best.cost() <= ENOUGH) || steps.is_spent();
        if !done && self.rules.effort == Effort::Much {
            let clues = self.bank.clues;
            let larger = Workshop::new(self.problem, clues, self.rules, Effort::Much, steps);
            found.extend(larger.programs(all, self.rules.branches, steps));
            found.sort_by_key(Term::cost);
        }
        found.dedup();
        found.truncate(KEPT);
        found
    }

    /// For each example that is held back, the program that the others would have given.
    pub(crate) fn without(
        &self,
        held: &[usize],
        branches: usize,
        steps: &mut Steps,
    ) -> Vec<(usize, Term)> {
        let share = steps.share(held.len());
        let mut found = Vec::new();
        for at in held.iter().copied().filter(|at| *at < EXAMPLES_MAX) {
            let rest = self.problem.all() & !(1 << at);
            let programs = steps.within(share, |steps| self.programs(rest, branches, steps));
            found.extend(programs.into_iter().next().map(|term| (at, term)));
        }
        found
    }

    /// The questions that tell the examples apart.
    fn atoms(&self) -> &[Atom] {
        self.atoms.get_or_init(|| atoms(&self.bank, self.problem.all()))
    }

    /// Programs for these examples, the cheapest first; with branches where one way is dear.
    fn programs(&self, mask: Mask, branches: usize, steps: &mut Steps) -> Vec<Term> {
        let mut found = self.straight(mask, Scope::Whole, steps);
        let dear = found.first().is_none_or(|best| best.cost() > branch::DEAR);
        if dear && branches > 0 {
            found.extend(branch::branched(self, mask, branches, steps));
            found.sort_by_key(Term::cost);
        }
        found
    }

    /// Programs without a branch of their own for these examples.
    fn straight(&self, mask: Mask, scope: Scope, steps: &mut Steps) -> Vec<Term> {
        let outs = &self.problem.outs;
        let mut found = match &self.problem.out {
            Kind::Text => text::solve(self, mask, scope, steps),
            Kind::Bool => self.truth(mask, steps),
            Kind::Int | Kind::Float => number::solve(self, mask, steps),
            Kind::List(_) => list::solve(self, mask, steps),
            Kind::Record(_) | Kind::Dict(_) => self.fields(mask, steps),
            Kind::Any | Kind::Time => Vec::new(),
        };
        found.extend(self.bank.hits(outs, mask, KEPT));
        found.extend(self.same(mask));
        found.sort_by_key(Term::cost);
        found.dedup();
        found.truncate(KEPT);
        found
    }

    /// One answer for all of these examples.
    fn same(&self, mask: Mask) -> Option<Term> {
        let mut outs = self.outs(mask);
        let first = outs.next()?.clone();
        let strings = texts_of(&first);
        let allowed = strings.iter().all(|text| (self.rules.allow)(text));
        (allowed && outs.all(|out| *out == first)).then(|| Term::constant(first))
    }

    fn outs(&self, mask: Mask) -> impl Iterator<Item = &Value> {
        self.problem
            .outs
            .iter()
            .enumerate()
            .filter(move |(at, _)| has(mask, *at))
            .map(|(_, out)| out)
    }

    fn truth(&self, mask: Mask, steps: &mut Steps) -> Vec<Term> {
        let wanted = self
            .problem
            .outs
            .iter()
            .enumerate()
            .filter(|(at, out)| has(mask, *at) && **out == Value::Bool(true))
            .fold(0, |wanted, (at, _)| wanted | 1 << at);
        let atoms: Vec<Atom> = self
            .atoms()
            .iter()
            .map(|atom| Atom { term: atom.term.clone(), truth: atom.truth & mask })
            .collect();
        truth::conditions(&atoms, mask, wanted, KEPT, steps)
    }

    /// An object of fields, each of which is a problem of its own; or one made of a list.
    fn fields(&self, mask: Mask, steps: &mut Steps) -> Vec<Term> {
        let made = entries::solve(self, mask, steps);
        let Kind::Record(fields) = &self.problem.out else { return made };
        if !fields.values().all(|field| field.required) || self.rules.depth == 0 {
            return made;
        }
        let part = self.part(mask);
        let mut kids = Vec::new();
        for name in fields.keys() {
            let outs = part.outs.iter().filter_map(|out| out.as_map()?.get(name).cloned());
            let inner = part.with_outs(outs.collect());
            let rules = Rules { branches: 0, effort: Effort::Little, ..self.rules };
            match solve(&inner, rules, steps).into_iter().next() {
                Some(best) => kids.push(best),
                None => return made,
            }
        }
        let names: Arc<[Arc<str>]> = fields.keys().cloned().collect();
        let whole = Term::new(Op::Record(names), kids);
        made.into_iter().chain([whole]).collect()
    }

    /// The problem of these examples only.
    fn part(&self, mask: Mask) -> Problem {
        let chosen = |at: &usize| has(mask, *at);
        let pick = |at: usize| self.problem.envs.get(at).cloned().unwrap_or_default();
        Problem {
            envs: (0..self.problem.len()).filter(chosen).map(pick).collect(),
            kinds: self.problem.kinds.clone(),
            outs: self.outs(mask).cloned().collect(),
            out: self.problem.out.clone(),
        }
    }
}

fn texts_of(value: &Value) -> Vec<Arc<str>> {
    match value {
        Value::Text(text) => vec![text.clone()],
        Value::List(items) => items.iter().flat_map(texts_of).collect(),
        Value::Map(fields) => fields
            .iter()
            .flat_map(|(key, value)| [vec![key.clone()], texts_of(value)].concat())
            .collect(),
        _ => Vec::new(),
    }
}
