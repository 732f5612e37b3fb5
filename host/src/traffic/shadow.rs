//! Copies of requests for releases in shadow: taken when a call has its answer, asked beside, compared
//! with what was served, and dropped.
//!
//! A call does nothing for its shadow but put a copy into a queue that has room, or count that there
//! was none. Whoever polls [`Shadows::run`] asks the shadows, so many at once, on the thread that
//! polls it.
//!
//! | served | the shadow | |
//! |---|---|---|
//! | an output | the same JSON: fields in any order, `1` as `1.0` | same |
//! | a refusal | a refusal of the same kind, whatever its words | same |
//! | broken or stopped | the same way | same |
//! | anything else | | differs |
//! | anything | turned away at the door, or its stage ended | not compared |
//!
//! *Never:* a call waits for a shadow, or ends in another way because there is one.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{Mutex, mpsc};

use super::redact::Redaction;
use crate::engine::{Invocation, SHADOW_CALLS_MAX};
use crate::model::{Failure, Limit, Outcome};
use crate::registry::{Callee, Compared, Disagreement, Shadow};

/// Copies that wait. With the bound on each they hold 16 MiB at most; more are passed over, since a
/// shadow that is so far behind would look at old requests only.
const WAITING_MAX: usize = 64;
/// Longer requests and answers are not copied.
const COPY_BYTES_MAX: usize = 256 << 10;

/// The queue of copies.
pub(super) struct Shadows<C> {
    out: mpsc::Sender<Copied<C>>,
    inbox: Mutex<mpsc::Receiver<Copied<C>>>,
}

/// One request with what was served for it.
struct Copied<C> {
    shadow: Arc<Shadow<C>>,
    operation: String,
    input: String,
    deadline: Option<Duration>,
    fuel: Option<u64>,
    served: Outcome,
}

impl<C: Callee> Shadows<C> {
    /// Leaves a copy of a request for its shadow, where there is room.
    pub(super) fn copy(
        &self,
        shadow: &Arc<Shadow<C>>,
        invocation: &Invocation<'_>,
        served: &Outcome,
    ) {
        let place = self.out.try_reserve().ok().filter(|_| may_be_copied(invocation, served));
        let Some(place) = place else { return shadow.pass_over() };
        place.send(Copied {
            shadow: Arc::clone(shadow),
            operation: invocation.operation().to_owned(),
            input: invocation.input().to_owned(),
            deadline: invocation.deadline,
            fuel: invocation.fuel,
            served: served.clone(),
        });
    }

    /// Asks shadows, so many at once as their engine lets in.
    pub(super) async fn run(&self) {
        const { assert!(SHADOW_CALLS_MAX == 4, "a lane for each call that is let in") };
        tokio::join!(self.lane(), self.lane(), self.lane(), self.lane());
    }

    async fn lane(&self) {
        loop {
            let copied = self.inbox.lock().await.recv().await;
            // The sending half stands beside it, so there is always another to come.
            let Some(copied) = copied else { return };
            copied.ask().await;
            // The copies of a busy hour are no reason to keep whoever polls this from anything else.
            tokio::task::yield_now().await;
        }
    }
}

impl<C: Callee> Copied<C> {
    async fn ask(self) {
        let serving = self.shadow.serving();
        if !serving.begin() {
            return self.shadow.pass_over();
        }
        let mut invocation = Invocation::new(&*self.operation, &*self.input);
        (invocation.deadline, invocation.fuel) = (self.deadline, self.fuel);
        let report = serving.drive(serving.callee().call(&invocation)).await;
        serving.end(&report.outcome, &report.usage);
        match self.compare(&report.outcome) {
            Some(compared) => self.shadow.note(compared),
            None => self.shadow.pass_over(),
        }
    }

    /// What both came to; none where the shadow was not asked after all.
    fn compare(&self, shadow: &Outcome) -> Option<Compared> {
        let (served, redaction) = (&self.served, Redaction::Shape);
        let is_turned_away = matches!(
            shadow,
            Outcome::Unavailable { .. }
                | Outcome::Cancelled
                | Outcome::Exceeded {
                    limit: Limit::ConcurrentCalls | Limit::HostConcurrentCalls,
                    ..
                }
        );
        if is_turned_away {
            return None;
        }
        let (one, other) = (output(served), output(shadow));
        let place = match (&one, &other) {
            (Some(one), Some(other)) => difference(one, other),
            _ => None,
        };
        let is_same = match (&one, &other) {
            (Some(_), Some(_)) => place.is_none(),
            (None, None) => kind(served) == kind(shadow),
            _ => false,
        };
        if is_same {
            return Some(Compared::Same);
        }
        let shape = |text: Option<&str>| text.and_then(|text| redaction.input(text));
        let disagreement = Box::new(Disagreement {
            operation: self.operation.clone(),
            served: kind(served).to_owned(),
            shadow: kind(shadow).to_owned(),
            place,
            input: shape(Some(&self.input)),
            served_output: shape(text(served)),
            shadow_output: shape(text(shadow)),
        });
        let broke =
            |outcome: &Outcome| !matches!(outcome, Outcome::Returned(_) | Outcome::Refused(_));
        Some(match broke(shadow) && !broke(served) {
            true => Compared::Broke(disagreement),
            false => Compared::Differs(disagreement),
        })
    }
}

