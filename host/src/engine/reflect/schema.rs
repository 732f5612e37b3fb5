//! JSON Schemas (2020-12) of what the conversion reads and writes.
//!
//! *Never:* a schema says other than what [`read`](super::read) takes and [`write`](super::write)
//! gives; a property test holds them together.

use serde_json::{Map, Value, json};

use super::shape::{Key, Names, Record, Resource, Shape, Title, Variant, Whole};

/// Parts of one schema. Types may share parts and grow exponentially when written out; a schema
/// larger than this helps neither a person nor a model.
const PARTS_MAX: usize = 4_096;

/// The least number that rounds to infinity as an `f32`: half a step above the greatest `f32`, whose
/// own shortest text lies between the two.
const F32_TOO_LARGE: f64 = 3.402_823_567_797_336_6e38;

/// Whether a schema tells what is taken, with its conveniences, or what is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Input,
    Output,
}

/// The schema of named arguments.
pub(super) fn of_arguments(arguments: &Record) -> Option<Value> {
    Sketch { side: Side::Input, parts_left: PARTS_MAX }.record(arguments)
}

/// The schema of one value, or of none.
pub(super) fn of_value(shape: Option<&Shape>, side: Side) -> Option<Value> {
    match shape {
        Some(shape) => Sketch { side, parts_left: PARTS_MAX }.value(shape),
        None => Some(json!({ "type": "null" })),
    }
}

struct Sketch {
    side: Side,
    parts_left: usize,
}

impl Sketch {
    /// `None` where the schema would be too large.
    fn value(&mut self, shape: &Shape) -> Option<Value> {
        self.parts_left = self.parts_left.checked_sub(1)?;
        Some(match shape {
            Shape::Bool => json!({ "type": "boolean" }),
            Shape::Whole(whole) => self.whole(*whole),
            Shape::F32 | Shape::F64 => float(shape),
            Shape::Char => json!({ "type": "string", "minLength": 1, "maxLength": 1 }),
            Shape::Text => json!({ "type": "string" }),
            Shape::Bytes => self.bytes(),
            Shape::Data => self.data(),
            Shape::List(item) => json!({ "type": "array", "items": self.value(item)? }),
            Shape::FixedList(item, count) => json!({
                "type": "array", "items": self.value(item)?, "minItems": count, "maxItems": count,
            }),
            Shape::Map(key, item) => self.map(*key, item)?,
            Shape::Record(record) => self.record(record)?,
            Shape::Tuple(items) => {
                let count = items.len();
                let items: Option<Vec<Value>> = items.iter().map(|item| self.value(item)).collect();
                json!({
                    "type": "array", "prefixItems": items?, "items": false,
                    "minItems": count, "maxItems": count,
                })
            }
            Shape::Variant(variant) => self.variant(variant)?,
            Shape::Enum(choice) => {
                titled(&choice.title, self.names(&choice.names, "enum", json!("string"))?)
            }
            Shape::Flags(choice) => {
                let names = self.names(&choice.names, "enum", json!("string"))?;
                titled(
                    &choice.title,
                    json!({ "type": "array", "items": names, "uniqueItems": true }),
                )
            }
            Shape::Option(inner) => {
                let inner = match inner.is_option() {
                    true => single("some", self.value(inner)?),
                    false => self.value(inner)?,
                };
                json!({ "anyOf": [inner, { "type": "null" }] })
            }
            Shape::Result { ok, err } => {
                let mut way = |name, shape: Option<&Shape>| {
                    Some(single(
                        name,
                        match shape {
                            Some(shape) => self.value(shape)?,
                            None => json!({ "type": "null" }),
                        },
                    ))
                };
                json!({ "oneOf": [way("ok", ok.as_deref())?, way("err", err.as_deref())?] })
            }
            Shape::Handle { resource, owned } => self.handle(resource, *owned),
        })
    }

    fn whole(&self, whole: Whole) -> Value {
        let number = bounded(whole);
        if self.side == Side::Output || !whole.is_wide() {
            return number;
        }
        json!({ "anyOf": [number, { "type": "string", "pattern": decimal_pattern(whole) }] })
    }

    fn bytes(&self) -> Value {
        match self.side {
            Side::Output => base64(),
            Side::Input => json!({ "anyOf": [base64(), byte_array()] }),
        }
    }

    fn data(&self) -> Value {
        let text = json!({ "type": "string" });
        match self.side {
            Side::Output => json!({ "anyOf": [text, base64()] }),
            Side::Input => json!({ "anyOf": [text, base64(), byte_array()] }),
        }
    }

