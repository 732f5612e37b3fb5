//! WebAssembly: the runtime's module, code in the making, and the linker that joins them.
//!
//! *Never:* the same parts give other bytes.

mod code;
mod data;
mod link;
mod runtime;

pub(crate) use code::{Code, Label, Local};
pub(crate) use data::{Data, kind};
pub(crate) use link::{Export, Function, link};
pub(crate) use runtime::heap_base;
