//! What a capability says of itself.
//!
//! *Never:* a permission is asked for here that the source does not name.

use crate::Failure;
use crate::source::Source;

/// A capability as the attribute macro implements it.
pub trait Capability {
    #[doc(hidden)]
    const SOURCE: &'static Source;

    /// What it is and what it asks for.
    #[must_use]
    fn describe() -> Description {
        Self::SOURCE.description()
    }

    /// Does one operation; input and output are JSON text.
    ///
    /// # Errors
    /// Where there is no such operation, the input does not fit, or the operation fails.
    fn invoke(operation: &str, input: &str) -> Result<String, Failure>;
}

/// Name, operations and permissions of a capability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The dotted name.
    pub name: String,
    /// One sentence for a person.
    pub summary: String,
    /// What it can do.
    pub operations: Vec<Operation>,
    /// Everything it will ever ask the host for.
    pub permissions: Vec<Permission>,
}

/// One thing a capability can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Lower-case words joined by hyphens.
    pub name: String,
    /// One sentence for a person.
    pub summary: String,
    /// JSON Schema (2020-12) of the input.
    pub input_schema: String,
    /// JSON Schema (2020-12) of the output.
    pub output_schema: String,
    /// Sentences that ask for it, with slots: `count the words in {text}`.
    pub intents: Vec<String>,
    /// Inputs with the outputs they give.
    pub examples: Vec<Example>,
}

/// One worked example of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The input, as JSON text.
    pub input: String,
    /// The output, as JSON text; none where it varies from call to call.
    pub output: Option<String>,
}

/// One thing a capability asks to be allowed to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permission {
    /// Write log lines.
    Log,
    /// Read the time.
    Clock,
    /// Draw random numbers.
    Random,
    /// Report progress.
    Progress,
    /// Keep values between calls.
    Kv(KvQuota),
    /// Send requests to matching hosts.
    Http(HttpRule),
    /// Have the host put a secret into requests.
    Secret(SecretRule),
    /// Call capabilities whose names match a pattern.
    Call(String),
    /// Read one configuration key, or keys under a prefix.
    Config(String),
}

/// How much a capability asks to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KvQuota {
    /// The most bytes of keys and values together.
    pub bytes: u64,
    /// The most keys.
    pub keys: u32,
}

/// Which requests a capability asks to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRule {
    /// A host name, optionally with a leading `*.` and a port.
    pub host: String,
    /// Methods in upper case; empty means GET and HEAD.
    pub methods: Vec<String>,
    /// What the path must begin with, up to a `/` or the end; empty means `/`.
    pub path_prefix: String,
}

/// Which secret a capability asks to have sent, and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRule {
    /// The secret's name in the host.
    pub name: String,
    /// Host patterns that it may be sent to.
    pub hosts: Vec<String>,
}
