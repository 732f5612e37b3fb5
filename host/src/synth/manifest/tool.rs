//! A tool as a manifest has it.
//!
//! *Never:* a field is read that the format's schema does not have.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::model::secrecy::looks_secret;
use crate::model::{CapabilityName, Example, Intent};
use crate::synth::prose;
use crate::synth::wish::{Asked, Wish};

/// The limits of the format; see its schema.
const INTENTS_MAX: usize = 50;
const EXAMPLES_MAX: usize = 100;

/// A tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// What it is called.
    pub name: CapabilityName,
    /// What it does, in a sentence.
    pub summary: String,
    /// Sentences that ask for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub intents: Vec<String>,
    /// The schema of its input.
    #[serde(default = "any_object")]
    pub input: Value,
    /// The schema of what it gives.
    #[serde(default = "anything")]
    pub output: Value,
    /// How a server is asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<Http>,
    /// Inputs with the outputs that are wanted of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Where; `{name}` in its path stands for a property of the input.
    pub url: String,
    /// The method; GET, or POST where there is a body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, String>,
    /// Headers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// How what is left of the input is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<BodyKind>,
    /// A secret of the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<Auth>,
    /// How long the server has to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u32>,
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BodyKind {
    /// As JSON.
    Json,
    /// As a form.
    Form,
}

/// A secret by its name in the host, and where that puts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Auth {
    /// As `Authorization: Bearer`.
    Bearer(String),
    /// As the password of a user.
    Basic {
        /// The user.
        user: String,
        /// The secret.
        secret: String,
    },
    /// As a header.
    Header {
        /// Of the header.
        name: String,
        /// The secret.
        secret: String,
    },
    /// As a parameter.
    Query {
        /// Of the parameter.
        name: String,
        /// The secret.
        secret: String,
    },
}

/// Why a tool cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ToolError {
    /// It is not written as the format wants it.
    #[error("it is not written as a tool is: {0}")]
    Form(String),
    /// It has more of something than the format takes.
    #[error("it has {found} {what}, and {most} are the most")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many it has.
        found: usize,
        /// How many it may have.
        most: usize,
    },
    /// Something that looks like a key or a token stands in it.
    #[error(
        "`{0}` holds what looks like a secret; give it to the host, and name it in `auth` instead"
    )]
    Secret(String),
    /// Its request cannot be sent.
    #[error("its request cannot be made: {0}")]
    Http(String),
}

/// Reads a tool in our own format.
pub(super) fn read(value: &Value) -> Result<Tool, ToolError> {
    let mut tool: Tool = serde_json::from_value(value.clone())
        .map_err(|error| ToolError::Form(error.to_string()))?;
    let too_many = |what, found, most| ToolError::TooMany { what, found, most };
    if tool.intents.len() > INTENTS_MAX {
        return Err(too_many("intents", tool.intents.len(), INTENTS_MAX));
    }
    if tool.examples.len() > EXAMPLES_MAX {
        return Err(too_many("examples", tool.examples.len(), EXAMPLES_MAX));
    }
    for intent in &tool.intents {
        Intent::for_input(intent, &tool.input)
            .map_err(|error| ToolError::Form(error.to_string()))?;
    }
    if tool.input.get("type").and_then(Value::as_str) != Some("object") {
        return Err(ToolError::Form("`input` is a schema of `type: object`".to_owned()));
    }
    secrets(&tool)?;
    tool.intents.retain(|intent| !prose::is_order(intent));
    let (summary, _) = prose::described(&tool.summary, prose::SUMMARY_CHARS_MAX);
    tool.summary = summary.ok_or_else(|| {
        ToolError::Form("nothing is left of its summary without what speaks to a model".to_owned())
    })?;
    Ok(tool)
}

/// Refuses a key that somebody has written into a request.
fn secrets(tool: &Tool) -> Result<(), ToolError> {
    let Some(http) = &tool.http else { return Ok(()) };
    let named = http.query.iter().map(|pair| ("query", pair));
    let named = named.chain(http.headers.iter().map(|pair| ("headers", pair)));
    for (place, (name, value)) in named {
        if value.split_whitespace().any(looks_secret) {
            return Err(ToolError::Secret(format!("{place}.{name}")));
        }
    }
    let is_secret = http.url.split(['/', '?', '&', '=']).any(looks_secret);
    if is_secret { Err(ToolError::Secret("url".to_owned())) } else { Ok(()) }
}

impl Tool {
    /// What is wanted of a tool that nothing is known of but what it takes and gives.
    pub(super) fn wish(&self) -> Wish {
        let intents: Vec<Intent> = self
            .intents
            .iter()
            .filter_map(|intent| Intent::for_input(intent, &self.input).ok())
            .collect();
        let asked = prose::asked(&self.summary)
            .map(|sentence| Asked { sentence, wanted: None })
            .into_iter()
            .collect();
        let mut wish = Wish::shown(self.examples.iter().cloned()).named(self.name.clone());
        wish.asked = asked;
        wish.intents = intents;
        wish
    }
}

fn any_object() -> Value {
    json!({"type": "object"})
}

fn anything() -> Value {
    json!({})
}
