//! Bodies of loops: what can be made of the items of a list, whatever the list is used for.
//!
//! *Never:* a body looks at another item than its own.

use super::{Bank, Entry, Reach, Row, Want};
use crate::atom::conditions;
use crate::clue::Clues;
use crate::kind::Kind;
use crate::problem::{EXAMPLES_MAX, Problem, Steps};
use crate::term::Term;
use crate::value::Value;

/// How much is made of an item: a field, a product of two, a part of a text.
const BODY: Reach = Reach { cost: 48, entries: 60, depth: 0, want: Want::Other, numbers: true };

/// Bodies over an item.
#[derive(Debug)]
pub(crate) struct Bodies {
    pub(crate) values: Vec<(Term, Kind)>,
    pub(crate) conditions: Vec<Term>,
}

/// A problem whose examples are the items of a list, each behind the arguments it came with. There
/// are no answers yet.
pub(crate) fn unrolled(problem: &Problem, row: &Row, item: &Kind) -> Problem {
    let mut envs = Vec::new();
    for (env, value) in problem.envs.iter().zip(row) {
        for one in value.as_ref().and_then(Value::as_list).unwrap_or_default() {
            let mut inner = env.clone();
            inner.push(one.clone());
            if envs.len() < EXAMPLES_MAX && !envs.contains(&inner) {
                envs.push(inner);
            }
        }
    }
    let mut kinds = problem.kinds.clone();
    kinds.push(item.clone());
    let outs = vec![Value::Null; envs.len()];
    Problem { envs, kinds, outs, out: Kind::Any }
}

/// What the items of a list suggest.
pub(crate) fn bodies(
    problem: &Problem,
    entry: &Entry,
    item: &Kind,
    steps: &mut Steps,
) -> Option<Bodies> {
    let inner = unrolled(problem, &entry.row, item);
    if inner.len() == 0 {
        return None;
    }
    let clues = Clues { numbers: vec![1, 2], ..Clues::default() };
    let mut only = inner.clone();
    // Arguments are as good in a body as outside, so only the item is looked at.
    let own = only.kinds.len() - 1;
    only.kinds = only.kinds.split_off(own);
    only.envs =
        only.envs.into_iter().filter_map(|env| env.last().cloned()).map(|it| vec![it]).collect();
    let bank = Bank::grown(&only, &clues, BODY, steps);
    let place = |term: &Term| term.moved(&|_| own);
    let values = bank
        .entries
        .iter()
        .filter(|entry| !entry.is_constant() && *entry.term.op() != crate::op::Op::Arg(0))
        .filter(|entry| entry.is_sure(only.all()))
        .map(|entry| (place(&entry.term), entry.kind.clone()))
        .collect();
    let conditions = conditions(&bank, only.all()).iter().map(place).collect();
    Some(Bodies { values, conditions })
}
