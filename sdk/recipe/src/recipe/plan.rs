//! A recipe that has been checked, ready to become code. Spans are places in the document.
//!
//! *Never:* anything here is made but by the checker.

use super::rules::Rule;
use crate::cel::{Node, Span};
use serde_json::Value;

/// A part of a URL.
#[derive(Debug)]
pub(super) enum Part {
    /// As it is.
    Text(String),
    /// Escaped, in the host or path, where it may not be empty.
    Segment(Node),
    /// Escaped, in the query.
    Value(Node),
}

/// A body to send.
#[derive(Debug)]
pub(super) enum Body {
    None,
    Json(Node),
    Form(Pairs),
    Plain(Node),
}

/// Pairs of a query or a form, their names escaped.
#[derive(Debug)]
pub(super) enum Pairs {
    /// Each is there, once.
    Fixed(Vec<(String, Node)>),
    /// Text as it is sent, with everything in it escaped; empty where no pair is there.
    Joined(Box<Node>),
}

/// A header to send.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) name: String,
    pub(super) value: Node,
    /// Whether it is sent; it is where nothing is said.
    pub(super) when: Option<Node>,
}

/// A secret, and where the host puts it: the contract's number of the place, and its name.
#[derive(Debug)]
pub(super) struct Credential {
    pub(super) secret: String,
    pub(super) place: u32,
    pub(super) name: String,
}

/// A request to the outside.
#[derive(Debug)]
pub(super) struct Fetch {
    pub(super) method: String,
    pub(super) url: Vec<Part>,
    pub(super) query: Pairs,
    pub(super) headers: Vec<Header>,
    pub(super) body: Body,
    pub(super) credentials: Vec<Credential>,
    pub(super) timeout_ms: Option<u32>,
}

/// What goes out.
#[derive(Debug)]
pub(super) enum Request {
    Fetch(Box<Fetch>),
    Call { capability: String, operation: String, input: Option<Node> },
}

/// What a step does.
#[derive(Debug)]
pub(super) enum Action {
    Send(Request),
    /// A list, the most items that it may have, and what goes out for each.
    Each(Node, u32, Request),
    Parallel(Vec<PlannedStep>),
    Get(Node),
    Put(Node, Node),
    Log(Node, u32),
    Progress(Node, Option<Node>),
    Config(Node),
    Now,
    Random,
    Set(Node),
    Return(Node),
}

/// A step, ready to become code.
#[derive(Debug)]
pub(super) struct PlannedStep {
    pub(super) at: Span,
    pub(super) action: Action,
    pub(super) name: Option<String>,
    pub(super) when: Option<Node>,
    pub(super) otherwise: Option<Node>,
}

/// A recipe, ready to become code.
#[derive(Debug)]
pub(super) struct Plan {
    /// The schema whose shape the input is brought into.
    pub(super) input: Value,
    /// What else must hold of the input.
    pub(super) input_rules: Vec<Rule>,
    pub(super) bindings: Vec<(String, Node)>,
    pub(super) steps: Vec<PlannedStep>,
    pub(super) result: Node,
    /// What must hold of the result, where its types do not show it.
    pub(super) output_rules: Vec<Rule>,
    /// The expression that loops most, where a message points that is about what all of it takes.
    pub(super) heaviest: Span,
}
