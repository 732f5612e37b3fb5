//! Text: pieces put together, or the parts of a list joined.
//!
//! *Never:* a list is joined that could be written as fewer pieces.

use super::{Effort, KEPT, Rules, Scope, Workshop};
use crate::concat::assemble;
use crate::kind::Kind;
use crate::op::Op;
use crate::problem::{Mask, Steps, has};
use crate::term::Term;
use crate::value::Value;

/// Programs dearer than this are compared with joined lists.
const JOIN_FROM: u32 = 60;
/// What one try of a joined list may spend.
const JOIN_STEPS: u64 = 500_000;

fn assembled(shop: &Workshop<'_>, mask: Mask, steps: &mut Steps) -> Vec<Term> {
    let outs: Vec<&str> =
        shop.problem.outs.iter().map(|out| out.as_text().unwrap_or_default()).collect();
    assemble(&outs, &shop.pieces, mask, KEPT, shop.rules.allow, steps)
}

fn joined(shop: &Workshop<'_>, mask: Mask, steps: &mut Steps) -> Vec<Term> {
    let mut found = Vec::new();
    let joints = shop.bank.clues.joints.iter().map(String::as_str).chain([""]);
    for joint in joints {
        let outs: Vec<Value> =
            shop.problem.outs.iter().filter_map(|out| parts(out.as_text()?, joint)).collect();
        if outs.len() != shop.problem.len()
            || !(shop.rules.allow)(joint)
            || !may_be_joined(shop, &outs, joint, mask)
        {
            continue;
        }
        let inner = shop.problem.with_outs(outs);
        let rules = Rules {
            branches: 0,
            effort: Effort::Little,
            depth: shop.rules.depth - 1,
            ..shop.rules
        };
        let mut lists = shop.bank.hits(&inner.outs, mask, KEPT);
        lists.extend(steps.within(JOIN_STEPS, |steps| {
            super::list::looped(&shop.bank, &inner, mask, rules, steps)
        }));
        found.extend(lists.into_iter().map(|list| Term::new(Op::Join, [list, Term::text(joint)])));
    }
    found
}

/// Whether there is a list with as many items as the answers have parts, or more, and several parts in
/// most of the answers. Characters are no parts of what has fewer.
fn may_be_joined(shop: &Workshop<'_>, outs: &[Value], joint: &str, mask: Mask) -> bool {
    let size = |value: &Value| value.as_list().map_or(0, <[Value]>::len);
    let chosen = |at: &usize| has(mask, *at);
    let several = (0..outs.len()).filter(chosen).filter(|at| outs.get(*at).map_or(0, size) > 1);
    if several.count() * 2 <= mask.count_ones() as usize {
        return false;
    }
    shop.bank.entries.iter().any(|entry| {
        matches!(entry.kind, Kind::List(_))
            && entry.row.iter().zip(outs).enumerate().filter(|(at, _)| has(mask, *at)).all(
                |(_, (value, out))| {
                    let items = value.as_ref().map_or(0, size);
                    if joint.is_empty() { items == size(out) } else { items >= size(out) }
                },
            )
    })
}

fn parts(text: &str, joint: &str) -> Option<Value> {
    if joint.is_empty() {
        return (text.len() <= 64)
            .then(|| Value::list(text.chars().map(|it| Value::text(it.to_string()))));
    }
    Some(Value::list(text.split(joint).map(Value::text)))
}

/// The program with other ways to one of its pieces: the same for these examples, and a question for
/// others.
fn variants(shop: &Workshop<'_>, best: &Term) -> Vec<Term> {
    let parts = if *best.op() == Op::Concat { best.kids() } else { std::slice::from_ref(best) };
    let mut found = Vec::new();
    for part in parts {
        let Some(piece) = shop.pieces.iter().find(|piece| piece.term == *part) else { continue };
        found.extend(piece.twins.iter().map(|twin| match parts {
            [_] => twin.clone(),
            parts => {
                let other = |kid: &Term| if kid == part { twin.clone() } else { kid.clone() };
                Term::new(Op::Concat, parts.iter().map(other).collect::<Vec<Term>>())
            }
        }));
    }
    found
}

pub(super) fn solve(shop: &Workshop<'_>, mask: Mask, scope: Scope, steps: &mut Steps) -> Vec<Term> {
    let mut found = assembled(shop, mask, steps);
    if let Some(best) = found.first() {
        found.extend(variants(shop, best));
    }
    // Behind a condition, of which dozens are tried, a list is joined only where nothing else does.
    let dear = match (found.first(), scope) {
        (Some(best), Scope::Whole) => best.cost() > JOIN_FROM,
        (Some(_), Scope::Side) => false,
        (None, _) => true,
    };
    if dear && shop.rules.depth > 0 {
        found.extend(joined(shop, mask, steps));
    }
    found
}
