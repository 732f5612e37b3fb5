use super::*;
use serde_json::json;

/// How many keywords of a schema ask something of a value beyond its shape.
fn keywords(schema: &Value) -> usize {
    let Some(fields) = schema.as_object() else { return usize::from(schema == &json!(false)) };
    let inside = |(name, value): (&String, &Value)| match name.as_str() {
        "properties" => value.as_object().unwrap().values().map(keywords).sum(),
        "items" | "additionalProperties" => keywords(value),
        "type" | "required" => 0,
        _ => 1,
    };
    fields.iter().map(inside).sum()
}

#[test]
fn every_keyword_becomes_a_condition() {
    let leaf = json!({"minLength": 1, "maxLength": 2, "pattern": "^a'\\\\$", "enum": ["a", 1, null, {"b": [true]}]});
    let formats = ["date-time", "date", "time", "email", "uri", "uuid", "ipv4", "ipv6", "hostname"];
    let number = json!({
        "minimum": -1, "maximum": 18446744073709551615_u64, "exclusiveMinimum": 0.5,
        "exclusiveMaximum": 1e300, "multipleOf": 0.01, "const": 1
    });
    let typed = |of: &str, rest: &Value| {
        let mut schema = rest.clone();
        schema["type"] = json!(of);
        schema
    };
    let mut properties = serde_json::Map::new();
    for format in formats {
        properties.insert(format.to_owned(), json!({"type": "string", "format": format}));
    }
    properties.insert("it's".to_owned(), typed("string", &leaf));
    properties.insert(
        "either".to_owned(),
        json!({"type": ["string", "null", "integer"], "maxLength": 3}),
    );
    properties.insert("any".to_owned(), leaf);
    properties.insert("whole".to_owned(), typed("integer", &number));
    properties.insert("double".to_owned(), typed("number", &number));
    properties.insert("number".to_owned(), number);
    properties.insert("never".to_owned(), json!(false));
    properties.insert(
        "list".to_owned(),
        json!({
            "type": "array", "minItems": 1, "maxItems": 9, "uniqueItems": true,
            "items": {"type": "array", "items": {"type": "string", "maxLength": 4}}
        }),
    );
    properties.insert(
        "map".to_owned(),
        json!({
            "type": "object", "minProperties": 1, "maxProperties": 2,
            "additionalProperties": {"type": "string", "minLength": 1}
        }),
    );
    let schema = json!({
        "type": "object", "properties": properties, "required": ["list"],
        "additionalProperties": {"type": "integer", "minimum": 3}
    });
    // A condition that does not compile breaks a debug assertion.
    let keywords = keywords(&schema);
    assert_eq!(keywords, 45);
    for rules in [of_input(&schema), of_output(&schema, &Type::Dyn)] {
        assert!(rules.len() >= keywords, "{}", rules.len());
        let never = |rule: &&Rule| matches!(&rule.condition.op, crate::cel::Op::Literal(_));
        assert_eq!(rules.iter().filter(never).count(), 0);
    }
}

#[test]
fn a_schema_of_types_alone_needs_no_conditions_for_its_input() {
    let schema = json!({
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "array", "items": {"type": "integer"}}},
        "required": ["a"]
    });
    assert!(of_input(&schema).is_empty());
    assert!(!of_output(&schema, &Type::Dyn).is_empty());
    assert!(of_output(&schema, &type_of(&schema, 0)).is_empty());
}

#[test]
fn whether_an_object_is_closed_is_seen_when_it_is_read() {
    let closed = json!({
        "type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false
    });
    assert!(of_input(&closed).is_empty());
    assert_eq!(of_output(&closed, &Type::Dyn).len(), 3);
    let unnamed = json!({"type": "object", "additionalProperties": false});
    assert_eq!(of_input(&unnamed).len(), 1);
}

#[test]
fn a_required_field_of_an_object_without_known_ones_is_asked_for() {
    let schema = json!({"type": "object", "required": ["a"]});
    assert_eq!(of_input(&schema).len(), 1);
}

#[test]
fn what_cannot_fit_is_a_rule_that_never_holds() {
    let schema = json!({"type": "array", "items": {"type": "string"}, "minItems": 1});
    let rules = of_output(&schema, &Type::Int);
    assert_eq!(rules.len(), 1);
    assert!(rules.iter().all(|rule| rule.about == "output is no array"));
}
