//! What a capability says of itself, before anybody has signed it.
//!
//! *Never:* anything here is believed; a signature binds it, an examination checks it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::given::given;
use super::{CapabilityName, Permissions};

/// Name, operations and permissions of a capability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// The dotted name.
    pub name: CapabilityName,
    /// One sentence for a person.
    #[serde(default)]
    pub summary: String,
    /// What it can do; each name once.
    pub operations: Vec<Operation>,
    /// Everything it asks for.
    #[serde(default, skip_serializing_if = "Permissions::is_empty")]
    pub permissions: Permissions,
}

/// One thing a capability can do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// What it is called by: `count-words`, or for a foreign component
    /// `namespace:package/interface#function`.
    pub name: String,
    /// One sentence for a person.
    #[serde(default)]
    pub summary: String,
    /// JSON Schema (2020-12) of the input.
    pub input_schema: Value,
    /// JSON Schema (2020-12) of the output.
    pub output_schema: Value,
    /// Sentences that ask for it, with slots: `count the words in {text}`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub intents: Vec<String>,
    /// Inputs with the outputs they give.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
}

/// One worked example of an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What goes in.
    pub input: Value,
    /// What comes out; none where it varies from call to call.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
}

impl Description {
    /// The operation of this name.
    #[must_use]
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.name == name)
    }
}
