//! Schemas that cost more to validate with than a call does, reach elsewhere, or are none.
//!
//! *Never:* a schema is walked along the call stack; how deep it goes is for its author to choose.

pub(crate) mod regex;
mod size;

use serde_json::{Map, Value};

use crate::examine::finding::{Draft, Severity};
use crate::examine::subject::Subject;
use regex::Danger;

/// Names that a `type` may have.
const TYPES: [&str; 7] = ["object", "array", "string", "boolean", "null", "number", "integer"];
/// Keywords whose value is a number of at least nothing.
const COUNTS: [&str; 8] = [
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "minContains",
    "maxContains",
];

pub(super) fn bomb(subject: &Subject<'_>) -> Vec<Draft> {
    each(subject, |place, schema, found| {
        if let Some(why) = size::too_costly(schema) {
            found.push(Draft::new(format!("a schema costs too much: {why}")).seen(place, &why));
        }
    })
}

pub(super) fn remote(subject: &Subject<'_>) -> Vec<Draft> {
    each(subject, |place, schema, found| {
        let ids = ids(schema);
        walk(schema, |object| {
            for keyword in size::REFERENCES {
                let Some(to) = object.get(keyword).and_then(Value::as_str) else { continue };
                let base = to.split('#').next().unwrap_or_default();
                if !base.is_empty() && !ids.iter().any(|id| id.as_str() == base) {
                    let draft = Draft::new("a schema refers to what stands elsewhere");
                    found.push(draft.seen(place, to));
                }
            }
        });
    })
}

pub(super) fn invalid(subject: &Subject<'_>) -> Vec<Draft> {
    each(subject, |place, schema, found| {
        let mut say = |what: String| {
            let draft = Draft::new("a schema is none").seen(place, what);
            if found.is_empty() {
                found.push(draft);
            }
        };
        if !schema.is_object() && !schema.is_boolean() {
            say("it is neither an object nor a truth value".to_owned());
        }
        walk(schema, |object| faults(object, schema).into_iter().for_each(&mut say));
    })
}

pub(super) fn regex(subject: &Subject<'_>) -> Vec<Draft> {
    each(subject, |place, schema, found| {
        walk(schema, |object| {
            let patterns = object.get("pattern").and_then(Value::as_str).into_iter();
            let named = object.get("patternProperties").and_then(Value::as_object);
            let keys = named.into_iter().flat_map(Map::keys).map(String::as_str);
            for pattern in patterns.chain(keys) {
                let (severity, why) = match regex::danger(pattern) {
                    Some(Danger::Exponential(why)) => (Severity::Error, why),
                    Some(Danger::Unknown(why)) => (Severity::Warning, why),
                    None => continue,
                };
                let draft = Draft::new(format!("a pattern may take too long: {why}"));
                found.push(draft.severity(severity).seen(place, pattern));
            }
        });
    })
}

/// Looks at every schema of the manifest.
fn each(subject: &Subject<'_>, mut look: impl FnMut(&str, &Value, &mut Vec<Draft>)) -> Vec<Draft> {
    let mut found = Vec::new();
    let operations = subject.manifest.map(|manifest| &manifest.description.operations);
    for operation in operations.into_iter().flatten() {
        let name = &operation.name;
        look(&format!("the input schema of `{name}`"), &operation.input_schema, &mut found);
        look(&format!("the output schema of `{name}`"), &operation.output_schema, &mut found);
    }
    found.truncate(super::super::examiner::DRAFTS_MAX);
    found
}

/// Every object in a schema, whether a schema itself or not: what is in `const` or `examples` is no
/// schema, and left out.
fn walk(schema: &Value, mut look: impl FnMut(&Map<String, Value>)) {
    let mut left = vec![schema];
    while let Some(value) = left.pop() {
        match value {
            Value::Object(object) => {
                look(object);
                let inside = object.iter().filter(|(key, _)| {
                    !matches!(key.as_str(), "const" | "enum" | "default" | "examples")
                });
                left.extend(inside.map(|(_, value)| value));
            }
            Value::Array(items) => left.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

/// What the parts of a schema are called by.
fn ids(schema: &Value) -> Vec<String> {
    let mut ids = Vec::new();
    walk(schema, |object| {
        if let Some(id) = object.get("$id").and_then(Value::as_str) {
            ids.push(id.split('#').next().unwrap_or_default().to_owned());
        }
    });
    ids
}

fn faults(object: &Map<String, Value>, root: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let is_type = |value: &Value| value.as_str().is_some_and(|name| TYPES.contains(&name));
    match object.get("type") {
        // A property may be called `type`; then its schema stands here.
        None | Some(Value::Object(_) | Value::Bool(_)) => {}
        Some(Value::Array(names)) if names.iter().all(is_type) => {}
        Some(name) if is_type(name) => {}
        Some(other) => faults.push(format!("`type` is {other}")),
    }
    for keyword in COUNTS {
        if let Some(Value::Number(count)) = object.get(keyword)
            && count.as_f64().is_some_and(|count| count < 0.0)
        {
            faults.push(format!("`{keyword}` is {count}"));
        }
    }
    let number = |keyword: &str| object.get(keyword).and_then(Value::as_f64);
    for (least, most) in [
        ("minimum", "maximum"),
        ("minLength", "maxLength"),
        ("minItems", "maxItems"),
        ("minProperties", "maxProperties"),
    ] {
        if let (Some(low), Some(high)) = (number(least), number(most))
            && low > high
        {
            faults.push(format!("`{least}` {low} is more than `{most}` {high}"));
        }
    }
    if let Some(to) = object.get("$ref").and_then(Value::as_str)
        && let Some(pointer) = to.strip_prefix('#')
        && (pointer.is_empty() || pointer.starts_with('/'))
        && root.pointer(&size::decoded(pointer)).is_none()
    {
        faults.push(format!("`{to}` leads nowhere"));
    }
    faults
}

#[cfg(test)]
mod tests;
