//! A recipe that has been checked, ready to become code.
//!
//! *Never:* anything here is made but by the checker.

use crate::cel::Node;
use crate::place::Places;
use serde_json::Value;

/// A checked expression, and where it stands in the document.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) node: Node,
    pub(super) places: Places,
}

/// A part of a URL.
#[derive(Debug)]
pub(super) enum Part {
    Text(String),
    Escaped(Planned),
}

/// A body to send.
#[derive(Debug)]
pub(super) enum Body {
    None,
    Json(Planned),
    Form(Vec<(String, Planned)>),
    Plain(Planned),
}

/// What goes out.
#[derive(Debug)]
pub(super) enum Request {
    Fetch {
        method: String,
        url: Vec<Part>,
        query: Vec<(String, Planned)>,
        headers: Vec<(String, Planned)>,
        body: Body,
        bearer: Option<String>,
        timeout_ms: Option<u32>,
    },
    Call {
        capability: String,
        operation: String,
        input: Option<Planned>,
    },
}

/// What a step does.
#[derive(Debug)]
pub(super) enum Action {
    Send(Request),
    Each(Planned, Request),
    Parallel(Vec<PlannedStep>),
    Get(Planned),
    Put(Planned, Planned),
    Log(Planned, u32),
    Progress(Planned, Option<Planned>),
    Config(Planned),
    Now,
    Random,
    Set(Planned),
    Return(Planned),
}

/// A step, ready to become code.
#[derive(Debug)]
pub(super) struct PlannedStep {
    pub(super) action: Action,
    pub(super) name: Option<String>,
    pub(super) when: Option<Planned>,
    pub(super) otherwise: Option<Planned>,
}

/// A recipe, ready to become code.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) input: Value,
    pub(super) bindings: Vec<(String, Planned)>,
    pub(super) steps: Vec<PlannedStep>,
    pub(super) result: Planned,
}
