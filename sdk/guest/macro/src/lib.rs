//! The macros of `engraft-guest`; use them from there.
//!
//! *Never:* the macro decides what a capability may do; it writes down what the author asked for.

mod arguments;
mod capability;
mod json;
mod operation;
mod permission;
mod schema;

use proc_macro::TokenStream;
use syn::{DeriveInput, ItemMod, parse_macro_input};

/// Makes a module a capability.
///
/// On the module: `name = "…"` (dotted, lower case), `summary = "…"` (else the first paragraph of the
/// module's documentation) and `permissions(…)`: `log`, `clock`, `random`, `progress`,
/// `kv(bytes = 4096, keys = 16)`, `http(host = "…", methods("GET"), path_prefix = "/v1")`,
/// `secret(name = "…", hosts("…"))`, `call("…")`, `config("…")`.
///
/// On functions in it:
///
/// * `#[operation]`, with `name = "…"` (else the function's name with hyphens), `summary = "…"` (else
///   its documentation), `intents("…")`, any number of `example("input", "output")` and `schemars`,
///   which takes the schemas from `schemars::JsonSchema` instead of `Schema`. It takes one value or
///   none and gives a `Result` or a plain value. The return type must be spelled `Result<…>` to be
///   taken as one.
/// * `#[save_state]` (`fn() -> Result<Vec<u8>, Failure>`) with `#[restore_state]`
///   (`fn(version: &str, saved: Vec<u8>) -> Result<(), Failure>`): state that survives a hot swap.
/// * `#[self_test]` (`fn() -> Result<(), String>`): a check that the capability makes of itself.
///
/// The module gets a type `Capability` that implements `engraft_guest::Capability`.
#[proc_macro_attribute]
pub fn capability(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let module = parse_macro_input!(item as ItemMod);
    capability::expand(arguments.into(), module)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Derives the JSON Schema of a type from what `serde` makes of it.
///
/// It goes beside `Deserialize` or `Serialize` and reads the same `serde` attributes. `#[schema(json =
/// "…")]` on a field or on the type gives the schema where it cannot be read from the type.
#[proc_macro_derive(Schema, attributes(schema, serde))]
pub fn schema(item: TokenStream) -> TokenStream {
    let input = parse_macro_input!(item as DeriveInput);
    schema::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
