//! Any component as a capability: operations, schemas and calls derived from its own types.
//!
//! A component that knows nothing of Engraft is read once, from its bytes alone, into an
//! `Anatomy`: what it imports, and one [`Operation`](crate::model::Operation) with a conversion
//! plan for every function that JSON can express. A call follows the plan: JSON text to values,
//! values to JSON text, without a tree of JSON in between and without asking wasmtime for a type.
//!
//! How WIT types look in JSON:
//!
//! | WIT | JSON |
//! |---|---|
//! | `bool`, `string` | `true`, `"text"` |
//! | `u8` … `s64` | whole number; `u64` and `s64` also as decimal text: `"18446744073709551615"` |
//! | `f32`, `f64` | number, or `"NaN"`, `"Infinity"`, `"-Infinity"` |
//! | `char` | text of one character |
//! | `list<u8>` | `{"base64": "aGk="}`; an array of numbers is accepted too |
//! | `list<T>`, `list<T, N>`, `tuple` | array |
//! | `map<K, V>` | object; keys that are not strings are written as text |
//! | `record` | object; a missing property is `none` where its type is an option |
//! | `variant` | `"case"` without a payload, `{"case": payload}` with one |
//! | `enum`, `flags` | `"name"`, `["name", …]` |
//! | `option<T>` | `null` or `T`; where `T` is itself an option, `{"some": T}` |
//! | `result` inside a value | `{"ok": …}` or `{"err": …}`, `null` where there is no payload |
//! | handle of a resource | `{"handle": 7}`, within one session |
//!
//! *Never:* a function is offered whose values JSON cannot carry without loss.

mod anatomy;
mod call;
mod command;
mod docs;
mod error;
mod handles;
mod imports;
mod inspection;
mod json;
mod normal;
mod operation;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod probe;
mod read;
mod schema;
mod shape;
mod stranger;
mod write;

pub(crate) use anatomy::{Anatomy, Imported, imported};
pub(crate) use call::{Arguments, Bound, CallFault, Reply, hostcall_fuel};
pub(crate) use command::CommandOutput;
pub(crate) use error::OutputError;
pub use error::ReflectError;
pub(crate) use handles::Handles;
pub use imports::{Import, ImportKind};
pub(crate) use inspection::inspection;
pub use inspection::{ComponentKind, Inspection, describe, inspect};
pub use operation::Skipped;
pub(crate) use operation::{Act, Plan};

pub(crate) use stranger::Stranger;

#[cfg(test)]
mod tests;
