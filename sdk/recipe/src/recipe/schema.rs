//! JSON Schemas as types, and as the shapes that inputs are brought into.
//!
//! *Never:* an input reaches an expression that was checked against another type.

use crate::cel::{self, Type};
use crate::shape::{Field, Shape};
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
                    .map(|(name, field)| cel::Field {
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

/// The shape of a schema; `others` is that of fields that it does not name where it names some.
pub(super) fn shape<'a>(schema: &'a Value, others: Shape, data: &mut Data, depth: u32) -> Shape {
    let deeper = depth + 1;
    match type_of(schema, depth) {
        Type::List(_) => {
            let items = match schema.get("items") {
                Some(items) => shape(items, others, data, deeper),
                None => Shape::any(data),
            };
            Shape::list(items, data)
        }
        Type::Map(..) => {
            let values = match schema.get("additionalProperties").filter(|other| other.is_object())
            {
                Some(values) => shape(values, others, data, deeper),
                None => Shape::any(data),
            };
            Shape::map(values, &[], data)
        }
        Type::Record(_) => {
            let properties = schema.get("properties").and_then(Value::as_object);
            let field = |(name, field): (&'a String, &Value)| Field {
                name,
                shape: shape(field, others, data, deeper),
                is_required: is_required(schema, name),
            };
            let fields: Vec<Field<'_>> = properties.into_iter().flatten().map(field).collect();
            let others = if is_closed(schema) { Shape::REFUSED } else { others };
            Shape::map(others, &fields, data)
        }
        ty => Shape::of(&ty, data),
    }
}

/// Whether an object has no fields but those that its schema names.
pub(super) fn is_closed(schema: &Value) -> bool {
    schema.get("additionalProperties") == Some(&Value::Bool(false))
}

fn is_required(schema: &Value, name: &str) -> bool {
    let required = schema.get("required").and_then(Value::as_array);
    required.is_some_and(|all| all.iter().any(|one| one == name))
}
