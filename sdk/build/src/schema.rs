//! Whether a value fits a JSON Schema, as far as the keywords go that descriptions use.
//!
//! *Never:* a value is refused for a keyword that is not known here; a host decides, this only helps
//! an author.

use serde_json::{Map, Value};

/// What of the value does not fit; none where it does.
#[must_use]
pub fn mismatch(schema: &Value, value: &Value) -> Option<String> {
    check(schema, value, "it").err()
}

fn check(schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    let schema = match schema {
        Value::Object(schema) => schema,
        Value::Bool(false) => return Err(format!("{place} may not be there")),
        Value::Bool(true) | Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            return Ok(());
        }
    };
    let says = |what: String| Err(format!("{place} {what}"));
    match schema.get("type") {
        Some(Value::String(of)) if !is(of, value) => return says(format!("is no {of}")),
        Some(Value::Array(all))
            if !all.iter().filter_map(Value::as_str).any(|of| is(of, value)) =>
        {
            return says(format!("is none of {}", Value::Array(all.clone())));
        }
        _ => {}
    }
    if schema.get("const").is_some_and(|only| only != value) {
        return says("is another value than the one that is allowed".to_owned());
    }
    if let Some(Value::Array(all)) = schema.get("enum")
        && !all.contains(value)
    {
        return says("is none of the values that are allowed".to_owned());
    }
    bounds(schema, value, place)?;
    if let Value::Object(object) = value {
        members(schema, object, place)?;
    }
    if let (Value::Array(list), Some(items)) = (value, schema.get("items")) {
        for (index, item) in list.iter().enumerate() {
            check(items, item, &format!("{place}[{index}]"))?;
        }
    }
    Ok(())
}

fn is(of: &str, value: &Value) -> bool {
    match of {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|it| it.fract() == 0.0)
        }
        _ => true,
    }
}

fn bounds(schema: &Map<String, Value>, value: &Value, place: &str) -> Result<(), String> {
    let length = value.as_str().map(|text| text.chars().count() as f64);
    let items = value.as_array().map(|list| list.len() as f64);
    let all = [
        ("minimum", value.as_f64(), true),
        ("maximum", value.as_f64(), false),
        ("minLength", length, true),
        ("maxLength", length, false),
        ("minItems", items, true),
        ("maxItems", items, false),
    ];
    for (keyword, is, least) in all {
        if let (Some(is), Some(bound)) = (is, schema.get(keyword).and_then(Value::as_f64))
            && (if least { is < bound } else { is > bound })
        {
            return Err(format!("{place} is against `{keyword}: {bound}`"));
        }
    }
    Ok(())
}

fn members(
    schema: &Map<String, Value>,
    object: &Map<String, Value>,
    place: &str,
) -> Result<(), String> {
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        if name.as_str().is_some_and(|name| !object.contains_key(name)) {
            return Err(format!("{place} lacks {name}"));
        }
    }
    let known = schema.get("properties").and_then(Value::as_object);
    for (name, member) in object {
        let place = format!("{place}.{name}");
        match known.and_then(|known| known.get(name)) {
            Some(schema) => check(schema, member, &place)?,
            None => {
                if let Some(rest) = schema.get("additionalProperties") {
                    check(rest, member, &place)?;
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_does_not_fit_is_named_with_its_place() {
        let schema = json!({
            "type": "object",
            "properties": {
                "times": {"type": "integer", "minimum": 1},
                "words": {"type": "array", "items": {"type": "string", "maxLength": 3}},
            },
            "required": ["times"],
            "additionalProperties": false,
        });
        let says = |value: Value| mismatch(&schema, &value);
        assert_eq!(says(json!({"times": 1, "words": ["abc"]})), None);
        assert_eq!(says(json!([])), Some("it is no object".to_owned()));
        assert_eq!(says(json!({})), Some("it lacks \"times\"".to_owned()));
        assert_eq!(says(json!({"times": 0.5})), Some("it.times is no integer".to_owned()));
        assert_eq!(says(json!({"times": 0})), Some("it.times is against `minimum: 1`".to_owned()));
        let long = says(json!({"times": 1, "words": ["a", "abcd"]})).unwrap();
        assert_eq!(long, "it.words[1] is against `maxLength: 3`");
        assert_eq!(says(json!({"times": 1, "x": 1})), Some("it.x may not be there".to_owned()));
    }
}
