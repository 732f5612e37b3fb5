//! Fields of structs and variants as data.
//!
//! *Never:* a field that `serde` skips appears.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use serde_derive_internals::ast::Field;
use serde_derive_internals::attr::Default;
use syn::spanned::Spanned;

use super::refusal;
use crate::arguments::description;

/// A struct's properties.
pub(super) fn properties(
    fields: &[Field<'_>],
    default: &Default,
    denies: bool,
) -> syn::Result<TokenStream> {
    let fields = fields
        .iter()
        .map(|field| {
            let of = schema_of(field)?;
            let attributes = &field.attrs;
            let has_default = !default.is_none() || !attributes.default().is_none();
            let may_be_unwritten = attributes.skip_serializing_if().is_some();
            let name = attributes.name();
            let part = |is_skipped: bool, name: &str, is_needed: bool| {
                if is_skipped {
                    quote!(::core::option::Option::None)
                } else {
                    quote!(::core::option::Option::Some((#name, #is_needed)))
                }
            };
            let read =
                part(attributes.skip_deserializing(), &name.deserialize_name().value, !has_default);
            let written = part(
                attributes.skip_serializing(),
                &name.serialize_name().value,
                !may_be_unwritten,
            );
            let description = description(&field.original.attrs);
            Ok(quote! {
                support::Field {
                    read: #read, written: #written, description: #description, of: #of,
                }
            })
        })
        .collect::<syn::Result<Vec<_>>>()?;
    Ok(quote! {
        support::Node::Object(support::Object { fields: &[#(#fields),*], denies: #denies })
    })
}

/// The fields of a tuple.
pub(super) fn places(fields: &[Field<'_>]) -> syn::Result<TokenStream> {
    let places = fields
        .iter()
        .map(|field| {
            let of = schema_of(field)?;
            let is_read = !field.attrs.skip_deserializing();
            let is_written = !field.attrs.skip_serializing();
            Ok(quote! {
                support::Place { is_read: #is_read, is_written: #is_written, of: #of }
            })
        })
        .collect::<syn::Result<Vec<_>>>()?;
    Ok(quote!(support::Node::Other(&support::Tuple(&[#(#places),*]))))
}

/// The one field that stands for the whole.
pub(super) fn one(field: Option<&Field<'_>>) -> syn::Result<TokenStream> {
    match field {
        Some(field) => {
            let of = schema_of(field)?;
            Ok(quote!((#of)()))
        }
        None => Ok(quote!(<() as support::Schema>::schema())),
    }
}

/// A function for the schema of a field's type, or for the one that its attribute gives.
fn schema_of(field: &Field<'_>) -> syn::Result<TokenStream> {
    if let Some(members) = refusal::given(&field.original.attrs)? {
        return Ok(quote!(|| support::Node::Other(&support::Raw(#members))));
    }
    if field.attrs.skip_serializing() && field.attrs.skip_deserializing() {
        return Ok(quote!(|| support::Node::Other(&support::Raw(""))));
    }
    refusal::field(field)?;
    let kind = field.ty;
    // A type without a schema is told at the field that has it.
    Ok(quote_spanned!(kind.span()=> <#kind as support::Schema>::schema))
}
