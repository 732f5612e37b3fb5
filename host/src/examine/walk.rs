//! One walk over the bytes: every nested component and module is validated and its facts gathered.
//!
//! *Never:* a panic or a recursion, whatever the bytes are; and what a walk costs is bounded by the
//! bytes and by [`Bounds`], since it stops at the first thing that would make it cost more.

mod body;
mod inside;
mod instances;
mod proposal;
mod stores;
mod work;

use wasmparser::{
    BinaryReaderError, ComponentExternalKind, ComponentTypeRef, Encoding, KnownCustom, Parser,
    Payload, TypeBounds, ValidPayload, Validator, WasmFeatures,
};

use super::facts::{Custom, Facts, Function, Module, OuterExport, OuterKind, Stopped};
use super::level::Bounds;
use body::Reader;
use instances::Instances;

/// One sentence of the validator's.
const WHY_CHARS_MAX: usize = 200;

/// Walks over the bytes of a component or a module.
pub(crate) fn walk<'a>(bytes: &'a [u8], bounds: &Bounds) -> Facts<'a> {
    let mut walker = Walker {
        facts: Facts::default(),
        validator: Validator::new_with_features(WasmFeatures::all()),
        reader: Reader::default(),
        open: Vec::new(),
        instances: Instances::default(),
        functions: 0,
        bounds,
    };
    walker.facts.stopped = walker.walk(bytes).err();
    walker.facts
}

/// A part that has begun and not ended.
#[derive(Debug, Clone, Copy)]
enum Open {
    Component,
    /// The module of this index among all.
    Module(usize),
}

struct Walker<'a, 'b> {
    facts: Facts<'a>,
    validator: Validator,
    reader: Reader,
    open: Vec<Open>,
    instances: Instances,
    functions: u32,
    bounds: &'b Bounds,
}

impl<'a> Walker<'a, '_> {
    fn walk(&mut self, bytes: &'a [u8]) -> Result<(), Stopped> {
        let mut has_ended = false;
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload?;
            // Asked before the validator, which would set the part up already.
            if let Payload::Version { encoding, .. } = &payload {
                self.enter(*encoding)?;
            }
            let is_unread = matches!(&payload, Payload::CodeSectionEntry(body)
                if body.as_bytes().len() > self.bounds.body_bytes as usize);
            match self.validator.payload(&payload)? {
                ValidPayload::Func(..) if is_unread => self.skip_function(&payload)?,
                ValidPayload::Func(function, body) => {
                    let function = self.reader.read(function, &body, &mut self.facts)?;
                    self.push_function(function)?;
                }
                ValidPayload::End(_) => {
                    if matches!(self.open.pop(), Some(Open::Component)) {
                        // The outermost ends last.
                        self.facts.instances = self.instances.leave();
                    }
                    has_ended = self.open.is_empty();
                }
                ValidPayload::Ok | ValidPayload::Parser(_) => self.look(payload)?,
            }
        }
        if has_ended {
            return Ok(());
        }
        Err(Stopped::Malformed { offset: bytes.len(), why: "it ends too early".to_owned() })
    }

    fn enter(&mut self, encoding: Encoding) -> Result<(), Stopped> {
        let facts = &mut self.facts;
        let depth = u32::try_from(self.open.len()).unwrap_or(u32::MAX);
        facts.depth = facts.depth.max(depth);
        facts.parts = facts.parts.saturating_add(1);
        if depth > self.bounds.depth {
            return Err(Stopped::Depth);
        }
        if facts.parts > self.bounds.parts {
            return Err(Stopped::Parts);
        }
        self.open.push(match encoding {
            Encoding::Component => {
                self.instances.enter();
                Open::Component
            }
            Encoding::Module => {
                let number = facts.modules.len() + 1;
                facts.modules.push(Module { number, ..Module::default() });
                Open::Module(number - 1)
            }
        });
        Ok(())
    }

    fn skip_function(&mut self, payload: &Payload<'_>) -> Result<(), Stopped> {
        let Payload::CodeSectionEntry(body) = payload else { return Ok(()) };
        let (begins, bytes) = (body.range().start, body.as_bytes().len());
        let function = Function { begins, bytes, is_unread: true, ..Function::default() };
        self.push_function(function)
    }

    fn push_function(&mut self, function: Function) -> Result<(), Stopped> {
        self.functions = self.functions.saturating_add(1);
        if self.functions > self.bounds.functions {
            return Err(Stopped::Functions);
        }
        if let Some(module) = self.module() {
            module.functions.push(function);
        }
        Ok(())
    }

    fn module(&mut self) -> Option<&mut Module<'a>> {
        match self.open.last() {
            Some(Open::Module(index)) => self.facts.modules.get_mut(*index),
            Some(Open::Component) | None => None,
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the other sections tell nothing by themselves"
    )]
    fn look(&mut self, payload: Payload<'a>) -> Result<(), Stopped> {
        self.instances.look(&payload)?;
        match payload {
            Payload::ComponentImportSection(imports) if self.open.len() == 1 => {
                for import in imports {
                    let import = import?;
                    if !matches!(import.ty, ComponentTypeRef::Type(TypeBounds::Eq(_))) {
                        self.facts.imports.push(import.name.name.to_owned());
                    }
                }
            }
            Payload::ComponentExportSection(exports) if self.open.len() == 1 => {
                for export in exports {
                    let export = export?;
                    let kind = outer_kind(export.kind);
                    self.facts
                        .exports
                        .push(OuterExport { name: export.name.name.to_owned(), kind });
                }
            }
            Payload::ComponentStartSection { .. } => self.facts.component_starts += 1,
            Payload::ComponentCanonicalSection(functions) => {
                for function in functions {
                    let joints = &mut self.facts.joints;
                    *joints = joints.saturating_add(work::CANONICAL_MICROS);
                    if proposal::is_async(&function?) {
                        self.facts.features.insert("component-model-async");
                    }
                }
            }
            Payload::CustomSection(section) => {
                if let (KnownCustom::Name(names), Some(module)) =
                    (section.as_known(), self.module())
                {
                    module.names = Some(names);
                }
                if section.name().starts_with(".debug_")
                    && let Some(module) = self.module()
                {
                    module.debug.push((section.name(), section.data()));
                }
                self.facts.customs.push(Custom { name: section.name(), bytes: section.data() });
            }
            other => self.look_into_module(other)?,
        }
        Ok(())
    }
}

const fn outer_kind(kind: ComponentExternalKind) -> OuterKind {
    match kind {
        ComponentExternalKind::Func => OuterKind::Function,
        ComponentExternalKind::Instance => OuterKind::Instance,
        ComponentExternalKind::Module
        | ComponentExternalKind::Value
        | ComponentExternalKind::Type
        | ComponentExternalKind::Component => OuterKind::Other,
    }
}

// === impl Stopped ===

impl From<BinaryReaderError> for Stopped {
    fn from(error: BinaryReaderError) -> Self {
        let why = error.message().chars().take(WHY_CHARS_MAX).collect();
        Self::Malformed { offset: error.offset(), why }
    }
}
