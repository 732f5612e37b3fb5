//! Answers from outside that a candidate goes on with, where nobody has recorded any.
//!
//! A candidate that wants more than an empty object says so when it refuses: a member is missing, a value is
//! of another type. So an answer begins with nothing, and grows by what it is told is missing, for as long
//! as each step brings another word or at last an output.
//!
//! *Never:* what is made up here counts for or against what an output says; it only lets a candidate show
//! what else it does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value, json};

use super::actor::{Actor, Seen};
use super::stage::HostCall;
use super::{Base, Tally};
use crate::engine::Loaded;
use crate::model::Outcome;

/// Calls that looking for one answer may take.
const CALLS_MAX: usize = 160;
/// Names that are tried of one refusal.
const NAMES_MAX: usize = 3;
/// A name of a member is no longer.
const NAME_CHARS_MAX: usize = 64;
/// What stands around names in what programs say.
const MARKS: [char; 3] = ['`', '"', '\''];

/// What each operation is answered from outside, where no tape says anything else.
#[derive(Debug, Default)]
pub(crate) struct Guesses(Mutex<BTreeMap<String, Arc<[u8]>>>);

impl Guesses {
    pub(super) fn of(&self, operation: &str) -> Option<Arc<[u8]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(operation).cloned()
    }

    fn set(&self, operation: &str, answer: Option<&Value>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Some(answer) => {
                all.insert(operation.to_owned(), answer.to_string().into_bytes().into())
            }
            None => all.remove(operation),
        };
    }
}

/// Looks for an answer with which an operation that was asked in vain gives an output. Whether there is one.
pub(super) async fn find(
    actor: &Actor<'_>,
    loaded: &Loaded,
    asked: &[&Base],
    tally: &mut Tally,
) -> bool {
    let reaches_out = |base: &&&Base| base.seen.calls.iter().any(HostCall::reaches_out);
    let Some(base) = asked.iter().find(reaches_out) else { return false };
    let mut search = Search { actor, loaded, base, calls: 0, said: BTreeSet::new() };
    let found = search.grow(tally).await;
    actor.guesses().set(&base.operation, found.as_ref());
    found.is_some()
}

struct Search<'a> {
    actor: &'a Actor<'a>,
    loaded: &'a Loaded,
    base: &'a Base,
    calls: usize,
    /// All that it has said in refusing.
    said: BTreeSet<String>,
}

/// What became of one try.
enum Tried {
    Answered,
    /// It refuses in words that it has not said before.
    Further(String),
    Nothing,
}

impl Search<'_> {
    async fn grow(&mut self, tally: &mut Tally) -> Option<Value> {
        let mut said = refusal(&self.base.seen)?;
        let (mut answer, mut last) = (json!({}), None::<String>);
        self.said.insert(said.clone());
        loop {
            let mut next = None;
            for (candidate, name) in candidates(&answer, last.as_deref(), &said) {
                match self.attempt(&candidate, tally).await {
                    Tried::Answered => return Some(candidate),
                    Tried::Further(words) => {
                        next = Some((candidate, name, words));
                        break;
                    }
                    Tried::Nothing => {}
                }
            }
            (answer, last, said) = next?;
        }
    }

    async fn attempt(&mut self, candidate: &Value, tally: &mut Tally) -> Tried {
        if self.calls >= CALLS_MAX {
            return Tried::Nothing;
        }
        self.calls += 1;
        let Base { operation, input, .. } = self.base;
        self.actor.guesses().set(operation, Some(candidate));
        let seen = self.actor.call(self.loaded, operation, input).await;
        tally.add(&seen);
        match refusal(&seen) {
            _ if seen.outcome.is_returned() => Tried::Answered,
            Some(words) if self.said.insert(words.clone()) => Tried::Further(words),
            _ => Tried::Nothing,
        }
    }
}

/// What a candidate said in refusing.
fn refusal(seen: &Seen) -> Option<String> {
    let Outcome::Refused(failure) = &seen.outcome else { return None };
    Some(failure.facts().message.clone())
}

/// Answers that may be one step nearer, and the name that was last put in: what is said to be missing in
/// each object, the last one as something else, and the whole as something else.
fn candidates(answer: &Value, last: Option<&str>, said: &str) -> Vec<(Value, Option<String>)> {
    let mut candidates = Vec::new();
    for name in names(said).into_iter().filter(|name| !has(answer, name)).take(NAMES_MAX) {
        for value in values() {
            let mut candidate = answer.clone();
            put(&mut candidate, &name, &value, false);
            candidates.push((candidate, Some(name.clone())));
        }
    }
    for value in values() {
        if let Some(name) = last {
            let mut candidate = answer.clone();
            put(&mut candidate, name, &value, true);
            candidates.push((candidate, last.map(str::to_owned)));
        }
    }
    let whole = [json!([answer]), json!([]), json!("some words"), json!(3)];
    candidates.extend(whole.into_iter().map(|candidate| (candidate, last.map(str::to_owned))));
    candidates
}

/// One of each kind.
fn values() -> [Value; 8] {
    [
        json!({}),
        json!(3),
        json!("some words"),
        json!([]),
        json!([{}]),
        json!(true),
        json!("2026-01-01T12:00:00Z"),
        json!(["some words"]),
    ]
}

/// The names in a sentence: what stands between two marks of one kind, and looks like one.
fn names(said: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for mark in MARKS {
        for name in said.split(mark).skip(1).step_by(2) {
            // A place in a document, and the name at its end.
            let name = name.rsplit(['.', '/']).next().unwrap_or(name);
            let is_name = !name.is_empty()
                && name.chars().count() <= NAME_CHARS_MAX
                && name.chars().all(|letter| letter.is_alphanumeric() || "_-$".contains(letter));
            if is_name && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

fn has(value: &Value, name: &str) -> bool {
    match value {
        Value::Object(members) => {
            members.contains_key(name) || members.values().any(|member| has(member, name))
        }
        Value::Array(items) => items.iter().any(|item| has(item, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Puts a member into every object: where it is already, or where it is not.
fn put(value: &mut Value, name: &str, member: &Value, again: bool) {
    match value {
        Value::Object(members) => {
            for (known, inner) in members.iter_mut() {
                if known != name {
                    put(inner, name, member, again);
                }
            }
            put_into(members, name, member, again);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| put(item, name, member, again)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn put_into(members: &mut Map<String, Value>, name: &str, member: &Value, again: bool) {
    if members.contains_key(name) == again {
        members.insert(name.to_owned(), member.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_stands_between_marks() {
        assert_eq!(names("missing field `current` at line 1"), ["current"]);
        assert_eq!(names("no such key: 'daily' in \"answer.body\""), ["body", "daily"]);
        assert!(names("it's not what I wanted, isn't it").is_empty());
    }

    #[test]
    fn an_answer_gets_what_is_missing_in_each_of_its_objects() {
        let all = candidates(&json!({"now": {}}), Some("now"), "missing field `degrees`");
        assert!(all.iter().any(|(it, _)| *it == json!({"now": {"degrees": 3}, "degrees": 3})));
        assert!(all.iter().any(|(it, _)| *it == json!({"now": "some words"})));
        assert!(all.iter().any(|(it, _)| *it == json!([{"now": {}}])));
    }
}
