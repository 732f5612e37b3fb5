//! The one reading of a component's bytes, before anything is compiled: imports, exports, types,
//! documentation, and whether anything in it is asynchronous.
//!
//! *Never:* a panic, whatever the bytes are; every item comes from a validator. What functions do
//! inside, and what memories and tables begin with, is left to wasmtime, which validates it when it
//! compiles.

use serde::{Deserialize, Serialize};
use wasmparser::types::Types;
use wasmparser::{
    BinaryReaderError, CanonicalFunction, CanonicalOption, Chunk, ComponentDefinedType,
    ComponentType, ComponentTypeDeclaration, ComponentTypeRef, Encoding, InstanceTypeDeclaration,
    Parser, Payload, TypeBounds, ValidPayload, Validator, WasmFeatures,
};

use super::error::EngineError;
use super::reflect::ReflectError;

/// What a component needs of a host: all that has to be known of one whose code is there already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Needs {
    /// Names of what it imports, in order. A type that is only given another name is left out: it
    /// asks the host for nothing.
    pub(crate) imports: Vec<String>,
    /// Whether anything in it is async, a stream or a future.
    pub(crate) concurrent: bool,
}

/// What shows from outside.
pub(crate) struct Facts {
    pub(crate) needs: Needs,
    /// Names of what it exports, in order.
    pub(crate) exports: Vec<String>,
    /// The types of imports and exports.
    pub(crate) types: Types,
    /// The section with the doc comments of its WIT, where it has one.
    pub(crate) docs: Option<Vec<u8>>,
}

/// Looks at the bytes of a component.
pub(crate) fn inspect(capability: &str, bytes: &[u8]) -> Result<Facts, EngineError> {
    let capability = || capability.to_owned();
    read(bytes).map_err(|error| match error {
        ReflectError::CoreModule => EngineError::CoreModule { capability: capability() },
        ReflectError::NotWasm => EngineError::NotWasm { capability: capability() },
        other @ (ReflectError::Malformed { .. }
        | ReflectError::TooManyFunctions { .. }
        | ReflectError::NothingToCall { .. }
        | ReflectError::Unbound { .. }) => {
            EngineError::Invalid { capability: capability(), message: other.to_string() }
        }
    })
}

/// Reads what shows of a component.
pub(crate) fn read(bytes: &[u8]) -> Result<Facts, ReflectError> {
    refuse_other_than_components(bytes)?;
    match walk(bytes) {
        Ok(Some(facts)) => Ok(facts),
        Ok(None) => Err(ReflectError::Malformed {
            offset: bytes.len(),
            why: "the component does not end".to_owned(),
        }),
        Err(error) => Err(malformed(&error)),
    }
}

/// Says what bytes are that are no component, with a hint.
fn refuse_other_than_components(bytes: &[u8]) -> Result<(), ReflectError> {
    if !bytes.starts_with(b"\0asm") {
        return Err(ReflectError::NotWasm);
    }
    match Parser::new(0).parse_all(bytes).next() {
        Some(Ok(Payload::Version { encoding: Encoding::Module, .. })) => {
            Err(ReflectError::CoreModule)
        }
        Some(Ok(_)) => Ok(()),
        Some(Err(error)) => Err(malformed(&error)),
        None => Err(ReflectError::NotWasm),
    }
}

fn walk(bytes: &[u8]) -> Result<Option<Facts>, BinaryReaderError> {
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    let mut outside = Outside::default();
    // The parsers of what this one lies in.
    let mut around = Vec::new();
    let (mut parser, mut rest) = (Parser::new(0), bytes);
    while let Chunk::Parsed { consumed, payload } = parser.parse(rest, true)? {
        let mut taken = consumed;
        // Functions and first data are most of the bytes, and show nothing outside.
        if let Payload::CodeSectionStart { size, .. } = payload {
            parser.skip_section();
            taken = taken.saturating_add(size as usize);
        }
        let Some(after) = rest.get(taken..) else { break };
        rest = after;
        if matches!(
            payload,
            Payload::DataSection(_) | Payload::ElementSection(_) | Payload::DataCountSection { .. }
        ) {
            continue;
        }
        match validator.payload(&payload)? {
            ValidPayload::Parser(inner) => around.push(std::mem::replace(&mut parser, inner)),
            ValidPayload::End(types) => match around.pop() {
                Some(outer) => parser = outer,
                None => return Ok(Some(outside.with(types))),
            },
            ValidPayload::Ok | ValidPayload::Func(..) => {}
        }
        outside.look(payload, around.len())?;
    }
    Ok(None)
}

/// What was seen so far.
#[derive(Default)]
struct Outside {
    imports: Vec<String>,
    exports: Vec<String>,
    concurrent: bool,
    docs: Option<Vec<u8>>,
}

impl Outside {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the other sections do not show outside")]
    fn look(&mut self, payload: Payload<'_>, depth: usize) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::ComponentTypeSection(types) => {
                for ty in types {
                    self.concurrent |= is_concurrent(&ty?);
                }
            }
            Payload::ComponentCanonicalSection(functions) => {
                for function in functions {
                    self.concurrent |= is_concurrent_function(&function?);
                }
            }
            Payload::ComponentImportSection(imports) if depth == 0 => {
                for import in imports {
                    let import = import?;
                    if !matches!(import.ty, ComponentTypeRef::Type(TypeBounds::Eq(_))) {
                        self.imports.push(import.name.name.to_owned());
                    }
                }
            }
            Payload::ComponentExportSection(exports) if depth == 0 => {
                for export in exports {
                    self.exports.push(export?.name.name.to_owned());
                }
            }
            Payload::CustomSection(section) if section.name() == "package-docs" => {
                self.docs.get_or_insert_with(|| section.data().to_vec());
            }
            _ => {}
        }
        Ok(())
    }

    fn with(self, types: Types) -> Facts {
        let Self { imports, exports, concurrent, docs } = self;
        Facts { needs: Needs { imports, concurrent }, exports, types, docs }
    }
}

fn malformed(error: &BinaryReaderError) -> ReflectError {
    let why = error.message().chars().take(200).collect();
    ReflectError::Malformed { offset: error.offset(), why }
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
        assert_eq!(facts.needs.imports, ["a:b/c@1.0.0"]);
        assert_eq!(facts.exports, ["out"]);
        assert!(!facts.needs.concurrent);
        let facts = self::facts(
            r#"(component
                (import "i" (instance $i (type $u u32) (export "t" (type (eq $u)))))
                (alias export $i "t" (type $t)) (import "t" (type (eq $t))))"#,
        );
        assert_eq!(facts.needs.imports, ["i"]);
    }

    #[test]
    fn an_async_type_asks_for_concurrency() {
        assert!(facts(r#"(component (import "f" (func async)))"#).needs.concurrent);
        assert!(facts("(component (type (stream u8)))").needs.concurrent);
        assert!(
            facts(r#"(component (import "i" (instance (export "f" (func async)))))"#)
                .needs
                .concurrent
        );
    }

    fn refusal(bytes: &[u8]) -> EngineError {
        inspect("x", bytes).err().unwrap()
    }

    #[test]
    fn a_core_module_is_refused_with_a_hint_and_nonsense_without() {
        let module = wat::parse_str("(module)").unwrap();
        let error = refusal(&module).to_string();
        assert!(error.contains("wasm-tools component new"), "{error}");
        assert!(matches!(refusal(b"\x7fELF"), EngineError::NotWasm { .. }));
        let component = wat::parse_str("(component (core module))").unwrap();
        let cut = &component[..component.len() - 1];
        assert!(matches!(refusal(cut), EngineError::Invalid { .. }));
    }
}
