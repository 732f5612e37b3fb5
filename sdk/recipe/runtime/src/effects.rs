//! What a recipe asks of the host, over the contract's imports as the canonical ABI lowers them.
//!
//! *Never:* the host's refusal passes for a value.

mod call;
mod http;
mod kv;

use crate::fault::{Cause, raise, raise_from, rt_take};
use crate::row::Row;
use crate::value::{Kind, NONE, Value};

#[link(wasm_import_module = "engraft:capability/log@1.0.0")]
unsafe extern "C" {
    #[link_name = "write"]
    fn log_write(level: u32, text: u32, length: u32, fields: u32, count: u32, answer: *mut Answer);
}

#[link(wasm_import_module = "engraft:capability/clock@1.0.0")]
unsafe extern "C" {
    #[link_name = "now"]
    fn clock_now(answer: *mut Answer);
}

#[link(wasm_import_module = "engraft:capability/random@1.0.0")]
unsafe extern "C" {
    #[link_name = "number"]
    fn random_number(answer: *mut Answer);
}

#[link(wasm_import_module = "engraft:capability/progress@1.0.0")]
unsafe extern "C" {
    #[link_name = "report"]
    fn progress_report(known: u32, fraction: f64, text: u32, length: u32, answer: *mut Answer);
}

#[link(wasm_import_module = "engraft:capability/config@1.0.0")]
unsafe extern "C" {
    #[link_name = "get"]
    fn config_get(key: u32, length: u32, answer: *mut Answer);
}

/// Room for the largest answer of these functions, as words.
#[repr(C, align(8))]
struct Answer {
    words: [u32; 6],
}

impl Answer {
    const fn new() -> Self {
        Self { words: [0; 6] }
    }

    fn failed(&self) -> bool {
        self.words[0] & 0xff != 0
    }
}

/// Text that the host put into this memory.
fn text_at(place: u32, length: u32) -> Value {
    Value::new(Kind::Text, length, u64::from(place))
}

/// A host's error as a fault: which case, and its text.
fn refused(case: u32, place: u32, length: u32) -> Value {
    let cause = match case & 0xff {
        0 => Cause::Denied,
        1 => Cause::Exhausted,
        2 => Cause::Invalid,
        3 => Cause::Unavailable,
        _ => Cause::Failed,
    };
    raise_from(cause, text_at(place, length), cause == Cause::Unavailable)
}

/// Sends the requests of a list by `send`, at most so many at once. A request that is a fault, since
/// it could not be put together, stands in its place among the answers; so does a failure.
fn in_batches(requests: Value, most: usize, send: fn(&[Value]) -> Option<Row<Value>>) -> Value {
    let good: Row<Value> =
        requests.items().iter().copied().filter(|one| !one.is(Kind::Fault)).collect();
    let mut answers = Row::with_room(good.len());
    for batch in good.chunks(most) {
        match send(batch) {
            Some(some) => answers.extend_from_slice(&some),
            // The host refused all of them in one breath.
            None => {
                let fault = rt_take();
                answers.extend(batch.iter().map(|_| fault));
            }
        }
    }
    let mut answers = answers.iter().copied();
    let answer =
        |one: &Value| if one.is(Kind::Fault) { *one } else { answers.next().unwrap_or(*one) };
    Value::list(requests.items().iter().map(answer).collect())
}

/// A value, or the fault in place of it.
fn held(value: Value) -> Value {
    if value.is_none() { rt_take() } else { value }
}

/// Writes a log line at a level; text as it is, anything else as JSON.
#[unsafe(no_mangle)]
extern "C" fn rt_log(message: Value, level: u32) -> Value {
    let text = if message.is(Kind::Text) { message } else { crate::json::rt_to_json(message) };
    if text.is_none() {
        return NONE;
    }
    let mut answer = Answer::new();
    // SAFETY: the text lives as long as the call, and the answer has room.
    unsafe { log_write(level, text.b() as u32, text.a(), 0, 0, &raw mut answer) };
    let [_, case, place, length, ..] = answer.words;
    if answer.failed() { refused(case, place, length) } else { Value::null() }
}

/// The time of day.
#[unsafe(no_mangle)]
extern "C" fn rt_now() -> Value {
    let mut answer = Answer::new();
    // SAFETY: the answer has room.
    unsafe { clock_now(&raw mut answer) };
    let [_, _, a, b, c, _] = answer.words;
    if answer.failed() {
        return refused(a, b, c);
    }
    crate::time::checked((u64::from(b) << 32 | u64::from(a)) as i64, c)
}

/// A random number from 0 to 2^63 - 1.
#[unsafe(no_mangle)]
extern "C" fn rt_random() -> Value {
    let mut answer = Answer::new();
    // SAFETY: the answer has room.
    unsafe { random_number(&raw mut answer) };
    let [_, _, a, b, c, _] = answer.words;
    if answer.failed() {
        return refused(a, b, c);
    }
    Value::int(((u64::from(b) << 32 | u64::from(a)) >> 1) as i64)
}

/// Reports progress: a fraction as any number, and text.
#[unsafe(no_mangle)]
extern "C" fn rt_progress(fraction: Value, message: Value) -> Value {
    let known = match fraction.kind() {
        Kind::Null => None,
        Kind::Int => Some(fraction.as_int() as f64),
        Kind::Double => Some(fraction.as_double()),
        _ => return raise(Cause::NoSuchOverload),
    };
    if !message.is(Kind::Text) {
        return raise(Cause::NoSuchOverload);
    }
    let (some, fraction) = (u32::from(known.is_some()), known.unwrap_or_default());
    let mut answer = Answer::new();
    // SAFETY: the text lives as long as the call, and the answer has room.
    unsafe {
        progress_report(some, fraction, message.b() as u32, message.a(), &raw mut answer);
    }
    let [_, case, place, length, ..] = answer.words;
    if answer.failed() { refused(case, place, length) } else { Value::null() }
}

/// A setting, or null.
#[unsafe(no_mangle)]
extern "C" fn rt_config(key: Value) -> Value {
    if !key.is(Kind::Text) {
        return raise(Cause::NoSuchOverload);
    }
    let mut answer = Answer::new();
    // SAFETY: the key lives as long as the call, and the answer has room.
    unsafe { config_get(key.b() as u32, key.a(), &raw mut answer) };
    let [_, case, place, length, ..] = answer.words;
    if answer.failed() {
        refused(case, place, length)
    } else if case & 0xff == 0 {
        Value::null()
    } else {
        text_at(place, length)
    }
}
