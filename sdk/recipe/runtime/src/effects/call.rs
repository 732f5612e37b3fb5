//! Calls of other capabilities: a request is a list of name, operation and input.
//!
//! *Never:* an output that is not JSON is passed on.

use crate::fault::{Cause, effect, raise, raise_with, rt_take};
use crate::json;
use crate::value::{Kind, NONE, Value};
use alloc::vec::Vec;

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

/// An answer of five words: JSON text, or a failure.
fn lifted(words: [u32; 5]) -> Value {
    let [tag, a, b, c, _] = words;
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
    raise_with(cause, Value::new(Kind::Text, c, u64::from(b)))
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
    let mut lowered_all = Vec::with_capacity(requests.len());
    for request in requests.items() {
        let Some(words) = lowered(*request) else { return NONE };
        lowered_all.push(words);
    }
    let mut answer = [0; 2];
    // SAFETY: all texts live as long as the call, and the answer has room.
    unsafe {
        call_invoke_all(lowered_all.as_ptr(), lowered_all.len() as u32, &raw mut answer);
    }
    let [place, count] = answer;
    // SAFETY: the host wrote so many answers there.
    let answers = unsafe { core::slice::from_raw_parts(place as *const [u32; 5], count as usize) };
    let held = |words: &[u32; 5]| {
        let value = lifted(*words);
        if value.is_none() { rt_take() } else { value }
    };
    Value::list(answers.iter().map(held).collect())
}
