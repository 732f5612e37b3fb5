//! What counts as an answer: a term, an object of terms, or one of two terms by a third.
//!
//! *Never:* a program is an answer that an example contradicts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::fit::same;
use super::search::Search;
use super::term::{Expr, Term};

/// Answers that are told; more than three are no choice but a guess.
const SOLUTIONS_MAX: usize = 3;
/// Examples that a choice between two programs needs; two examples are always told apart by something.
const CHOICE_EXAMPLES_MIN: usize = 3;
/// Values of a property by which cases are told apart.
const CASES_MAX: usize = 3;

/// A program that gives every example.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Solution {
    /// What one call gives, or a field of it.
    One(Expr),
    /// An object whose fields are told one by one: calls side by side.
    Joined(BTreeMap<String, Expr>),
    /// The first where a condition holds, else the second.
    Choice(Test, Expr, Expr),
}

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    /// Something is true.
    Holds(Expr),
    /// Something has this value.
    Is(Expr, Value),
}

/// The answers that so many calls give, of the simplest kind that there is.
pub(super) fn solutions(search: &Search<'_>, calls: usize) -> Vec<Solution> {
    let whole: Vec<Option<&Value>> = search.wanted.iter().map(|it| Some(*it)).collect();
    let mut found: Vec<Solution> = right(search, &whole, |_| true)
        .into_iter()
        .flat_map(|term| std::iter::once(&term.expr).chain(&term.rivals))
        .map(|expr| Solution::One(expr.clone()))
        .collect();
    if found.is_empty() {
        found.extend(joined(search, calls));
    }
    if found.is_empty() {
        found = choices(search, calls);
    }
    found.truncate(SOLUTIONS_MAX);
    found
}

/// Terms that have the wanted values on these examples, the cheapest first.
fn right<'p>(
    search: &'p Search<'_>,
    wanted: &[Option<&Value>],
    counts: impl Fn(usize) -> bool,
) -> Vec<&'p Term> {
    let is_right = |term: &&Term| {
        let mut all = term.values.iter().zip(wanted).enumerate().filter(|(at, _)| counts(*at));
        all.all(|(_, (value, wanted))| same(value.as_ref(), *wanted))
    };
    // What is given back as it came needs no capability.
    let mut terms: Vec<&Term> =
        search.pool.terms.iter().filter(|it| !it.calls.is_empty()).filter(is_right).collect();
    terms.sort_by_key(|term| term.calls.len());
    terms
}

/// The wanted objects, field by field.
fn joined(search: &Search<'_>, calls: usize) -> Option<Solution> {
    let names = search.wanted.first()?.as_object()?;
    let mut fields = BTreeMap::new();
    let mut needed: BTreeSet<usize> = BTreeSet::new();
    for name in names.keys() {
        let wanted: Vec<Option<&Value>> = search.wanted.iter().map(|it| it.get(name)).collect();
        let called = right(search, &wanted, |_| true).into_iter().next();
        // A field may as well be given back as it came.
        let kept = || {
            let is_kept = |term: &&Term| {
                term.calls.is_empty()
                    && term
                        .values
                        .iter()
                        .zip(&wanted)
                        .all(|(it, wanted)| same(it.as_ref(), *wanted))
            };
            search.pool.terms.iter().find(is_kept)
        };
        let term = kept().or(called)?;
        needed.extend(&term.calls);
        fields.insert(name.clone(), term.expr.clone());
    }
    let is_same_shape =
        search.wanted.iter().all(|it| it.as_object().is_some_and(|it| it.len() == names.len()));
    (is_same_shape && !needed.is_empty() && needed.len() <= calls * 2)
        .then_some(Solution::Joined(fields))
}

/// One of two terms, by what a third says of the input.
fn choices(search: &Search<'_>, calls: usize) -> Vec<Solution> {
    if search.wanted.len() < CHOICE_EXAMPLES_MIN {
        return Vec::new();
    }
    let wanted: Vec<Option<&Value>> = search.wanted.iter().map(|it| Some(*it)).collect();
    let mut found: Vec<(usize, Solution)> = Vec::new();
    for (test, holds, cost) in tests(search) {
        let yes = right(search, &wanted, |at| holds.get(at) == Some(&true)).into_iter().next();
        let no = right(search, &wanted, |at| holds.get(at) == Some(&false)).into_iter().next();
        let (Some(yes), Some(no)) = (yes, no) else { continue };
        let cost = cost + yes.calls.len() + no.calls.len();
        if yes.expr != no.expr && cost <= calls * 3 {
            found.push((cost, Solution::Choice(test, yes.expr.clone(), no.expr.clone())));
        }
    }
    found.sort_by_key(|(cost, _)| *cost);
    let best = found.first().map_or(0, |(cost, _)| *cost);
    found.into_iter().filter(|(cost, _)| *cost == best).map(|(_, it)| it).collect()
}

