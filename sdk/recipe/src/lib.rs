//! Recipes: small programs that become capabilities in milliseconds.
//!
//! *Never:* a recipe that does not end within the bound that was stated before it ran.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "trees and tokens have many kinds, and most places ask for one or two of them"
)]

// The regular expressions are shared with the runtime, which has no `std`.
extern crate alloc;

pub mod bound;
pub mod cel;
pub mod component;
pub mod diagnostic;
mod emit;
pub mod formula;
mod pattern;
mod place;
pub mod recipe;
mod shape;
mod text;
mod wasm;

/// What the runtime's rows are here, where there is a `Vec`.
mod row {
    pub(crate) type Row<T> = Vec<T>;
}
