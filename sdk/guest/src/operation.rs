//! The way of an operation from JSON text to JSON text.
//!
//! *Never:* a function here is called by people; the attribute macro writes the calls.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::schema::{Node, Object, Schema};
use crate::{Failure, json};

/// The input of an operation that takes none: any object.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct NoInput {}

impl Schema for NoInput {
    fn schema() -> Node {
        Node::Object(Object { fields: &[], denies: false })
    }
}

/// Checks that a capability makes of itself, each with its name.
pub type SelfChecks = &'static [(&'static str, fn() -> Result<(), String>)];

/// Reads the input, runs the function, writes the output.
///
/// # Errors
/// Where the input does not fit, the function fails, or the output cannot be written as JSON.
pub fn value<I: DeserializeOwned, O: Serialize, E: Into<Failure>>(
    run: fn(I) -> Result<O, E>,
    input: &str,
) -> Result<String, Failure> {
    let input = json::from_str(input).map_err(Failure::invalid_input)?;
    let output = run(input).map_err(Into::into)?;
    // The function has run, so whatever it does outside is done.
    json::to_string(&output).map_err(|error| Failure::failed(error).after_effect())
}

/// What to answer to the name of an operation that is not there.
#[must_use]
pub fn unknown_operation(name: &str) -> Failure {
    let mut message = "there is no operation `".to_owned();
    message.push_str(name);
    message.push('`');
    Failure::invalid_input(message)
}
