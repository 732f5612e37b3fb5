//! JSON that a program wrote in its own way, brought into the form that a component's types give it here.
//!
//! A program tells what passes through its own interfaces in the words of its language: fields in snake
//! case, cases with a capital, bytes as numbers. What it means is read along the types; two texts that mean
//! the same become the same text.
//!
//! *Never:* a value is made up that is not there, but for a property that is `none`.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "of what JSON may be only what a type can be told as matters at each place"
)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::shape::{Key, Names, Record, Shape, Variant};

/// A value in the form that this type has here; none where it does not fit.
pub(super) fn normal(shape: &Shape, value: &Value) -> Option<Value> {
    match shape {
        Shape::Bool => value.is_boolean().then(|| value.clone()),
        Shape::Whole(_) => whole(value),
        Shape::F32 | Shape::F64 => float(value),
        Shape::Char | Shape::Text => value.is_string().then(|| value.clone()),
        Shape::Bytes => bytes(value),
        Shape::Data => {
            if value.is_string() {
                Some(value.clone())
            } else {
                bytes(value)
            }
        }
        Shape::List(item) => each(value, |it| normal(item, it)),
        Shape::FixedList(item, count) => {
            let items = each(value, |it| normal(item, it))?;
            (items.as_array()?.len() == *count as usize).then_some(items)
        }
        Shape::Tuple(items) => {
            let given = value.as_array().filter(|given| given.len() == items.len())?;
            let items = items.iter().zip(given).map(|(shape, it)| normal(shape, it));
            items.collect::<Option<Vec<Value>>>().map(Value::Array)
        }
        Shape::Map(key, inner) => map(*key, inner, value),
        Shape::Record(record) => properties(record, value).map(Value::Object),
        Shape::Variant(variant) => case(variant, value),
        Shape::Enum(choice) => found(&choice.names, value.as_str()?).map(Value::from),
        Shape::Flags(choice) => flags(&choice.names, value),
        Shape::Option(inner) => optional(inner, value),
        Shape::Result { ok, err } => result(ok.as_deref(), err.as_deref(), value),
        Shape::Handle { .. } => None,
    }
}

/// The named parts of a record or of a function's arguments: by their names, or by their order.
pub(super) fn properties(record: &Record, value: &Value) -> Option<Map<String, Value>> {
    let part = |at: usize, given: Option<&Value>| {
        let shape = record.fields.get(at)?;
        match given {
            None if shape.is_option() => Some(Value::Null),
            given => normal(shape, given?),
        }
    };
    let count = record.names.len();
    let mut all = Map::new();
    match value {
        Value::Object(given) => {
            // A property that the type does not have belongs to another type.
            let is_known = |name: &String| found(&record.names, name).is_some();
            if !given.keys().all(is_known) {
                return None;
            }
            for (at, name) in record.names.iter().enumerate() {
                let given = given.iter().find(|(other, _)| folded(other) == folded(name));
                all.insert(name.to_owned(), part(at, given.map(|(_, value)| value))?);
            }
        }
        Value::Array(given) if given.len() == count => {
            for (at, name) in record.names.iter().enumerate() {
                all.insert(name.to_owned(), part(at, given.get(at))?);
            }
        }
        Value::Null if count == 0 => {}
        _ => return None,
    }
    Some(all)
}

/// A name without the marks and capitals that languages join its words by.
pub(super) fn folded(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn found<'n>(names: &'n Names, given: &str) -> Option<&'n str> {
    let given = folded(given);
    names.iter().find(|name| folded(name) == given)
}

fn whole(value: &Value) -> Option<Value> {
    match value {
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(value.clone()),
        Value::String(digits) => {
            let wide = digits.parse::<u64>().map(Value::from);
            wide.or_else(|_| digits.parse::<i64>().map(Value::from)).ok()
        }
        _ => None,
    }
}

fn float(value: &Value) -> Option<Value> {
    match value.as_str() {
        Some("NaN" | "Infinity" | "-Infinity") => Some(value.clone()),
        _ => value.as_f64().map(|number| json!(number)),
    }
}

