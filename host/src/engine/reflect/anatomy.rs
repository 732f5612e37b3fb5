//! What a component amounts to: what it imports, what it exports, what can be called.
//!
//! Its bytes are enough: nothing is compiled, so an inspection of a large component takes
//! milliseconds, and a description can be made where nothing may run.
//!
//! *Never:* a panic, whatever the bytes are; every item comes from a validator.

mod functions;
mod imported;
mod types;

use std::collections::HashMap;

use wasmparser::component_types::{ComponentEntityType, ComponentItem};

use super::docs::{self, Docs};
use super::error::ReflectError;
use super::imports::Import;
use super::operation::{Act, Plan, Skipped};
use crate::engine::inspect::{self, Facts};
use crate::model::{CapabilityName, Description, Permissions};
pub(crate) use imported::{Imported, imported};

/// What the bytes of a component tell.
#[derive(Debug)]
pub(crate) struct Anatomy {
    /// What it wants from its host.
    pub(crate) imports: Vec<Import>,
    /// Names of what it exports.
    pub(crate) exports: Vec<String>,
    /// Exported functions that cannot be called with JSON, each with the reason.
    pub(crate) skipped: Vec<Skipped>,
    /// One sentence about it, out of its documentation; mostly empty.
    pub(crate) summary: String,
    /// Whether it was made against the contract: it exports `describe` and `invoke`, and its
    /// manifest says more than its types do.
    pub(crate) speaks_contract: bool,
    /// Whether it needs an engine with support for the component model's asynchronous functions.
    pub(crate) needs_concurrency: bool,
    plans: Vec<Plan>,
    aliases: HashMap<String, Option<usize>>,
}

impl Anatomy {
    /// Reads a component.
    pub(crate) fn of(bytes: &[u8]) -> Result<Self, ReflectError> {
        Self::from_facts(&inspect::read(bytes)?)
    }

    /// Makes sense of a component that was read already.
    pub(crate) fn from_facts(facts: &Facts) -> Result<Self, ReflectError> {
        let docs = facts.docs.as_deref().and_then(Docs::parse).unwrap_or_default();
        let exports =
            functions::exports(&facts.types, &facts.needs.imports, &facts.exports, &docs)?;
        Ok(Self {
            imports: facts.needs.imports.iter().map(|name| import(facts, name)).collect(),
            exports: facts.exports.clone(),
            skipped: exports.skipped,
            summary: docs::summary(&docs.world()),
            speaks_contract: exports.speaks_contract,
            needs_concurrency: facts.needs.concurrent || exports.is_async,
            aliases: functions::aliases(&exports.plans),
            plans: exports.plans,
        })
    }

    /// What can be called, in the order of the exports.
    pub(crate) fn plans(&self) -> &[Plan] {
        &self.plans
    }

    /// Whether it is a program: one of its operations runs it.
    pub(crate) fn is_command(&self) -> bool {
        self.plans.iter().any(|plan| plan.act == Act::Command)
    }

    /// Whether it can do anything outside of itself: it takes functions from its host.
    pub(crate) fn can_act(&self) -> bool {
        self.imports.iter().any(|import| !import.functions.is_empty())
    }

    /// Where the plan of an operation is. Takes its name in full, without the version, or the
    /// function's name alone where only one function has it.
    pub(crate) fn find(&self, operation: &str) -> Result<usize, String> {
        match self.aliases.get(operation) {
            Some(Some(index)) => Ok(*index),
            Some(None) => {
                let tail = |plan: &&Plan| plan.answers_to(operation);
                let names: Vec<String> = self
                    .plans
                    .iter()
                    .filter(tail)
                    .map(|plan| format!("`{}`", plan.operation.name))
                    .collect();
                Err(format!("`{operation}` could be any of {}", names.join(", ")))
            }
            None => match self.skipped.iter().find(|skipped| skipped.is_called(operation)) {
                Some(Skipped { function, why }) => {
                    Err(format!("`{function}` cannot be called with JSON: {why}"))
                }
                None => {
                    Err(format!("no operation is called `{}`", super::json::excerpt(operation)))
                }
            },
        }
    }

    /// The description that these types amount to. Permissions are for a person to add.
    pub(crate) fn description(&self, name: CapabilityName) -> Description {
        Description {
            name,
            summary: self.summary.clone(),
            operations: self.plans.iter().map(|plan| plan.operation.clone()).collect(),
            permissions: Permissions::default(),
        }
    }
}

fn import(facts: &Facts, name: &str) -> Import {
    let types = facts.types.as_ref();
    let functions = match types.component_item_for_import(name).map(|item| item.ty) {
        Some(ComponentEntityType::Instance(id)) => types.get(id).map(|instance| {
            let is_function =
                |item: &ComponentItem| matches!(item.ty, ComponentEntityType::Func(_));
            let functions = instance.exports.iter().filter(|(_, item)| is_function(item));
            functions.map(|(name, _)| name.clone()).collect()
        }),
        Some(ComponentEntityType::Func(_)) => Some(vec![name.to_owned()]),
        _ => None,
    };
    Import::new(name, functions.unwrap_or_default())
}

#[cfg(test)]
mod tests;
