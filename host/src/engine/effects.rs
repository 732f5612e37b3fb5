//! The host functions of the contract.
//!
//! *Never:* an effect happens before authority and budget have both said yes.

use wasmtime::component::Linker;

use super::state::CallState;

/// What the host functions keep for one call; made anew for every call.
#[derive(Debug, Default)]
pub(crate) struct EffectState {}

impl EffectState {
    /// The end of what the guest wrote to its log or error output: a panic's message, if it broke.
    pub(crate) fn last_words(&mut self) -> Option<String> {
        None
    }
}

/// Puts every interface of the contract into a linker. Called once for each engine.
pub(crate) fn add_to_linker(_linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    Ok(())
}
