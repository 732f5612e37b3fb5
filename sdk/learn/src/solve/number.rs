//! Numbers: a term that gives them, or one that does so after a step with a constant.
//!
//! *Never:* a constant is fitted to a single example.

use super::{KEPT, Workshop};
use crate::kind::Kind;
use crate::op::Op;
use crate::problem::{Mask, Steps, has};
use crate::term::Term;
use crate::value::Value;

/// Terms that a constant is looked for to go with.
const FITTED_MAX: usize = 400;
/// Digits behind the point of a constant that somebody may have meant.
const PLACES_MAX: i32 = 6;

pub(super) fn solve(shop: &Workshop<'_>, mask: Mask, steps: &mut Steps) -> Vec<Term> {
    let mut found = shop.bank.hits(&shop.problem.outs, mask, KEPT);
    if mask.count_ones() < 2 {
        return found;
    }
    let outs = &shop.problem.outs;
    let numbers = shop
        .bank
        .entries
        .iter()
        .filter(|entry| entry.kind.is_number() && !entry.is_constant() && entry.is_sure(mask));
    for entry in numbers.take(FITTED_MAX) {
        if !steps.take(shop.problem.len()) {
            break;
        }
        let pairs: Option<Vec<(f64, f64)>> = entry
            .row
            .iter()
            .zip(outs)
            .enumerate()
            .filter(|(at, _)| has(mask, *at))
            .map(|(_, (value, out))| Some((value.as_ref()?.as_f64()?, out.as_f64()?)))
            .collect();
        let Some(pairs) = pairs else { continue };
        for term in fitted(&entry.term, &entry.kind, &pairs) {
            let fits = shop.problem.envs.iter().zip(outs).enumerate().all(|(at, (env, out))| {
                !has(mask, at) || crate::eval::eval(&term, env).is_some_and(|it| gives(&it, out))
            });
            if fits {
                found.push(term);
            }
        }
        if found.len() >= KEPT * 2 {
            break;
        }
    }
    found
}

/// Whether a value is the number that is wanted. A whole number is wanted exactly: the recipe says that
/// it gives one.
fn gives(value: &Value, wanted: &Value) -> bool {
    match wanted {
        Value::Int(_) => value.as_f64() == wanted.as_f64(),
        _ => value.answers(wanted),
    }
}

/// A sum, a product, or both, with constants that the pairs suggest.
fn fitted(term: &Term, kind: &Kind, pairs: &[(f64, f64)]) -> Vec<Term> {
    let constant = |number: f64| constant(kind, number);
    let scaled = |op: Op, by: f64| Some(Term::new(op, [term.clone(), constant(by)?]));
    let mut found = Vec::new();
    let Some((x, y)) = pairs.first() else { return found };
    let Some((u, v)) = pairs.iter().find(|(u, _)| u != x) else { return found };
    let exact = (v - y) / (u - x);
    // A division is likelier than a product with a long fraction.
    let times = rounded(exact).filter(|slope| *slope != 0.0);
    let by = rounded(exact.recip()).filter(|by| by.is_finite());
    let scaled = match (times, by) {
        (Some(1.0), _) => Some(term.clone()),
        (Some(slope), None) => scaled(Op::Mul, slope),
        (Some(slope), Some(_)) if slope.fract() == 0.0 => scaled(Op::Mul, slope),
        (_, Some(by)) if by.fract() == 0.0 => scaled(Op::Div, by),
        (Some(slope), _) => scaled(Op::Mul, slope),
        _ => None,
    };
    let Some(offset) = rounded(y - exact * x) else { return found };
    if let (Some(-1.0), Some(sum)) = (times, constant(offset)) {
        found.push(Term::new(Op::Sub, [sum, term.clone()]));
    }
    let Some(scaled) = scaled else { return found };
    if offset == 0.0 {
        found.push(scaled);
    } else if let Some(by) = constant(offset.abs()) {
        let op = if offset > 0.0 { Op::Add } else { Op::Sub };
        found.push(Term::new(op, [scaled, by]));
    }
    found
}

/// A number with few digits that is as good as this one.
fn rounded(number: f64) -> Option<f64> {
    if !number.is_finite() {
        return None;
    }
    (0..=PLACES_MAX).find_map(|places| {
        let scale = 10_f64.powi(places);
        let round = (number * scale).round() / scale;
        ((round - number).abs() <= 1e-9 * number.abs().max(1.0)).then_some(round)
    })
}

fn constant(kind: &Kind, number: f64) -> Option<Term> {
    match kind {
        Kind::Int if number.fract() == 0.0 && number.abs() < 1e15 => Some(Term::int(number as i64)),
        Kind::Float => Some(Term::constant(Value::Float(number))),
        _ => None,
    }
}
