//! OpenAPI documents: capabilities that do what a server offers.
//!
//! A document is walked leniently: what it says of one operation does not keep the others from being
//! made, and what cannot be made is told with its reason. It is data from strangers. Nothing is
//! fetched for it, its texts are taken without what speaks to a language model, and what comes of it
//! asks for exactly the hosts, methods and paths of its own operations.
//!
//! *Never:* a reference leads out of the document, a secret into a capability, or a server into a
//! private network that nobody has allowed by name.

mod api;
mod body;
mod document;
mod error;
mod operation;
mod parameter;
mod recipe;
mod schema;
mod security;
mod server;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use super::prose::quoted;
use super::words::{Taken, word};
use crate::model::HostPattern;
pub use api::{Api, Skipped};
use document::Document;
pub use error::OpenApiError;
use operation::{METHODS, Operation, Place};
use parameter::Root;
pub(super) use recipe::{content, gives};
use schema::{Schemas, Way};
use server::Choice;

/// What this author is called.
const NAME: &str = "openapi";
/// The largest documents in use describe about a thousand.
const OPERATIONS_MAX: usize = 2_000;
/// A capability's name begins with at most so many letters of the document's title.
const PREFIX_BYTES_MAX: usize = 24;

/// How a document becomes capabilities.
///
/// ```
/// use engraft::synth::{Grouping, OpenApi};
///
/// let document = r#"{"openapi": "3.1.0", "info": {"title": "Rates", "version": "1"},
///   "servers": [{"url": "https://api.example.org/v1"}],
///   "paths": {"/rates/{base}": {"get": {"operationId": "getRate", "summary": "Get a rate.",
///     "parameters": [{"name": "base", "in": "path", "schema": {"type": "string"}}]}}}}"#;
/// let api = OpenApi::default().grouped(Grouping::Operation).read(document)?;
/// assert_eq!(api.drafts[0].name.as_str(), "rates.get-rate");
/// assert!(api.skipped.is_empty());
/// # Ok::<(), engraft::synth::OpenApiError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct OpenApi {
    grouping: Grouping,
    prefix: Option<String>,
    servers: Choice,
    users: BTreeMap<String, String>,
}

/// What one capability is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Grouping {
    /// One operation: its input is what the operation takes, and sentences find it.
    #[default]
    Operation,
    /// All operations whose first tag is the same: the input has one field, which is named after the
    /// operation and holds what that takes.
    Tag,
}

/// Everything that the parts need of the settings.
struct Settings {
    grouping: Grouping,
    prefix: String,
    servers: Choice,
    users: BTreeMap<String, String>,
}

impl OpenApi {
    /// With capabilities of this kind.
    #[must_use]
    pub fn grouped(mut self, grouping: Grouping) -> Self {
        self.grouping = grouping;
        self
    }

    /// With names that begin with this word, instead of one from the title.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// With this server in place of those of the document. Where it is in a private network, it has
    /// to be [allowed](Self::allow_private) as well.
    #[must_use]
    pub fn server(mut self, url: Url) -> Self {
        self.servers.instead = Some(url);
        self
    }

    /// From this place: servers that are relative are found from here.
    #[must_use]
    pub fn from_place(mut self, url: Url) -> Self {
        self.servers.base = Some(url);
        self
    }

    /// A host in a private network that is meant: at any port, unless one is named.
    #[must_use]
    pub fn allow_private(mut self, host: HostPattern) -> Self {
        self.servers.private.push(host);
        self
    }

