//! The `#[operation]` attribute.
//!
//! *Never:* the types of an operation are read from its tokens; the compiler infers them from the
//! function. Only whether it gives a `Result` is, because a plain value needs another call.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::meta::ParseNestedMeta;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, ItemFn, LitStr, Meta, ReturnType, Token, Type, parenthesized};

use crate::arguments::{documentation, once, strings, value};
use crate::json;

/// One operation as its function and attribute tell it.
pub(crate) struct Operation {
    pub(crate) name: LitStr,
    summary: String,
    intents: Vec<LitStr>,
    examples: Vec<(LitStr, Option<LitStr>)>,
    /// Where the schemas come from `schemars`, the word that says so.
    schemars: Option<Span>,
    /// An expression of a function type from the input to a `Result`.
    function: TokenStream,
}

impl Operation {
    pub(crate) fn read(attribute: &Attribute, function: &ItemFn) -> syn::Result<Self> {
        let (mut name, mut summary, mut intents) = (None::<LitStr>, None::<LitStr>, Vec::new());
        let (mut examples, mut schemars) = (Vec::new(), None);
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
                    examples.push(example(&part)?);
                    Ok(())
                } else if part.path.is_ident("schemars") {
                    once(&mut schemars, part.path.span(), &part)
                } else {
                    Err(part
                        .error("expected `name`, `summary`, `intents`, `example` or `schemars`"))
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
        Ok(Self { name, summary, intents, examples, schemars, function: as_function(function)? })
    }

    /// An expression for its description.
    pub(crate) fn described(&self) -> TokenStream {
        let Self { name, summary, intents, examples, function, schemars } = self;
        let examples = examples.iter().map(|(input, output)| match output {
            Some(output) => quote!((#input, ::core::option::Option::Some(#output))),
            None => quote!((#input, ::core::option::Option::None)),
        });
        let describe = match schemars {
            Some(span) => {
                quote_spanned!(*span=> ::engraft_guest::macro_support::operation_by_schemars)
            }
            None => quote!(::engraft_guest::macro_support::operation),
        };
        quote!(#describe(#function, ::engraft_guest::macro_support::Told {
            name: #name,
            summary: #summary,
            intents: &[#(#intents),*],
            examples: &[#(#examples),*],
        }))
    }

    /// A match arm that runs it.
    pub(crate) fn arm(&self) -> TokenStream {
        let Self { name, function, .. } = self;
        quote!(#name => ::engraft_guest::macro_support::value(#function, input),)
    }
}

fn example(meta: &ParseNestedMeta<'_>) -> syn::Result<(LitStr, Option<LitStr>)> {
    let content;
    parenthesized!(content in meta.input);
    let texts = Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?;
    for text in &texts {
        if let Err(problem) = json::check(&text.value()) {
            return Err(syn::Error::new(text.span(), format!("this is not JSON: {problem}")));
        }
    }
    let mut texts = texts.into_iter();
    match (texts.next(), texts.next(), texts.next()) {
        (Some(input), output, None) => Ok((input, output)),
        _ => Err(meta.error("expected an input and, if it is always the same, an output")),
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
