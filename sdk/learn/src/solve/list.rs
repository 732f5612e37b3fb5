//! Lists: a list of the arguments, with each item changed, or with some of its items.
//!
//! *Never:* an item is looked at apart from its list where lists differ in length.

use super::{Effort, KEPT, Rules, Workshop, solve as solve_problem};
use crate::bank::{Bank, Entry, unrolled};
use crate::kind::Kind;
use crate::op::Op;
use crate::problem::{EXAMPLES_MAX, Mask, Problem, Steps, has};
use crate::term::Term;
use crate::value::Value;

/// Lists that are tried, the cheapest first.
const LISTS_MAX: usize = 80;
/// What one loop may spend on its body.
const BODY_STEPS: u64 = 300_000;
/// No loop costs less than this beside its list.
const LOOP_COST: u32 = 40;

pub(super) fn solve(shop: &Workshop<'_>, mask: Mask, steps: &mut Steps) -> Vec<Term> {
    let mut found = shop.bank.hits(&shop.problem.outs, mask, KEPT);
    if shop.rules.depth > 0 {
        found.extend(looped(&shop.bank, shop.problem, mask, shop.rules, steps));
    }
    found
}

/// Lists that give these answers, and lists that do so after a loop.
pub(super) fn looped(
    bank: &Bank<'_>,
    problem: &Problem,
    mask: Mask,
    rules: Rules<'_>,
    steps: &mut Steps,
) -> Vec<Term> {
    let rules = Rules {
        branches: 0,
        effort: Effort::Little,
        depth: rules.depth.saturating_sub(1),
        ..rules
    };
    let mut found = Vec::new();
    let lists = bank.entries.iter().filter(|entry| entry.is_sure(mask)).filter_map(|entry| {
        let Kind::List(item) = &entry.kind else { return None };
        Some((entry, Kind::clone(item)))
    });
    let mut tried: Vec<Problem> = Vec::new();
    for (entry, item) in lists.take(LISTS_MAX) {
        let best = found.iter().map(Term::cost).min().unwrap_or(u32::MAX);
        if entry.term.cost().saturating_add(LOOP_COST) > best || steps.is_spent() {
            break;
        }
        if let Some(inner) = each(problem, entry, &item, mask)
            && !tried.iter().any(|other| other.envs == inner.envs)
        {
            let bodies = body(&inner, rules, steps);
            tried.push(inner);
            found.extend(
                bodies.into_iter().map(|body| Term::new(Op::Map, [entry.term.clone(), body])),
            );
        }
        if let Some(inner) = some(problem, entry, &item, mask) {
            let bodies = body(&inner, rules, steps);
            found.extend(
                bodies.into_iter().map(|body| Term::new(Op::Filter, [entry.term.clone(), body])),
            );
        }
    }
    found
}

/// Bodies that look at the item alone, or at what is around it where that does not do.
fn body(inner: &Problem, rules: Rules<'_>, steps: &mut Steps) -> Vec<Term> {
    let own = inner.kinds.len().saturating_sub(1);
    let mut alone = inner.clone();
    alone.kinds = alone.kinds.split_off(own);
    alone.envs = alone.envs.iter().map(|env| env.get(own..).unwrap_or_default().to_vec()).collect();
    let found = steps.within(BODY_STEPS, |steps| solve_problem(&alone, rules, steps));
    if found.is_empty() && own > 0 {
        return steps.within(BODY_STEPS, |steps| solve_problem(inner, rules, steps));
    }
    found.iter().map(|term| term.moved(&|at| at + own)).collect()
}

/// The lists of these examples, with the answers beside them.
fn both<'v>(
    problem: &'v Problem,
    entry: &'v Entry,
    mask: Mask,
) -> impl Iterator<Item = Option<(&'v [Value], &'v [Value])>> {
    let rows = entry.row.iter().zip(&problem.outs).enumerate();
    rows.filter(move |(at, _)| has(mask, *at))
        .map(|(_, (value, out))| Some((value.as_ref()?.as_list()?, out.as_list()?)))
}

/// A problem of the items, where every list is as long as its answer.
fn each(problem: &Problem, entry: &Entry, item: &Kind, mask: Mask) -> Option<Problem> {
    let mut answers: Vec<(Value, Value)> = Vec::new();
    for pair in both(problem, entry, mask) {
        let (items, outs) = pair?;
        if items.len() != outs.len() {
            return None;
        }
        answers.extend(items.iter().cloned().zip(outs.iter().cloned()));
    }
    // The same item with two answers: no function of the item alone.
    let outer = problem.kinds.len() > 1;
    let differs = |(item, out): &(Value, Value)| {
        answers.iter().any(|(other, answer)| other == item && answer != out)
    };
    if answers.len() < 2 || (!outer && answers.iter().any(differs)) {
        return None;
    }
    let mut inner = paired(problem, entry, item, mask, |_, outs, at| outs.get(at).cloned());
    inner.out = problem.out.item().cloned().unwrap_or(Kind::Any);
    Some(inner)
}

/// A problem of yes or no, where every answer is some of the items in their order.
fn some(problem: &Problem, entry: &Entry, item: &Kind, mask: Mask) -> Option<Problem> {
    let mut shorter = false;
    for pair in both(problem, entry, mask) {
        let (items, outs) = pair?;
        let mut rest = items.iter();
        if !outs.iter().all(|out| rest.any(|item| item.answers(out))) {
            return None;
        }
        shorter |= outs.len() < items.len();
    }
    if !shorter {
        return None;
    }
    let mut inner = paired(problem, entry, item, mask, |items, outs, at| {
        let item = items.get(at)?;
        Some(Value::Bool(outs.iter().any(|out| item.answers(out))))
    });
    inner.out = Kind::Bool;
    Some(inner)
}

fn paired(
    problem: &Problem,
    entry: &Entry,
    item: &Kind,
    mask: Mask,
    answer: impl Fn(&[Value], &[Value], usize) -> Option<Value>,
) -> Problem {
    let empty = unrolled(
        &Problem { envs: Vec::new(), outs: Vec::new(), ..problem.clone() },
        &Vec::new(),
        item,
    );
    let (mut envs, mut answers) = (Vec::new(), Vec::new());
    let rows = problem.envs.iter().zip(&entry.row).zip(&problem.outs).enumerate();
    for (_, ((env, value), out)) in rows.filter(|(at, _)| has(mask, *at)) {
        let (Some(items), Some(outs)) = (value.as_ref().and_then(Value::as_list), out.as_list())
        else {
            continue;
        };
        for (at, one) in items.iter().enumerate() {
            let mut inner = env.clone();
            inner.push(one.clone());
            if let Some(answer) = answer(items, outs, at)
                && envs.len() < EXAMPLES_MAX
                && !envs.contains(&inner)
            {
                envs.push(inner);
                answers.push(answer);
            }
        }
    }
    Problem { envs, outs: answers, ..empty }
}
