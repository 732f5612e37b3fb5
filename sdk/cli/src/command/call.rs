//! Which operation is called, and with what: the part of the command line that `try` and `bench`
//! share.
//!
//! *Never:* a guest is started for an input that is no JSON.

use clap::Args;
use engraft::artifact::Manifest;
use engraft::model::Operation;
use serde_json::Value;

use crate::input;
use crate::json_text;
use crate::text;
use crate::trouble::{Result, Trouble};

/// What any host takes at most; the capability's own limit is held by the host.
const INPUT_BYTES_MAX: u64 = 256 << 20;
/// What the input is called in errors.
pub(super) const INPUT: &str = "the input";

/// What is called, and with what.
#[derive(Debug, Args)]
pub(crate) struct CallArgs {
    /// Which operation
    #[arg(value_name = "OPERATION")]
    operation: String,
    /// The input as JSON, or `-` for standard input [default: `{}`, or `null` where the operation
    /// takes nothing else]
    #[arg(value_name = "JSON", allow_hyphen_values = true)]
    input: Option<String>,
}

/// A call that fits what the manifest says.
pub(super) struct Call {
    pub(super) operation: String,
    pub(super) input: String,
}

impl CallArgs {
    /// Finds the operation and reads the input, before anything runs.
    pub(super) fn prepare(&self, manifest: &Manifest) -> Result<Call> {
        Call::of(manifest, &self.operation, self.input.as_deref())
    }
}

impl Call {
    /// A call out of one text: `OPERATION` or `OPERATION JSON`.
    pub(super) fn parse(manifest: &Manifest, text: &str) -> Result<Self> {
        match text.trim().split_once(char::is_whitespace) {
            Some((operation, input)) => Self::of(manifest, operation, Some(input.trim())),
            None => Self::of(manifest, text.trim(), None),
        }
    }

    fn of(manifest: &Manifest, name: &str, input: Option<&str>) -> Result<Self> {
        let operation = find(manifest, name)?;
        let input = match input {
            None => default_input(operation),
            Some("-") => standard_input()?,
            Some(text) => text.to_owned(),
        };
        json_text::check(INPUT, input.as_bytes())?;
        Ok(Self { operation: name.to_owned(), input })
    }
}

/// The operation of this name, in full or, where only one has it, the part behind the `#`.
fn find<'a>(manifest: &'a Manifest, name: &str) -> Result<&'a Operation> {
    let all = &manifest.description.operations;
    if let Some(found) = manifest.description.operation(name) {
        return Ok(found);
    }
    let behind = |operation: &&Operation| short(&operation.name) == name;
    let mut found = all.iter().filter(behind);
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (Some(first), Some(second)) => {
            Err(Trouble::usage(format!("`{}` has several operations `{name}`", manifest.name()))
                .hint(format!("name it whole: `{}` or `{}`", first.name, second.name)))
        }
        (None, _) => Err(unknown(manifest, name)),
    }
}

fn unknown(manifest: &Manifest, name: &str) -> Trouble {
    let names = || manifest.description.operations.iter().map(|operation| operation.name.as_str());
    let near = text::nearest(name, names()).or_else(|| text::nearest(name, names().map(short)));
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let some: Vec<String> = names().take(10).map(|name| format!("`{name}`")).collect();
            let more = if names().count() > some.len() { " and more" } else { "" };
            format!("it has {}{more}", some.join(", "))
        }
    };
    Trouble::usage(format!("`{}` has no operation `{name}`", manifest.name())).hint(hint)
}

fn short(name: &str) -> &str {
    name.rsplit_once('#').map_or(name, |(_, function)| function)
}

fn default_input(operation: &Operation) -> String {
    let kind = operation.input_schema.get("type").and_then(Value::as_str);
    if kind == Some("null") { "null" } else { "{}" }.to_owned()
}

fn standard_input() -> Result<String> {
    let bytes = input::standard(INPUT_BYTES_MAX)?;
    Ok(json_text::utf8(INPUT, &bytes)?.to_owned())
}
