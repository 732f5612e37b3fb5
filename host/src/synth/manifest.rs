//! Tool manifests: what tools are called, what they take and give, and how those are reached that a
//! server offers.
//!
//! The format is told by [`TOOLS_SCHEMA`]. Lists of tools in other formats are read too: what servers
//! answer to `tools/list` of the Model Context Protocol, and the functions that are given to chat
//! models. They say what a tool takes but not how to do it, so that each becomes a wish, with a hint
//! at what is missing.
//!
//! *Never:* a tool asks for more than its own requests, or a secret stands in a manifest.

mod foreign;
mod http;
#[cfg(test)]
mod tests;
mod tool;

use serde_json::Value;

use super::text::{self, TextError};
use super::wish::Wish;
use crate::model::HostPattern;
pub use tool::{Auth, BodyKind, Http, Tool, ToolError};

use super::author::Draft;
use super::offered::Offered;

/// The format of manifests as a JSON Schema (2020-12).
pub const TOOLS_SCHEMA: &str = include_str!("manifest/tools.schema.json");

/// What this author is called.
const NAME: &str = "manifest";
/// No list that somebody wrote or a server offers is longer.
const TOOLS_MAX: usize = 500;

/// What a manifest holds.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Tools {
    /// Which format it is of, in words.
    pub format: String,
    /// The tools.
    pub tools: Vec<Tool>,
    /// What could not be read, each with its reason.
    pub skipped: Vec<(String, String)>,
    /// What whoever takes the tools over has to do.
    pub hints: Vec<String>,
}

/// What a tool becomes.
#[derive(Debug, Clone, PartialEq)]
pub enum Becomes {
    /// A recipe that sends its requests.
    Draft(Box<Draft>),
    /// Something wanted, for authors.
    Wish(Wish),
}

/// A manifest of which nothing can be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// It cannot be read, or is too large or too deep.
    #[error(transparent)]
    Text(#[from] TextError),
    /// It is of another format, which something else reads.
    #[error("this is {what}; {mend}")]
    Other {
        /// What it is.
        what: &'static str,
        /// What to do with it.
        mend: &'static str,
    },
    /// It is no list of tools in any format that is known.
    #[error(
        "this is no manifest: it has no `tools`, and it is no list of MCP tools or of functions for \
         a chat model"
    )]
    NoManifest,
    /// It has more tools than anybody wants at once.
    #[error("the manifest has {found} tools, and {TOOLS_MAX} are the most; take a part of it")]
    TooMany {
        /// How many it has.
        found: usize,
    },
}

impl Tools {
    /// Reads a manifest, in JSON or YAML. Names of foreign tools begin with `prefix`.
    ///
    /// # Errors
    /// [`ManifestError`] where no tool can be taken from it.
    ///
    /// ```
    /// use engraft::synth::{Becomes, Tools};
    ///
    /// let tools = Tools::read(r#"{"tools": [{"name": "rates.get", "summary": "Gets a rate.",
    ///   "input": {"type": "object", "properties": {"base": {"type": "string"}}, "required": ["base"]},
    ///   "http": {"url": "https://api.example.org/rates/{base}", "auth": {"bearer": "rates"}}}]}"#, "mine")?;
    /// let becomes = tools.tools[0].becomes(&[])?;
    /// assert!(matches!(becomes, Becomes::Draft(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read(text: &str, prefix: &str) -> Result<Self, ManifestError> {
        let value = text::read(text)?;
        foreign::refuse(&value)?;
        let mut tools = Self::default();
        match foreign::listed(&value, prefix) {
            Some((format, listed)) => {
                within(listed.len())?;
                format.clone_into(&mut tools.format);
                tools.hints.push(format!(
                    "{format} say what a tool takes, not how it is done: give each `http` or \
                     `examples`, or let authors find out"
                ));
                for (name, tool) in listed {
                    tools.add(name, tool);
                }
            }
            None => {
                let listed = own(&value).ok_or(ManifestError::NoManifest)?;
                within(listed.len())?;
                "a tool manifest".clone_into(&mut tools.format);
                for one in listed {
                    let name = one.get("name").and_then(Value::as_str).unwrap_or("without a name");
                    tools.add(name.to_owned(), tool::read(one));
                }
            }
        }
        Ok(tools)
    }

    fn add(&mut self, name: String, tool: Result<Tool, ToolError>) {
        let name: String = name.chars().take(100).collect();
        match tool {
            Ok(tool) if self.tools.iter().any(|other| other.name == tool.name) => {
                self.skipped.push((name, "another tool has this name".to_owned()));
            }
            Ok(tool) => self.tools.push(tool),
            Err(error) => self.skipped.push((name, error.to_string())),
        }
    }

    /// An author of the tools that say how they are reached. `private` are hosts in private networks
    /// that are meant.
    #[must_use]
    pub fn offered(&self, private: &[HostPattern]) -> Offered {
        let drafts = self.tools.iter().filter_map(|tool| match tool.becomes(private) {
            Ok(Becomes::Draft(draft)) => Some(*draft),
            Ok(Becomes::Wish(_)) | Err(_) => None,
        });
        Offered::new(NAME, drafts.collect())
    }

    /// The tools in the format of manifests, to be written down and completed.
    #[must_use]
    pub fn to_json(&self) -> Value {
        serde_json::json!({"tools": self.tools})
    }
}

fn within(found: usize) -> Result<(), ManifestError> {
    if found > TOOLS_MAX { Err(ManifestError::TooMany { found }) } else { Ok(()) }
}

/// Tools in our own format: a list, or one.
fn own(value: &Value) -> Option<Vec<&Value>> {
    match value.get("tools") {
        Some(Value::Array(tools)) => Some(tools.iter().collect()),
        Some(_) => None,
        None => {
            (value.get("name").is_some() && value.get("summary").is_some()).then(|| vec![value])
        }
    }
}

impl Tool {
    /// A recipe, where the tool says how it is reached; else a wish. `private` are hosts in private
    /// networks that are meant.
    ///
    /// # Errors
    /// [`ToolError`] where it says so in a way that cannot be done.
    pub fn becomes(&self, private: &[HostPattern]) -> Result<Becomes, ToolError> {
        match &self.http {
            Some(http) => Ok(Becomes::Draft(Box::new(http::draft(self, http, private)?))),
            None => Ok(Becomes::Wish(self.wish())),
        }
    }
}
