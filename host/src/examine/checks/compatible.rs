//! Whether callers of the release before can go on: what they hand over is still taken, and what they read is
//! still told.
//!
//! *Never:* what is only more counts: an input that may be left out, a member that nobody asked for.

use std::collections::BTreeSet;

use serde_json::Value;

/// Objects within one another that are compared.
const DEPTH_MAX: usize = 6;
/// Differences told of one schema.
const TOLD_MAX: usize = 6;

/// What an input has to have that it did not, or is no longer taken.
pub(super) fn of_inputs(before: &Value, now: &Value) -> Vec<String> {
    let mut told = Vec::new();
    inputs(before, now, "", 0, &mut told);
    told.truncate(TOLD_MAX);
    told
}

/// What an output no longer tells, or tells as something else.
pub(super) fn of_outputs(before: &Value, now: &Value) -> Vec<String> {
    let mut told = Vec::new();
    outputs(before, now, "", 0, &mut told);
    told.truncate(TOLD_MAX);
    told
}

fn inputs(before: &Value, now: &Value, place: &str, depth: usize, told: &mut Vec<String>) {
    if depth >= DEPTH_MAX {
        return;
    }
    let (old, new) = (types(before), types(now));
    // An integer is taken wherever a number is.
    let takes = |kind: &&str| new.contains(*kind) || (*kind == "integer" && new.contains("number"));
    if let (false, Some(kind)) = (new.is_empty(), old.iter().find(|kind| !takes(kind))) {
        told.push(format!("{} was taken as {kind}", called(place)));
        return;
    }
    if let (Some(old), Some(new)) = (values(before), values(now))
        && let Some(gone) = old.iter().find(|value| !new.contains(value))
    {
        told.push(format!("{} may no longer be {gone}", called(place)));
    }
    let (was, is) = (required(before), required(now));
    for name in is.difference(&was) {
        told.push(format!("{} has to be given", called(&inside(place, name))));
    }
    each_member(before, now, |name, old, new| {
        inputs(old, new, &inside(place, name), depth + 1, told);
    });
    if let (Some(old), Some(new)) = (before.get("items"), now.get("items")) {
        inputs(old, new, &inside(place, "*"), depth + 1, told);
    }
}

fn outputs(before: &Value, now: &Value, place: &str, depth: usize, told: &mut Vec<String>) {
    if depth >= DEPTH_MAX {
        return;
    }
    let (old, new) = (types(before), types(now));
    let told_before =
        |kind: &&str| old.contains(*kind) || (*kind == "integer" && old.contains("number"));
    if let (false, Some(kind)) = (old.is_empty(), new.iter().find(|kind| !told_before(kind))) {
        told.push(format!("{} is told as {kind}", called(place)));
        return;
    }
    let (was, is) = (required(before), required(now));
    for name in was.difference(&is) {
        told.push(format!("{} may not be told", called(&inside(place, name))));
    }
    each_member(before, now, |name, old, new| {
        outputs(old, new, &inside(place, name), depth + 1, told);
    });
    if let (Some(old), Some(new)) = (before.get("items"), now.get("items")) {
        outputs(old, new, &inside(place, "*"), depth + 1, told);
    }
}

fn called(place: &str) -> String {
    if place.is_empty() { "it".to_owned() } else { format!("`{place}`") }
}

fn inside(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

fn types(schema: &Value) -> BTreeSet<&str> {
    match schema.get("type") {
        Some(Value::String(kind)) => BTreeSet::from([kind.as_str()]),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => BTreeSet::new(),
    }
}

fn values(schema: &Value) -> Option<&Vec<Value>> {
    schema.get("enum").and_then(Value::as_array)
}

fn required(schema: &Value) -> BTreeSet<&str> {
    let names = schema.get("required").and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str).collect()
}

fn each_member(before: &Value, now: &Value, mut each: impl FnMut(&str, &Value, &Value)) {
    let members = |schema: &'_ Value| schema.get("properties").and_then(Value::as_object).cloned();
    let (Some(before), Some(now)) = (members(before), members(now)) else { return };
    for (name, old) in &before {
        if let Some(new) = now.get(name) {
            each(name, old, new);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(properties: Value, required: &[&str]) -> Value {
        json!({"type": "object", "properties": properties, "required": required})
    }

    #[test]
    fn what_callers_have_to_do_otherwise_is_told_and_what_is_more_is_not() {
        let before =
            object(json!({"city": {"type": "string"}, "days": {"type": "integer"}}), &["city"]);
        let more = object(
            json!({"city": {"type": ["string", "null"]}, "days": {"type": "number"}, "unit": {"enum": ["c"]}}),
            &["city"],
        );
        assert!(of_inputs(&before, &more).is_empty(), "{:?}", of_inputs(&before, &more));
        let stricter = object(json!({"city": {"type": "object"}}), &["city", "key"]);
        assert_eq!(
            of_inputs(&before, &stricter),
            ["`key` has to be given", "`city` was taken as string"]
        );
        let nested = |kind: &str| json!({"type": "array", "items": object(json!({"n": {"type": kind}}), &["n"])});
        assert_eq!(of_outputs(&nested("integer"), &nested("string")), ["`*.n` is told as string"]);
        assert!(of_outputs(&nested("number"), &nested("integer")).is_empty());
        assert_eq!(of_outputs(&before, &object(json!({}), &[])), ["`city` may not be told"]);
        let kinds = |kinds: &[&str]| json!({"enum": kinds});
        assert_eq!(of_inputs(&kinds(&["a", "b"]), &kinds(&["a"])), ["it may no longer be \"b\""]);
    }
}