/// Bytes: as they are written here, as numbers, or as base64 alone.
fn bytes(value: &Value) -> Option<Value> {
    let text = match value {
        Value::Object(parts) if parts.len() == 1 => parts.get("base64")?.as_str()?.to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(numbers) => {
            let byte = |number: &Value| u8::try_from(number.as_u64()?).ok();
            STANDARD.encode(numbers.iter().map(byte).collect::<Option<Vec<u8>>>()?)
        }
        _ => return None,
    };
    STANDARD.decode(&text).ok()?;
    Some(json!({ "base64": text }))
}

fn each(value: &Value, item: impl Fn(&Value) -> Option<Value>) -> Option<Value> {
    value.as_array()?.iter().map(item).collect::<Option<Vec<Value>>>().map(Value::Array)
}

/// A map as an object; languages whose keys are no texts write pairs.
fn map(key: Key, inner: &Shape, value: &Value) -> Option<Value> {
    let text = |key: &Value| match key {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(key.to_string()),
        _ => None,
    };
    let mut all = Map::new();
    match value {
        Value::Object(given) => {
            for (name, value) in given {
                all.insert(name.clone(), normal(inner, value)?);
            }
        }
        Value::Array(pairs) => {
            for pair in pairs {
                let [name, value] = pair.as_array()?.as_slice() else { return None };
                all.insert(text(name)?, normal(inner, value)?);
            }
        }
        _ => return None,
    }
    let is_key = |name: &String| match key {
        Key::Text => true,
        Key::Char => name.chars().count() == 1,
        Key::Bool => matches!(name.as_str(), "true" | "false"),
        Key::Whole(_) => name.parse::<i128>().is_ok(),
    };
    all.keys().all(is_key).then_some(Value::Object(all))
}

fn case(variant: &Variant, value: &Value) -> Option<Value> {
    let (given, payload) = match value {
        Value::String(name) => (name, None),
        Value::Object(parts) if parts.len() == 1 => {
            let (name, payload) = parts.iter().next()?;
            (name, Some(payload))
        }
        _ => return None,
    };
    let name = found(&variant.names, given)?;
    let shape = variant.payloads.get(variant.names.find(name, 0)?)?;
    match (shape, payload) {
        (None, None | Some(Value::Null)) => Some(Value::from(name)),
        (Some(shape), Some(payload)) => Some(json!({ name: normal(shape, payload)? })),
        (Some(_), None) | (None, Some(_)) => None,
    }
}

/// The names that are set, in the type's order: a list of them, or one text with strokes between.
fn flags(names: &Names, value: &Value) -> Option<Value> {
    let given: Vec<&str> = match value {
        Value::Array(given) => given.iter().map(Value::as_str).collect::<Option<_>>()?,
        Value::String(text) => {
            text.split('|').map(str::trim).filter(|name| !name.is_empty()).collect()
        }
        _ => return None,
    };
    let set = given.into_iter().map(|name| found(names, name)).collect::<Option<Vec<&str>>>()?;
    Some(names.iter().filter(|name| set.contains(name)).collect())
}

fn optional(inner: &Shape, value: &Value) -> Option<Value> {
    if value.is_null() {
        return Some(Value::Null);
    }
    if !inner.is_option() {
        return normal(inner, value);
    }
    let within = value.as_object().filter(|parts| parts.len() == 1).and_then(|it| it.get("some"));
    Some(json!({ "some": normal(inner, within.unwrap_or(value))? }))
}

/// Both ends of a result; a program that tells the good one alone means that.
fn result(ok: Option<&Shape>, err: Option<&Shape>, value: &Value) -> Option<Value> {
    let side = |shape: Option<&Shape>, payload: &Value| match shape {
        Some(shape) => normal(shape, payload),
        None => payload.is_null().then_some(Value::Null),
    };
    if let Some((name, payload)) =
        value.as_object().filter(|parts| parts.len() == 1).and_then(|parts| parts.iter().next())
    {
        match name.as_str() {
            "ok" | "Ok" => return Some(json!({ "ok": side(ok, payload)? })),
            "err" | "Err" => return Some(json!({ "err": side(err, payload)? })),
            _ => {}
        }
    }
    Some(json!({ "ok": side(ok, value)? }))
}
