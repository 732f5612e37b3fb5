//! Other capabilities, within what is left of this call's fuel and time. Needs `call` permissions.
//!
//! *Never:* a failure of the other is hidden; it comes back with the facts that it had.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Failure, json, sys};

/// One call of another capability.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a request does nothing before it is sent"]
pub struct Request {
    pub(crate) capability: String,
    pub(crate) operation: String,
    pub(crate) input: String,
}

/// Calls an operation of another capability and waits.
///
/// ```no_run
/// # #[derive(serde::Serialize)] struct Text<'a> { text: &'a str }
/// # #[derive(serde::Deserialize)] struct Slug { slug: String }
/// use engraft_guest::call::invoke;
///
/// let slug: Slug = invoke("text.slugify", "slugify", &Text { text: "A title" })?;
/// # Ok::<(), engraft_guest::Failure>(())
/// ```
///
/// # Errors
/// Where the call is not allowed, the other fails, or its output is not of that type.
pub fn invoke<I, O>(capability: &str, operation: &str, input: &I) -> Result<O, Failure>
where
    I: Serialize + ?Sized,
    O: DeserializeOwned,
{
    let request = Request::new(capability, operation, input)?;
    let operation = request.operation.clone();
    read(&operation, sys::call_invoke(request))
}

/// Makes calls side by side; answers in the order asked.
pub fn invoke_all<O: DeserializeOwned>(
    requests: impl IntoIterator<Item = Request>,
) -> Vec<Result<O, Failure>> {
    let requests: Vec<Request> = requests.into_iter().collect();
    let operations: Vec<String> = requests.iter().map(|call| call.operation.clone()).collect();
    let answers = sys::call_invoke_all(requests);
    operations.iter().zip(answers).map(|(operation, answer)| read(operation, answer)).collect()
}

// === impl Request ===

impl Request {
    /// A call with this input.
    ///
    /// # Errors
    /// Where the input cannot be written as JSON.
    pub fn new<I: Serialize + ?Sized>(
        capability: impl Into<String>,
        operation: impl Into<String>,
        input: &I,
    ) -> Result<Self, Failure> {
        let input = json::to_string(input).map_err(Failure::failed)?;
        Ok(Self { capability: capability.into(), operation: operation.into(), input })
    }
}

fn read<O: DeserializeOwned>(
    operation: &str,
    answer: Result<String, Failure>,
) -> Result<O, Failure> {
    // The other has done its work by now, whatever it gave.
    json::from_str(&answer?).map_err(|error| {
        Failure::failed(format!("the output of `{operation}`: {error}")).after_effect()
    })
}
