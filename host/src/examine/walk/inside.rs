//! The sections of a core module: what it imports, holds, exports and refers to.
//!
//! *Never:* anything of a module is kept that no check asks about.

use wasmparser::{
    CompositeInnerType, DataKind, ElementItems, ExportSectionReader, ExternalKind,
    GlobalSectionReader, ImportSectionReader, MemoryType, Operator, Payload, SubType, TypeRef,
};

use super::{Walker, proposal, work};
use crate::examine::facts::{Data, Extent, Module, Stopped};

/// A page of linear memory, where a memory does not say otherwise.
const PAGE_BYTES: u64 = 64 << 10;

impl<'a> Walker<'a, '_> {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the other sections tell nothing by themselves"
    )]
    pub(super) fn look_into_module(&mut self, payload: Payload<'a>) -> Result<(), Stopped> {
        let mut features = Vec::new();
        match &payload {
            Payload::TypeSection(groups) => {
                for group in groups.clone() {
                    let cost = group?.types().map(signature).fold(0, u64::saturating_add);
                    self.facts.joints = self.facts.joints.saturating_add(cost);
                }
            }
            Payload::GlobalSection(globals) => begin(globals.clone(), &mut self.facts.stored)?,
            _ => {}
        }
        let Some(module) = self.module() else { return Ok(()) };
        match payload {
            Payload::ImportSection(imports) => features.extend(take_imports(module, imports)?),
            Payload::MemorySection(memories) => {
                for memory in memories {
                    let memory = memory?;
                    features.extend(proposal::of_memory(&memory));
                    module.memories.push(extent(&memory));
                }
                if module.memories.len() > 1 {
                    features.push("multi-memory");
                }
            }
            Payload::TableSection(tables) => {
                for table in tables {
                    let ty = table?.ty;
                    module.tables.push(Extent { initial: ty.initial, maximum: ty.maximum });
                }
            }
            Payload::ExportSection(exports) => take_exports(module, exports)?,
            Payload::CodeSectionStart { range, .. } => module.code_begins = range.start,
            Payload::StartSection { func, .. } => module.start = Some(func),
            Payload::ElementSection(elements) => {
                for element in elements {
                    refer(module, element?.items)?;
                }
            }
            Payload::DataSection(pieces) => {
                for piece in pieces {
                    module.data.push(data(piece?));
                }
            }
            _ => {}
        }
        self.facts.features.extend(features);
        Ok(())
    }
}

/// Takes what a module imports; the proposals that its memories are of.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other imports tell nothing by themselves")]
fn take_imports<'a>(
    module: &mut Module<'a>,
    imports: ImportSectionReader<'a>,
) -> Result<Vec<&'static str>, Stopped> {
    let mut features = Vec::new();
    for import in imports.into_imports() {
        let import = import?;
        module.called.extend([import.module, import.name]);
        match import.ty {
            TypeRef::Func(_) | TypeRef::FuncExact(_) => module.imported_functions += 1,
            TypeRef::Memory(memory) => features.extend(proposal::of_memory(&memory)),
            _ => {}
        }
    }
    Ok(features)
}

fn take_exports<'a>(
    module: &mut Module<'a>,
    exports: ExportSectionReader<'a>,
) -> Result<(), Stopped> {
    for export in exports {
        let export = export?;
        module.called.push(export.name);
        if matches!(export.kind, ExternalKind::Func | ExternalKind::FuncExact) {
            module.exported.push(export.index);
        }
    }
    Ok(())
}

/// First size and bound of a memory, in bytes.
fn extent(memory: &MemoryType) -> Extent {
    let page = memory.page_size_log2.map_or(PAGE_BYTES, |log| 1 << log.min(16));
    let bytes = |pages: u64| pages.saturating_mul(page);
    Extent { initial: bytes(memory.initial), maximum: memory.maximum.map(bytes) }
}

/// Adds what globals begin with, number by number.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other instructions put no number down")]
fn begin(globals: GlobalSectionReader<'_>, stored: &mut Vec<u8>) -> Result<(), Stopped> {
    for global in globals {
        let mut operators = global?.init_expr.get_operators_reader();
        match operators.read()? {
            Operator::I32Const { value } => stored.extend(value.to_le_bytes()),
            Operator::I64Const { value } => stored.extend(value.to_le_bytes()),
            _ => stored.push(0),
        }
    }
    stored.push(0);
    Ok(())
}

/// What a type costs that functions may have.
fn signature(ty: &SubType) -> u64 {
    match &ty.composite_type.inner {
        CompositeInnerType::Func(ty) => {
            work::signature_micros(ty.params().len() + ty.results().len())
        }
        CompositeInnerType::Array(_)
        | CompositeInnerType::Struct(_)
        | CompositeInnerType::Cont(_) => 0,
    }
}

fn refer(module: &mut Module<'_>, items: ElementItems<'_>) -> Result<(), Stopped> {
    match items {
        ElementItems::Functions(functions) => {
            for function in functions {
                module.referred.insert(function?);
            }
        }
        ElementItems::Expressions(_, expressions) => {
            for expression in expressions {
                for operator in expression?.get_operators_reader() {
                    if let Operator::RefFunc { function_index } = operator? {
                        module.referred.insert(function_index);
                    }
                }
            }
        }
    }
    Ok(())
}

fn data(piece: wasmparser::Data<'_>) -> Data<'_> {
    let (memory, at) = match &piece.kind {
        DataKind::Passive => (0, None),
        DataKind::Active { memory_index, offset_expr } => {
            let mut operators = offset_expr.get_operators_reader();
            let at = match operators.read() {
                Ok(Operator::I32Const { value }) => Some(u64::from(value.cast_unsigned())),
                Ok(Operator::I64Const { value }) => Some(value.cast_unsigned()),
                _ => None,
            };
            // What has a second operator is a sum, whose first part is not the place.
            let is_plain = matches!(operators.read(), Ok(Operator::End));
            (*memory_index, at.filter(|_| is_plain))
        }
    };
    Data { at, memory, bytes: piece.data, range: piece.range }
}
