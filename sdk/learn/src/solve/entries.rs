//! Objects whose keys are data: made of the items of a list, or of another object's values.
//!
//! *Never:* a key is made that an item does not give.

use super::{Effort, Rules, Workshop, solve as solve_problem};
use crate::bank::{Entry, bodies, unrolled};
use crate::kind::Kind;
use crate::op::Op;
use crate::problem::{Mask, Problem, Steps, has};
use crate::term::Term;
use crate::value::Value;

/// Lists and objects that are tried.
const TRIED_MAX: usize = 20;
const BODY_STEPS: u64 = 300_000;

pub(super) fn solve(shop: &Workshop<'_>, mask: Mask, steps: &mut Steps) -> Vec<Term> {
    let mut found = shop.bank.hits(&shop.problem.outs, mask, 2);
    if shop.rules.depth == 0 {
        return found;
    }
    let rules =
        Rules { branches: 0, effort: Effort::Little, depth: shop.rules.depth - 1, ..shop.rules };
    let sure = shop.bank.entries.iter().filter(|entry| entry.is_sure(mask));
    let tried: Vec<&Entry> = sure
        .filter(|entry| matches!(entry.kind, Kind::List(_) | Kind::Record(_) | Kind::Dict(_)))
        .take(TRIED_MAX)
        .collect();
    for entry in tried {
        if !found.is_empty() || steps.is_spent() {
            break;
        }
        found.extend(match &entry.kind {
            Kind::List(item) => of_list(shop, entry, item, mask, rules, steps),
            _ => of_object(shop, entry, mask, rules, steps),
        });
    }
    found
}

/// The value of each key changed.
fn of_object(
    shop: &Workshop<'_>,
    entry: &Entry,
    mask: Mask,
    rules: Rules<'_>,
    steps: &mut Steps,
) -> Option<Term> {
    let problem = shop.problem;
    let (mut envs, mut outs) = (Vec::new(), Vec::new());
    for (at, (env, value)) in problem.envs.iter().zip(&entry.row).enumerate() {
        if !has(mask, at) {
            continue;
        }
        let (from, to) = (value.as_ref()?.as_map()?, problem.outs.get(at)?.as_map()?);
        if !from.keys().eq(to.keys()) {
            return None;
        }
        for (value, out) in from.values().zip(to.values()) {
            let mut inner = env.clone();
            inner.push(value.clone());
            envs.push(inner);
            outs.push(out.clone());
        }
    }
    let inner = inner(problem, envs, outs)?;
    let body =
        steps.within(BODY_STEPS, |steps| solve_problem(&inner, rules, steps)).into_iter().next()?;
    Some(Term::new(Op::MapValues, [entry.term.clone(), body]))
}

/// One entry for each item: its key is something of the item, and so is its value.
fn of_list(
    shop: &Workshop<'_>,
    entry: &Entry,
    item: &Kind,
    mask: Mask,
    rules: Rules<'_>,
    steps: &mut Steps,
) -> Option<Term> {
    let problem = shop.problem;
    let mut keys: Vec<Term> = vec![Term::arg(problem.kinds.len())];
    let mut items = unrolled(problem, &entry.row, item);
    keys.extend(bodies(problem, entry, item, steps)?.values.into_iter().map(|(term, _)| term));
    keys.extend(split_keys(shop, &mut items));
    for key in keys {
        if let Some(inner) = with_key(problem, entry, &key, mask) {
            let bodies = steps.within(BODY_STEPS, |steps| solve_problem(&inner, rules, steps));
            if let Some(value) = bodies.into_iter().next() {
                return Some(Term::new(Op::Entries, [entry.term.clone(), key, value]));
            }
        }
    }
    None
}

/// The first part of an item that is text, before each of the marks.
fn split_keys(shop: &Workshop<'_>, items: &mut Problem) -> Vec<Term> {
    let at = items.kinds.len() - 1;
    if items.kinds.last() != Some(&Kind::Text) {
        return Vec::new();
    }
    let cuts = shop.bank.clues.cuts();
    cuts.map(|mark| {
        let parts = Term::new(Op::Split, [Term::arg(at), Term::text(mark)]);
        Term::new(Op::Item(0), [parts])
    })
    .collect()
}

fn with_key(problem: &Problem, entry: &Entry, key: &Term, mask: Mask) -> Option<Problem> {
    let (mut envs, mut outs) = (Vec::new(), Vec::new());
    for (at, (env, value)) in problem.envs.iter().zip(&entry.row).enumerate() {
        if !has(mask, at) {
            continue;
        }
        let (items, map) = (value.as_ref()?.as_list()?, problem.outs.get(at)?.as_map()?);
        if items.len() != map.len() {
            return None;
        }
        for item in items {
            let mut inner = env.clone();
            inner.push(item.clone());
            let Value::Text(name) = crate::eval::eval(key, &inner)? else { return None };
            outs.push(map.get(&name)?.clone());
            envs.push(inner);
        }
    }
    inner(problem, envs, outs)
}

fn inner(problem: &Problem, mut envs: Vec<Vec<Value>>, mut outs: Vec<Value>) -> Option<Problem> {
    let most = crate::problem::EXAMPLES_MAX;
    envs.truncate(most);
    outs.truncate(most);
    if envs.len() < 2 {
        return None;
    }
    let items = envs.iter().filter_map(|env| env.last());
    let mut kinds = problem.kinds.clone();
    kinds.push(Kind::of(items));
    let out = Kind::of(&outs);
    Some(Problem { envs, kinds, outs, out })
}