/// Conditions that hold for some examples and not for others.
fn tests(search: &Search<'_>) -> Vec<(Test, Vec<bool>, usize)> {
    let mut tests = Vec::new();
    for term in &search.pool.terms {
        let values: Option<Vec<&Value>> = term.values.iter().map(Option::as_ref).collect();
        let Some(values) = values else { continue };
        let truths: Option<Vec<bool>> = values.iter().map(|it| it.as_bool()).collect();
        if let Some(holds) = truths {
            tests.push((Test::Holds(term.expr.clone()), holds, term.calls.len()));
            continue;
        }
        let mut cases: Vec<&Value> = Vec::new();
        for value in values.iter().filter(|it| it.is_string()) {
            if !cases.contains(value) {
                cases.push(value);
            }
        }
        // A text that is another one in every example tells nothing but which example it is.
        if cases.len() > CASES_MAX || cases.len() == values.len() {
            continue;
        }
        // Of two cases the one is the other's opposite.
        if cases.len() == 2 {
            cases.truncate(1);
        }
        for case in cases {
            let holds = values.iter().map(|it| *it == case).collect();
            tests.push((Test::Is(term.expr.clone(), case.clone()), holds, term.calls.len()));
        }
    }
    tests.retain(|(_, holds, _)| holds.contains(&true) && holds.contains(&false));
    tests
}

impl Solution {
    /// Whether it was chosen on little.
    pub(super) const fn is_guess(&self) -> bool {
        matches!(self, Self::Choice(..))
    }

    /// What in it could as well be something else, each with that.
    pub(super) fn doubts(&self, search: &Search<'_>) -> Vec<(String, String)> {
        let all: Vec<&Expr> = match self {
            Self::One(expr) => vec![expr],
            Self::Joined(fields) => fields.values().collect(),
            Self::Choice(Test::Holds(test) | Test::Is(test, _), yes, no) => vec![test, yes, no],
        };
        let calls: BTreeSet<usize> = all.iter().flat_map(|expr| search.pool.needs(expr)).collect();
        let calls = calls.iter().filter_map(|call| search.pool.calls.get(*call));
        let used = calls.flat_map(|call| &call.arguments).map(|(_, term)| *term);
        let used: BTreeSet<usize> = used.collect();
        let terms = used.iter().filter_map(|term| search.pool.terms.get(*term));
        terms
            .filter_map(|term| {
                let rival = term.rivals.first()?;
                Some((shown(&term.expr, search), shown(rival, search)))
            })
            .collect()
    }

    /// As a person would write it down.
    pub(super) fn shown(&self, search: &Search<'_>) -> String {
        match self {
            Self::One(expr) => shown(expr, search),
            Self::Joined(fields) => {
                let all =
                    fields.iter().map(|(name, expr)| format!("{name}: {}", shown(expr, search)));
                format!("{{{}}}", all.collect::<Vec<_>>().join(", "))
            }
            Self::Choice(test, yes, no) => {
                let test = match test {
                    Test::Holds(expr) => shown(expr, search),
                    Test::Is(expr, value) => format!("{} is {value}", shown(expr, search)),
                };
                format!("if {test} then {} else {}", shown(yes, search), shown(no, search))
            }
        }
    }
}

fn shown(expr: &Expr, search: &Search<'_>) -> String {
    match expr {
        Expr::Property(name) => name.clone(),
        Expr::Field(of, name) => format!("{}.{name}", shown(of, search)),
        Expr::Call(number) => {
            let Some(call) = search.pool.calls.get(*number) else { return String::new() };
            let name = search.parts.get(call.part).map(|part| part.capability.as_str());
            let terms = call.arguments.iter().filter_map(|(_, term)| search.pool.terms.get(*term));
            let arguments: Vec<String> = terms.map(|term| shown(&term.expr, search)).collect();
            format!("{}({})", name.unwrap_or_default(), arguments.join(", "))
        }
    }
}
