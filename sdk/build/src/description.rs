//! What a capability is, as its author writes it down once: `capability.yaml`.
//!
//! *Never:* a word that is not known is passed over; a slip of the hand would be a lost permission.

mod listed;

use std::collections::BTreeMap;
use std::path::Path;

use semver::Version;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::Language;
use crate::wasi::Wasi;
use crate::yaml::{self, YamlError};

/// The file's name in every project.
pub const FILE: &str = "capability.yaml";

/// The author's description of a capability.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// In which language it is written; a list of operations alone leaves it out.
    #[serde(default)]
    pub language: Option<Language>,
    /// The dotted name.
    #[serde(default)]
    pub name: Option<String>,
    /// The version of the next release.
    #[serde(default)]
    pub version: Option<Version>,
    /// One sentence for a person.
    #[serde(default)]
    pub summary: String,
    /// Whether its state moves to the next version; it then exports `save` and `restore`.
    #[serde(default)]
    pub state: bool,
    /// Whether it has WASI, and what it asks for there.
    #[serde(default)]
    pub wasi: Option<Wasi>,
    /// What it asks for.
    #[serde(default)]
    pub permissions: Permissions,
    /// What it can do, by name; a list whose items have a `name` is read as well.
    #[serde(deserialize_with = "listed::operations")]
    pub operations: BTreeMap<String, Operation>,
}

/// One operation.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// One sentence for a person.
    #[serde(default)]
    pub summary: String,
    /// JSON Schema of the input; anything where left out.
    #[serde(default = "anything")]
    pub input: Value,
    /// JSON Schema of the output; anything where left out.
    #[serde(default = "anything")]
    pub output: Value,
    /// Sentences that ask for it.
    #[serde(default)]
    pub intents: Vec<String>,
    /// Inputs with the outputs they give.
    #[serde(default)]
    pub examples: Vec<Example>,
}

/// One worked example.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What goes in.
    pub input: Value,
    /// What comes out; left out where it varies.
    #[serde(default, deserialize_with = "given")]
    pub output: Option<Value>,
}

/// Reads an output that stands there, null included.
fn given<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(reader).map(Some)
}

/// What is asked for, in the words of a manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Permissions {
    /// Write log lines.
    pub log: bool,
    /// Read the time.
    pub clock: bool,
    /// Draw random numbers.
    pub random: bool,
    /// Report progress.
    pub progress: bool,
    /// Keep values.
    pub kv: Option<KvQuota>,
    /// Send requests.
    pub http: Vec<HttpRule>,
    /// Have secrets put into requests.
    pub secrets: Vec<SecretRule>,
    /// Call other capabilities.
    pub call: Vec<String>,
    /// Read settings.
    pub config: Vec<String>,
}

/// How much to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KvQuota {
    /// The most bytes of keys and values.
    pub bytes: u64,
    /// The most keys.
    pub keys: u32,
}

/// Which requests.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpRule {
    /// A host name, or a pattern of them.
    pub host: String,
    /// Methods in upper case; GET and HEAD where empty.
    #[serde(default)]
    pub methods: Vec<String>,
    /// What the path begins with.
    #[serde(default)]
    pub path_prefix: String,
}

/// Which secret, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretRule {
    /// The secret's name in the host.
    pub name: String,
    /// Host patterns.
    pub hosts: Vec<String>,
}

/// Why a description is none.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DescriptionError {
    /// It cannot be read.
    #[error("cannot read `{path}`: {source}")]
    Io {
        /// Which file.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// It is not YAML, or not of this shape.
    #[error("`{path}`: {source}")]
    Yaml {
        /// Which file.
        path: String,
        /// What is wrong, and where.
        source: YamlError,
    },
    /// It lists nothing.
    #[error("`{path}` lists no operation; a capability has at least one")]
    Empty {
        /// Which file.
        path: String,
    },
    /// An operation cannot be called that.
    #[error(
        "`{path}`: `{name}` is no operation's name: expected lower-case words of letters and \
         digits, each beginning with a letter, joined by hyphens, such as `count-words`"
    )]
    OperationName {
        /// Which file.
        path: String,
        /// The name.
        name: String,
    },
    /// A schema is no schema.
    #[error("`{path}`: the {which} of `{operation}` is no JSON Schema: expected an object")]
    Schema {
        /// Which file.
        path: String,
        /// Whose.
        operation: String,
        /// `input` or `output`.
        which: &'static str,
    },
}

