//! The expression language: source to a typed tree.
//!
//! *Never:* an expression is run here; it becomes code.

mod ast;
mod check;
mod escape;
mod functions;
mod lexer;
mod macros;
mod parser;
mod types;

pub use ast::{Comprehension, Entry, Expr, Item, Kind, Literal, Loop, Presence, Span};
pub use check::{Checked, Environment, Mode, check};
pub(crate) use check::{LoopNode, Node, Op, Part, near};
pub(crate) use functions::{Returns, Runtime};
pub use parser::{DEPTH_MAX, SOURCE_MAX, parse};
pub use types::{Field, Type};