fn may_be_copied(invocation: &Invocation<'_>, served: &Outcome) -> bool {
    let answer = text(served).map_or(0, str::len);
    // What a session has said before is not there in the shadow; what nobody answered is nothing to
    // compare with.
    invocation.session.is_none()
        && !matches!(served, Outcome::Unavailable { .. } | Outcome::Cancelled)
        && invocation.operation().len() + invocation.input().len() + answer <= COPY_BYTES_MAX
}

fn text(outcome: &Outcome) -> Option<&str> {
    if let Outcome::Returned(output) = outcome { Some(output.as_str()) } else { None }
}

/// The output of a call; one that is not JSON is compared as the text that it is.
fn output(outcome: &Outcome) -> Option<Value> {
    let text = text(outcome)?;
    Some(serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())))
}

/// How a call ended, and which kind of no was said.
const fn kind(outcome: &Outcome) -> &'static str {
    let Outcome::Refused(failure) = outcome else { return outcome.word() };
    match failure {
        Failure::InvalidInput(_) => "refused, invalid input",
        Failure::Denied(_) => "refused, denied",
        Failure::Unavailable(_) => "refused, unavailable",
        Failure::Failed(_) => "refused, failed",
    }
}

/// Where two values differ first, as a JSON pointer; none where they are the same. Both were read
/// from text, which nests no deeper than the parser allows.
fn difference(one: &Value, other: &Value) -> Option<String> {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let missing = other.keys().find(|key| !one.contains_key(*key));
            let inside = one.iter().find_map(|(key, value)| match other.get(key) {
                Some(counterpart) => Some(step(key, &difference(value, counterpart)?)),
                None => Some(step(key, "")),
            });
            inside.or_else(|| missing.map(|key| step(key, "")))
        }
        (Value::Array(one), Value::Array(other)) => {
            let pairs = one.iter().zip(other).enumerate();
            let mut inside = pairs.filter_map(|(place, (one, other))| {
                Some(step(&place.to_string(), &difference(one, other)?))
            });
            let longer = || step(&one.len().min(other.len()).to_string(), "");
            inside.next().or_else(|| (one.len() != other.len()).then(longer))
        }
        (Value::Number(one), Value::Number(other)) => {
            // A whole number is the same number with a point behind it; of two whole numbers every
            // digit counts.
            let is_float = one.is_f64() || other.is_f64();
            let is_same = if is_float { one.as_f64() == other.as_f64() } else { one == other };
            (!is_same).then(String::new)
        }
        _ => (one != other).then(String::new),
    }
}

fn step(key: &str, rest: &str) -> String {
    format!("/{}{rest}", key.replace('~', "~0").replace('/', "~1"))
}

// === impl Default ===

impl<C> Default for Shadows<C> {
    fn default() -> Self {
        let (out, inbox) = mpsc::channel(WAITING_MAX);
        Self { out, inbox: Mutex::new(inbox) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_compared_by_what_they_say_and_not_by_how_it_is_written() {
        let place = |one: &str, other: &str| {
            let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            difference(&read(one), &read(other))
        };
        let same = [
            (r#"{"a": 1, "b": [true, null]}"#, r#"{"b":[true,null],"a":1.0}"#),
            ("-0", "0.0"),
            (r#""\u00e9""#, r#""é""#),
            ("9007199254740993", "9007199254740993"),
        ];
        for (one, other) in same {
            assert_eq!(place(one, other), None, "{one} and {other}");
        }
        let different = [
            ("1", "2", ""),
            ("9007199254740993", "9007199254740992", ""),
            (r#"{"a": {"b/c": [1, 2]}}"#, r#"{"a": {"b/c": [1, 3]}}"#, "/a/b~1c/1"),
            (r#"{"a": 1}"#, r#"{"a": 1, "~": 2}"#, "/~0"),
            (r#"{"a": 1, "z": 2}"#, r#"{"a": 1}"#, "/z"),
            ("[1]", "[1, 2]", "/1"),
            ("null", "false", ""),
        ];
        for (one, other, expected) in different {
            assert_eq!(place(one, other).as_deref(), Some(expected), "{one} and {other}");
        }
    }
}
