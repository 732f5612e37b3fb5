//! Beside `schemars`: the same type has the same schema, and what it says is what `serde` does.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{of_input, of_output};
use crate::Schema;

/// A word.
#[allow(dead_code, reason = "what is only written is never made here")]
#[derive(Serialize, Deserialize, JsonSchema, Schema)]
#[serde(rename_all = "kebab-case")]
enum Plain {
    FirstOne,
    SecondOne,
    #[serde(skip_serializing)]
    OnlyRead,
    #[serde(skip_deserializing)]
    OnlyWritten,
}

#[derive(Serialize, Deserialize, JsonSchema, Schema)]
enum Outside {
    Word,
    /// With a comment.
    Told,
    One(u8),
    Two(String, Option<i64>),
    #[serde(rename_all = "SCREAMING_SNAKE_CASE", rename = "fields")]
    Fields {
        /// A field.
        first_field: bool,
        #[serde(default)]
        second: Vec<Plain>,
    },
}

#[derive(Serialize, Deserialize, JsonSchema, Schema)]
#[serde(tag = "kind", rename_all_fields = "camelCase")]
enum Inside {
    Nothing,
    /// Something.
    Fields {
        one_field: f64,
    },
}

#[derive(Serialize, Deserialize, JsonSchema, Schema)]
#[serde(tag = "t", content = "c", deny_unknown_fields)]
enum Beside {
    Nothing,
    One(Plain),
    Fields { a: char },
}

#[derive(Serialize, Deserialize, JsonSchema, Schema)]
#[serde(untagged)]
enum Untagged {
    Number(f32),
    List(Vec<Untagged>),
    Fields { a: u64 },
    Nothing,
}

/// A tree that holds itself.
#[derive(Serialize, Deserialize, JsonSchema, Schema)]
struct Tree {
    leaf: Option<Box<Tree>>,
    branches: Vec<Tree>,
}

#[derive(Serialize, Deserialize, JsonSchema, Schema)]
struct Wrapped(u16);

#[allow(dead_code, reason = "what is only read is never looked at here")]
#[derive(Serialize, Deserialize, JsonSchema, Schema)]
struct Pair(i8, #[serde(skip_serializing)] String);

#[derive(Serialize, Deserialize, JsonSchema, Schema)]
struct Nothing;

#[derive(Serialize, Deserialize, JsonSchema, Schema)]
#[serde(transparent)]
struct Through {
    inner: Vec<Wrapped>,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema, Schema)]
struct Raw {
    text: String,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema, Schema)]
#[serde(from = "Raw")]
struct Cooked {
    length: usize,
}

impl From<Raw> for Cooked {
    fn from(raw: Raw) -> Self {
        Self { length: raw.text.len() }
    }
}

/// All of it.
///
/// In two paragraphs, with "quotes".
#[allow(dead_code, reason = "what is only read is never looked at here")]
#[derive(Serialize, Deserialize, JsonSchema, Schema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct All {
    /// A text.
    some_text: String,
    #[serde(rename(serialize = "out", deserialize = "in"))]
    renamed: i32,
    r#type: u128,
    optional: Option<isize>,
    optional_list: Option<Vec<u32>>,
    optional_named: Option<Plain>,
    optional_twice: Option<Option<bool>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    perhaps: Option<String>,
    #[serde(skip_deserializing)]
    only_written: u8,
    #[serde(skip_serializing)]
    only_read: u8,
    #[serde(skip)]
    neither: u8,
    outside: Outside,
    inside: Inside,
    beside: Beside,
    untagged: Option<Untagged>,
    tree: Tree,
    wrapped: Wrapped,
    pair: Pair,
    nothing: Nothing,
    through: Through,
    unit: (),
    array: [u8; 3],
    tuple: (i16, Wrapped),
    set: BTreeSet<i128>,
    names: BTreeMap<String, Wrapped>,
    by_number: BTreeMap<i32, bool>,
    by_count: HashMap<u64, Option<bool>>,
    boxed: Box<str>,
    cooked: Cooked,
}

/// What `schemars` gives, without the notes that are not written here: the values of defaults, and
/// which way a property goes.
fn theirs<T: JsonSchema>(settings: SchemaSettings) -> Value {
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    without_notes(&mut schema);
    schema
}

