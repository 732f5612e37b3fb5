//! As much of JSON Schema as the schemas here use.
//!
//! *Never:* a keyword is passed over; one that is not known here is an error.

use serde_json::{Map, Value};

/// Whether a value fits a schema.
pub(super) fn check(schema: &Value, value: &Value) -> Result<(), String> {
    let schema = match schema {
        Value::Object(schema) => schema,
        Value::Bool(true) => return Ok(()),
        _ => return Err(format!("nothing is allowed here, found {value}")),
    };
    for (keyword, rule) in schema {
        if !holds(schema, keyword, rule, value)? {
            return Err(format!("`{keyword}`: {rule} does not hold for {value}"));
        }
    }
    Ok(())
}

fn holds(
    schema: &Map<String, Value>,
    keyword: &str,
    rule: &Value,
    value: &Value,
) -> Result<bool, String> {
    let count = |schemas: &Value| {
        let schemas = schemas.as_array().unwrap().iter();
        schemas.filter(|schema| check(schema, value).is_ok()).count()
    };
    Ok(match keyword {
        "title" | "description" | "contentEncoding" => rule.is_string(),
        "type" => is_of_type(rule.as_str().unwrap(), value),
        "const" => rule == value,
        "enum" => rule.as_array().unwrap().contains(value),
        "anyOf" => count(rule) >= 1,
        "oneOf" => count(rule) == 1,
        "minimum" => value.as_f64().is_none_or(|value| value >= rule.as_f64().unwrap()),
        "maximum" => value.as_f64().is_none_or(|value| value <= rule.as_f64().unwrap()),
        "exclusiveMinimum" => value.as_f64().is_none_or(|value| value > rule.as_f64().unwrap()),
        "exclusiveMaximum" => value.as_f64().is_none_or(|value| value < rule.as_f64().unwrap()),
        "minLength" => value.as_str().is_none_or(|text| text.chars().count() >= size(rule)),
        "maxLength" => value.as_str().is_none_or(|text| text.chars().count() <= size(rule)),
        "minItems" => value.as_array().is_none_or(|items| items.len() >= size(rule)),
        "maxItems" => value.as_array().is_none_or(|items| items.len() <= size(rule)),
        "uniqueItems" => value.as_array().is_none_or(|items| {
            items.iter().enumerate().all(|(at, item)| !items[..at].contains(item))
        }),
        "pattern" => value.as_str().is_none_or(|text| is_decimal(rule.as_str().unwrap(), text)),
        "items" | "prefixItems" => items(schema, keyword, rule, value)?,
        "properties" | "additionalProperties" | "required" | "propertyNames" => {
            properties(schema, keyword, rule, value)?
        }
        _ => return Err(format!("the keyword `{keyword}` is not known")),
    })
}

fn size(rule: &Value) -> usize {
    usize::try_from(rule.as_u64().unwrap()).unwrap()
}

fn is_of_type(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => {
            // `serde_json` reads long floats a little wrong, so what is whole may miss by as much.
            let is_whole =
                |number: f64| (number - number.round()).abs() <= number.abs() * 4.0 * f64::EPSILON;
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(is_whole)
        }
        other => panic!("the type `{other}` is not known"),
    }
}

/// The two patterns that there are.
fn is_decimal(pattern: &str, text: &str) -> bool {
    let digits = match pattern {
        "^(0|[1-9][0-9]*)$" => text,
        "^(0|-?[1-9][0-9]*)$" => text.strip_prefix('-').unwrap_or(text),
        other => panic!("the pattern `{other}` is not known"),
    };
    let all = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    all && (text == "0" || !digits.starts_with('0'))
}

fn items(
    schema: &Map<String, Value>,
    keyword: &str,
    rule: &Value,
    value: &Value,
) -> Result<bool, String> {
    let Some(items) = value.as_array() else { return Ok(true) };
    let prefix = schema.get("prefixItems").and_then(Value::as_array);
    if keyword == "prefixItems" {
        prefix.unwrap().iter().zip(items).try_for_each(|(rule, item)| check(rule, item))?;
    } else {
        let rest = items.iter().skip(prefix.map_or(0, Vec::len));
        rest.into_iter().try_for_each(|item| check(rule, item))?;
    }
    Ok(true)
}

fn properties(
    schema: &Map<String, Value>,
    keyword: &str,
    rule: &Value,
    value: &Value,
) -> Result<bool, String> {
    let Some(object) = value.as_object() else { return Ok(true) };
    let known = schema.get("properties").and_then(Value::as_object);
    let is_known = |name: &String| known.is_some_and(|known| known.contains_key(name));
    match keyword {
        "required" => {
            let mut names = rule.as_array().unwrap().iter();
            return Ok(names.all(|name| object.contains_key(name.as_str().unwrap())));
        }
        "propertyNames" => {
            let names = object.keys().map(|name| Value::String(name.clone()));
            names.into_iter().try_for_each(|name| check(rule, &name))?;
        }
        "additionalProperties" => {
            let other = object.iter().filter(|(name, _)| !is_known(name));
            other.into_iter().try_for_each(|(_, value)| check(rule, value))?;
        }
        _ => {
            let known = known.unwrap().iter();
            let pairs = known.filter_map(|(name, rule)| Some((rule, object.get(name)?)));
            pairs.into_iter().try_for_each(|(rule, value)| check(rule, value))?;
        }
    }
    Ok(true)
}
