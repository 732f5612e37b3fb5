//! Marks where they do not belong.
//!
//! *Never:* a mark stays where nothing reads it; the compiler would only say that it does not know it.

use syn::{Attribute, Item};

/// What marks functions of a capability.
const MARKS: [&str; 4] = ["operation", "save_state", "restore_state", "self_test"];

/// The first mark on an item that is no function.
#[allow(clippy::wildcard_enum_match_arm, reason = "syn may learn of further kinds of items")]
pub(super) fn misplaced(item: &Item) -> Option<&Attribute> {
    let attributes = match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => return None,
    };
    attributes.iter().find(|attribute| MARKS.iter().any(|mark| attribute.path().is_ident(mark)))
}
