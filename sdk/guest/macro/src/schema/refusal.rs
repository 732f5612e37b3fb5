//! What the derive cannot read from a type, and what its author can do about it.
//!
//! *Never:* a refusal without a way out.

use serde_derive_internals::ast::{Container, Field, Style, Variant};
use serde_derive_internals::attr::TagType;
use syn::{Attribute, DeriveInput, GenericParam, LitStr};

use crate::json;

const WAY_OUT: &str = "say what the JSON is, `#[schema(json = \"…\")]` on the field, or derive \
                       `schemars::JsonSchema` instead and write `#[operation(schemars)]`";

/// What `#[schema(json = "…")]` gives, without its braces.
pub(super) fn given(attributes: &[Attribute]) -> syn::Result<Option<String>> {
    let mut given = None::<String>;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("schema")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("json") {
                return Err(meta.error("expected `json = \"…\"`, a JSON Schema"));
            }
            let text: LitStr = meta.value()?.parse()?;
            if given.replace(members(&text)?).is_some() {
                return Err(meta.error("this is given twice"));
            }
            Ok(())
        })?;
    }
    Ok(given)
}

/// The members of a JSON object.
fn members(text: &LitStr) -> syn::Result<String> {
    let value = text.value();
    if let Err(problem) = json::check(&value) {
        return Err(syn::Error::new(text.span(), format!("this is not JSON: {problem}")));
    }
    let members = value.trim().strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let message = "a schema is a JSON object: `{\"type\": \"string\", \"format\": \"date\"}`";
    members
        .map(|members| members.trim().to_owned())
        .ok_or_else(|| syn::Error::new(text.span(), message))
}

pub(super) fn generics(input: &DeriveInput) -> syn::Result<()> {
    let is_lifetime = |parameter: &&GenericParam| matches!(parameter, GenericParam::Lifetime(_));
    match input.generics.params.iter().find(|parameter| !is_lifetime(parameter)) {
        None => Ok(()),
        Some(parameter) => Err(syn::Error::new_spanned(
            parameter,
            "a type with parameters has no one schema; write the type out for each use, or derive \
             `schemars::JsonSchema` instead and write `#[operation(schemars)]`",
        )),
    }
}

pub(super) fn container(container: &Container<'_>) -> syn::Result<()> {
    match container.attrs.remote() {
        None => Ok(()),
        Some(_) => Err(syn::Error::new_spanned(
            container.original,
            "`remote` describes another type; derive `Schema` on the type that holds it",
        )),
    }
}

pub(super) fn variant(container: &Container<'_>, variant: &Variant<'_>) -> syn::Result<()> {
    let refuse = |what: &str| {
        let message = format!(
            "the schema of {what} cannot be read from the type; give this type's as \
             `#[schema(json = \"…\")]`, or derive `schemars::JsonSchema` instead and write \
             `#[operation(schemars)]`"
        );
        Err(syn::Error::new_spanned(variant.original, message))
    };
    let attributes = &variant.attrs;
    if attributes.serialize_with().is_some() || attributes.deserialize_with().is_some() {
        return refuse("a variant with functions of its own");
    }
    if attributes.other() {
        return refuse("a variant for everything else");
    }
    if attributes.untagged() && !matches!(container.attrs.tag(), TagType::None) {
        return refuse("an untagged variant among tagged ones");
    }
    match (container.attrs.tag(), variant.style) {
        (TagType::Internal { .. }, Style::Newtype) => Err(syn::Error::new_spanned(
            variant.original,
            "the schema of a variant whose tag stands among another type's properties cannot be \
             read from the type; give the variant fields of its own, or `content = \"…\"` to the \
             enum",
        )),
        _ => Ok(()),
    }
}

pub(super) fn field(field: &Field<'_>) -> syn::Result<()> {
    let attributes = &field.attrs;
    let what = if attributes.flatten() {
        "a flattened field"
    } else if attributes.serialize_with().is_some()
        || attributes.deserialize_with().is_some()
        || attributes.getter().is_some()
    {
        "a field with functions of its own"
    } else {
        return Ok(());
    };
    let hint = if attributes.flatten() {
        "write its fields out here, or derive `schemars::JsonSchema` instead and write \
         `#[operation(schemars)]`"
    } else {
        WAY_OUT
    };
    let message = format!("the schema of {what} cannot be read from the type; {hint}");
    Err(syn::Error::new_spanned(field.original, message))
}
