//! One reading of a component's bytes: what it imports, what it exports, what can be called.
//!
//! The bytes are enough: nothing is compiled, so an inspection of a large component takes
//! milliseconds, and a description can be made where nothing may run.
//!
//! *Never:* a panic, whatever the bytes are; every item comes from a validator.

mod functions;
mod types;

use std::collections::HashMap;

use wasmparser::component_types::{ComponentEntityType, ComponentItem};
use wasmparser::types::Types;
use wasmparser::{
    BinaryReaderError, CanonicalFunction, CanonicalOption, Encoding, Parser, Payload, ValidPayload,
    Validator, WasmFeatures,
};

use super::docs::{self, Docs};
use super::error::ReflectError;
use super::imports::Import;
use super::operation::{Act, Plan, Skipped};
use crate::model::{CapabilityName, Description, Permissions};

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
        let parts = Parts::of(bytes)?;
        let docs = parts.docs.and_then(Docs::parse).unwrap_or_default();
        let imports = parts.imports.iter().map(|name| parts.import(name)).collect();
        let exports = functions::exports(&parts.types, &parts.imports, &parts.exports, &docs)?;
        Ok(Self {
            imports,
            exports: parts.exports.iter().map(|name| (*name).to_owned()).collect(),
            skipped: exports.skipped,
            summary: docs::summary(&docs.world()),
            speaks_contract: exports.speaks_contract,
            needs_concurrency: parts.is_concurrent || exports.is_async,
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

/// What the sections hold, before the types are looked at.
struct Parts<'a> {
    types: Types,
    imports: Vec<&'a str>,
    exports: Vec<&'a str>,
    docs: Option<&'a [u8]>,
    is_concurrent: bool,
}

impl<'a> Parts<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, ReflectError> {
        refuse_other_than_components(bytes)?;
        match Self::read(bytes) {
            Ok(Some(parts)) => Ok(parts),
            Ok(None) => Err(ReflectError::Malformed {
                offset: bytes.len(),
                why: "the component does not end".to_owned(),
            }),
            Err(error) => Err(malformed(&error)),
        }
    }

    /// Function bodies are left to the compiler, which validates them anyway.
    #[expect(clippy::wildcard_enum_match_arm, reason = "other sections say nothing of the outside")]
    fn read(bytes: &'a [u8]) -> Result<Option<Self>, BinaryReaderError> {
        let mut validator = Validator::new_with_features(WasmFeatures::all());
        let (mut imports, mut exports) = (Vec::new(), Vec::new());
        let (mut docs, mut is_concurrent, mut depth) = (None, false, 0_usize);
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload?;
            match validator.payload(&payload)? {
                ValidPayload::Parser(_) => depth += 1,
                ValidPayload::End(types) if depth == 0 => {
                    let parts = Self { types, imports, exports, docs, is_concurrent };
                    return Ok(Some(parts));
                }
                ValidPayload::End(_) => depth -= 1,
                ValidPayload::Ok | ValidPayload::Func(..) => {}
            }
            match payload {
                Payload::ComponentImportSection(section) if depth == 0 => {
                    for import in section {
                        imports.push(import?.name.name);
                    }
                }
                Payload::ComponentExportSection(section) if depth == 0 => {
                    for export in section {
                        exports.push(export?.name.name);
                    }
                }
                Payload::ComponentCanonicalSection(section) => {
                    for function in section {
                        is_concurrent |= is_asynchronous(&function?);
                    }
                }
                Payload::CustomSection(section) if section.name() == "package-docs" => {
                    docs = docs.or(Some(section.data()));
                }
                _ => {}
            }
        }
        Ok(None)
    }

    fn import(&self, name: &str) -> Import {
        let item = self.types.as_ref().component_item_for_import(name);
        let functions = match item.map(|item| item.ty) {
            Some(ComponentEntityType::Instance(id)) => {
                self.types.as_ref().get(id).map(|instance| {
                    let is_function =
                        |item: &ComponentItem| matches!(item.ty, ComponentEntityType::Func(_));
                    let functions = instance.exports.iter().filter(|(_, item)| is_function(item));
                    functions.map(|(name, _)| name.clone()).collect()
                })
            }
            Some(ComponentEntityType::Func(_)) => Some(vec![name.to_owned()]),
            _ => None,
        };
        Import::new(name, functions.unwrap_or_default())
    }
}

/// Says what bytes are that are no component, with a hint.
pub(crate) fn refuse_other_than_components(bytes: &[u8]) -> Result<(), ReflectError> {
    if !bytes.starts_with(b"\0asm") {
        return Err(ReflectError::NotWasm);
    }
    match Parser::new(0).parse_all(bytes).next() {
        Some(Ok(Payload::Version { encoding: Encoding::Module, .. })) => {
            Err(ReflectError::CoreModule)
        }
        Some(Ok(_)) => Ok(()),
        Some(Err(error)) => Err(malformed(&error)),
        None => Err(ReflectError::NotWasm),
    }
}

fn malformed(error: &BinaryReaderError) -> ReflectError {
    let why = error.message().chars().take(200).collect();
    ReflectError::Malformed { offset: error.offset(), why }
}

/// Everything that goes beyond synchronous calls and resources needs the other engine.
#[expect(clippy::wildcard_enum_match_arm, reason = "new built-ins are asynchronous ones")]
fn is_asynchronous(function: &CanonicalFunction) -> bool {
    match function {
        CanonicalFunction::Lift { options, .. } | CanonicalFunction::Lower { options, .. } => {
            options.contains(&CanonicalOption::Async)
        }
        CanonicalFunction::ResourceNew { .. }
        | CanonicalFunction::ResourceDrop { .. }
        | CanonicalFunction::ResourceRep { .. } => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests;