    fn map(&mut self, key: Key, item: &Shape) -> Option<Value> {
        let names = match key {
            Key::Text => None,
            Key::Char => Some(json!({ "minLength": 1, "maxLength": 1 })),
            Key::Bool => Some(json!({ "enum": ["true", "false"] })),
            Key::Whole(whole) => Some(json!({ "pattern": decimal_pattern(whole) })),
        };
        let mut schema = Map::new();
        schema.insert("type".to_owned(), json!("object"));
        if let Some(names) = names {
            schema.insert("propertyNames".to_owned(), names);
        }
        schema.insert("additionalProperties".to_owned(), self.value(item)?);
        Some(schema.into())
    }

    fn record(&mut self, record: &Record) -> Option<Value> {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for (index, (name, field)) in record.names.iter().zip(&record.fields).enumerate() {
            let schema = described(self.value(field)?, record.names.docs(index));
            properties.insert(name.to_owned(), schema);
            if self.side == Side::Output || !field.is_option() {
                required.push(name);
            }
        }
        let schema = json!({
            "type": "object", "properties": properties, "required": required,
            "additionalProperties": false,
        });
        Some(titled(&record.title, schema))
    }

    /// Cases without a payload are strings; on the way in also objects with `null`.
    fn variant(&mut self, variant: &Variant) -> Option<Value> {
        let mut ways = Vec::new();
        for (index, (name, payload)) in variant.names.iter().zip(&variant.payloads).enumerate() {
            self.parts_left = self.parts_left.checked_sub(1)?;
            let docs = variant.names.docs(index);
            if let Some(payload) = payload {
                ways.push(described(single(name, self.value(payload)?), docs));
                continue;
            }
            ways.push(described(json!({ "const": name }), docs));
            if self.side == Side::Input {
                ways.push(single(name, json!({ "type": "null" })));
            }
        }
        Some(titled(&variant.title, json!({ "oneOf": ways })))
    }

    /// An enumeration; where the names are documented, one way for each.
    fn names(&mut self, names: &Names, keyword: &str, kind: Value) -> Option<Value> {
        self.parts_left = self.parts_left.checked_sub(names.len())?;
        let is_documented = (0..names.len()).any(|index| !names.docs(index).is_empty());
        Some(if is_documented {
            let way = |(index, name)| described(json!({ "const": name }), names.docs(index));
            json!({ "oneOf": names.iter().enumerate().map(way).collect::<Vec<Value>>() })
        } else {
            json!({ "type": kind, keyword: names.iter().collect::<Vec<&str>>() })
        })
    }

    fn handle(&self, resource: &Resource, owned: bool) -> Value {
        let name = &resource.name;
        let what = match (self.side, owned) {
            (Side::Output, _) => format!("a new handle of `{name}`, good within this session"),
            (Side::Input, true) => format!("a handle of `{name}`; it is given away"),
            (Side::Input, false) => format!("a handle of `{name}`; it stays open"),
        };
        described(single("handle", bounded(Whole::U32)), &what)
    }
}

fn base64() -> Value {
    single("base64", json!({ "type": "string", "contentEncoding": "base64" }))
}

fn byte_array() -> Value {
    json!({ "type": "array", "items": bounded(Whole::U8) })
}

/// Validators that keep numbers as doubles round the widest bounds; the conversion does not.
fn bounded(whole: Whole) -> Value {
    let (least, greatest) = whole.range();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("integer"));
    for (keyword, bound) in [("minimum", least), ("maximum", greatest)] {
        if let Ok(bound) = i64::try_from(bound) {
            schema.insert(keyword.to_owned(), json!(bound));
        } else if let Ok(bound) = u64::try_from(bound) {
            schema.insert(keyword.to_owned(), json!(bound));
        }
    }
    schema.into()
}

fn decimal_pattern(whole: Whole) -> &'static str {
    if whole.range().0 == 0 { "^(0|[1-9][0-9]*)$" } else { "^(0|-?[1-9][0-9]*)$" }
}

fn float(shape: &Shape) -> Value {
    let mut number = json!({ "type": "number" });
    if matches!(shape, Shape::F32)
        && let Value::Object(number) = &mut number
    {
        number.insert("exclusiveMinimum".to_owned(), json!(-F32_TOO_LARGE));
        number.insert("exclusiveMaximum".to_owned(), json!(F32_TOO_LARGE));
    }
    json!({ "anyOf": [number, { "enum": ["NaN", "Infinity", "-Infinity"] }] })
}

/// An object with exactly this property.
fn single(name: &str, schema: Value) -> Value {
    json!({
        "type": "object", "properties": { name: schema }, "required": [name],
        "additionalProperties": false,
    })
}

fn titled(title: &Title, schema: Value) -> Value {
    let mut schema = described(schema, &title.docs);
    if let (Value::Object(schema), Some(name)) = (&mut schema, &title.name) {
        schema.insert("title".to_owned(), json!(&**name));
    }
    schema
}

fn described(mut schema: Value, docs: &str) -> Value {
    if let Value::Object(schema) = &mut schema
        && !docs.is_empty()
    {
        schema.insert("description".to_owned(), json!(docs));
    }
    schema
}