fn without_notes(value: &mut Value) {
    match value {
        Value::Object(members) => {
            // A property may have this name; its schema is no plain value.
            if !members.get("default").is_some_and(Value::is_object) {
                members.remove("default");
            }
            // Said of what goes one way only, in the schema of that very way.
            members.retain(|name, _| !matches!(name.as_str(), "readOnly" | "writeOnly"));
            members.values_mut().for_each(without_notes);
        }
        Value::Array(items) => items.iter_mut().for_each(without_notes),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn agree<T: JsonSchema + Schema>() {
    let read: Value = serde_json::from_str(&of_input::<T>()).unwrap();
    assert_eq!(read, theirs::<T>(SchemaSettings::draft2020_12().for_deserialize()), "read");
    let written: Value = serde_json::from_str(&of_output::<T>()).unwrap();
    assert_eq!(written, theirs::<T>(SchemaSettings::draft2020_12().for_serialize()), "written");
}

#[test]
fn derived_schemas_are_those_of_schemars() {
    agree::<Plain>();
    agree::<Outside>();
    agree::<Inside>();
    agree::<Beside>();
    agree::<Untagged>();
    agree::<Tree>();
    agree::<Wrapped>();
    agree::<Pair>();
    agree::<Nothing>();
    agree::<Cooked>();
    agree::<All>();
}

#[test]
fn a_struct_whose_fields_all_have_defaults_needs_none() {
    #[derive(Default, Serialize, Deserialize, JsonSchema, Schema)]
    #[serde(default)]
    struct Options {
        limit: u8,
        name: String,
    }
    agree::<Options>();
    let schema: Value = serde_json::from_str(&of_input::<Options>()).unwrap();
    assert_eq!(schema.get("required"), None);
}

#[test]
fn types_without_a_name_have_no_title() {
    let schema: Value = serde_json::from_str(&of_output::<Vec<Option<u8>>>()).unwrap();
    assert_eq!(
        schema,
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "array",
            "items": {"type": ["integer", "null"], "format": "uint8", "minimum": 0, "maximum": 255},
        })
    );
}

#[test]
fn a_schema_given_by_hand_stands_where_it_is_given() {
    #[derive(Serialize, Schema)]
    struct Dated {
        /// A day.
        #[schema(json = r#" {"type": "string", "format": "date"} "#)]
        day: Day,
        #[schema(json = "{}")]
        anything: Value,
        #[schema(json = r#"{"type": "string"}"#)]
        perhaps: Option<Day>,
    }
    #[derive(Serialize)]
    struct Day;
    #[derive(Serialize, Schema)]
    #[schema(json = r#"{"type": "string", "enum": ["x"]}"#)]
    struct Whole(Option<Day>);

    let schema: Value = serde_json::from_str(&of_output::<Dated>()).unwrap();
    let properties = &schema["properties"];
    assert_eq!(
        properties["day"],
        json!({"description": "A day.", "type": "string", "format": "date"})
    );
    assert_eq!(properties["anything"], json!({}));
    let whole: Value = serde_json::from_str(&of_output::<Option<Whole>>()).unwrap();
    assert_eq!(whole["$defs"]["Whole"]["enum"], json!(["x"]));
}

#[test]
fn two_types_of_one_name_are_described_apart() {
    mod other {
        use super::*;
        #[derive(Serialize, Schema)]
        pub(super) struct Raw {
            other: u8,
        }
        impl Raw {
            pub(super) const ONE: Self = Self { other: 1 };
        }
    }
    #[derive(Serialize, Schema)]
    struct Both {
        one: Raw,
        two: other::Raw,
    }
    let both = Both { one: Raw { text: String::new() }, two: other::Raw::ONE };
    assert_eq!(serde_json::to_value(&both).unwrap()["two"]["other"], 1);
    let schema: Value = serde_json::from_str(&of_output::<Both>()).unwrap();
    assert_eq!(schema["properties"]["one"]["$ref"], "#/$defs/Raw");
    assert_eq!(schema["properties"]["two"]["$ref"], "#/$defs/Raw_");
    assert!(schema["$defs"]["Raw_"]["properties"]["other"].is_object());
}
