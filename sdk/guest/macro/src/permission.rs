//! The `permissions(…)` argument.
//!
//! *Never:* a permission is inferred from what the code does; a person reads and signs the list.

use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::{Ident, LitInt, LitStr};

use crate::arguments::{self, strings, value};

/// That what can be asked for once is asked for once; a second quota would hide the first.
pub(crate) fn once(meta: &ParseNestedMeta<'_>, seen: &mut Vec<Ident>) -> syn::Result<()> {
    let word = meta.path.require_ident()?;
    let is_single = ["log", "clock", "random", "progress", "kv"].iter().any(|one| word == one);
    if is_single && seen.contains(word) {
        return Err(meta.error("this permission is given twice"));
    }
    seen.push(word.clone());
    Ok(())
}

/// Reads one permission into the expressions that make it; patterns in a list are one each.
pub(crate) fn read(meta: &ParseNestedMeta<'_>) -> syn::Result<Vec<TokenStream>> {
    let word = meta.path.require_ident()?.to_string();
    let plain =
        |variant: TokenStream| vec![quote!(::engraft_guest::macro_support::Asked::#variant)];
    let patterns = |variant: TokenStream| -> syn::Result<Vec<TokenStream>> {
        let patterns = strings(meta)?;
        Ok(patterns
            .iter()
            .map(|one| quote!(::engraft_guest::macro_support::Asked::#variant(#one)))
            .collect())
    };
    match word.as_str() {
        "log" => Ok(plain(quote!(Log))),
        "clock" => Ok(plain(quote!(Clock))),
        "random" => Ok(plain(quote!(Random))),
        "progress" => Ok(plain(quote!(Progress))),
        "kv" => kv(meta).map(|one| vec![one]),
        "http" => http(meta).map(|one| vec![one]),
        "secret" => secret(meta).map(|one| vec![one]),
        "call" => patterns(quote!(Call)),
        "config" => patterns(quote!(Config)),
        _ => Err(meta.error(
            "unknown permission; there are log, clock, random, progress, kv, http, secret, call \
             and config",
        )),
    }
}

fn kv(meta: &ParseNestedMeta<'_>) -> syn::Result<TokenStream> {
    let (mut bytes, mut keys) = (None, None);
    meta.parse_nested_meta(|part| {
        if part.path.is_ident("bytes") {
            let number: LitInt = value(&part)?;
            arguments::once(&mut bytes, number.base10_parse::<u64>()?, &part)
        } else if part.path.is_ident("keys") {
            let number: LitInt = value(&part)?;
            arguments::once(&mut keys, number.base10_parse::<u32>()?, &part)
        } else {
            Err(part.error("expected `bytes = …` or `keys = …`"))
        }
    })?;
    let bytes = bytes.ok_or_else(|| meta.error("kv needs `bytes = …`, the most it will keep"))?;
    let keys = keys.ok_or_else(|| meta.error("kv needs `keys = …`, the most it will keep"))?;
    Ok(quote!(::engraft_guest::macro_support::Asked::Kv(
        ::engraft_guest::KvQuota { bytes: #bytes, keys: #keys }
    )))
}

fn http(meta: &ParseNestedMeta<'_>) -> syn::Result<TokenStream> {
    let (mut host, mut methods, mut prefix) = (None::<LitStr>, None, None::<LitStr>);
    meta.parse_nested_meta(|part| {
        if part.path.is_ident("host") {
            arguments::once(&mut host, value(&part)?, &part)
        } else if part.path.is_ident("methods") {
            arguments::once(&mut methods, strings(&part)?, &part)
        } else if part.path.is_ident("path_prefix") {
            arguments::once(&mut prefix, value(&part)?, &part)
        } else {
            Err(part.error("expected `host = …`, `methods(…)` or `path_prefix = …`"))
        }
    })?;
    let host = host.ok_or_else(|| meta.error("http needs `host = \"…\"`"))?;
    let methods = methods.unwrap_or_default();
    for method in &methods {
        if method.value().chars().any(|letter| !letter.is_ascii_uppercase()) {
            return Err(syn::Error::new(method.span(), "methods are written in upper case"));
        }
    }
    let prefix = prefix.map(|prefix| prefix.value()).unwrap_or_default();
    Ok(quote!(::engraft_guest::macro_support::Asked::Http(#host, &[#(#methods),*], #prefix)))
}

fn secret(meta: &ParseNestedMeta<'_>) -> syn::Result<TokenStream> {
    let (mut name, mut hosts) = (None::<LitStr>, None);
    meta.parse_nested_meta(|part| {
        if part.path.is_ident("name") {
            arguments::once(&mut name, value(&part)?, &part)
        } else if part.path.is_ident("hosts") {
            arguments::once(&mut hosts, strings(&part)?, &part)
        } else {
            Err(part.error("expected `name = …` or `hosts(…)`"))
        }
    })?;
    let name = name.ok_or_else(|| meta.error("secret needs `name = \"…\"`"))?;
    let hosts = hosts.ok_or_else(|| meta.error("secret needs `hosts(…)`, who may see it"))?;
    Ok(quote!(::engraft_guest::macro_support::Asked::Secret(#name, &[#(#hosts),*])))
}
