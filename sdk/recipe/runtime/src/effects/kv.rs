//! Values that outlive a call: JSON text under keys.
//!
//! *Never:* what is read back is other than what was put.

use super::{Answer, refused};
use crate::fault::{Cause, effect, raise};
use crate::json;
use crate::value::{Kind, Value};

#[link(wasm_import_module = "engraft:capability/kv@1.0.0")]
unsafe extern "C" {
    #[link_name = "get"]
    fn kv_get(key: u32, length: u32, answer: *mut Answer);
    #[link_name = "set"]
    fn kv_set(key: u32, length: u32, value: u32, value_length: u32, answer: *mut Answer);
}

/// The value under a key; null where there is none.
#[unsafe(no_mangle)]
extern "C" fn rt_kv_get(key: Value) -> Value {
    if !key.is(Kind::Text) {
        return raise(Cause::NoSuchOverload);
    }
    let mut answer = Answer::new();
    // SAFETY: the key lives as long as the call, and the answer has room.
    unsafe { kv_get(key.b() as u32, key.a(), &raw mut answer) };
    let [_, case, place, length, ..] = answer.words;
    if answer.failed() {
        refused(case, place, length)
    } else if case & 0xff == 0 {
        Value::null()
    } else {
        json::rt_of_json(Value::new(Kind::Bytes, length, u64::from(place)))
    }
}

/// Puts a value under a key.
#[unsafe(no_mangle)]
extern "C" fn rt_kv_put(key: Value, value: Value) -> Value {
    if !key.is(Kind::Text) {
        return raise(Cause::NoSuchOverload);
    }
    let text = json::rt_to_json(value);
    if text.is_none() {
        return text;
    }
    let mut answer = Answer::new();
    // SAFETY: key and text live as long as the call, and the answer has room.
    unsafe {
        kv_set(key.b() as u32, key.a(), text.b() as u32, text.a(), &raw mut answer);
    }
    let [_, case, place, length, ..] = answer.words;
    if answer.failed() {
        return refused(case, place, length);
    }
    effect();
    value
}
