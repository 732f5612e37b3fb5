//! JSON Schemas as types, and as the shapes that inputs are brought into.
//!
//! *Never:* an input reaches an expression that was checked against another type.

use crate::cel::{Field, Type};
use crate::wasm::Data;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Schemas within each other. Deeper ones are refused by the checker, so none goes unread.
pub(super) const DEPTH_MAX: u32 = 16;

/// The type of the values that a schema allows.
pub(super) fn type_of(schema: &Value, depth: u32) -> Type {
    let deeper = depth + 1;
    if deeper > DEPTH_MAX {
        return Type::Dyn;
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => Type::Text,
        Some("integer") => Type::Int,
        Some("number") => Type::Double,
        Some("boolean") => Type::Bool,
        Some("array") => {
            Type::list(schema.get("items").map_or(Type::Dyn, |items| type_of(items, deeper)))
        }
        Some("object") => match schema.get("properties").and_then(Value::as_object) {
            Some(properties) => Type::Record(Arc::new(
                properties
                    .iter()
                    .map(|(name, field)| Field {
                        name: name.clone(),
                        ty: type_of(field, deeper),
                        required: is_required(schema, name),
                    })
                    .collect(),
            )),
            None => {
                let values = schema.get("additionalProperties").filter(|other| other.is_object());
                Type::map(Type::Text, values.map_or(Type::Dyn, |other| type_of(other, deeper)))
            }
        },
        _ => Type::Dyn,
    }
}

/// The most that whole numbers are by a schema, by the names of the fields that lead to them.
pub(super) fn greatest(name: &str, schema: &Value) -> BTreeMap<Vec<String>, f64> {
    let mut found = BTreeMap::new();
    numbers(schema, &mut vec![name.to_owned()], &mut found);
    found
}

/// As deep as schemas may be.
fn numbers(schema: &Value, names: &mut Vec<String>, found: &mut BTreeMap<Vec<String>, f64>) {
    if names.len() > DEPTH_MAX as usize {
        return;
    }
    let bounds = ["maximum", "exclusiveMaximum"].map(|keyword| schema.get(keyword)?.as_f64());
    let least = bounds.into_iter().flatten().reduce(f64::min);
    if let (Type::Int, Some(most)) = (type_of(schema, 0), least) {
        found.insert(names.clone(), most.max(0.0));
    }
    let fields = schema.get("properties").and_then(Value::as_object);
    for (name, field) in fields.into_iter().flatten() {
        names.push(name.clone());
        numbers(field, names, found);
        names.pop();
    }
}

/// The shape of a schema as the runtime reads it: a word for the kind, then what goes with it.
pub(super) fn shape(schema: &Value, data: &mut Data, depth: u32) -> u32 {
    let deeper = depth + 1;
    let ty = type_of(schema, depth);
    let words = match ty {
        Type::Text => vec![1],
        Type::Int => vec![2],
        Type::Double => vec![3],
        Type::Bool => vec![4],
        Type::List(_) => {
            let items = schema.get("items").map_or(0, |items| shape(items, data, deeper));
            vec![5, items]
        }
        Type::Map(..) => {
            let values = schema.get("additionalProperties").filter(|other| other.is_object());
            vec![6, values.map_or(0, |other| shape(other, data, deeper))]
        }
        Type::Record(_) => record(schema, data, deeper),
        _ => return 0,
    };
    data.words(&words)
}

/// The number of fields; for each the place and length of its name, its shape, and whether it must
/// be there.
fn record(schema: &Value, data: &mut Data, depth: u32) -> Vec<u32> {
    let none = serde_json::Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let mut words = vec![7, u32::try_from(properties.len()).unwrap_or(u32::MAX)];
    for (name, field) in properties {
        words.extend(data.string(name));
        words.extend([shape(field, data, depth), u32::from(is_required(schema, name))]);
    }
    words
}

fn is_required(schema: &Value, name: &str) -> bool {
    let required = schema.get("required").and_then(Value::as_array);
    required.is_some_and(|all| all.iter().any(|one| one == name))
}
