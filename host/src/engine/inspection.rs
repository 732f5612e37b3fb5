//! What a component shows without being run, for a person or a tool that wants to know.
//!
//! *Never:* anything is run for it; a component of the contract is asked by
//! [`Engine::describe`](super::Engine::describe).

use serde::Serialize;

use super::error::EngineError;
use super::reflect::{Anatomy, Import, Skipped};
use crate::model::{CapabilityName, Description, Operation};

/// What a component shows from outside.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Inspection {
    /// How it is called.
    pub kind: ComponentKind,
    /// What it wants from its host.
    pub imports: Vec<Import>,
    /// Functions that cannot be called with JSON, each with the reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Skipped>,
    /// Whether it needs an engine that runs several of its tasks at once.
    pub needs_concurrency: bool,
    /// Operations found by reflection; none for a component of the contract, which describes itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<Operation>,
}

/// How a component is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ComponentKind {
    /// It exports the contract.
    Contract,
    /// It is a program with `wasi:cli/run`.
    Command,
    /// It exports functions of its own.
    Foreign,
}

/// Looks at a component.
pub(crate) fn inspect(bytes: &[u8]) -> Result<Inspection, EngineError> {
    let anatomy = anatomy("the component", bytes)?;
    let kind = if anatomy.speaks_contract {
        ComponentKind::Contract
    } else if anatomy.is_command() {
        ComponentKind::Command
    } else {
        ComponentKind::Foreign
    };
    let operations = match kind {
        ComponentKind::Contract => Vec::new(),
        ComponentKind::Command | ComponentKind::Foreign => {
            anatomy.plans().iter().map(|plan| plan.operation.clone()).collect()
        }
    };
    Ok(Inspection {
        kind,
        operations,
        needs_concurrency: anatomy.needs_concurrency,
        imports: anatomy.imports,
        skipped: anatomy.skipped,
    })
}

/// What reflection says of a component; none where it describes itself.
pub(crate) fn reflected(
    name: &CapabilityName,
    bytes: &[u8],
) -> Result<Option<Description>, EngineError> {
    let anatomy = anatomy(name.as_str(), bytes)?;
    Ok((!anatomy.speaks_contract).then(|| anatomy.description(name.clone())))
}

fn anatomy(capability: &str, bytes: &[u8]) -> Result<Anatomy, EngineError> {
    // The quick look first, because its refusals of what is no component at all say more.
    super::inspect::inspect(capability, bytes)?;
    Anatomy::of(bytes).map_err(|error| EngineError::Invalid {
        capability: capability.to_owned(),
        message: super::outcome::clean(&error.to_string()),
    })
}
