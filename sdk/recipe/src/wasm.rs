//! WebAssembly: the runtime's module, code in the making, and the linker that joins them.
//!
//! *Never:* the same parts give other bytes.

mod code;
mod data;
mod link;
mod runtime;
mod work;

pub use code::Mark;
pub(crate) use code::{Code, Label, Local, Rounds};
pub(crate) use data::{Data, kind, made};
pub(crate) use link::{Export, Function, Linked, link};
#[cfg(test)]
pub(crate) use runtime::MODULE;
pub(crate) use runtime::heap_base;
