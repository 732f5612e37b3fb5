//! `#[derive(Schema)]`: a type becomes the data of its JSON Schema.
//!
//! *Never:* a `serde` attribute that changes the JSON is passed over; what is not understood here is an
//! error that says what to do.

mod fields;
mod refusal;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use serde_derive_internals::ast::{Container, Data, Style, Variant};
use serde_derive_internals::attr::TagType;
use serde_derive_internals::{Ctxt, Derive};
use syn::{DeriveInput, Ident};

use crate::arguments::description;
use fields::{one, places, properties};

pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    refusal::generics(input)?;
    let (body, is_transparent) = match refusal::given(&input.attrs)? {
        Some(members) => (quote!(support::Node::Other(&support::Raw(#members))), false),
        None => derived(input)?,
    };
    let (name, text) = (&input.ident, input.ident.to_string());
    let description = description(&input.attrs);
    let node = if is_transparent {
        // `serde` writes what is inside as if the type were not there, and so does its schema.
        body
    } else {
        quote! {
            support::Node::Named {
                name: #text,
                id: ::core::concat!(::core::module_path!(), "::", #text),
                description: #description,
                body: || #body,
            }
        }
    };
    let (generics, arguments, clause) = input.generics.split_for_impl();
    Ok(quote! {
        const _: () = {
            use ::engraft_guest::macro_support as support;

            impl #generics support::Schema for #name #arguments #clause {
                fn schema() -> support::Node {
                    #node
                }
            }
        };
    })
}

/// The schema as `serde` reads the type, and whether the type is as if it were not there.
fn derived(input: &DeriveInput) -> syn::Result<(TokenStream, bool)> {
    let context = Ctxt::new();
    // Only the code that `serde` itself generates uses this name.
    let private = Ident::new("_serde", Span::call_site());
    let container = Container::from_ast(&context, input, Derive::Deserialize, &private);
    context.check()?;
    let container = container
        .ok_or_else(|| syn::Error::new_spanned(&input.ident, "this type has no JSON form"))?;
    refusal::container(&container)?;
    let own = match &container.data {
        Data::Struct(_, fields) if container.attrs.transparent() => {
            one(fields.iter().find(|field| field.attrs.transparent()))?
        }
        Data::Struct(Style::Unit, _) => quote!(<() as support::Schema>::schema()),
        Data::Struct(Style::Newtype, fields) => one(fields.first())?,
        Data::Struct(Style::Tuple, fields) => places(fields)?,
        Data::Struct(Style::Struct, fields) => {
            properties(fields, container.attrs.default(), container.attrs.deny_unknown_fields())?
        }
        Data::Enum(variants) => choice(&container, variants)?,
    };
    let of = |kind: &syn::Type| quote!(<#kind as support::Schema>::schema);
    let read = container.attrs.type_from().or(container.attrs.type_try_from()).map(of);
    let written = container.attrs.type_into().map(of);
    let node = match (read, written) {
        (None, None) => own,
        (read, written) => {
            let [read, written] =
                [read, written].map(|other| other.unwrap_or_else(|| quote!(|| #own)));
            quote!(support::Node::Other(&support::Split { read: #read, written: #written }))
        }
    };
    Ok((node, container.attrs.transparent()))
}

fn choice(container: &Container<'_>, variants: &[Variant<'_>]) -> syn::Result<TokenStream> {
    let tag = match container.attrs.tag() {
        TagType::External => quote!(Outside),
        TagType::Internal { tag } => quote!(Inside(#tag)),
        TagType::Adjacent { tag, content } => quote!(Beside(#tag, #content)),
        TagType::None => quote!(Nothing),
    };
    let denies = container.attrs.deny_unknown_fields();
    let variants = variants
        .iter()
        .map(|variant| {
            refusal::variant(container, variant)?;
            let name = variant.attrs.name();
            let read = present(variant.attrs.skip_deserializing(), &name.deserialize_name().value);
            let written = present(variant.attrs.skip_serializing(), &name.serialize_name().value);
            let description = description(&variant.original.attrs);
            let none = serde_derive_internals::attr::Default::None;
            let body = match variant.style {
                Style::Unit => quote!(::core::option::Option::None),
                style @ (Style::Struct | Style::Tuple | Style::Newtype) => {
                    let body = match style {
                        Style::Struct => properties(&variant.fields, &none, denies)?,
                        Style::Tuple => places(&variant.fields)?,
                        Style::Newtype | Style::Unit => one(variant.fields.first())?,
                    };
                    quote!(::core::option::Option::Some(|| #body))
                }
            };
            Ok(quote! {
                support::Variant {
                    read: #read, written: #written, description: #description, body: #body,
                }
            })
        })
        .collect::<syn::Result<Vec<_>>>()?;
    Ok(quote! {
        support::Node::Other(&support::Choice {
            tag: support::Tag::#tag,
            denies: #denies,
            variants: &[#(#variants),*],
        })
    })
}

/// A name where there is one.
fn present(is_skipped: bool, name: &str) -> TokenStream {
    if is_skipped {
        quote!(::core::option::Option::None)
    } else {
        quote!(::core::option::Option::Some(#name))
    }
}
