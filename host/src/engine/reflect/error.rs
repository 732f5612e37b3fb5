//! What can go wrong between bytes, JSON and values, told so that a person can mend it.
//!
//! *Never:* a message here carries more than a short excerpt of foreign text.

use std::fmt;

/// Why a component could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReflectError {
    /// A core module: it has no types that JSON could be made from.
    #[error(
        "these bytes are a core WebAssembly module, not a component; wrap them with \
         `wasm-tools component new`, or build for a component target such as `wasm32-wasip2`"
    )]
    CoreModule,
    /// WIT text, or something else that is no WebAssembly at all.
    #[error("these bytes are not WebAssembly: they do not begin with `\\0asm`")]
    NotWasm,
    /// A component that its own rules forbid.
    #[error("the component is malformed at byte {offset:#x}: {why}")]
    Malformed {
        /// Where in the bytes.
        offset: usize,
        /// What is wrong there.
        why: String,
    },
    /// More exported functions than the host will describe.
    #[error("the component exports {found} functions and at most {limit} are described")]
    TooManyFunctions {
        /// How many it exports.
        found: usize,
        /// How many are described.
        limit: usize,
    },
    /// No function of it can be called with JSON.
    #[error("the component has nothing that can be called: {why}")]
    NothingToCall {
        /// The first reason.
        why: String,
    },
    /// A function that was described and is not there after compilation; a fault of the host.
    #[error("the compiled component has no function `{name}` although its bytes declare it")]
    Unbound {
        /// The function.
        name: String,
    },
}

/// Why an input does not fit an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InputError {
    /// A JSON Pointer to the place; empty for the whole input.
    pub(crate) path: String,
    /// From 1.
    pub(crate) line: usize,
    /// From 1, in bytes.
    pub(crate) column: usize,
    /// What was expected and what was found.
    pub(crate) problem: String,
}

/// Why an output could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OutputError {
    /// The text would be longer than the call may give.
    #[error("the output is longer than {limit} bytes")]
    TooLong { limit: usize },
    /// The session holds as many handles as it may.
    #[error("the session may hold {limit} handles; drop some first")]
    TooManyHandles { limit: usize },
    /// A value that does not have the type that the component declared; a fault of the host.
    #[error("a value does not have its declared type: expected {expected}")]
    Mismatch { expected: &'static str },
}

// === impl InputError ===

impl std::error::Error for InputError {}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, column, problem } = self;
        match path.as_str() {
            "" => write!(f, "the input (line {line}, column {column}): {problem}"),
            path => write!(f, "`{path}` (line {line}, column {column}): {problem}"),
        }
    }
}
