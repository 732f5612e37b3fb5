//! A component whose core modules count what runs in them, with an export for each instance of such a
//! module that tells it.
//!
//! *Never:* an index of what was there changes, in whatever component inside another it stands.

use std::rc::Rc;

use wasm_encoder::{
    Alias, CanonicalFunctionSection, CanonicalOption, ComponentAliasSection, ComponentExportKind,
    ComponentExportSection, ComponentSection as _, ComponentTypeSection, ComponentValType, Encode,
    ExportKind, PrimitiveValType,
};
use wasmparser::{
    BinaryReaderError, CanonicalFunction, ComponentAlias, ComponentExternalKind, ComponentInstance,
    ComponentOuterAliasKind, Encoding, ExternalKind, Instance, Parser, Payload,
};

use super::blocks::count;
use super::module::{MEMORY, Module, OWN_MEMORY, OWN_READER, READER};
use super::probed::{Probed, ProbedModule, Reader, What};

/// A reader that is to be lifted.
#[derive(Clone, Copy)]
struct Lift {
    instance: u32,
    module: usize,
    what: What,
}

/// Puts probes into a component that was found valid before.
pub(crate) fn probe(bytes: &[u8]) -> Result<Probed, BinaryReaderError> {
    let mut rewriter = Rewriter {
        file: bytes,
        open: Vec::new(),
        probed: Probed {
            component: Vec::new(),
            modules: Vec::new(),
            left_out: 0,
            readers: Vec::new(),
            compared: Vec::new(),
        },
        prefix: format!("coverage-x{}", blake3::hash(bytes).to_hex().get(..12).unwrap_or("")),
        modules: 0,
        exports: 0,
    };
    for payload in Parser::new(0).parse_all(bytes) {
        rewriter.read(payload?)?;
    }
    Ok(rewriter.probed)
}

/// A part that has begun and not ended.
enum Open {
    Component(Box<Scope>),
    Module(Module),
}

/// What a component has so far, by index.
#[derive(Default)]
struct Scope {
    out: Vec<u8>,
    /// Which of the probed modules each module is.
    modules: Vec<Option<usize>>,
    /// What each component shows of its probes.
    components: Vec<Option<Rc<[Reader]>>>,
    /// Core instances with probes.
    core: Vec<(u32, usize)>,
    /// Component instances with probes within.
    inner: Vec<(u32, Rc<[Reader]>)>,
    counts: Counts,
}

#[derive(Default)]
struct Counts {
    types: u32,
    functions: u32,
    instances: u32,
    core_functions: u32,
    core_memories: u32,
    core_instances: u32,
}

struct Rewriter<'a> {
    file: &'a [u8],
    open: Vec<Open>,
    probed: Probed,
    /// What the names of exports begin with: nobody can have foreseen a digest of the whole.
    prefix: String,
    modules: usize,
    exports: usize,
}

