//! What the outside answers in a test, and what was asked of it.
//!
//! *Never:* a request without an answer gets an invented one.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::http::{Placement, Request, Response};
use crate::{Failure, HostError, call};

type AnswerFn = Box<dyn FnMut(&Sent) -> Option<Result<Answer, HostError>>>;
type CallFn = Box<dyn FnMut(Value) -> Result<Value, Failure>>;

/// An answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    response: Response,
}

/// A request that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// The headers that the capability set.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<Vec<u8>>,
    /// The names of the secrets, each with where it went: `bearer`, `basic user`, `header x-key`,
    /// `query key`.
    pub secrets: Vec<(String, String)>,
}

/// A call of another capability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// Which capability.
    pub capability: String,
    /// Which operation.
    pub operation: String,
    /// The input, as JSON text.
    pub input: String,
}

#[derive(Default)]
pub(super) struct Script {
    answers: RefCell<Vec<AnswerFn>>,
    calls: RefCell<BTreeMap<(String, String), CallFn>>,
    sent: RefCell<Vec<Sent>>,
    called: RefCell<Vec<Called>>,
}

// === impl Answer ===

impl Answer {
    /// An answer with this status and body.
    #[must_use]
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { response: Response { status, headers: Vec::new(), body: body.into() } }
    }

    /// An answer with status 200 and this value as JSON.
    ///
    /// # Panics
    /// Where the value cannot be written as JSON.
    #[must_use]
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Self {
        let body = serde_json::to_vec(value).unwrap_or_else(|error| {
            panic!("the answer of a test cannot be written as JSON: {error}")
        });
        Self::new(200, body).header("content-type", "application/json")
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.response.headers.push((name.into(), value.into()));
        self
    }
}

// === impl Script ===

impl Script {
    pub(super) fn add_answer(&self, answer: AnswerFn) {
        self.answers.borrow_mut().push(answer);
    }

    pub(super) fn add_call(&self, capability: &str, operation: &str, answer: CallFn) {
        let named = (capability.to_owned(), operation.to_owned());
        self.calls.borrow_mut().insert(named, answer);
    }

    pub(super) fn sent(&self) -> Vec<Sent> {
        self.sent.borrow().clone()
    }

    pub(super) fn called(&self) -> Vec<Called> {
        self.called.borrow().clone()
    }

    pub(super) fn send(&self, request: Request) -> Result<Response, HostError> {
        let sent = Sent::from(request);
        self.sent.borrow_mut().push(sent.clone());
        // The answer set last comes first, so that a test can set its own over a shared one.
        let answer = self.answers.borrow_mut().iter_mut().rev().find_map(|answer| answer(&sent));
        match answer {
            Some(answer) => answer.map(|answer| answer.response),
            None => Err(HostError::Unavailable(format!(
                "the test has no answer to {} {}",
                sent.method, sent.url
            ))),
        }
    }

    pub(super) fn call(&self, request: call::Request) -> Result<String, Failure> {
        let call::Request { capability, operation, input } = request;
        let value: Value = serde_json::from_str(&input).map_err(Failure::invalid_input)?;
        let named = (capability.clone(), operation.clone());
        self.called.borrow_mut().push(Called { capability, operation, input });
        match self.calls.borrow_mut().get_mut(&named) {
            Some(answer) => answer(value).map(|output| output.to_string()),
            None => Err(Failure::unavailable(format!(
                "the test has no answer to `{}` of `{}`",
                named.1, named.0
            ))),
        }
    }
}

// === impl Sent ===

impl From<Request> for Sent {
    fn from(request: Request) -> Self {
        let secrets = request.credentials.into_iter().map(|credential| {
            let placed = match credential.placement {
                Placement::Bearer => "bearer".to_owned(),
                Placement::Basic(user) => format!("basic {user}"),
                Placement::Header(name) => format!("header {name}"),
                Placement::Query(name) => format!("query {name}"),
            };
            (credential.secret, placed)
        });
        Self {
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: request.body,
            secrets: secrets.collect(),
        }
    }
}
