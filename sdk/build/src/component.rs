//! A core module becomes a component of the contract, with its name and version in it.
//!
//! *Never:* a component leaves here that was not validated.

use std::borrow::Cow;
use std::ops::Range;

use semver::Version;
use wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER;
use wasm_metadata::{AddMetadata, AddMetadataField};
use wasmparser::{ExportSectionReader, ExternalKind, Parser, Payload};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

use crate::adapter::{self, Surroundings};
use crate::border::Foreign;
use crate::contract::{self, ContractError};
use crate::description::Description;

/// More is not loaded by a host either: the most that a bundle may hold.
pub const COMPONENT_BYTES_MAX: usize = 128 << 20;

/// Why a module does not become a component.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ComponentError {
    /// What the compiler made does not fit the contract.
    #[error("what the compiler made does not fit the contract: {0}")]
    Encode(String),
    /// It is of another world.
    #[error("what was built is no capability: {0}")]
    Foreign(Foreign),
    /// It is larger than a host would take.
    #[error(
        "the component has {bytes} bytes, and {COMPONENT_BYTES_MAX} are the most; leave out what \
         the capability does not use"
    )]
    TooLarge {
        /// How many.
        bytes: usize,
    },
    /// The contract does not parse.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// A fault of ours.
    #[error("a fault in the making of components: {0}")]
    Fault(String),
}

/// Makes a component of a core module that speaks the project's world.
pub(crate) fn encode(
    mut module: Vec<u8>,
    description: &Description,
    surroundings: Surroundings,
) -> Result<Vec<u8>, ComponentError> {
    let (resolve, world) = contract::resolve(description)?;
    let fails = |error| ComponentError::Encode(format!("{error:#}"));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).map_err(fails)?;
    let mut encoder = ComponentEncoder::default();
    let adapter = match description.wasi {
        Some(_) => Cow::Borrowed(WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER),
        None => Cow::Owned(adapter::make(&description.permissions, surroundings)?),
    };
    encoder.validate(true);
    encoder.module(&module).map_err(fails)?;
    encoder.adapter(surroundings.module(), &adapter).map_err(fails)?;
    encoder.encode().map_err(fails)
}

/// Writes name and version into a component, where tools of WebAssembly look for them.
pub(crate) fn label(
    component: &[u8],
    name: &str,
    version: &Version,
) -> Result<Vec<u8>, ComponentError> {
    let mut labels = AddMetadata::default();
    labels.name = AddMetadataField::Set(name.to_owned());
    let mut labelled =
        labels.to_wasm(component).map_err(|error| ComponentError::Fault(format!("{error:#}")))?;
    append_section(&mut labelled, "version", version.to_string().as_bytes());
    check_size(labelled.len())?;
    Ok(labelled)
}

fn check_size(bytes: usize) -> Result<(), ComponentError> {
    if bytes > COMPONENT_BYTES_MAX {
        return Err(ComponentError::TooLarge { bytes });
    }
    Ok(())
}

/// Gives exports of a core module other names. Compilers whose sources cannot write the names of
/// the contract export them under plain ones.
pub(crate) fn rename_exports(
    module: &[u8],
    names: &[(&str, &str)],
) -> Result<Vec<u8>, ComponentError> {
    let fails = |error: wasmparser::BinaryReaderError| ComponentError::Encode(error.to_string());
    let part = |range: Range<usize>| module.get(range).unwrap_or_default();
    // The magic number and the version.
    let mut renamed = part(0..8).to_vec();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.map_err(fails)?;
        let Some((id, range)) = payload.as_section() else { continue };
        let body = if let Payload::ExportSection(exports) = payload {
            with_names(exports, names).map_err(fails)?
        } else {
            part(range).to_vec()
        };
        renamed.push(id);
        append_size(&mut renamed, body.len());
        renamed.extend_from_slice(&body);
    }
    Ok(renamed)
}

fn with_names(
    exports: ExportSectionReader<'_>,
    names: &[(&str, &str)],
) -> wasmparser::Result<Vec<u8>> {
    let mut body = Vec::new();
    append_size(&mut body, exports.count() as usize);
    for export in exports {
        let export = export?;
        let found = names.iter().find(|(plain, _)| *plain == export.name);
        let name = found.map_or(export.name, |(_, contract)| *contract);
        append_size(&mut body, name.len());
        body.extend_from_slice(name.as_bytes());
        body.push(kind_of(export.kind));
        append_size(&mut body, export.index as usize);
    }
    Ok(body)
}

/// How the binary format numbers what is exported.
const fn kind_of(kind: ExternalKind) -> u8 {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => 0,
        ExternalKind::Table => 1,
        ExternalKind::Memory => 2,
        ExternalKind::Global => 3,
        ExternalKind::Tag => 4,
    }
}

/// A custom section: id 0, its size, its name's size, its name, its content.
fn append_section(component: &mut Vec<u8>, name: &str, content: &[u8]) {
    let mut body = Vec::new();
    append_size(&mut body, name.len());
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(content);
    component.push(0);
    append_size(component, body.len());
    component.extend_from_slice(&body);
}

/// A number as LEB128.
pub(crate) fn append_size(bytes: &mut Vec<u8>, mut size: usize) {
    loop {
        let low = (size & 0x7f) as u8;
        size >>= 7;
        if size == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

// === impl ComponentError ===

impl From<Foreign> for ComponentError {
    fn from(foreign: Foreign) -> Self {
        Self::Foreign(foreign)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_host_would_load_is_not_built() {
        assert!(check_size(COMPONENT_BYTES_MAX).is_ok());
        let error = check_size(COMPONENT_BYTES_MAX + 1).unwrap_err().to_string();
        assert!(error.contains("134217729 bytes") && error.contains("leave out"), "{error}");
    }

    #[test]
    fn exports_get_other_names_and_nothing_else_changes() {
        let text = |export: &str| {
            format!(
                r#"(module (memory (export "memory") 1) (func (export "{export}") (result i32) i32.const 7)
                (global (export "g") i32 (i32.const 3)) (data (i32.const 8) "data"))"#
            )
        };
        let long = "engraft:capability/state@1.0.0#save";
        let (plain, wanted) =
            (wat::parse_str(text("save")).unwrap(), wat::parse_str(text(long)).unwrap());
        assert_eq!(rename_exports(&plain, &[("save", long)]).unwrap(), wanted);
        assert_eq!(rename_exports(&plain, &[("other", long)]).unwrap(), plain);
    }
}