impl Rewriter<'_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others are sections")]
    fn read(&mut self, payload: Payload<'_>) -> Result<(), BinaryReaderError> {
        match &payload {
            Payload::Version { encoding: Encoding::Module, range, .. } => {
                self.modules += 1;
                self.open.push(Open::Module(Module::new(range.start)));
                return Ok(());
            }
            Payload::Version { encoding: Encoding::Component, .. } => {
                let out = wasm_encoder::Component::HEADER.to_vec();
                self.open.push(Open::Component(Box::new(Scope { out, ..Scope::default() })));
                return Ok(());
            }
            Payload::End(end) => return self.end(*end),
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => return Ok(()),
            _ => {}
        }
        match self.open.last_mut() {
            Some(Open::Module(module)) => module.read(payload),
            Some(Open::Component(scope)) => {
                if let (Some((id, range)), false) =
                    (payload.as_section(), matches!(payload, Payload::CustomSection(_)))
                {
                    scope.out.push(id);
                    self.file.get(range).unwrap_or_default().encode(&mut scope.out);
                }
                self.count(payload)
            }
            None => Ok(()),
        }
    }

    fn scope(&mut self) -> Option<&mut Scope> {
        match self.open.last_mut() {
            Some(Open::Component(scope)) => Some(scope),
            Some(Open::Module(_)) | None => None,
        }
    }

    /// The component this far out; none is the one that is open.
    fn outer(&self, depth: u32) -> Option<&Scope> {
        let last = self.open.len().checked_sub(1)?;
        match self.open.get(last.checked_sub(depth as usize)?)? {
            Open::Component(scope) => Some(scope),
            Open::Module(_) => None,
        }
    }

    fn end(&mut self, end: usize) -> Result<(), BinaryReaderError> {
        const MODULE: u8 = 1;
        const COMPONENT: u8 = 4;
        match self.open.pop() {
            Some(Open::Module(module)) => {
                let done = module.done(self.file, end)?;
                let is_probed = !done.bodies.is_empty();
                let index = is_probed.then_some(self.probed.modules.len());
                self.probed.left_out += usize::from(!is_probed && done.is_large);
                if is_probed {
                    self.probed.modules.push(ProbedModule {
                        number: self.modules,
                        bodies: done.bodies,
                        probes: done.probes,
                        has_memory: done.has_memory,
                    });
                    self.probed.compared.extend(done.compared);
                }
                if let Some(scope) = self.scope() {
                    scope.out.push(MODULE);
                    done.bytes.as_slice().encode(&mut scope.out);
                    scope.modules.push(index);
                }
            }
            Some(Open::Component(mut scope)) => {
                let readers = self.show(&mut scope);
                match self.scope() {
                    Some(around) => {
                        around.out.push(COMPONENT);
                        scope.out.as_slice().encode(&mut around.out);
                        around.components.push((!readers.is_empty()).then(|| readers.into()));
                    }
                    None => {
                        self.probed.component = scope.out;
                        self.probed.readers = readers;
                    }
                }
            }
            None => {}
        }
        Ok(())
    }

    /// Counts what a section of the open component adds to its index spaces.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the other sections add nothing of this")]
    fn count(&mut self, payload: Payload<'_>) -> Result<(), BinaryReaderError> {
        if let Payload::ComponentAliasSection(aliases) = payload {
            for alias in aliases {
                self.alias(&alias?);
            }
            return Ok(());
        }
        let Some(scope) = self.scope() else { return Ok(()) };
        match payload {
            Payload::ComponentTypeSection(types) => scope.counts.types += types.count(),
            Payload::ComponentImportSection(imports) => {
                for import in imports {
                    scope.item(import?.ty.kind(), None, None);
                }
            }
            Payload::ComponentExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    let at = export.index as usize;
                    let module = scope.modules.get(at).copied().flatten();
                    let component = scope.components.get(at).cloned().flatten();
                    scope.item(export.kind, module, component);
                }
            }
            Payload::ComponentCanonicalSection(functions) => {
                for function in functions {
                    if matches!(function?, CanonicalFunction::Lift { .. }) {
                        scope.counts.functions += 1;
                    } else {
                        scope.counts.core_functions += 1;
                    }
                }
            }
            Payload::InstanceSection(instances) => {
                for instance in instances {
                    if let Instance::Instantiate { module_index, .. } = instance?
                        && let Some(Some(module)) = scope.modules.get(module_index as usize)
                    {
                        scope.core.push((scope.counts.core_instances, *module));
                    }
                    scope.counts.core_instances += 1;
                }
            }
            Payload::ComponentInstanceSection(instances) => {
                for instance in instances {
                    if let ComponentInstance::Instantiate { component_index, .. } = instance?
                        && let Some(Some(shown)) = scope.components.get(component_index as usize)
                    {
                        scope.inner.push((scope.counts.instances, Rc::clone(shown)));
                    }
                    scope.counts.instances += 1;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn alias(&mut self, alias: &ComponentAlias<'_>) {
        let (mut module, mut component) = (None, None);
        let kind = match alias {
            ComponentAlias::InstanceExport { kind, .. } => *kind,
            ComponentAlias::CoreInstanceExport { kind, .. } => {
                let Some(scope) = self.scope() else { return };
                match kind {
                    ExternalKind::Func | ExternalKind::FuncExact => {
                        scope.counts.core_functions += 1;
                    }
                    ExternalKind::Memory => scope.counts.core_memories += 1,
                    ExternalKind::Table | ExternalKind::Global | ExternalKind::Tag => {}
                }
                return;
            }
            ComponentAlias::Outer { kind, count, index } => {
                let outer = self.outer(*count);
                let at = *index as usize;
                module = outer.and_then(|it| it.modules.get(at).copied().flatten());
                component = outer.and_then(|it| it.components.get(at).cloned().flatten());
                match kind {
                    ComponentOuterAliasKind::CoreModule => ComponentExternalKind::Module,
                    ComponentOuterAliasKind::Component => ComponentExternalKind::Component,
                    ComponentOuterAliasKind::Type => ComponentExternalKind::Type,
                    ComponentOuterAliasKind::CoreType => return,
                }
            }
        };
        if let Some(scope) = self.scope() {
            scope.item(kind, module, component);
        }
    }

    /// Exports the reader of each instance with probes: lifted, or passed on from within.
    fn show(&mut self, scope: &mut Scope) -> Vec<Reader> {
        let mut lifts = Vec::new();
        for (instance, module) in scope.core.iter().copied() {
            lifts.push(Lift { instance, module, what: What::Probes });
            if self.probed.modules.get(module).is_some_and(|module| module.has_memory) {
                lifts.push(Lift { instance, module, what: What::Memory });
            }
        }
        let lifted = count(lifts.len());
        let inner = scope.inner.iter().flat_map(|(_, readers)| readers.iter());
        let inner = inner.map(|reader| (reader.module, reader.what));
        let shown: Vec<(usize, What)> =
            lifts.iter().map(|lift| (lift.module, lift.what)).chain(inner).collect();
        if shown.is_empty() {
            return Vec::new();
        }
        // Aliases come before what is lifted, so what is passed on has the lower numbers.
        let passed = count(shown.len()) - lifted;
        let first = scope.counts.functions;
        scope.append_lifted(&lifts);
        let mut exports = ComponentExportSection::new();
        let mut readers = Vec::new();
        for (at, (module, what)) in (0..).zip(shown) {
            let index = if at < lifted { first + passed + at } else { first + at - lifted };
            let export = format!("{}-x{}", self.prefix, self.exports);
            self.exports += 1;
            exports.export(export.as_str(), ComponentExportKind::Func, index, None);
            readers.push(Reader { export, module, what });
        }
        exports.append_to_component(&mut scope.out);
        readers
    }
}

impl Scope {
    /// One more item of an index space, and what is known of it.
    fn item(
        &mut self,
        kind: ComponentExternalKind,
        module: Option<usize>,
        component: Option<Rc<[Reader]>>,
    ) {
        match kind {
            ComponentExternalKind::Module => self.modules.push(module),
            ComponentExternalKind::Component => self.components.push(component),
            ComponentExternalKind::Func => self.counts.functions += 1,
            ComponentExternalKind::Type => self.counts.types += 1,
            ComponentExternalKind::Instance => self.counts.instances += 1,
            ComponentExternalKind::Value => {}
        }
    }

    /// Writes aliases, the type `func() -> list<u8>`, and the lifted functions.
    fn append_lifted(&mut self, lifts: &[Lift]) {
        let mut aliases = ComponentAliasSection::new();
        let mut types = ComponentTypeSection::new();
        let mut lifted = CanonicalFunctionSection::new();
        let Counts { types: bytes, core_functions, core_memories, .. } = self.counts;
        types.defined_type().list(PrimitiveValType::U8);
        let bytes_type = ComponentValType::Type(bytes);
        let none: [(&str, ComponentValType); 0] = [];
        types.function().params(none).result(Some(bytes_type));
        for (at, Lift { instance, what, .. }) in (0..).zip(lifts) {
            let (reader, memory) = match what {
                What::Probes => (READER, MEMORY),
                What::Memory => (OWN_READER, OWN_MEMORY),
            };
            for (kind, name) in [(ExportKind::Func, reader), (ExportKind::Memory, memory)] {
                aliases.alias(Alias::CoreInstanceExport { instance: *instance, kind, name });
            }
            let memory = CanonicalOption::Memory(core_memories + at);
            lifted.lift(core_functions + at, bytes + 1, [memory]);
        }
        for (instance, readers) in &self.inner {
            for reader in readers.iter() {
                let (kind, name) = (ComponentExportKind::Func, reader.export.as_str());
                aliases.alias(Alias::InstanceExport { instance: *instance, kind, name });
            }
        }
        aliases.append_to_component(&mut self.out);
        types.append_to_component(&mut self.out);
        if !lifted.is_empty() {
            lifted.append_to_component(&mut self.out);
        }
    }
}
