//! Reading the arguments of attributes, and documentation as summaries.
//!
//! *Never:* an unknown argument is passed over; a typing error would silently ask for less.

use syn::meta::ParseNestedMeta;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Lit, LitStr, Meta, Token, parenthesized};

/// The strings of `word("a", "b")`.
pub(crate) fn strings(meta: &ParseNestedMeta<'_>) -> syn::Result<Vec<LitStr>> {
    let content;
    parenthesized!(content in meta.input);
    let strings = Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?;
    if strings.is_empty() {
        return Err(meta.error("expected at least one string"));
    }
    Ok(strings.into_iter().collect())
}

/// Reads `word = value`.
pub(crate) fn value<T: syn::parse::Parse>(meta: &ParseNestedMeta<'_>) -> syn::Result<T> {
    meta.value()?.parse()
}

/// Sets a place that may be set once.
pub(crate) fn once<T>(
    place: &mut Option<T>,
    value: T,
    meta: &ParseNestedMeta<'_>,
) -> syn::Result<()> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(meta.error("this is given twice")),
    }
}

/// The first paragraph of a documentation comment, on one line; empty where there is none.
pub(crate) fn documentation(attributes: &[Attribute]) -> String {
    let mut paragraph: Vec<String> = Vec::new();
    for line in attributes.iter().filter_map(doc_line) {
        for part in line.lines() {
            let part = part.trim();
            if part.is_empty() && !paragraph.is_empty() {
                return paragraph.join(" ");
            }
            if !part.is_empty() {
                paragraph.push(part.to_owned());
            }
        }
        if line.trim().is_empty() && !paragraph.is_empty() {
            break;
        }
    }
    paragraph.join(" ")
}

/// The whole of a documentation comment, line by line; empty where there is none.
pub(crate) fn description(attributes: &[Attribute]) -> String {
    let lines: Vec<String> = attributes.iter().filter_map(doc_line).collect();
    let text = lines.join("\n");
    let lines: Vec<&str> =
        text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
    lines.join("\n").trim().to_owned()
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    if !pair.path.is_ident("doc") {
        return None;
    }
    let Expr::Lit(literal) = &pair.value else { return None };
    let Lit::Str(text) = &literal.lit else { return None };
    Some(text.value())
}
