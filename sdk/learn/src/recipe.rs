//! Programs as recipes: the document that `engraft-recipe` compiles.
//!
//! *Never:* a recipe accepts an input that the program was not made for.

use crate::kind::Kind;
use crate::lesson::Program;
use crate::task::Example;
use crate::value::Value;
use serde_json::{Value as Json, json};
use std::fmt::Write as _;
use std::sync::Arc;

/// Examples that go into a recipe as its tests, and how large they may be together: a recipe is a
/// program, not a store of data.
const EXAMPLES_MAX: usize = 8;
const EXAMPLES_BYTES_MAX: usize = 16_384;

/// What a recipe is called.
#[derive(Debug, Clone)]
pub struct Title {
    /// The capability's dotted name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// One sentence.
    pub summary: String,
    /// Sentences that ask for it.
    pub intents: Vec<String>,
}

impl Title {
    /// A first version of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: "0.1.0".to_owned(),
            summary: "Learned from examples.".to_owned(),
            intents: Vec::new(),
        }
    }
}

/// Every scalar is written as JSON, which is YAML too, so that nothing in it can be misread.
pub(crate) fn document(program: &Program, title: &Title, examples: &[Example]) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &Json| {
        // Writing to text does not fail.
        let _ = writeln!(text, "{name}: {value}");
    };
    line("name", &json!(title.name));
    line("version", &json!(title.version));
    line("summary", &json!(title.summary));
    if !title.intents.is_empty() {
        line("intents", &json!(title.intents));
    }
    line("input", &input_schema(&program.arguments, &program.kinds));
    line("output", &schema(&program.out));
    line("return", &json!(program.expression()));
    let chosen = chosen(program, examples);
    if !chosen.is_empty() {
        text.push_str("examples:\n");
        for example in chosen {
            let _ = writeln!(text, "  - {example}");
        }
    }
    text
}

/// Arguments by name, as an input; the one without a name is the input itself.
pub(crate) fn input(names: &[Arc<str>], values: &[Value]) -> Json {
    match (names, values) {
        ([only], [value]) if only.is_empty() => value.to_json(),
        _ => Json::Object(
            names
                .iter()
                .zip(values)
                .map(|(name, value)| (name.as_ref().to_owned(), value.to_json()))
                .collect(),
        ),
    }
}

/// The examples of a recipe: short ones before long ones, and their outputs as the program gives them.
fn chosen(program: &Program, examples: &[Example]) -> Vec<Json> {
    let mut all: Vec<(String, Json)> = Vec::new();
    for example in examples {
        let Some(output) = program.run(&example.input) else { continue };
        let example = json!({"input": program.input(&example.input), "output": output.to_json()});
        let text = example.to_string();
        if !all.iter().any(|(other, _)| *other == text) {
            all.push((text, example));
        }
    }
    all.sort_by_key(|(text, _)| text.len());
    let mut room = EXAMPLES_BYTES_MAX;
    let fits = all.into_iter().take(EXAMPLES_MAX).take_while(|(text, _)| {
        let enough = text.len() <= room;
        room = room.saturating_sub(text.len());
        enough
    });
    fits.map(|(_, example)| example).collect()
}

fn input_schema(names: &[Arc<str>], kinds: &[Kind]) -> Json {
    if let ([only], [kind]) = (names, kinds)
        && only.is_empty()
    {
        return schema(kind);
    }
    let properties: serde_json::Map<String, Json> = names
        .iter()
        .zip(kinds)
        .map(|(name, kind)| (name.as_ref().to_owned(), schema(kind)))
        .collect();
    json!({"type": "object", "properties": properties, "required": names.iter().map(|name| name.as_ref()).collect::<Vec<&str>>()})
}

/// What is known of values, as a JSON Schema.
pub(crate) fn schema(kind: &Kind) -> Json {
    match kind {
        Kind::Any => json!({}),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Int => json!({"type": "integer"}),
        Kind::Float => json!({"type": "number"}),
        Kind::Text | Kind::Time => json!({"type": "string"}),
        Kind::List(item) => json!({"type": "array", "items": schema(item)}),
        Kind::Dict(inner) => json!({"type": "object", "additionalProperties": schema(inner)}),
        Kind::Record(fields) => {
            let properties: serde_json::Map<String, Json> = fields
                .iter()
                .map(|(name, field)| (name.as_ref().to_owned(), schema(&field.kind)))
                .collect();
            let required: Vec<&str> = fields
                .iter()
                .filter(|(_, field)| field.required)
                .map(|(name, _)| name.as_ref())
                .collect();
            json!({"type": "object", "properties": properties, "required": required})
        }
    }
}
