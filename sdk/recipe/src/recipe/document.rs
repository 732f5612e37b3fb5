//! The document as it is written.
//!
//! *Never:* a field that nobody knows is passed over.

use super::DOCUMENT_MAX;
use crate::diagnostic::Problem;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_saphyr::{Options, Spanned};
use std::fmt;

/// An expression, and where it stands.
pub(super) type Source = Spanned<String>;

/// Names and expressions in the order of the document.
#[derive(Debug, Clone, Default)]
pub(super) struct Ordered(pub(super) Vec<(String, Source)>);

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Ordered;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("names with expressions")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry::<String, Source>()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

/// A recipe.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The capability's dotted name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// One sentence.
    pub summary: String,
    /// The operation's name; `run` where none is given.
    #[serde(default)]
    pub(super) operation: Option<String>,
    /// Sentences that ask for it.
    #[serde(default)]
    pub intents: Vec<String>,
    /// A JSON Schema of the input.
    #[serde(default = "any_object")]
    pub input: Value,
    /// A JSON Schema of the output.
    #[serde(default = "anything")]
    pub output: Value,
    /// What it asks for.
    #[serde(default)]
    pub permissions: Permissions,
    /// Inputs and the outputs they give; they are the recipe's tests.
    #[serde(default)]
    pub examples: Vec<Example>,
    /// Values that steps and the result use; each may use those before it.
    #[serde(default, rename = "let")]
    pub(super) bindings: Ordered,
    /// What happens, in order.
    #[serde(default)]
    pub(super) steps: Vec<Step>,
    /// The result.
    #[serde(rename = "return")]
    pub(super) result: Source,
}

/// What a recipe asks to be allowed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Permissions {
    /// To write log lines.
    pub log: bool,
    /// To read the time.
    pub clock: bool,
    /// To draw random numbers.
    pub random: bool,
    /// To report progress.
    pub progress: bool,
    /// To keep values.
    pub kv: Option<KvPermission>,
    /// To send requests.
    pub http: Vec<HttpPermission>,
    /// To have secrets sent.
    pub secrets: Vec<SecretPermission>,
    /// To call capabilities.
    pub call: Vec<String>,
    /// To read settings.
    pub config: Vec<String>,
}

/// How much a recipe may keep.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KvPermission {
    /// The most bytes.
    pub bytes: u64,
    /// The most keys.
    pub keys: u32,
}

/// Which requests a recipe may send.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpPermission {
    /// A host name or pattern.
    pub host: String,
    /// Methods; `GET` and `HEAD` where none are given.
    #[serde(default)]
    pub methods: Vec<String>,
    /// What paths begin with.
    #[serde(default)]
    pub path: String,
}

/// A secret that the host puts into requests.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretPermission {
    /// Its name.
    pub name: String,
    /// Hosts that it may be sent to.
    pub hosts: Vec<String>,
}

/// A worked example.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The input.
    pub input: Value,
    /// The output; none where it varies.
    #[serde(default)]
    pub output: Option<Value>,
}

/// A step: one of the verbs, and what goes with it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    /// `fetch: https://example.org/{input.id}`; parts in braces are escaped.
    pub(super) fetch: Option<Source>,
    /// `call: text.slugify`
    pub(super) call: Option<Source>,
    /// `get: 'key'`
    pub(super) get: Option<Source>,
    /// `put: 'key'`
    pub(super) put: Option<Source>,
    /// `log: 'text'`
    pub(super) log: Option<Source>,
    /// `progress: 'text'`
    pub(super) progress: Option<Source>,
    /// `now: {}`: a timestamp.
    pub(super) now: Option<Nothing>,
    /// `random: {}`: a whole number.
    pub(super) random: Option<Nothing>,
    /// `config: locale`: a setting.
    pub(super) config: Option<Source>,
    /// Fetches and calls that go out side by side.
    pub(super) parallel: Option<Vec<Step>>,
    /// A value for the steps behind it.
    pub(super) set: Option<Source>,
    /// Ends the recipe with a result.
    #[serde(rename = "return")]
    pub(super) result: Option<Source>,

    /// What the step's result is called.
    #[serde(rename = "as")]
    pub(super) name: Option<Spanned<String>>,
    /// The step happens only if this holds; its result is null otherwise.
    pub(super) when: Option<Source>,
    /// A list: a fetch or call happens once for each `item` of it, all side by side.
    pub(super) each: Option<Source>,
    /// The result where the step fails.
    #[serde(rename = "else")]
    pub(super) otherwise: Option<Source>,

    /// Of `fetch`: the method.
    pub(super) method: Option<String>,
    /// Of `fetch`: query parameters, escaped.
    pub(super) query: Ordered,
    /// Of `fetch`: headers.
    pub(super) headers: Ordered,
    /// Of `fetch`: a body as JSON.
    pub(super) json: Option<Source>,
    /// Of `fetch`: a body as a form, escaped.
    pub(super) form: Ordered,
    /// Of `fetch`: a body as it is.
    pub(super) body: Option<Source>,
    /// Of `fetch`: a secret that the host sends as a bearer token.
    pub(super) bearer: Option<String>,
    /// Of `fetch`: how long to wait at most.
    pub(super) timeout_ms: Option<u32>,
    /// Of `call`: the operation; `run` where none is given.
    pub(super) operation: Option<String>,
    /// Of `call`: the input.
    pub(super) input: Option<Source>,
    /// Of `put` and `progress`: the value, the fraction.
    pub(super) value: Option<Source>,
    /// Of `log`: the level; `info` where none is given.
    pub(super) level: Option<String>,
}

/// What stands behind a verb that takes nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

fn any_object() -> Value {
    serde_json::json!({"type": "object"})
}

fn anything() -> Value {
    Value::Bool(true)
}

impl Recipe {
    /// The operation's name.
    #[must_use]
    pub fn operation(&self) -> &str {
        self.operation.as_deref().unwrap_or("run")
    }
}

/// Reads a document; JSON is YAML too.
pub(super) fn read(text: &str) -> Result<Recipe, Problem> {
    if text.len() > DOCUMENT_MAX {
        let message =
            format!("this recipe has {} bytes, and {DOCUMENT_MAX} are the most", text.len());
        return Err(Problem::new(1, 1, message).mend("keep data elsewhere, and fetch it"));
    }
    let mut options = Options::default();
    options.strict_booleans = true;
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let (line, column) = error.location().map_or((1, 1), |at| (at.line(), at.column()));
        let place = |at: u64| usize::try_from(at).unwrap_or(1);
        Problem::new(place(line), place(column), first_line(&error.to_string()))
            .mend("compare it with the recipe format")
    })
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}
