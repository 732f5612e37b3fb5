//! Whether values fit schemas, as far as it saves running what would refuse them.
//!
//! *Never:* a value is held back that its schema allows.

use serde_json::{Map, Value, json};

use crate::model::json_type::type_of;

/// Whether two values are the same; numbers by what they are worth, not by how they are written.
pub(super) fn same(one: Option<&Value>, other: Option<&Value>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => equal(one, other),
        (None, None) => true,
        _ => false,
    }
}

fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) => {
            let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) else { return a == b };
            // Digits beyond the fifteenth differ by the order of sums.
            a == b || (a - b).abs() <= 1e-12 * a.abs().max(b.abs())
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| equal(a, b)))
        }
        _ => one == other,
    }
}

/// Whether a value may be what a schema describes.
pub(super) fn fits(value: &Value, schema: &Value) -> bool {
    let Some(schema) = schema.as_object() else { return schema != &Value::Bool(false) };
    let is_of = |name: &str| match (name, value) {
        ("null", Value::Null)
        | ("boolean", Value::Bool(_))
        | ("string", Value::String(_))
        | ("array", Value::Array(_))
        | ("object", Value::Object(_))
        | ("number", Value::Number(_)) => true,
        ("integer", Value::Number(number)) => {
            number.is_i64()
                || number.is_u64()
                || number.as_f64().is_some_and(|it| it.fract() == 0.0)
        }
        _ => false,
    };
    let is_typed = match schema.get("type") {
        Some(Value::String(one)) => is_of(one),
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).any(is_of),
        _ => true,
    };
    let choices = schema.get("enum").and_then(Value::as_array);
    is_typed && choices.is_none_or(|choices| choices.contains(value)) && inner_fit(value, schema)
}

fn inner_fit(value: &Value, schema: &Map<String, Value>) -> bool {
    match value {
        Value::Array(items) => {
            schema.get("items").is_none_or(|inner| items.iter().all(|item| fits(item, inner)))
        }
        Value::Object(fields) => {
            let required = schema.get("required").and_then(Value::as_array);
            let is_whole = required
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .all(|name| fields.contains_key(name));
            let known = schema.get("properties").and_then(Value::as_object);
            let is_open = schema.get("additionalProperties") != Some(&Value::Bool(false));
            is_whole
                && fields.iter().all(|(name, field)| match known.and_then(|all| all.get(name)) {
                    Some(inner) => fits(field, inner),
                    None => is_open,
                })
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

/// A schema that all of these values fit, no narrower than their types.
pub(in crate::synth) fn schema_of<'v>(values: impl Iterator<Item = &'v Value>) -> Value {
    let mut types: Vec<&str> = values.map(type_of).collect();
    types.sort_unstable();
    types.dedup();
    if types.contains(&"number") {
        types.retain(|one| *one != "integer");
    }
    match types[..] {
        [] => json!({}),
        [one] => json!({"type": one}),
        _ => json!({"type": types}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_let_through_and_what_cannot_is_not() {
        let schema = json!({"type": "object", "properties": {"a": {"type": "integer"}},
            "required": ["a"], "additionalProperties": false});
        assert!(fits(&json!({"a": 1}), &schema) && fits(&json!({"a": 2.0}), &schema));
        for bad in [json!({}), json!({"a": "1"}), json!({"a": 1, "b": 2}), json!([])] {
            assert!(!fits(&bad, &schema), "{bad}");
        }
        assert!(fits(&json!("x"), &json!(true)) && !fits(&json!("x"), &json!({"enum": ["y"]})));
    }

    #[test]
    fn numbers_are_the_same_however_they_are_written() {
        assert!(same(Some(&json!([1, 0.3])), Some(&json!([1.0, 0.1 + 0.2]))));
        assert!(!same(Some(&json!(1)), Some(&json!("1"))) && !same(Some(&json!(1)), None));
    }

    #[test]
    fn a_schema_of_values_is_that_of_their_types() {
        let of = |values: &[Value]| schema_of(values.iter());
        assert_eq!(of(&[json!(1), json!(2.5)]), json!({"type": "number"}));
        assert_eq!(of(&[json!("a"), json!(null)]), json!({"type": ["null", "string"]}));
    }
}
