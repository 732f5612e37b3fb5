//! The host functions of the contract. Each counts as a host call, then asks authority, then the
//! call's budget, and only then does something.
//!
//! *Never:* an effect happens before authority and budget have both said yes.

mod call;
mod clock;
mod config;
mod fault;
mod http;
mod kv;
mod log;
mod progress;
mod random;
mod scrub;
mod secrets;
mod side_by_side;

use std::sync::Arc;

use engraft_wit::host::imports;
use engraft_wit::host::imports::types::HostError;
use rand_chacha::ChaCha20Rng;
use wasmtime::component::{HasSelf, Linker};

#[cfg(all(feature = "worker", target_os = "linux"))]
pub(crate) use call::{INTERFACE as CALL_INTERFACE, make_calls, prepare_calls};
pub(crate) use scrub::{Lines, scrub};

use super::authority::Denial;
use super::http::Allowance;
use super::state::CallState;
use super::wasi::Wasi;
use crate::model::{Budget, Usage};

/// What the host functions keep for one call; made anew for every call. Empty until a guest uses one
/// that has something to keep, so that a call without effects costs nothing.
#[derive(Default)]
pub(crate) struct EffectState {
    kit: Option<Box<Kit>>,
    /// The surroundings of a guest with WASI.
    pub(crate) wasi: Option<Box<Wasi>>,
}

/// What a guest with effects needs.
#[derive(Default)]
struct Kit {
    /// Where the random numbers of a seed have got to.
    seeded: Option<ChaCha20Rng>,
    progress: progress::Gate,
    /// What the guest said of its own breaking.
    fault: Option<String>,
    http: Option<Arc<Allowance>>,
}

/// Puts every interface of the contract into a linker. Called once for each engine.
pub(crate) fn add_to_linker(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    type Own = HasSelf<CallState>;
    imports::types::add_to_linker::<_, Own>(linker, |state| state)?;
    imports::log::add_to_linker::<_, Own>(linker, |state| state)?;
    imports::clock::add_to_linker::<_, Own>(linker, |state| state)?;
    imports::random::add_to_linker::<_, Own>(linker, |state| state)?;
    imports::kv::add_to_linker::<_, Own>(linker, |state| state)?;
    imports::http::add_to_linker::<_, Own>(linker, |state| state)?;
    imports::progress::add_to_linker::<_, Own>(linker, |state| state)?;
    imports::secrets::add_to_linker::<_, Own>(linker, |state| state)?;
    imports::config::add_to_linker::<_, Own>(linker, |state| state)?;
    imports::fault::add_to_linker::<_, Own>(linker, |state| state)?;
    // This one needs the store, to hand fuel on and to take it back.
    call::add_to_linker(linker)
}

impl imports::types::Host for CallState {}

// === impl EffectState ===

impl EffectState {
    /// Bytes that this call may receive over HTTP, shared by all that receive.
    pub(crate) fn allowance(&mut self, budget: &Budget) -> Arc<Allowance> {
        let limit = budget.http_bytes;
        Arc::clone(self.kit().http.get_or_insert_with(|| Arc::new(Allowance::new(limit))))
    }

    /// Writes down what has been received so far. Bodies of `wasi:http` arrive while nobody looks, so
    /// this is asked for once more when the call ends.
    pub(crate) fn settle(&self, usage: &mut Usage) {
        if let Some(allowance) = self.kit.as_ref().and_then(|kit| kit.http.as_ref()) {
            usage.http_bytes = allowance.used();
        }
    }

    /// Lets go of what one call has left. WASI's side stays: the guest's own tables hold numbers of
    /// handles in it.
    pub(crate) fn forget(&mut self) {
        self.kit = None;
    }

    /// Whether nothing of a call is left.
    pub(crate) fn is_forgotten(&self) -> bool {
        self.kit.is_none()
    }

    /// What the guest said of its own breaking, scrubbed.
    pub(crate) fn take_fault(&mut self) -> Option<String> {
        self.kit.as_mut().and_then(|kit| kit.fault.take())
    }

    fn kit(&mut self) -> &mut Kit {
        self.kit.get_or_insert_with(Box::default)
    }
}

// === impl HostError ===

fn denied(denial: Denial) -> HostError {
    HostError::Denied(denial.to_string())
}

fn invalid(why: impl Into<String>) -> HostError {
    HostError::Invalid(why.into())
}
