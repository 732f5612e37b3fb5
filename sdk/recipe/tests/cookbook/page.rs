//! `FORMAT.md` against what it is about: fields, keywords, limits, and the recipes and expressions in
//! it.
//!
//! *Never:* a field or a limit of the format that the page does not have.

use engraft_recipe::recipe::{DOCUMENT_MAX, NESTING_MAX, SCALAR_MAX, SCHEMA, VALUES_MAX, check};
use serde_json::Value;

use crate::documents::document;

const PAGE: &str = include_str!("../../FORMAT.md");

fn names(schema: &Value, pointer: &str) -> Vec<String> {
    schema.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect()
}

/// A number with a comma between thousands.
fn shown(number: usize) -> String {
    let digits = number.to_string();
    let parts: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|part| std::str::from_utf8(part).unwrap()).collect();
    parts.join(",")
}

#[test]
fn every_field_keyword_and_limit_is_told() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    for pointer in [
        "/properties",
        "/$defs/step/properties",
        "/$defs/permissions/properties",
        "/$defs/schema/properties",
    ] {
        for name in names(&schema, pointer) {
            assert!(PAGE.contains(&format!("`{name}")), "{name} of {pointer} is not told");
        }
    }
    let sentence = PAGE.split("These keywords are understood").nth(1).unwrap();
    let sentence = sentence.split("At most 16 schemas").next().unwrap();
    for keyword in sentence.split('`').skip(1).step_by(2) {
        let types = ["string", "integer", "number", "boolean", "array", "object", "null"];
        let formats = schema.pointer("/$defs/schema/properties/format/enum").unwrap();
        let format = formats.as_array().unwrap().iter().any(|format| format == keyword);
        let known = names(&schema, "/$defs/schema/properties").iter().any(|name| name == keyword);
        assert!(known || format || types.contains(&keyword), "{keyword} is told and not there");
    }
    for limit in [DOCUMENT_MAX, VALUES_MAX, NESTING_MAX, SCALAR_MAX] {
        assert!(PAGE.contains(&shown(limit)), "{limit} is not told");
    }
    let at = |pointer: &str| schema.pointer(pointer).unwrap().as_u64().unwrap();
    for (line, limit) in [
        ("| steps,", at("/properties/steps/maxItems")),
        ("| steps,", at("/properties/let/maxProperties")),
        ("| steps,", at("/properties/examples/maxItems")),
        ("| steps,", at("/$defs/expressions/maxProperties")),
        ("| `secret_headers`, `secret_query` | 10", at("/$defs/secret_places/maxProperties")),
        ("| intents,", at("/properties/intents/maxItems")),
        ("| intents,", at("/$defs/permissions/properties/http/maxItems")),
        ("| `parallel` |", at("/$defs/step/properties/parallel/maxItems")),
        ("| properties of a schema;", at("/$defs/schema/properties/properties/maxProperties")),
        ("| properties of a schema;", at("/$defs/schema/properties/enum/maxItems")),
        ("| properties of a schema;", at("/$defs/schema/properties/pattern/maxLength")),
        ("| `input_bytes` |", at("/properties/input_bytes/maximum")),
        ("| `timeout_ms` |", at("/$defs/step/properties/timeout_ms/maximum")),
        ("| `max: 32`", at("/$defs/step/properties/max/maximum")),
    ] {
        let found = PAGE.lines().find(|told| told.starts_with(line)).unwrap_or_default();
        let limit = usize::try_from(limit).unwrap();
        let told = found.contains(&shown(limit)) || found.contains(&limit.to_string());
        assert!(told, "`{line}` does not tell {limit}");
    }
}

#[test]
fn the_recipes_and_expressions_of_the_page_check() {
    let blocks: Vec<&str> =
        PAGE.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 3);
    check(blocks[0]).unwrap();
    let properties = "id: {type: string}, since: {type: integer}, text: {type: string}, \
                      count: {type: integer}, cents: {type: integer}";
    let input = format!(
        "input: {{type: object, properties: {{{properties}}}, \
         required: [id, since, text, count, cents]}}\n"
    );
    check(&document(&format!("{input}{}", blocks[1]))).unwrap();
    let asks = "permissions:\n  http: [{host: api.example.org, methods: [POST]}]\n  \
                secrets: [{name: token, hosts: [api.example.org]}]\n";
    check(&document(&format!("{input}{asks}{}return: answer.status\n", blocks[2]))).unwrap();
    // What stands under "written" is wrong, and what stands beside it is right.
    let mistakes = PAGE.split("| written | meant |").nth(1).unwrap();
    let rows: Vec<&str> = mistakes.lines().filter(|line| line.starts_with("| `")).collect();
    assert!(rows.len() >= 7, "{rows:?}");
    let around = "input: {type: object, properties: {b: {type: string}, kind: {type: string}, \
                  note: {type: string}, count: {type: integer}}, required: [b, kind, count]}\n";
    for (wrong, right) in [
        ("return: metric", "return: \"'metric'\""),
        ("return: 'a' + input.b", "return: \"'a' + input.b\""),
        ("return: input.kind = 'a'", "return: input.kind == 'a'"),
        ("return: input.count * 1.5", "return: double(input.count) * 1.5"),
        ("return: input.b.toUpperCase()", "return: input.b.upperAscii()"),
    ] {
        assert!(check(&document(&format!("{around}{wrong}\n"))).is_err(), "{wrong}");
        check(&document(&format!("{around}{right}\n"))).unwrap();
    }
}
