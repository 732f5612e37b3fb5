//! Bindings for a capability, generated from the contract by `cargo xtask golden` and checked in.
//!
//! One module holds the imports with the two exports that every capability has; the optional exports
//! are modules of their own, so that a capability exports only what it implements.
//!
//! *Never:* the files under `guest/` are edited by hand, or used outside `engraft-guest`.

#![allow(
    unsafe_code,
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::unwrap_used,
    clippy::too_many_lines,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    clippy::allow_attributes_without_reason,
    reason = "generated: the canonical ABI is raw memory, and its lint attributes give no reasons"
)]

#[rustfmt::skip]
pub mod capability;
#[rustfmt::skip]
pub mod self_test;
#[rustfmt::skip]
pub mod state;
