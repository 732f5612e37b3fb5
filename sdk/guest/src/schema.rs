//! JSON Schemas (2020-12) of types, made when the crate is compiled.
//!
//! `#[derive(Schema)]` beside `Deserialize` or `Serialize` reads the same `serde` attributes and turns
//! the type into constant data. What is left for run time is to write it down, which takes little code;
//! `schemars` gives the same schemas, and its code is twice as large as the rest of a
//! small capability.
//!
//! ```
//! use engraft_guest::Schema;
//! use serde::Deserialize;
//!
//! /// Where to go.
//! #[derive(Deserialize, Schema)]
//! #[serde(rename_all = "camelCase", deny_unknown_fields)]
//! struct Journey {
//!     /// The name of a place.
//!     final_stop: String,
//!     #[serde(default)]
//!     legs: u8,
//! }
//!
//! let schema = engraft_guest::schema::of_input::<Journey>();
//! let schema: serde_json::Value = serde_json::from_str(&schema)?;
//! assert_eq!(schema["properties"]["finalStop"]["description"], "The name of a place.");
//! assert_eq!(schema["required"], serde_json::json!(["finalStop"]), "the other has a default");
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! Where a type says what cannot be read from it (`flatten`, `with = "…"`), the derive says so and
//! what to do: give the schema of that field or type as `#[schema(json = "…")]`, or turn on the
//! feature `schemars`, derive `JsonSchema` and write `#[operation(schemars)]`. Defaults are not
//! written into schemas; that a property may be left out is.
//!
//! *Never:* a schema is written by hand where it can be read from the type.

mod page;
mod shapes;
#[cfg(test)]
mod tests;
mod types;

pub use engraft_guest_macro::Schema;
#[doc(hidden)]
pub use page::Page;

/// A type whose JSON has a schema. Derive it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no JSON Schema",
    label = "has no schema",
    note = "add `#[derive(engraft_guest::Schema)]` to it if it is yours",
    note = "for a field of another's type, say what its JSON is: `#[schema(json = \"…\")]`",
    note = "or derive `schemars::JsonSchema` and write `#[operation(schemars)]`"
)]
pub trait Schema {
    /// Its schema, as data.
    fn schema() -> Node;
}

/// The schema of what is read into this type.
#[must_use]
pub fn of_input<T: Schema + ?Sized>() -> String {
    page::document(T::schema(), Way::Read)
}

/// The schema of what this type is written as. It differs from the other where something is read
/// that is not written, or need not be there when it is read.
#[must_use]
pub fn of_output<T: Schema + ?Sized>() -> String {
    page::document(T::schema(), Way::Written)
}

/// A schema that is asked for when it is needed, so that a type can hold itself.
#[doc(hidden)]
pub type Of = fn() -> Node;

/// What the derive makes of a type. Not for people; it changes without notice.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub enum Node {
    /// A value of one kind: the JSON of `type`, and further members.
    Plain { kind: &'static str, more: &'static str },
    /// An object with known properties.
    Object(Object),
    /// This or null.
    Optional(Of),
    /// A type with a name, described once.
    Named { name: &'static str, id: &'static str, description: &'static str, body: Of },
    /// Any other shape. The code for a shape is linked only where a type has it.
    Other(&'static dyn Shape),
}

/// A shape that not every type has.
#[doc(hidden)]
pub trait Shape: Sync {
    /// Writes the members of its schema.
    fn members(&self, page: &mut Page, null: Null);
}

/// The members of a schema as JSON; none for anything at all.
#[doc(hidden)]
pub struct Raw(pub &'static str);

/// A list, with further members.
#[doc(hidden)]
pub struct List {
    pub of: Of,
    pub more: &'static str,
}

/// A list of one length.
#[doc(hidden)]
pub struct Array {
    pub of: Of,
    pub length: usize,
}

/// A list with a schema for each place.
#[doc(hidden)]
pub struct Tuple(pub &'static [Place]);

/// An object whose keys are values themselves.
#[doc(hidden)]
pub struct Map {
    pub keys: Of,
    pub of: Of,
}

/// One of several.
#[doc(hidden)]
pub struct Choice {
    pub tag: Tag,
    pub denies: bool,
    pub variants: &'static [Variant],
}

/// One schema for what is read and another for what is written.
#[doc(hidden)]
pub struct Split {
    pub read: Of,
    pub written: Of,
}

/// The fields of a struct.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Object {
    pub fields: &'static [Field],
    /// Whether other properties are refused.
    pub denies: bool,
}

/// A field of a struct.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Field {
    /// Its name where it is read at all, and whether it has to be there.
    pub read: Option<(&'static str, bool)>,
    /// The same for what is written.
    pub written: Option<(&'static str, bool)>,
    pub description: &'static str,
    pub of: Of,
}

/// A place in a tuple.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Place {
    pub is_read: bool,
    pub is_written: bool,
    pub of: Of,
}

/// How an enum tells its variants apart.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub enum Tag {
    /// An object with one property, named as the variant.
    Outside,
    /// A property beside the others.
    Inside(&'static str),
    /// A property beside another one with the content.
    Beside(&'static str, &'static str),
    /// By what fits.
    Nothing,
}

/// A variant of an enum.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Variant {
    pub read: Option<&'static str>,
    pub written: Option<&'static str>,
    pub description: &'static str,
    /// None for a variant without a value.
    pub body: Option<Of>,
}

/// Which way a value goes.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Read,
    Written,
}

/// Whether null fits beside what a schema says.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Null {
    Fits,
    Refused,
}
