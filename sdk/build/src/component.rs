//! A core module becomes a component of the contract, with its name and version in it.
//!
//! *Never:* a component leaves here that was not validated.

use semver::Version;
use wasm_metadata::{AddMetadata, AddMetadataField};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

use crate::adapter::{self, Scratch};
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
    encoding: StringEncoding,
    scratch: Scratch,
) -> Result<Vec<u8>, ComponentError> {
    let (resolve, world) = contract::resolve(description)?;
    let fails = |error| ComponentError::Encode(format!("{error:#}"));
    embed_component_metadata(&mut module, &resolve, world, encoding).map_err(fails)?;
    let mut encoder = ComponentEncoder::default();
    let adapter = adapter::make(&description.permissions, scratch)?;
    encoder.validate(true);
    encoder.module(&module).map_err(fails)?;
    encoder.adapter("wasi_snapshot_preview1", &adapter).map_err(fails)?;
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
    if labelled.len() > COMPONENT_BYTES_MAX {
        return Err(ComponentError::TooLarge { bytes: labelled.len() });
    }
    Ok(labelled)
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
fn append_size(bytes: &mut Vec<u8>, mut size: usize) {
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
