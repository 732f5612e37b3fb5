//! What calls that failed have in common: the operation, the fields of their inputs, and a few of the
//! inputs to try a repair with.
//!
//! *Never:* a field is told of that looks like data, and no input is kept with a secret in it.

use std::collections::BTreeMap;

use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::failed::Called;
use crate::model::json_type::type_of;
use crate::model::secrecy::{kept_value, looks_secret};

/// Inputs that are kept of a gap: as many as a repair is tried with at once.
const INPUTS_MAX: usize = 6;
/// A larger input is data, not a case.
const INPUT_BYTES_MAX: usize = 4_096;
/// Fields that are told apart; an operation with more takes a document.
const FIELDS_MAX: usize = 24;
/// Names of fields are words; what is longer is data in the place of a name.
const FIELD_CHARS_MAX: usize = 40;
/// Versions that are told apart; of one capability so many never serve at once.
const VERSIONS_MAX: usize = 8;

/// The calls of one gap.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Calls {
    operation: String,
    count: u64,
    fields: BTreeMap<String, Field>,
    inputs: Vec<Value>,
    versions: BTreeMap<Version, u64>,
}

/// One field of the inputs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Field {
    /// What its values were, in the words of JSON Schema.
    types: Vec<String>,
    /// In how many of the calls it was.
    count: u64,
}

impl Calls {
    pub(super) fn operation(&self) -> &str {
        &self.operation
    }

    pub(super) fn inputs(&self) -> &[Value] {
        &self.inputs
    }

    pub(super) fn versions(&self) -> impl Iterator<Item = (&Version, u64)> {
        self.versions.iter().map(|(version, count)| (version, *count))
    }

    /// Takes in a call; what one person repeats shapes nothing.
    pub(super) fn note(&mut self, call: Called<'_>, shapes: bool) {
        self.count = self.count.saturating_add(1);
        if self.operation.is_empty() {
            self.operation = call.operation.chars().take(FIELD_CHARS_MAX * 4).collect();
        }
        if let Some(version) = call.version
            && (self.versions.len() < VERSIONS_MAX || self.versions.contains_key(version))
        {
            *self.versions.entry(version.clone()).or_default() += 1;
        }
        let Some(input) = call.input.filter(|_| shapes) else { return };
        if let Value::Object(fields) = input {
            self.note_fields(fields);
        }
        if self.inputs.len() < INPUTS_MAX {
            let input = kept_value(input);
            if input.to_string().len() <= INPUT_BYTES_MAX && !self.inputs.contains(&input) {
                self.inputs.push(input);
            }
        }
    }

    fn note_fields(&mut self, fields: &Map<String, Value>) {
        for (name, value) in fields.iter().filter(|(name, _)| is_name(name)) {
            let room = self.fields.len() < FIELDS_MAX;
            if !room && !self.fields.contains_key(name) {
                continue;
            }
            let field = self.fields.entry(name.clone()).or_default();
            field.count = field.count.saturating_add(1);
            let ty = type_of(value);
            if !field.types.iter().any(|known| known == ty) {
                field.types.push(ty.to_owned());
            }
        }
    }

    /// A schema of the inputs; none where nothing is known of them.
    pub(super) fn schema(&self) -> Option<Value> {
        let most = self.fields.values().map(|field| field.count).max()?;
        let properties = self.fields.iter().map(|(name, field)| {
            let schema = match &field.types[..] {
                [only] => json!({ "type": only }),
                several => json!({ "type": several }),
            };
            (name.clone(), schema)
        });
        let required = self.fields.iter().filter(|(_, field)| field.count == most);
        let required: Vec<&String> = required.map(|(name, _)| name).collect();
        let properties: Map<String, Value> = properties.collect();
        Some(json!({"type": "object", "properties": properties, "required": required}))
    }

    pub(super) fn bytes(&self) -> usize {
        let inputs: usize = self.inputs.iter().map(|input| input.to_string().len() * 2).sum();
        let fields = self.fields.keys().map(|name| name.len() + size_of::<(String, Field)>() * 2);
        self.operation.capacity() + inputs + fields.sum::<usize>() + self.versions.len() * 64
    }
}

fn is_name(name: &str) -> bool {
    let plain = |letter: char| letter.is_alphanumeric() || "_-.$".contains(letter);
    (1..=FIELD_CHARS_MAX).contains(&name.chars().count())
        && name.chars().all(plain)
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && !looks_secret(name)
}
