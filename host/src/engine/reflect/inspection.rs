//! What shows of a component without compiling or running it.
//!
//! *Never:* anything here vouches for the component; that is what a signature is for.

use serde::Serialize;

use super::anatomy::Anatomy;
use super::error::ReflectError;
use super::imports::Import;
use super::operation::Skipped;
use crate::engine::inspect::{self, Facts};
use crate::model::{CapabilityName, Description, Operation};

/// What shows of a component from outside.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Inspection {
    /// How it is called.
    pub kind: ComponentKind,
    /// One sentence out of its documentation; mostly empty.
    pub summary: String,
    /// What it wants from its host.
    pub imports: Vec<Import>,
    /// Names of what it exports.
    pub exports: Vec<String>,
    /// What it can be asked to do, with schemas derived from its types. Empty for one that speaks
    /// the contract: its manifest says that, or its `describe`.
    pub operations: Vec<Operation>,
    /// Operations that work with handles and so need a session.
    pub session_operations: Vec<String>,
    /// Functions that cannot be called with JSON, each with the reason.
    pub skipped: Vec<Skipped>,
    /// Whether it needs the component model's asynchronous functions.
    pub is_asynchronous: bool,
}

/// How a component is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ComponentKind {
    /// Through the contract: it exports `describe` and `invoke`.
    Contract,
    /// Function by function, through reflection.
    Library,
    /// As a program, and function by function where it exports others.
    Command,
}

/// Looks at a component.
///
/// # Errors
/// Where the bytes are no component, or a broken one.
pub fn inspect(component: &[u8]) -> Result<Inspection, ReflectError> {
    inspection(&inspect::read(component)?)
}

/// What shows of a component that was read already.
pub(crate) fn inspection(facts: &Facts) -> Result<Inspection, ReflectError> {
    let anatomy = Anatomy::from_facts(facts)?;
    let kind = match (anatomy.speaks_contract, anatomy.is_command()) {
        (true, _) => ComponentKind::Contract,
        (false, true) => ComponentKind::Command,
        (false, false) => ComponentKind::Library,
    };
    let plans = if anatomy.speaks_contract { &[] } else { anatomy.plans() };
    let bound = plans.iter().filter(|plan| plan.needs_session);
    Ok(Inspection {
        kind,
        operations: plans.iter().map(|plan| plan.operation.clone()).collect(),
        session_operations: bound.map(|plan| plan.operation.name.clone()).collect(),
        summary: anatomy.summary,
        imports: anatomy.imports,
        exports: anatomy.exports,
        skipped: anatomy.skipped,
        is_asynchronous: anatomy.needs_concurrency,
    })
}

/// Describes a component that knows nothing of Engraft, under a name of the caller's choice. What it
/// may do is for a person to add.
///
/// # Errors
/// Where the bytes are no component, or none of its functions can be called with JSON.
pub fn describe(name: CapabilityName, component: &[u8]) -> Result<Description, ReflectError> {
    let anatomy = Anatomy::of(component)?;
    if anatomy.plans().is_empty() {
        let why = anatomy.skipped.first().map_or_else(
            || "it exports no function".to_owned(),
            |Skipped { function, why }| format!("`{function}`: {why}"),
        );
        return Err(ReflectError::NothingToCall { why });
    }
    Ok(anatomy.description(name))
}