    /// A value of a variable in a server's URL.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.servers.variables.insert(name.into(), value.into());
        self
    }

    /// The user name of a scheme of basic authentication; the password is a secret of the host.
    #[must_use]
    pub fn user(mut self, scheme: impl Into<String>, user: impl Into<String>) -> Self {
        self.users.insert(scheme.into(), user.into());
        self
    }

    /// The place of a document that is to be fetched, as it is asked: by the rules that hold for the
    /// servers in a document.
    ///
    /// # Errors
    /// [`OpenApiError::Place`] where it is in a private network that is not
    /// [allowed](Self::allow_private), or is no one place over HTTP.
    pub fn place(&self, url: &str) -> Result<Url, OpenApiError> {
        let refused = |reason: String| {
            let url = url.chars().take(200).collect();
            Err(OpenApiError::Place { url, reason })
        };
        match Url::parse(url) {
            Err(error) => refused(error.to_string()),
            Ok(place) if !matches!(place.scheme(), "http" | "https") => {
                refused("it is no `http` or `https`".to_owned())
            }
            Ok(place) => match server::one_host(&place, &self.servers.private) {
                Ok(_) => Ok(place),
                Err(reason) => refused(reason),
            },
        }
    }

    /// Reads a document, in JSON or YAML.
    ///
    /// # Errors
    /// [`OpenApiError`] where nothing can be made of it at all.
    pub fn read(&self, text: &str) -> Result<Api, OpenApiError> {
        let document = Document::read(text)?;
        let title = document.root().pointer("/info/title").and_then(Value::as_str);
        let (title, _) = super::prose::described(title.unwrap_or("api"), 80);
        let title = title.unwrap_or_else(|| "api".to_owned());
        let settings = Settings {
            grouping: self.grouping,
            prefix: self.name(&title)?,
            servers: self.servers.clone(),
            users: self.users.clone(),
        };
        let mut api = Api { title, ..Api::default() };
        let operations = operations(&document, &settings, &mut api)?;
        match self.grouping {
            Grouping::Operation => api.singles(&operations, &settings.prefix),
            Grouping::Tag => api.groups(&operations, &settings.prefix),
        }
        for operation in &operations {
            let told = operation.notes.iter().map(|note| format!("{}: {note}", operation.shown));
            api.notes.extend(told);
            // One line for all operations of a server.
            let passed = operation.passed_over.iter().filter(|note| !api.notes.contains(note));
            let passed: Vec<String> = passed.cloned().collect();
            api.notes.extend(passed);
            api.secrets.extend(operation.secrets.iter().cloned());
        }
        api.secrets.sort_unstable();
        api.secrets.dedup();
        Ok(api)
    }

    fn name(&self, title: &str) -> Result<String, OpenApiError> {
        let Some(given) = &self.prefix else {
            let mut prefix = word(title, "api");
            prefix.truncate(PREFIX_BYTES_MAX);
            return Ok(prefix.trim_end_matches('-').to_owned());
        };
        let is_fit =
            given.len() <= PREFIX_BYTES_MAX * 2 && given.split('.').all(crate::model::is_word);
        if is_fit {
            Ok(given.clone())
        } else {
            Err(OpenApiError::Prefix(given.chars().take(80).collect()))
        }
    }
}

/// Where a request goes that stands in no document.
pub(super) fn server(url: &Url, private: &[HostPattern]) -> Result<server::Server, String> {
    server::server(url, &Choice { private: private.to_vec(), ..Choice::default() })
}

/// A schema in a recipe's words, for what a caller gives.
pub(super) fn given(schema: &Value) -> Value {
    Schemas::new(&Document::of(schema), Way::Given).take(schema)
}

/// The same for what a server answers.
pub(super) fn answered(schema: &Value) -> Value {
    Schemas::new(&Document::of(schema), Way::Answered).take(schema)
}

/// Every operation that can be made; the others are told.
fn operations(
    document: &Document,
    settings: &Settings,
    api: &mut Api,
) -> Result<Vec<Operation>, OpenApiError> {
    let paths = document.root().get("paths").and_then(Value::as_object);
    let methods = |item: &Value| METHODS.iter().filter(|name| item.get(name).is_some()).count();
    let found: usize = paths.into_iter().flatten().map(|(_, item)| methods(item).max(1)).sum();
    match found {
        0 => return Err(OpenApiError::Empty),
        found if found > OPERATIONS_MAX => {
            return Err(OpenApiError::TooMany { found, most: OPERATIONS_MAX });
        }
        _ => {}
    }
    let mut operations = Vec::new();
    let mut taken = Taken::default();
    for (path, item) in paths.into_iter().flatten().filter(|(path, _)| !path.starts_with("x-")) {
        let item = match document.at(item) {
            Ok(item) => item,
            Err(reason) => {
                let operation = path.chars().take(120).collect();
                api.skipped.push(Skipped { operation, reason });
                continue;
            }
        };
        if item.get("trace").is_some() {
            let reason = "TRACE echoes secrets, and is never sent".to_owned();
            api.skipped.push(Skipped { operation: format!("TRACE {path}"), reason });
        }
        for method in METHODS {
            let Some(operation) = item.get(method).filter(|it| it.is_object()) else { continue };
            let place = Place { path, item, method, operation };
            match operation::read(document, place, &mut taken, settings) {
                Ok(operation) => operations.push(operation),
                Err(reason) => api.skipped.push(Skipped { operation: place.shown(), reason }),
            }
            if operation.get("callbacks").is_some() {
                let note = "the server's calls back to you are not taken";
                api.notes.push(format!("{}: {note}", place.shown()));
            }
        }
    }
    for name in document.root().get("webhooks").and_then(Value::as_object).into_iter().flatten() {
        let reason = "a webhook is a request of the server to you".to_owned();
        api.skipped.push(Skipped { operation: format!("webhook {}", name.0), reason });
    }
    Ok(operations)
}

// === impl Grouping ===

impl Grouping {
    /// Where an operation's values are found in the input.
    fn root(self, word: &str) -> Root {
        Root(match self {
            Self::Operation => "dyn(input)".to_owned(),
            Self::Tag => format!("dyn(input)[{}]", quoted(word)),
        })
    }
}
