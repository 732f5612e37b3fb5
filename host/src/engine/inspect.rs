//! Looks at a component's outside before anything is compiled: kind, imports, exports, async or not.
//!
//! *Never:* bytes are believed here; wasmtime validates them when it compiles.

use wasmparser::{
    CanonicalFunction, CanonicalOption, ComponentDefinedType, ComponentType,
    ComponentTypeDeclaration, ComponentTypeRef, InstanceTypeDeclaration, Parser, Payload,
    TypeBounds,
};

use super::error::EngineError;

/// What shows from outside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Names of what it imports, in order.
    pub(crate) imports: Vec<String>,
    /// Names of what it exports, in order.
    pub(crate) exports: Vec<String>,
    /// Whether anything in it is async, a stream or a future.
    pub(crate) concurrent: bool,
}

/// Looks at the bytes of a component.
pub(crate) fn inspect(capability: &str, bytes: &[u8]) -> Result<Facts, EngineError> {
    if Parser::is_core_wasm(bytes) {
        return Err(EngineError::CoreModule { capability: capability.to_owned() });
    }
    if !Parser::is_component(bytes) {
        return Err(EngineError::NotWasm { capability: capability.to_owned() });
    }
    read(bytes).map_err(|error| EngineError::Invalid {
        capability: capability.to_owned(),
        message: error.to_string(),
    })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the other sections do not show outside")]
fn read(bytes: &[u8]) -> wasmparser::Result<Facts> {
    let mut facts = Facts::default();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentTypeSection(types) => {
                for ty in types {
                    facts.concurrent |= is_concurrent(&ty?);
                }
            }
            Payload::ComponentCanonicalSection(functions) => {
                for function in functions {
                    facts.concurrent |= is_concurrent_function(&function?);
                }
            }
            Payload::ComponentImportSection(imports) if depth == 0 => {
                for import in imports {
                    let import = import?;
                    // A type that is only given another name does nothing.
                    if !matches!(import.ty, ComponentTypeRef::Type(TypeBounds::Eq(_))) {
                        facts.imports.push(import.name.name.to_owned());
                    }
                }
            }
            Payload::ComponentExportSection(exports) if depth == 0 => {
                for export in exports {
                    facts.exports.push(export?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(facts)
}

fn is_concurrent(ty: &ComponentType<'_>) -> bool {
    match ty {
        ComponentType::Defined(ty) => {
            matches!(ty, ComponentDefinedType::Future(_) | ComponentDefinedType::Stream(_))
        }
        ComponentType::Func(ty) => ty.async_,
        ComponentType::Component(declarations) => declarations.iter().any(|declaration| {
            matches!(declaration, ComponentTypeDeclaration::Type(ty) if is_concurrent(ty))
        }),
        ComponentType::Instance(declarations) => declarations.iter().any(|declaration| {
            matches!(declaration, InstanceTypeDeclaration::Type(ty) if is_concurrent(ty))
        }),
        ComponentType::Resource { .. } => false,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the others, and new ones, are async built-ins")]
fn is_concurrent_function(function: &CanonicalFunction) -> bool {
    match function {
        CanonicalFunction::Lift { options, .. } | CanonicalFunction::Lower { options, .. } => {
            options.iter().any(|option| {
                matches!(option, CanonicalOption::Async | CanonicalOption::Callback(_))
            })
        }
        CanonicalFunction::ResourceNew { .. }
        | CanonicalFunction::ResourceDrop { .. }
        | CanonicalFunction::ResourceRep { .. } => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(text: &str) -> Facts {
        inspect("test", &wat::parse_str(text).unwrap()).unwrap()
    }

    #[test]
    fn imports_and_exports_are_those_of_the_outermost_component() {
        let facts = facts(
            r#"(component
                (import "a:b/c@1.0.0" (instance (export "f" (func))))
                (component $inner (import "hidden" (func)) (export "g" (func 0)))
                (core module (func (export "h")))
                (instance $i (instantiate $inner (with "hidden" (func 0 "f"))))
                (export "out" (instance $i)))"#
                .replace(r#"(func 0 "f")"#, r#"(func $f)"#)
                .replace("(component $inner", r#"(alias export 0 "f" (func $f)) (component $inner"#)
                .as_str(),
        );
        assert_eq!(facts.imports, ["a:b/c@1.0.0"]);
        assert_eq!(facts.exports, ["out"]);
        assert!(!facts.concurrent);
        let facts = self::facts(
            r#"(component
                (import "i" (instance $i (type $u u32) (export "t" (type (eq $u)))))
                (alias export $i "t" (type $t)) (import "t" (type (eq $t))))"#,
        );
        assert_eq!(facts.imports, ["i"]);
    }

    #[test]
    fn an_async_type_asks_for_concurrency() {
        assert!(facts(r#"(component (import "f" (func async)))"#).concurrent);
        assert!(facts("(component (type (stream u8)))").concurrent);
        assert!(
            facts(r#"(component (import "i" (instance (export "f" (func async)))))"#).concurrent
        );
    }

    #[test]
    fn a_core_module_is_refused_with_a_hint_and_nonsense_without() {
        let module = wat::parse_str("(module)").unwrap();
        let error = inspect("x", &module).unwrap_err().to_string();
        assert!(error.contains("wasm-tools component new"), "{error}");
        assert!(matches!(inspect("x", b"\x7fELF"), Err(EngineError::NotWasm { .. })));
        let component = wat::parse_str("(component (core module))").unwrap();
        let cut = &component[..component.len() - 1];
        assert!(matches!(inspect("x", cut), Err(EngineError::Invalid { .. })));
    }
}
