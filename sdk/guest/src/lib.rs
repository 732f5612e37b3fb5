//! What a capability written in Rust links.
//!
//! A capability is a module with an attribute; each operation is a function in it. Input and output
//! are any types that `serde` knows, and their JSON Schemas are [derived](mod@schema) from them.
//!
//! ```
//! use engraft_guest::capability;
//!
//! /// Counts things in texts.
//! #[capability(name = "text.count")]
//! mod count {
//!     use engraft_guest::{Failure, Schema};
//!     use serde::{Deserialize, Serialize};
//!
//!     #[derive(Deserialize, Schema)]
//!     pub struct Input {
//!         /// The text to look at.
//!         text: String,
//!     }
//!
//!     #[derive(Serialize, Schema)]
//!     pub struct Words {
//!         words: usize,
//!     }
//!
//!     /// Counts the words of a text.
//!     #[operation(
//!         intents("count the words in {text}"),
//!         example(r#"{"text": "one two"}"#, r#"{"words": 2}"#)
//!     )]
//!     pub fn words(input: Input) -> Result<Words, Failure> {
//!         if input.text.is_empty() {
//!             return Err(Failure::invalid_input("there is no text to count in"));
//!         }
//!         Ok(Words { words: input.text.split_whitespace().count() })
//!     }
//! }
//!
//! // Natively, the same capability runs against a mock host.
//! let host = engraft_guest::mock::Host::granting::<count::Capability>();
//! let output = host.invoke::<count::Capability>("words", r#"{"text": "a b c"}"#).unwrap();
//! assert_eq!(output["words"], 3);
//! host.check_examples::<count::Capability>();
//! ```
//!
//! Built for `wasm32-unknown-unknown` with `wasm-component-ld` as its linker, the crate becomes a
//! component that imports exactly those interfaces of the contract that it uses. What it wants to use
//! it also has to ask for: `#[capability(…, permissions(log, kv(bytes = 4096, keys = 16)))]`.
//!
//! | module | permission | what it does |
//! |---|---|---|
//! | [`log`] | `log` | lines for whoever runs the host |
//! | [`clock`] | `clock` | the time, as the host tells it |
//! | [`random`] | `random` | random numbers, real or seeded |
//! | [`kv`] | `kv(bytes = …, keys = …)` | values that outlive a call, in transactions |
//! | [`http`] | `http(host = "…")` | requests, alone or side by side |
//! | [`call`](mod@call) | `call("…")` | other capabilities, alone or side by side |
//! | [`progress`] | `progress` | how far a long operation has come |
//! | [`secrets`] | `secret(name = "…", hosts("…"))` | whether a secret is there |
//! | [`config`] | `config("…")` | settings |
//!
//! A panic becomes the message of the trap that the host reports; it needs no permission.
//!
//! # Features
//!
//! | feature | default | what it does |
//! |---|---|---|
//! | `heap` | yes | an allocator that begins in memory which the component has from its start: a fresh call does not grow memory, which costs more than the rest of a small call. Without it, the one of the standard library is used, or your own |
//! | `schemars` | no | `#[operation(schemars)]` takes the schemas of types that derive `schemars::JsonSchema`; about 125 kB more |
//!
//! # Size
//!
//! What is not used is not linked. The template is 58 kB: about 8 are the allocator, 8 what the standard
//! library needs for panics, 8 the describing of the capability, 4 the bindings, and most of the rest
//! reads and writes JSON. A type with fractions adds 20 kB where it is written and 22 where it is read;
//! `format!` of whole numbers 4 and of fractions 29; `schemars` 125.
//!
//! *Never:* this crate knows the host crate; the contract is all they share.

// The macros name the crate as its users do, and its own tests use them.
#[cfg(test)]
extern crate self as engraft_guest;

pub mod call;
pub mod clock;
pub mod config;
mod description;
mod failure;
// A C library, as WASI has one, keeps its own heap at the same place.
#[cfg(all(target_arch = "wasm32", target_os = "unknown", feature = "heap"))]
#[allow(unsafe_code, reason = "an allocator hands out raw memory")]
mod heap;
pub mod http;
pub mod json;
pub mod kv;
pub mod log;
#[cfg(not(target_arch = "wasm32"))]
pub mod mock;
mod operation;
pub mod progress;
pub mod random;
pub mod schema;
pub mod secrets;
mod source;
mod sys;

pub use description::{
    Capability, Description, Example, HttpRule, KvQuota, Operation, Permission, SecretRule,
};
pub use engraft_guest_macro::capability;
pub use failure::{Failure, FailureKind, HostError};
pub use schema::Schema;

/// What the attribute macro writes calls to. Not for people; it changes without notice.
#[doc(hidden)]
pub mod macro_support {
    #[cfg(target_arch = "wasm32")]
    pub use engraft_wit::guest as wit;

    pub use crate::operation::{NoInput, SelfChecks, unknown_operation, value};
    pub use crate::schema::{
        Choice, Field, Node, Object, Place, Raw, Schema, Split, Tag, Tuple, Variant,
    };
    #[cfg(feature = "schemars")]
    pub use crate::source::operation_by_schemars;
    pub use crate::source::{Asked, Source, Told, operation};
    #[cfg(target_arch = "wasm32")]
    pub use crate::sys::{describe, invoke, listen_for_panics, restore, save, self_test};
}
