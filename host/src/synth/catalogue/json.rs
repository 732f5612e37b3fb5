//! JSON: fields, keys, and other forms of it.
//!
//! *Never:* a missing field is an error; it is null, as JSON's readers expect.

use super::plain::Plain;
use crate::model::SlotKind::{Json, Text, Word};

const STRINGS: &str = r#"{"type": "array", "items": {"type": "string"}}"#;

pub(super) const ENTRIES: &[Plain] = &[
    Plain {
        name: "json.field",
        summary: "Gives a field of an object; null where there is none.",
        asks: &[
            "field {field:word} of {object:json}",
            "get {field:word} from {object:json}",
            "what is the {field:word} in {object:json}",
            "value of {field:word} in {object:json}",
        ],
        inputs: &[("field", Word), ("object", Json)],
        gives: "{}",
        value: "@{field} in @{object} ? dyn(@{object}[@{field}]) : dyn(null)",
        examples: &[
            (r#"{"field": "a", "object": {"a": [1]}}"#, "[1]"),
            (r#"{"field": "b", "object": {}}"#, "null"),
        ],
    },
    Plain {
        name: "json.keys",
        summary: "Lists the names of an object's fields.",
        asks: &[
            "keys of {object:json}",
            "list the keys of {object:json}",
            "field names of {object:json}",
            "what fields are in {object:json}",
        ],
        inputs: &[("object", Json)],
        gives: STRINGS,
        value: "@{object}.map(key, string(key)).sort()",
        examples: &[(r#"{"object": {"b": 1, "a": 2}}"#, r#"["a", "b"]"#)],
    },
    Plain {
        name: "json.values",
        summary: "Lists the values of an object, in the order of their names.",
        asks: &["values of {object:json}", "list the values of {object:json}"],
        inputs: &[("object", Json)],
        gives: r#"{"type": "array"}"#,
        value: "@{object}.map(key, key).sort().map(key, @{object}[key])",
        examples: &[(r#"{"object": {"b": 1, "a": "x"}}"#, r#"["x", 1]"#)],
    },
    Plain {
        name: "json.size",
        summary: "Counts the items of a list, or the fields of an object.",
        asks: &[
            "size of {json:json}",
            "how many fields are in {json:json}",
            "how many entries does {json:json} have",
        ],
        inputs: &[("json", Json)],
        gives: r#"{"type": "integer"}"#,
        value: "size(@{json})",
        examples: &[(r#"{"json": {"b": 1, "a": 2}}"#, "2"), (r#"{"json": []}"#, "0")],
    },
    Plain {
        name: "json.encode",
        summary: "Writes JSON as text, in its shortest form.",
        asks: &["minify {json:json}", "encode {json:json} as text", "compact {json:json}"],
        inputs: &[("json", Json)],
        gives: r#"{"type": "string"}"#,
        value: "json.encode(@{json})",
        examples: &[(r#"{"json": [1, "a"]}"#, r#""[1,\"a\"]""#)],
    },
    Plain {
        name: "json.decode",
        summary: "Reads JSON from a text.",
        asks: &["parse the json {text}", "decode the json {text}"],
        inputs: &[("text", Text)],
        gives: "{}",
        value: "json.decode(@{text})",
        examples: &[(r#"{"text": "{\"a\": [1, null]}"}"#, r#"{"a": [1, null]}"#)],
    },
    Plain {
        name: "json.query",
        summary: "Writes the fields of an object as the query of a URL.",
        asks: &[
            "query string of {object:json}",
            "turn {object:json} into a query string",
            "url encode {object:json}",
        ],
        inputs: &[("object", Json)],
        gives: r#"{"type": "string"}"#,
        value: "@{object}.map(key, string(key)).sort().map(key, url.encode(key) + '=' + url.encode(type(@{object}[key]) == string ? @{object}[key] : json.encode(@{object}[key]))).join('&')",
        examples: &[(r#"{"object": {"q": "a b", "n": 2}}"#, r#""n=2&q=a%20b""#)],
    },
    Plain {
        name: "json.without",
        summary: "Gives an object without one of its fields.",
        asks: &[
            "remove the field {field:word} from {object:json}",
            "drop {field:word} from {object:json}",
            "{object:json} without the field {field:word}",
        ],
        inputs: &[("field", Word), ("object", Json)],
        gives: r#"{"type": "object"}"#,
        value: "@{object}.transformMap(key, value, key != @{field}, value)",
        examples: &[(r#"{"field": "a", "object": {"a": 1, "b": 2}}"#, r#"{"b": 2}"#)],
    },
];
