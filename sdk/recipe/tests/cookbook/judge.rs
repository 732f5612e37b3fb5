//! A second reading of JSON Schema, written apart from the crate's own, that only says yes or no.

use regex::Regex;
use serde_json::Value;

/// Whether a value fits a schema.
pub(crate) fn fits(root: &Value, schema: &Value, value: &Value) -> bool {
    let Some(rules) = schema.as_object() else { return schema.as_bool().unwrap() };
    rules.iter().all(|(keyword, rule)| holds(root, schema, keyword, rule, value))
}

fn holds(root: &Value, schema: &Value, keyword: &str, rule: &Value, value: &Value) -> bool {
    let all = || rule.as_array().unwrap().iter();
    let number = |value: &Value| value.as_f64().unwrap();
    let object = value.as_object();
    let count = match value {
        Value::String(text) => text.chars().count(),
        Value::Array(list) => list.len(),
        Value::Object(object) => object.len(),
        _ => 0,
    } as f64;
    match keyword {
        "$ref" => fits(root, root.pointer(&rule.as_str().unwrap()[1..]).unwrap(), value),
        "type" => match rule {
            Value::Array(types) => types.iter().any(|of| is(of.as_str().unwrap(), value)),
            one => is(one.as_str().unwrap(), value),
        },
        "enum" => all().any(|one| one == value),
        "required" => {
            object.is_none_or(|it| all().all(|name| it.contains_key(name.as_str().unwrap())))
        }
        "properties" => object.is_none_or(|it| {
            let rules = rule.as_object().unwrap();
            rules.iter().all(|(name, schema)| it.get(name).is_none_or(|it| fits(root, schema, it)))
        }),
        "additionalProperties" => object.is_none_or(|it| {
            let known = schema.get("properties").and_then(Value::as_object);
            let others =
                it.iter().filter(|(name, _)| known.is_none_or(|all| !all.contains_key(*name)));
            others.into_iter().all(|(_, it)| fits(root, rule, it))
        }),
        "propertyNames" => object
            .is_none_or(|it| it.keys().all(|name| fits(root, rule, &Value::String(name.clone())))),
        "dependentRequired" => object.is_none_or(|it| {
            let mut rules = rule.as_object().unwrap().iter();
            rules.all(|(name, wanted)| {
                let mut wanted = wanted.as_array().unwrap().iter();
                !it.contains_key(name) || wanted.all(|name| it.contains_key(name.as_str().unwrap()))
            })
        }),
        "dependentSchemas" => object.is_none_or(|it| {
            let mut rules = rule.as_object().unwrap().iter();
            rules.all(|(name, schema)| !it.contains_key(name) || fits(root, schema, value))
        }),
        "oneOf" => all().filter(|schema| fits(root, schema, value)).count() == 1,
        "anyOf" => all().any(|schema| fits(root, schema, value)),
        "items" => value.as_array().is_none_or(|list| list.iter().all(|it| fits(root, rule, it))),
        "minItems" => !value.is_array() || count >= number(rule),
        "maxItems" => !value.is_array() || count <= number(rule),
        "minLength" => !value.is_string() || count >= number(rule),
        "maxLength" => !value.is_string() || count <= number(rule),
        "maxProperties" => !value.is_object() || count <= number(rule),
        "pattern" => value
            .as_str()
            .is_none_or(|text| Regex::new(rule.as_str().unwrap()).unwrap().is_match(text)),
        "minimum" => value.as_f64().is_none_or(|it| it >= number(rule)),
        "maximum" => value.as_f64().is_none_or(|it| it <= number(rule)),
        "exclusiveMinimum" => value.as_f64().is_none_or(|it| it > number(rule)),
        "$schema" | "$id" | "title" | "description" | "$defs" => true,
        other => panic!("the schema has a keyword that is not read here: {other}"),
    }
}

fn is(of: &str, value: &Value) -> bool {
    match of {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|it| it.fract() == 0.0),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no type {other}"),
    }
}