impl Description {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Where it is not there, is not YAML, or says something that cannot be.
    pub fn read(path: &Path) -> Result<Self, DescriptionError> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|source| DescriptionError::Io { path: shown.clone(), source })?;
        Self::parse(&shown, &text)
    }

    /// Reads a text that came from `path`.
    ///
    /// # Errors
    ///
    /// As [`Description::read`].
    pub fn parse(path: &str, text: &str) -> Result<Self, DescriptionError> {
        let path = path.to_owned();
        let value = match yaml::parse(text) {
            Ok(value) => value,
            Err(source) => return Err(DescriptionError::Yaml { path, source }),
        };
        let description: Self = match serde_path_to_error::deserialize(value) {
            Ok(description) => description,
            Err(error) => {
                return Err(DescriptionError::Yaml { path, source: YamlError::shape(&error) });
            }
        };
        if description.operations.is_empty() {
            return Err(DescriptionError::Empty { path });
        }
        for (name, operation) in &description.operations {
            if !is_word(name) {
                return Err(DescriptionError::OperationName { path, name: name.clone() });
            }
            for (which, schema) in [("input", &operation.input), ("output", &operation.output)] {
                if !schema.is_object() && !schema.is_boolean() {
                    let operation = name.clone();
                    return Err(DescriptionError::Schema { path, operation, which });
                }
            }
        }
        Ok(description)
    }

    /// The name; what has none yet is called so.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or("unnamed")
    }
}

impl Permissions {
    /// The interfaces of the contract that these permissions open, and `fault`, which needs none.
    #[must_use]
    pub fn interfaces(&self) -> Vec<&'static str> {
        let all = [
            ("log", self.log),
            ("clock", self.clock),
            ("random", self.random),
            ("kv", self.kv.is_some()),
            ("http", !self.http.is_empty()),
            ("call", !self.call.is_empty()),
            ("progress", self.progress),
            ("secrets", !self.secrets.is_empty()),
            ("config", !self.config.is_empty()),
            ("fault", true),
        ];
        all.into_iter().filter(|(_, open)| *open).map(|(name, _)| name).collect()
    }
}

/// Whether this is one word of the contract's names: `count-words`.
pub(crate) fn is_word(word: &str) -> bool {
    word.split('-').all(|part| {
        let mut bytes = part.bytes();
        bytes.next().is_some_and(|first| first.is_ascii_lowercase())
            && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

fn anything() -> Value {
    Value::Object(serde_json::Map::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Description::parse("capability.yaml", text).unwrap_err().to_string()
    }

    #[test]
    fn a_description_is_read_whole() {
        let text = "
language: c
name: example.greet
version: 0.1.0
permissions: {log: true, kv: {bytes: 65536, keys: 10}}
operations:
  greet:
    summary: Greets.
    input: {type: object, properties: {name: {type: string}}, required: [name]}
    examples:
      - {input: {name: Ada}, output: {text: 'Hello, Ada!', times: 1}}
";
        let description = Description::parse("capability.yaml", text).unwrap();
        assert_eq!(description.language, Some(Language::C));
        assert_eq!(description.name(), "example.greet");
        assert_eq!(description.permissions.interfaces(), ["log", "kv", "fault"]);
        let greet = &description.operations["greet"];
        assert_eq!(greet.input["properties"]["name"]["type"], "string");
        assert_eq!(greet.examples[0].output.as_ref().unwrap()["times"], 1);
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert!(error("operations: {}").contains("lists no operation"));
        assert!(error("operations: {Greet: {}}").contains("`Greet` is no operation's name"));
        assert!(error("operations: {greet: {input: 3}}").contains("input of `greet`"));
        assert!(error("operations: {greet: {}}\nversoin: 1").contains("versoin"));
        let twice = error("operations: {greet: {}, greet: {}}");
        assert!(twice.contains("duplicate"), "{twice}");
        assert!(error("operations: [").contains("line"));
        let place = error("operations: {greet: {examples: [{inputs: 3}]}}");
        assert!(place.contains("`operations.greet.examples[0].inputs`: unknown field"), "{place}");
        let other = error("operations: greet");
        assert!(other.contains("operations by their names"), "{other}");
    }

    #[test]
    fn operations_are_a_map_or_a_list_with_names() {
        let map = "operations: {greet: {summary: Greets.}, leave: {}}";
        let list = "operations: [{name: greet, summary: Greets.}, {name: leave}]";
        let parsed = |text| Description::parse("capability.yaml", text).unwrap();
        assert_eq!(parsed(map), parsed(list));
        let twice = error("operations: [{name: greet}, {name: greet}]");
        assert!(twice.contains("`greet` stands there twice"), "{twice}");
        let nameless = error("operations: [{summary: Greets.}]");
        assert!(nameless.contains("`operations[0]`") && nameless.contains("`name`"), "{nameless}");
        assert!(error("operations: [{name: greet, inptu: {}}]").contains("inptu"));
    }
}
