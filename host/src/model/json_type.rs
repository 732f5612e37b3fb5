//! What a JSON Schema calls the type of a value.
//!
//! *Never:* a whole number is called anything but an integer.

use serde_json::Value;

/// The narrowest type that a value has.
pub(crate) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
