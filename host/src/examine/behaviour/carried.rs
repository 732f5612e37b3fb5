//! Base64 as programs hand files and credentials to one another: the whole of one value, where whoever reads
//! the request sees that it is base64 and can read what is in it.
//!
//! *Never:* a value counts that says anything else, or whose text is in another code again.

use serde_json::Value;

use super::canary::{Canary, Form};
use crate::examine::codes;
use crate::examine::sandbox::{Function, HostCall};

/// Whether a request holds a canary in no other code than in such values.
pub(super) fn is_carried(call: &HostCall, canary: &Canary) -> bool {
    if call.function != Function::Http {
        return false;
    }
    let mut rest = call.outgoing();
    let mut is_found = false;
    for value in values(call) {
        if is_readable(&value, canary) {
            is_found = true;
            rest = without(&rest, value.as_bytes());
        }
    }
    is_found && !matches!(canary.find(&rest), Some(Form::Coded(_)))
}

/// The values of a request that may be base64 as a whole: texts in its JSON, with or without the head of a
/// `data:` URL, and what is told of who asks.
fn values(call: &HostCall) -> Vec<String> {
    let mut all = Vec::new();
    let heads = call.beside.iter().filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    all.extend(heads.filter_map(|(_, value)| value.strip_prefix("Basic ")).map(str::to_owned));
    let body: Value = serde_json::from_slice(&call.payload).unwrap_or_default();
    let mut open = vec![&body];
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) => {
                let data = text.strip_prefix("data:").and_then(|data| data.split_once(";base64,"));
                all.push(data.map_or(text.as_str(), |(_, data)| data).to_owned());
            }
            Value::Array(items) => open.extend(items),
            Value::Object(members) => open.extend(members.values()),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    all
}

/// Whether a value is the base64 of a text that holds the canary as it is.
fn is_readable(value: &str, canary: &Canary) -> bool {
    let decoded = codes::from_base64(value.trim_end_matches('=').as_bytes());
    let is_text = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok();
    decoded.is_some_and(|bytes| is_text(&bytes) && canary.find(&bytes) == Some(Form::Plain))
}

/// Bytes without each place where others stand.
fn without(bytes: &[u8], others: &[u8]) -> Vec<u8> {
    let mut rest = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(here) = bytes.get(at..).filter(|here| !here.is_empty()) {
        if here.starts_with(others) {
            at += others.len();
        } else {
            rest.extend(here.first());
            at += 1;
        }
    }
    rest
}
