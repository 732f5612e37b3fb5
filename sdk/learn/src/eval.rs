//! What programs mean. Every operation gives what its text in a recipe gives, and nothing where that
//! would fail.
//!
//! *Never:* a program is run here that would do otherwise in a recipe.

mod list;
mod number;
mod text;
pub(crate) mod time;

pub(crate) use text::{decimals, tokens};

use crate::op::{Family, Op};
use crate::term::Term;
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Runs a program over arguments.
pub(crate) fn eval(term: &Term, env: &[Value]) -> Option<Value> {
    let kids = term.kids();
    match term.op() {
        Op::Arg(at) => env.get(*at).cloned(),
        Op::Const(value) => Some(value.clone()),
        Op::If => match eval(kids.first()?, env)? {
            Value::Bool(true) => eval(kids.get(1)?, env),
            Value::Bool(false) => eval(kids.get(2)?, env),
            _ => None,
        },
        Op::And => both(kids, env, false),
        Op::Or => both(kids, env, true),
        Op::Map | Op::Filter | Op::SortBy | Op::Exists | Op::All | Op::MapValues | Op::Entries => {
            looped(term.op(), kids, env)
        }
        op => {
            let values: Option<Vec<Value>> = kids.iter().map(|kid| eval(kid, env)).collect();
            apply(op, &values?)
        }
    }
}

/// `&&` and `||`: one side that decides is enough, whatever becomes of the other.
fn both(kids: &[Term], env: &[Value], decides: bool) -> Option<Value> {
    let mut failed = false;
    for kid in kids {
        match eval(kid, env) {
            Some(Value::Bool(truth)) if truth == decides => return Some(Value::Bool(decides)),
            Some(Value::Bool(_)) => {}
            _ => failed = true,
        }
    }
    (!failed).then_some(Value::Bool(!decides))
}

fn looped(op: &Op, kids: &[Term], env: &[Value]) -> Option<Value> {
    let whole = eval(kids.first()?, env)?;
    let body = kids.get(1)?;
    let mut inner = env.to_vec();
    let mut each = |body: &Term, item: &Value| {
        inner.push(item.clone());
        let value = eval(body, &inner);
        inner.pop();
        value
    };
    if *op == Op::MapValues {
        let fields = whole.as_map()?.iter();
        let mapped: Option<BTreeMap<Arc<str>, Value>> =
            fields.map(|(key, value)| Some((key.clone(), each(body, value)?))).collect();
        return Some(Value::Map(Arc::new(mapped?)));
    }
    let items = whole.as_list()?;
    match op {
        Op::Map => {
            items.iter().map(|item| each(body, item)).collect::<Option<Vec<_>>>().map(Value::list)
        }
        Op::Filter => list::filter(items, |item| each(body, item)),
        Op::SortBy => {
            let keys: Option<Vec<Value>> = items.iter().map(|item| each(body, item)).collect();
            list::sorted(items, &keys?)
        }
        Op::Exists => list::decided(items, true, |item| each(body, item)),
        Op::All => list::decided(items, false, |item| each(body, item)),
        Op::Entries => {
            let value = kids.get(2)?;
            let mut map = BTreeMap::new();
            for item in items {
                let Value::Text(key) = each(body, item)? else { return None };
                // A key that comes twice is a failure there.
                if map.insert(key, each(value, item)?).is_some() {
                    return None;
                }
            }
            Some(Value::Map(Arc::new(map)))
        }
        _ => None,
    }
}

/// One operation over values; those with bodies are not among them.
pub(crate) fn apply(op: &Op, kids: &[Value]) -> Option<Value> {
    match op.family() {
        Family::Text => text::apply(op, kids),
        Family::Number => number::apply(op, kids),
        Family::Time => time::apply(op, kids),
        Family::List => list::apply(op, kids),
        Family::Other => other(op, kids),
    }
}

fn other(op: &Op, kids: &[Value]) -> Option<Value> {
    let first = kids.first();
    match op {
        Op::Size => size(first?),
        Op::Equal => Some(Value::Bool(first?.equals(kids.get(1)?))),
        Op::Less => Some(Value::Bool(first?.order(kids.get(1)?)?.is_lt())),
        Op::AtMost => Some(Value::Bool(first?.order(kids.get(1)?)?.is_le())),
        Op::Not => match first? {
            Value::Bool(truth) => Some(Value::Bool(!truth)),
            _ => None,
        },
        Op::In => within(first?, kids.get(1)?),
        Op::Field(name) => first?.as_map()?.get(name).cloned(),
        Op::HasField(name) => Some(Value::Bool(first?.as_map()?.contains_key(name))),
        Op::Lookup => first?.as_map()?.get(kids.get(1)?.as_text()?).cloned(),
        Op::Keys => {
            let keys = first?.as_map()?.keys();
            Some(Value::list(keys.map(|key| Value::Text(key.clone()))))
        }
        Op::Values => Some(Value::list(first?.as_map()?.values().cloned())),
        Op::Record(names) => {
            Some(Value::Map(Arc::new(names.iter().cloned().zip(kids.iter().cloned()).collect())))
        }
        Op::JsonDecode => {
            let json: serde_json::Value = serde_json::from_str(first?.as_text()?).ok()?;
            Some(Value::of_json(&json))
        }
        _ => None,
    }
}

fn size(value: &Value) -> Option<Value> {
    let size = match value {
        Value::Text(text) => text.chars().count(),
        Value::List(items) => items.len(),
        Value::Map(fields) => fields.len(),
        _ => return None,
    };
    i64::try_from(size).ok().map(Value::Int)
}

fn within(item: &Value, whole: &Value) -> Option<Value> {
    match whole {
        Value::List(items) => Some(Value::Bool(items.iter().any(|other| item.equals(other)))),
        Value::Map(fields) => Some(Value::Bool(fields.contains_key(item.as_text()?))),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
