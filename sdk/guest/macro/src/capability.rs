//! A module becomes a capability: its attributes are read and the implementation is added to it.
//!
//! *Never:* the module's own items change, save that the attributes read here are taken away.

mod marks;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::meta::parser;
use syn::parse::Parser;
use syn::{Attribute, Ident, Item, ItemFn, ItemMod, LitStr};

use crate::arguments::{documentation, once, value};
use crate::operation::Operation;
use crate::permission;

/// What the module's attribute says.
struct Arguments {
    name: LitStr,
    summary: Option<LitStr>,
    permissions: Vec<TokenStream>,
}

/// What the functions of the module are.
#[derive(Default)]
struct Parts {
    operations: Vec<Operation>,
    save: Option<Ident>,
    restore: Option<Ident>,
    checks: Vec<Ident>,
}

pub(crate) fn expand(arguments: TokenStream, mut module: ItemMod) -> syn::Result<TokenStream> {
    let arguments = Arguments::read(arguments)?;
    let summary = match &arguments.summary {
        Some(summary) => summary.value(),
        None => documentation(&module.attrs),
    };
    let Some((_, items)) = &mut module.content else {
        let message = "the module has to stand here, with its body";
        return Err(syn::Error::new_spanned(&module, message));
    };
    let parts = Parts::take(items)?;
    let added = parts.implementation(&arguments, &summary);
    items.push(Item::Verbatim(added));
    Ok(quote!(#module))
}

// === impl Arguments ===

impl Arguments {
    fn read(tokens: TokenStream) -> syn::Result<Self> {
        let (mut name, mut summary) = (None::<LitStr>, None);
        let (mut permissions, mut plain) = (Vec::new(), Vec::new());
        parser(|meta| {
            if meta.path.is_ident("name") {
                once(&mut name, value(&meta)?, &meta)
            } else if meta.path.is_ident("summary") {
                once(&mut summary, value(&meta)?, &meta)
            } else if meta.path.is_ident("permissions") {
                meta.parse_nested_meta(|one| {
                    permission::once(&one, &mut plain)?;
                    permissions.extend(permission::read(&one)?);
                    Ok(())
                })
            } else {
                Err(meta.error("expected `name`, `summary` or `permissions`"))
            }
        })
        .parse2(tokens)?;
        let name = name.ok_or_else(|| {
            syn::Error::new(Span::call_site(), "a capability needs `name = \"…\"`: `text.slugify`")
        })?;
        if !is_capability_name(&name.value()) {
            return Err(syn::Error::new(
                name.span(),
                "a capability is named by lower-case words with dots between: `text.slugify`",
            ));
        }
        Ok(Self { name, summary, permissions })
    }
}

// === impl Parts ===

impl Parts {
    /// Reads the marked functions and takes the marks away.
    fn take(items: &mut [Item]) -> syn::Result<Self> {
        let mut parts = Self::default();
        for item in items {
            if let Item::Fn(function) = item {
                parts.take_function(function)?;
            } else if let Some(mark) = marks::misplaced(item) {
                let message = "this marks functions, and this is none";
                return Err(syn::Error::new_spanned(mark, message));
            }
        }
        if parts.operations.is_empty() {
            let message = "a capability needs at least one function with #[operation]";
            return Err(syn::Error::new(Span::call_site(), message));
        }
        if let (Some(lonely), None) | (None, Some(lonely)) = (&parts.save, &parts.restore) {
            let message = "state needs both #[save_state] and #[restore_state]";
            return Err(syn::Error::new(lonely.span(), message));
        }
        Ok(parts)
    }

    fn take_function(&mut self, function: &mut ItemFn) -> syn::Result<()> {
        for mark in take_attributes(function, "operation") {
            let operation = Operation::read(&mark, function)?;
            if self.operations.iter().any(|other| other.name.value() == operation.name.value()) {
                let message = "there are two operations of this name";
                return Err(syn::Error::new(operation.name.span(), message));
            }
            self.operations.push(operation);
        }
        let name = function.sig.ident.clone();
        for (word, place) in [("save_state", &mut self.save), ("restore_state", &mut self.restore)]
        {
            for mark in take_attributes(function, word) {
                if place.replace(name.clone()).is_some() {
                    return Err(syn::Error::new_spanned(mark, "there are two of these"));
                }
            }
        }
        if !take_attributes(function, "self_test").is_empty() {
            self.checks.push(name);
        }
        Ok(())
    }

    fn implementation(&self, arguments: &Arguments, summary: &str) -> TokenStream {
        let Arguments { name, permissions, .. } = arguments;
        let described = self.operations.iter().map(Operation::described);
        let arms = self.operations.iter().map(Operation::arm);
        let (extra, component) = (self.extra(), self.component());
        quote! {
            /// This module as a capability.
            #[allow(unreachable_pub, reason = "written by an attribute that cannot see who uses it")]
            #[derive(Debug, Clone, Copy)]
            pub struct Capability;

            impl ::engraft_guest::Capability for Capability {
                const SOURCE: &'static ::engraft_guest::macro_support::Source =
                    &::engraft_guest::macro_support::Source {
                        name: #name,
                        summary: #summary,
                        operations: &[#(#described),*],
                        permissions: &[#(#permissions),*],
                    };

                fn invoke(
                    operation: &str,
                    input: &str,
                ) -> ::core::result::Result<::std::string::String, ::engraft_guest::Failure> {
                    match operation {
                        #(#arms)*
                        other => ::core::result::Result::Err(
                            ::engraft_guest::macro_support::unknown_operation(other),
                        ),
                    }
                }
            }

            #extra

            #[cfg(target_arch = "wasm32")]
            #[allow(unsafe_code, reason = "the canonical ABI names its exports")]
            const _: () = { #component };
        }
    }

    /// The optional exports as functions of the type, so that native tests reach them as well.
    fn extra(&self) -> TokenStream {
        let checks = &self.checks;
        let names = checks.iter().map(ToString::to_string);
        let state = self.save.iter().zip(&self.restore).map(|(save, restore)| {
            quote! {
                /// Everything worth keeping.
                pub fn save_state()
                -> ::core::result::Result<::std::vec::Vec<u8>, ::engraft_guest::Failure> {
                    let save: fn()
                        -> ::core::result::Result<::std::vec::Vec<u8>, ::engraft_guest::Failure> =
                        #save;
                    save()
                }

                /// Takes over what another version saved.
                pub fn restore_state(
                    version: &str,
                    saved: ::std::vec::Vec<u8>,
                ) -> ::core::result::Result<(), ::engraft_guest::Failure> {
                    let restore: fn(
                        &str,
                        ::std::vec::Vec<u8>,
                    ) -> ::core::result::Result<(), ::engraft_guest::Failure> = #restore;
                    restore(version, saved)
                }
            }
        });
        quote! {
            #[allow(dead_code, unreachable_pub, reason = "not every test asks for all of it")]
            impl Capability {
                #(#state)*

                /// The checks that it makes of itself, each with its name.
                pub const SELF_CHECKS: ::engraft_guest::macro_support::SelfChecks =
                    &[#((#names, #checks)),*];
            }
        }
    }

    fn component(&self) -> TokenStream {
        let state = self.save.as_ref().map(|_| {
            quote! {
                impl wit::state::exports::engraft::capability::state::Guest for Component {
                    fn save() -> Result<Vec<u8>, wit::state::exports::engraft::capability::state::Failure> {
                        support::listen_for_panics();
                        support::save(Capability::save_state)
                    }
                    fn restore(version: String, saved: Vec<u8>)
                    -> Result<(), wit::state::exports::engraft::capability::state::Failure> {
                        support::listen_for_panics();
                        support::restore(Capability::restore_state, &version, saved)
                    }
                }
                wit::state::export_state!(
                    Component with_types_in ::engraft_guest::macro_support::wit::state);
            }
        });
        let self_test = (!self.checks.is_empty()).then(|| {
            quote! {
                impl wit::self_test::exports::engraft::capability::self_test::Guest for Component {
                    fn run() -> Vec<wit::self_test::exports::engraft::capability::self_test::Check> {
                        support::listen_for_panics();
                        support::self_test(Capability::SELF_CHECKS)
                    }
                }
                wit::self_test::export_self_test!(
                    Component with_types_in ::engraft_guest::macro_support::wit::self_test);
            }
        });
        quote! {
            use ::std::{string::String, vec::Vec};
            use ::core::result::Result;
            use ::engraft_guest::macro_support::{self as support, wit};

            struct Component;

            impl wit::capability::Guest for Component {
                fn describe() -> wit::capability::Description {
                    support::listen_for_panics();
                    support::describe::<Capability>()
                }
                fn invoke(operation: String, input: String)
                -> Result<String, wit::capability::Failure> {
                    support::listen_for_panics();
                    support::invoke::<Capability>(&operation, &input)
                }
            }
            wit::capability::export_capability!(
                Component with_types_in ::engraft_guest::macro_support::wit::capability);
            #state
            #self_test
        }
    }
}

fn take_attributes(function: &mut ItemFn, word: &str) -> Vec<Attribute> {
    let is_mark = |attribute: &Attribute| attribute.path().is_ident(word);
    let (taken, kept) = function.attrs.drain(..).partition(is_mark);
    function.attrs = kept;
    taken
}

fn is_capability_name(name: &str) -> bool {
    name.split('.').all(|word| {
        word.starts_with(|letter: char| letter.is_ascii_lowercase())
            && !word.ends_with('-')
            && word.chars().all(|letter| {
                letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-'
            })
    })
}
