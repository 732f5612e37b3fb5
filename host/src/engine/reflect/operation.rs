//! One exported function as an operation: its names, its schemas, its plan.
//!
//! *Never:* a plan is changed after it was made; calls share it.

use std::sync::Arc;

use serde::Serialize;
use serde_json::json;

use super::command;
use super::docs;
use super::imports::unversioned;
use super::schema::{self, Side};
use super::shape::{Names, Record, Resource, Shape, Title};
use crate::model::Operation;

/// An exported function that cannot be called with JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Its whole name.
    pub function: String,
    /// What stands in the way.
    pub why: String,
}

/// What a call of an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// Calls the function.
    Function,
    /// Gives a handle back; the guest's destructor runs.
    Drop,
    /// Runs the component as a program.
    Command,
}

/// How to call one operation.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What callers see of it.
    pub(crate) operation: Operation,
    /// What a call does.
    pub(crate) act: Act,
    /// Whether it works with handles, so that it is of use only within a session.
    pub(crate) needs_session: bool,
    pub(super) place: Place,
    pub(super) arguments: Record,
    pub(super) result: Option<Arc<Shape>>,
}

/// Where a function is exported.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// As the component spells it, with the version.
    pub(super) interface: Option<String>,
    pub(super) function: String,
    pub(super) needs_version: bool,
    /// Whether a function of the root is called `run`, so that a command must go by its whole name.
    pub(super) has_run_beside: bool,
}

/// Of a function.
pub(super) struct Signature {
    pub(super) arguments: Record,
    pub(super) result: Option<Arc<Shape>>,
    pub(super) has_handles: bool,
}

impl Plan {
    /// A function's plan; `None` where its schemas would be too large.
    pub(super) fn function(place: Place, signature: Signature, text: &str) -> Option<Self> {
        let Signature { arguments, result, has_handles } = signature;
        let mut input_schema = schema::of_arguments(&arguments)?;
        if let (Some(schema), false) = (input_schema.as_object_mut(), text.is_empty()) {
            schema.insert("description".to_owned(), json!(text));
        }
        // The outermost result is told apart by the outcome, not in the output.
        let output = match result.as_deref() {
            Some(Shape::Result { ok, .. }) => ok.as_deref(),
            other => other,
        };
        let operation = Operation {
            name: place.name(),
            summary: docs::summary(text),
            input_schema,
            output_schema: schema::of_value(output, Side::Output)?,
            intents: Vec::new(),
            examples: Vec::new(),
        };
        let needs_session = has_handles;
        Some(Self { operation, act: Act::Function, needs_session, place, arguments, result })
    }

    /// Gives a handle back.
    pub(super) fn drop_of(place: Place, resource: Resource) -> Self {
        let summary = format!("Gives a handle of `{}` back.", resource.name);
        let handle = Arc::new(Shape::Handle { resource, owned: true });
        let arguments = Record {
            title: Title::default(),
            names: Names::new(Box::new(["self".into()]), Box::default()),
            fields: Box::new([handle]),
        };
        let operation = Operation {
            name: place.name(),
            summary,
            input_schema: schema::of_arguments(&arguments).unwrap_or_default(),
            output_schema: json!({ "type": "null" }),
            intents: Vec::new(),
            examples: Vec::new(),
        };
        Self { operation, act: Act::Drop, needs_session: true, place, arguments, result: None }
    }

    /// Runs the component as a program.
    pub(super) fn command(place: Place) -> Self {
        let arguments = command::arguments();
        let operation = Operation {
            name: place.name(),
            summary: "Runs the program with arguments and standard input.".to_owned(),
            input_schema: schema::of_arguments(&arguments).unwrap_or_default(),
            output_schema: command::output_schema(),
            intents: Vec::new(),
            examples: Vec::new(),
        };
        let act = Act::Command;
        Self { operation, act, needs_session: false, place, arguments, result: None }
    }

    /// Whether this text is one of its names, also where others answer to it too.
    pub(super) fn answers_to(&self, name: &str) -> bool {
        self.place.aliases().iter().any(|alias| alias == name)
    }

    /// Why it cannot be called outside of a session.
    pub(crate) fn session_refusal(&self) -> String {
        format!(
            "`{}` works with handles, and a handle lives only within a session: the resource behind \
             it is inside one instance; load the capability with instances bound to sessions, and \
             name one in the call",
            self.operation.name
        )
    }
}

impl Place {
    /// Whether this is what a command exports.
    pub(super) fn is_command(&self) -> bool {
        self.interface.as_deref().is_some_and(|name| unversioned(name) == "wasi:cli/run")
            && self.function == "run"
    }

    /// What the operation is called.
    pub(super) fn name(&self) -> String {
        match &self.interface {
            Some(_) if self.is_command() && !self.needs_version && !self.has_run_beside => {
                "run".to_owned()
            }
            Some(interface) if self.needs_version => format!("{interface}#{}", self.function),
            Some(interface) => format!("{}#{}", unversioned(interface), self.function),
            None => self.function.clone(),
        }
    }

    /// Every text that may name it: with and without the version, and the function alone, with and
    /// without what its kind is marked by.
    pub(super) fn aliases(&self) -> Vec<String> {
        let mut names = vec![self.function.clone()];
        if let Some((mark, plain)) = self.function.split_once(']')
            && matches!(mark, "[method" | "[static")
        {
            names.push(plain.to_owned());
        }
        if let Some(interface) = &self.interface {
            let function = &self.function;
            names.push(format!("{interface}#{function}"));
            names.push(format!("{}#{function}", unversioned(interface)));
        }
        names.sort();
        names.dedup();
        names
    }
}

// === impl Skipped ===

impl Skipped {
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.function == name
            || self.function.rsplit_once('#').is_some_and(|(_, function)| function == name)
    }
}
