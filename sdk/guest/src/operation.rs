//! The way of an operation from JSON text to JSON text, and its schemas.
//!
//! *Never:* a function here is called by people; the attribute macro writes the calls.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Description, Example, Failure, Operation, Permission};

/// The input of an operation that takes none: any object.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct NoInput {}

/// Checks that a capability makes of itself, each with its name.
pub type SelfChecks = &'static [(&'static str, fn() -> Result<(), String>)];

/// Puts a description together.
#[must_use]
pub fn described(
    name: &str,
    summary: &str,
    operations: Vec<Operation>,
    permissions: Vec<Permission>,
) -> Description {
    Description { name: name.to_owned(), summary: summary.to_owned(), operations, permissions }
}

/// Describes one operation; the schemas are those of the function's own types.
pub fn operation<I: JsonSchema, O: JsonSchema, E>(
    _: fn(I) -> Result<O, E>,
    name: &str,
    summary: &str,
    intents: &[&str],
    examples: &[(&str, Option<&str>)],
) -> Operation {
    Operation {
        name: name.to_owned(),
        summary: summary.to_owned(),
        // What is read and what is written differ: a default makes a property optional only in what
        // is read.
        input_schema: schema::<I>(SchemaSettings::draft2020_12().for_deserialize()),
        output_schema: schema::<O>(SchemaSettings::draft2020_12().for_serialize()),
        intents: intents.iter().map(|&intent| intent.to_owned()).collect(),
        examples: examples
            .iter()
            .map(|&(input, output)| Example {
                input: input.to_owned(),
                output: output.map(str::to_owned),
            })
            .collect(),
    }
}

/// Reads the input, runs the function, writes the output.
///
/// # Errors
/// Where the input does not fit, the function fails, or the output cannot be written as JSON.
pub fn value<I: DeserializeOwned, O: Serialize, E: Into<Failure>>(
    run: fn(I) -> Result<O, E>,
    input: &str,
) -> Result<String, Failure> {
    let input = serde_json::from_str(input).map_err(Failure::invalid_input)?;
    let output = run(input).map_err(Into::into)?;
    // The function has run, so whatever it does outside is done.
    serde_json::to_string(&output).map_err(|error| Failure::failed(error).after_effect())
}

/// What to answer to the name of an operation that is not there.
#[must_use]
pub fn unknown_operation(name: &str) -> Failure {
    let mut message = "there is no operation `".to_owned();
    message.push_str(name);
    message.push('`');
    Failure::invalid_input(message)
}

fn schema<T: JsonSchema>(settings: SchemaSettings) -> String {
    let schema = settings.into_generator().into_root_schema_for::<T>();
    // A schema is a JSON value with string keys, so writing it cannot fail; were it to, the empty
    // text is refused by the host as not being JSON.
    serde_json::to_string(&schema).unwrap_or_default()
}
