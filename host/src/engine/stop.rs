//! Why the host stopped a guest, as a typed error that travels through wasmtime and comes out whole.
//!
//! *Never:* an outcome is read from an error's text where a type can carry it.

use crate::model::Limit;

/// What a host function or the limiter raises to end the whole call. Anything that the guest may
/// live with is a value of the contract (`host-error`, `failure`), not one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Stop {
    /// Linear memory would grow over the budget.
    #[error("{wanted} bytes of memory wanted, {allowed} allowed")]
    Memory { allowed: u64, wanted: u64 },
    /// Another limit would be passed.
    #[error("{wanted} {limit} wanted, {allowed} allowed")]
    Limit { limit: Limit, allowed: u64, wanted: u64 },
    /// The time is over.
    #[error("the time is over")]
    Deadline,
    /// A host function would do something in a sprint; the call begins anew.
    #[error("it has to begin anew")]
    Effect,
    /// The callees have burnt what fuel was left.
    #[error("all fuel is burnt")]
    Fuel,
}
