//! The `#[operation]` attribute.
//!
//! *Never:* the types of an operation are read from its tokens; the compiler infers them from the
//! function. Only whether it gives a `Result` is, because a plain value needs another call.

use proc_macro2::TokenStream;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{Attribute, ItemFn, LitStr, Meta, ReturnType, Token, Type, parenthesized};

use crate::arguments::{documentation, once, strings, value};

/// One operation as its function and attribute tell it.
pub(crate) struct Operation {
    pub(crate) name: LitStr,
    summary: String,
    intents: Vec<LitStr>,
    examples: Vec<(LitStr, Option<LitStr>)>,
    /// An expression of a function type from the input to a `Result`.
    function: TokenStream,
}

impl Operation {
    pub(crate) fn read(attribute: &Attribute, function: &ItemFn) -> syn::Result<Self> {
        let (mut name, mut summary, mut intents) = (None::<LitStr>, None::<LitStr>, Vec::new());
        let mut examples = Vec::new();
        if !matches!(attribute.meta, Meta::Path(_)) {
            attribute.parse_nested_meta(|part| {
                if part.path.is_ident("name") {
                    once(&mut name, value(&part)?, &part)
                } else if part.path.is_ident("summary") {
                    once(&mut summary, value(&part)?, &part)
                } else if part.path.is_ident("intents") {
                    intents.extend(strings(&part)?);
                    Ok(())
                } else if part.path.is_ident("example") {
                    let content;
                    parenthesized!(content in part.input);
                    let mut texts =
                        Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?.into_iter();
                    match (texts.next(), texts.next(), texts.next()) {
                        (Some(input), output, None) => examples.push((input, output)),
                        _ => return Err(part.error("expected an input and, if fixed, an output")),
                    }
                    Ok(())
                } else {
                    Err(part.error("expected `name`, `summary`, `intents` or `example`"))
                }
            })?;
        }
        let name = match name {
            Some(name) => name,
            None => {
                let name = function.sig.ident.to_string().replace('_', "-");
                LitStr::new(name.trim_start_matches("r#"), function.sig.ident.span())
            }
        };
        if !is_operation_name(&name.value()) {
            return Err(syn::Error::new(
                name.span(),
                "an operation is named by lower-case words joined by hyphens: `count-words`",
            ));
        }
        let summary =
            summary.map_or_else(|| documentation(&function.attrs), |summary| summary.value());
        Ok(Self { name, summary, intents, examples, function: as_function(function)? })
    }

    /// An expression for its description.
    pub(crate) fn described(&self) -> TokenStream {
        let Self { name, summary, intents, examples, function } = self;
        let examples = examples.iter().map(|(input, output)| match output {
            Some(output) => quote!((#input, ::core::option::Option::Some(#output))),
            None => quote!((#input, ::core::option::Option::None)),
        });
        quote!(::engraft_guest::macro_support::operation(
            #function, #name, #summary, &[#(#intents),*], &[#(#examples),*]
        ))
    }

    /// A match arm that runs it.
    pub(crate) fn arm(&self) -> TokenStream {
        let Self { name, function, .. } = self;
        quote!(#name => ::engraft_guest::macro_support::value(#function, input),)
    }
}

fn as_function(function: &ItemFn) -> syn::Result<TokenStream> {
    let signature = &function.sig;
    if let Some(word) = &signature.asyncness {
        return Err(syn::Error::new(word.span, "an operation is not async; the host may be"));
    }
    if !signature.generics.params.is_empty() {
        let message = "an operation has one input type, so it cannot be generic";
        return Err(syn::Error::new_spanned(&signature.generics, message));
    }
    let name = &signature.ident;
    let result = gives_result(&signature.output);
    match (signature.inputs.len(), result) {
        (0, true) => Ok(quote!(|_: ::engraft_guest::macro_support::NoInput| #name())),
        (0, false) => Ok(quote!(|_: ::engraft_guest::macro_support::NoInput| {
            ::core::result::Result::<_, ::engraft_guest::Failure>::Ok(#name())
        })),
        (1, true) => Ok(quote!(#name)),
        (1, false) => Ok(quote!(|input| {
            ::core::result::Result::<_, ::engraft_guest::Failure>::Ok(#name(input))
        })),
        _ => Err(syn::Error::new_spanned(
            &signature.inputs,
            "an operation takes one value; make a struct of several",
        )),
    }
}

fn gives_result(output: &ReturnType) -> bool {
    let ReturnType::Type(_, kind) = output else { return false };
    let Type::Path(path) = &**kind else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == "Result")
}

fn is_operation_name(name: &str) -> bool {
    !name.is_empty()
        && name.split('-').all(|word| {
            word.starts_with(|letter: char| letter.is_ascii_lowercase())
                && word.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
        })
}
