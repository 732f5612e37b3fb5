//! Recipes: small programs that become capabilities in milliseconds.
//!
//! *Never:* a recipe that does not end within the bound that was stated before it ran.

extern crate alloc;

pub mod cel;
pub mod component;
pub mod diagnostic;
mod emit;
pub mod formula;
mod pattern;
mod place;
pub mod recipe;
mod wasm;
