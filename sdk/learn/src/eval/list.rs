//! Lists: choosing, ordering and adding up.
//!
//! *Never:* an order depends on anything but the values.

use crate::op::Op;
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn apply(op: &Op, kids: &[Value]) -> Option<Value> {
    if *op == Op::List {
        return Some(Value::list(kids.iter().cloned()));
    }
    if *op == Op::Range {
        let count = usize::try_from(kids.first()?.as_int()?).ok().filter(|count| *count <= 1000)?;
        return Some(Value::list((0..i64::try_from(count).ok()?).map(Value::Int)));
    }
    let items = kids.first()?.as_list()?;
    match op {
        Op::Item(at) => {
            let from_back = usize::from(at.unsigned_abs());
            let place = if *at < 0 { items.len().checked_sub(from_back)? } else { from_back };
            items.get(place).cloned()
        }
        Op::ItemAt => items.get(usize::try_from(kids.get(1)?.as_int()?).ok()?).cloned(),
        Op::Take(count) => {
            let count = usize::from(*count).min(items.len());
            items.get(..count).map(|items| Value::list(items.iter().cloned()))
        }
        Op::Skip(count) => {
            items.get(usize::from(*count)..).map(|items| Value::list(items.iter().cloned()))
        }
        Op::Without(count) => {
            let keep = items.len().checked_sub(usize::from(*count))?;
            items.get(..keep).map(|items| Value::list(items.iter().cloned()))
        }
        Op::Sort => sorted(items, items),
        Op::Backwards => Some(Value::list(items.iter().rev().cloned())),
        Op::Distinct => Some(Value::list(distinct(items))),
        Op::Flatten => Some(flattened(items)),
        Op::NonEmpty => filter(items, |item| Some(Value::Bool(!item.as_text()?.is_empty()))),
        Op::Sum => sum(items),
        Op::Min => extreme(items, |new, old| new.order(old).map(std::cmp::Ordering::is_lt)),
        Op::Max => extreme(items, |new, old| new.order(old).map(std::cmp::Ordering::is_gt)),
        Op::Tally => tally(items),
        _ => None,
    }
}

fn distinct(items: &[Value]) -> Vec<Value> {
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        if !kept.iter().any(|other| other.equals(item)) {
            kept.push(item.clone());
        }
    }
    kept
}

fn flattened(items: &[Value]) -> Value {
    let inner = items.iter().flat_map(|item| match item {
        Value::List(inner) => inner.to_vec(),
        other => vec![other.clone()],
    });
    Value::list(inner)
}

/// The items for which `keep` says so; nothing where it fails for one.
pub(super) fn filter(
    items: &[Value],
    mut keep: impl FnMut(&Value) -> Option<Value>,
) -> Option<Value> {
    let mut kept = Vec::new();
    for item in items {
        match keep(item)? {
            Value::Bool(true) => kept.push(item.clone()),
            Value::Bool(false) => {}
            _ => return None,
        }
    }
    Some(Value::list(kept))
}

/// Whether any item says `decides`, or none; one that fails counts only where no other decides.
pub(super) fn decided(
    items: &[Value],
    decides: bool,
    mut each: impl FnMut(&Value) -> Option<Value>,
) -> Option<Value> {
    let mut failed = false;
    for item in items {
        match each(item) {
            Some(Value::Bool(truth)) if truth == decides => return Some(Value::Bool(decides)),
            Some(Value::Bool(_)) => {}
            _ => failed = true,
        }
    }
    (!failed).then_some(Value::Bool(!decides))
}

/// The items in the order of the keys beside them, which are to be of one kind.
pub(super) fn sorted(items: &[Value], keys: &[Value]) -> Option<Value> {
    let one_kind = |key: &Value| {
        keys.first()
            .is_some_and(|first| std::mem::discriminant(first) == std::mem::discriminant(key))
            && !matches!(key, Value::Null | Value::List(_) | Value::Map(_))
    };
    if !keys.iter().all(one_kind) {
        return None;
    }
    let mut both: Vec<(&Value, &Value)> = keys.iter().zip(items).collect();
    both.sort_by(|(a, _), (b, _)| a.order(b).unwrap_or(std::cmp::Ordering::Equal));
    Some(Value::list(both.into_iter().map(|(_, item)| item.clone())))
}

/// From the left, as the recipe does it, so that floating numbers round in the same places.
fn sum(items: &[Value]) -> Option<Value> {
    let Some((first, rest)) = items.split_first() else { return Some(Value::Int(0)) };
    if !matches!(first, Value::Int(_) | Value::Float(_)) {
        return None;
    }
    rest.iter().try_fold(first.clone(), |sum, item| match (&sum, item) {
        (Value::Int(a), Value::Int(b)) => a.checked_add(*b).map(Value::Int),
        (Value::Float(a), Value::Float(b)) => Some(Value::Float(a + b)),
        _ => None,
    })
}

fn extreme(items: &[Value], better: impl Fn(&Value, &Value) -> Option<bool>) -> Option<Value> {
    let mut best = items.first()?;
    if !items.iter().all(|item| matches!(item, Value::Int(_) | Value::Float(_))) {
        return None;
    }
    for item in items.iter().skip(1) {
        if better(item, best)? {
            best = item;
        }
    }
    Some(best.clone())
}

/// How often each text is there.
fn tally(items: &[Value]) -> Option<Value> {
    let mut counts: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    for item in items {
        let Value::Text(key) = item else { return None };
        let count = counts.entry(key.clone()).or_insert(Value::Int(0));
        *count = Value::Int(count.as_int()?.checked_add(1)?);
    }
    Some(Value::Map(Arc::new(counts)))
}
