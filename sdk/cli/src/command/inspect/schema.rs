//! A JSON Schema in one line, for a person who wants to know what to give.
//!
//! *Never:* this is what anything is checked against; `--json` has the schema whole.

use serde_json::Value;

use crate::text;

/// Deeper parts are an ellipsis; a person who needs them takes `--json`.
const DEPTH_MAX: u32 = 4;
const CHARS_MAX: usize = 160;

/// `{text: string, limit?: integer}`.
pub(super) fn brief(schema: &Value) -> String {
    let full = text::scrub(&write(schema, schema, 0));
    if full.chars().count() <= CHARS_MAX {
        return full;
    }
    let mut cut: String = full.chars().take(CHARS_MAX).collect();
    cut.push('…');
    cut
}

fn write(schema: &Value, root: &Value, depth: u32) -> String {
    if depth > DEPTH_MAX {
        return "…".to_owned();
    }
    let Some(fields) = schema.as_object() else {
        return if schema == &Value::Bool(false) { "nothing" } else { "any" }.to_owned();
    };
    if let Some(target) = fields.get("$ref").and_then(Value::as_str) {
        let found = target.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        return found.map_or_else(|| "any".to_owned(), |found| write(found, root, depth + 1));
    }
    if let Some(value) = fields.get("const") {
        return value.to_string();
    }
    if let Some(values) = fields.get("enum").and_then(Value::as_array) {
        return join(values.iter().map(Value::to_string).collect());
    }
    for key in ["oneOf", "anyOf"] {
        if let Some(cases) = fields.get(key).and_then(Value::as_array) {
            return join(cases.iter().map(|case| write(case, root, depth + 1)).collect());
        }
    }
    match fields.get("type") {
        Some(Value::String(kind)) => typed(kind, schema, root, depth),
        Some(Value::Array(kinds)) => {
            let kinds = kinds.iter().filter_map(Value::as_str);
            join(kinds.map(|kind| typed(kind, schema, root, depth)).collect())
        }
        _ if fields.contains_key("properties") => typed("object", schema, root, depth),
        _ => "any".to_owned(),
    }
}

fn typed(kind: &str, schema: &Value, root: &Value, depth: u32) -> String {
    match kind {
        "object" => object(schema, root, depth),
        "array" => match (schema.get("items"), schema.get("prefixItems").and_then(Value::as_array))
        {
            (_, Some(items)) => {
                let items: Vec<_> = items.iter().map(|item| write(item, root, depth + 1)).collect();
                format!("[{}]", items.join(", "))
            }
            (Some(item), None) => format!("[{}, …]", write(item, root, depth + 1)),
            (None, None) => "[any, …]".to_owned(),
        },
        other => other.to_owned(),
    }
}

fn object(schema: &Value, root: &Value, depth: u32) -> String {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let properties = schema.get("properties").and_then(Value::as_object);
    let mut parts: Vec<String> = properties
        .into_iter()
        .flatten()
        .map(|(name, schema)| {
            let mark = if required.contains(&name.as_str()) { "" } else { "?" };
            format!("{name}{mark}: {}", write(schema, root, depth + 1))
        })
        .collect();
    match schema.get("additionalProperties") {
        Some(Value::Bool(_)) | None => {}
        Some(value) => parts.push(format!("[key]: {}", write(value, root, depth + 1))),
    }
    format!("{{{}}}", parts.join(", "))
}

fn join(mut cases: Vec<String>) -> String {
    cases.dedup();
    cases.join(" | ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_reads_like_a_type() {
        for (schema, expected) in [
            (json!(true), "any"),
            (json!(false), "nothing"),
            (json!({"type": "string"}), "string"),
            (json!({"type": ["string", "null"]}), "string | null"),
            (json!({"enum": ["a", 1]}), "\"a\" | 1"),
            (json!({"type": "array", "items": {"type": "integer"}}), "[integer, …]"),
            (
                json!({"type": "object", "required": ["text"],
                    "properties": {"limit": {"type": "integer"}, "text": {"type": "string"}}}),
                "{limit?: integer, text: string}",
            ),
            (json!({"$ref": "#/$defs/point", "$defs": {"point": {"type": "number"}}}), "number"),
            (
                json!({"type": "array", "prefixItems": [{"type": "null"}, {"const": 2}]}),
                "[null, 2]",
            ),
        ] {
            assert_eq!(brief(&schema), expected, "{schema}");
        }
    }

    #[test]
    fn a_schema_without_end_has_one_here() {
        let circle = json!({"$ref": "#"});
        assert_eq!(brief(&circle), "…");
        let deep = (0..100).fold(json!({}), |inner, _| json!({"type": "array", "items": inner}));
        assert!(brief(&deep).chars().count() <= CHARS_MAX + 1);
        let wide = json!({"enum": (0..1000).collect::<Vec<_>>()});
        assert!(brief(&wide).ends_with('…'));
    }
}
