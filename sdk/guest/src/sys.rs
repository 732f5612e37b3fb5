//! The border to the host: the contract's imports in a component, the mock elsewhere.
//!
//! *Never:* a module of this crate reaches the host by another way.

#[cfg(target_arch = "wasm32")]
mod component;
#[cfg(target_arch = "wasm32")]
mod exports;
#[cfg(not(target_arch = "wasm32"))]
mod native;

#[cfg(target_arch = "wasm32")]
pub(crate) use component::*;
#[cfg(target_arch = "wasm32")]
pub use exports::{describe, invoke, listen_for_panics, restore, save, self_test};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use native::*;
