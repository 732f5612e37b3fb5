//! The host functions of the contract.
//!
//! *Never:* an effect happens before authority and budget have both said yes.

use wasmtime::component::Linker;

use super::state::CallState;

/// What the host functions keep for one call; made anew for every call.
#[derive(Debug, Default)]
pub(crate) struct EffectState {}

/// Puts every interface of the contract into a linker. Called once for each engine.
pub(crate) fn add_to_linker(_linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    Ok(())
}
