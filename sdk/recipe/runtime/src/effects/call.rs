//! Calls of other capabilities: a request is a list of name, operation and input.
//!
//! *Never:* an output that is not JSON is passed on.

use super::{held, in_batches};
use crate::fault::{Cause, effect, raise, raise_from};
use crate::json;
use crate::row::Row;
use crate::value::{Kind, NONE, Value};

#[link(wasm_import_module = "engraft:capability/call@1.0.0")]
unsafe extern "C" {
    #[link_name = "invoke"]
    fn call_invoke(a: u32, b: u32, c: u32, d: u32, e: u32, f: u32, answer: *mut [u32; 5]);
    #[link_name = "invoke-all"]
    fn call_invoke_all(requests: *const [u32; 6], count: u32, answer: *mut [u32; 2]);
}

/// The six words of a request.
fn lowered(request: Value) -> Option<[u32; 6]> {
    let [name, operation, input] = request.items() else { return None };
    if !name.is(Kind::Text) || !operation.is(Kind::Text) {
        raise(Cause::NoSuchOverload);
        return None;
    }
    let text = json::rt_to_json(*input);
    if text.is_none() {
        return None;
    }
    let of = |value: &Value| [value.b() as u32, value.a()];
    let ([a, b], [c, d], [e, f]) = (of(name), of(operation), of(&text));
    Some([a, b, c, d, e, f])
}

/// As many calls as a host makes side by side.
const BATCH_MAX: usize = 16;

/// An answer of five words: JSON text, or a failure with its facts.
fn lifted(words: [u32; 5]) -> Value {
    let [tag, a, b, c, facts] = words;
    if tag & 0xff == 0 {
        effect();
        return json::rt_of_json(Value::new(Kind::Text, b, u64::from(a)));
    }
    let cause = match a & 0xff {
        0 => Cause::Invalid,
        1 => Cause::Denied,
        2 => Cause::Unavailable,
        _ => Cause::Failed,
    };
    if facts & 0xff00 != 0 {
        effect();
    }
    raise_from(cause, Value::new(Kind::Text, c, u64::from(b)), facts & 0xff != 0)
}

/// Calls a capability and waits.
#[unsafe(no_mangle)]
extern "C" fn rt_call(request: Value) -> Value {
    let Some([a, b, c, d, e, f]) = lowered(request) else { return NONE };
    let mut answer = [0; 5];
    // SAFETY: all texts live as long as the call, and the answer has room.
    unsafe { call_invoke(a, b, c, d, e, f, &raw mut answer) };
    lifted(answer)
}

/// Calls capabilities side by side; a failure stands in its place in the list.
#[unsafe(no_mangle)]
extern "C" fn rt_call_all(requests: Value) -> Value {
    in_batches(requests, BATCH_MAX, invoke_all)
}

fn invoke_all(requests: &[Value]) -> Option<Row<Value>> {
    let fits: Row<Result<[u32; 6], Value>> =
        requests.iter().map(|one| lowered(*one).ok_or_else(|| held(NONE))).collect();
    let lowered_all: Row<[u32; 6]> = fits.iter().filter_map(|one| one.ok()).collect();
    let mut answer = [0; 2];
    // SAFETY: all texts live as long as the call, and the answer has room.
    unsafe {
        call_invoke_all(lowered_all.as_ptr(), lowered_all.len() as u32, &raw mut answer);
    }
    let [place, count] = answer;
    // SAFETY: the host wrote so many answers there.
    let answers = unsafe { core::slice::from_raw_parts(place as *const [u32; 5], count as usize) };
    let mut answers = answers.iter();
    let answer = |fits: &Result<[u32; 6], Value>| match fits {
        Err(fault) => Some(*fault),
        Ok(_) => Some(held(lifted(*answers.next()?))),
    };
    fits.iter().map(answer).collect()
}
