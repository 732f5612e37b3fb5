//! The module that was built from `runtime/`, taken apart: functions, data, and what refers to what.
//!
//! *Never:* a reference is guessed; the module carries its relocations.

mod ends;
mod fold;

pub(super) use ends::TRAP;

use std::collections::BTreeMap;
use std::sync::LazyLock;
use wasm_encoder::ValType;
use wasmparser::{
    DataKind, ExternalKind, KnownCustom, Linking, Operator, Parser, Payload, RelocationType,
    SymbolInfo, TypeRef,
};

/// Built by `cargo build --release --locked` in `runtime/`; a test builds it again, compares, and tells what
/// to copy.
pub(crate) static MODULE: &[u8] = include_bytes!("../runtime.wasm");

/// What a piece of code or data refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Target {
    Function(u32),
    /// A function by its place in the table.
    Slot(u32),
    Type(u32),
    Global(u32),
    Data(u32),
    Table,
    /// What nothing reads.
    Nothing,
    /// A call that never comes back, and so may as well be the trap that it ends in.
    Trap,
}

/// A reference: where it stands in the piece, and what it is to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reference {
    pub(super) at: usize,
    pub(super) target: Target,
}

pub(super) struct RuntimeFunction {
    pub(super) ty: u32,
    /// Locals and instructions, without the length in front.
    pub(super) body: &'static [u8],
    pub(super) references: Vec<Reference>,
}

pub(super) struct RuntimeImport {
    pub(super) module: &'static str,
    pub(super) name: &'static str,
    pub(super) ty: u32,
}

/// A named piece of data.
pub(super) struct Piece {
    pub(super) address: u32,
    /// Empty where it begins as zeros.
    pub(super) bytes: &'static [u8],
    pub(super) references: Vec<Target>,
}

#[derive(Default)]
pub(super) struct Runtime {
    pub(super) types: Vec<(Vec<ValType>, Vec<ValType>)>,
    pub(super) imports: Vec<RuntimeImport>,
    pub(super) functions: Vec<RuntimeFunction>,
    pub(super) exports: BTreeMap<&'static str, u32>,
    /// By symbol.
    pub(super) pieces: BTreeMap<u32, Piece>,
    /// The functions in the table, from its first used slot on.
    pub(super) slots: Vec<u32>,
    pub(super) first_slot: u32,
    pub(super) stack_pointer: i32,
    pub(super) heap_base: u32,
}

pub(super) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    // The module is a part of this crate, and a test reads it: it cannot be wrong here.
    read(MODULE).unwrap_or_default()
});

/// The first address behind the runtime's own data.
pub(crate) fn heap_base() -> u32 {
    RUNTIME.heap_base
}

/// Places in a module that lies in memory fit into its addresses.
fn at(place: u64) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

fn val_type(ty: wasmparser::ValType) -> ValType {
    match ty {
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::F64 => ValType::F64,
        wasmparser::ValType::F32 => ValType::F32,
        _ => ValType::I32,
    }
}

/// Symbols and relocations are read after everything else, since they refer to it.
#[derive(Default)]
struct Late {
    types_of: Vec<u32>,
    code_start: usize,
    data_start: usize,
    /// Where each function's body stands in the code section.
    bodies: Vec<std::ops::Range<usize>>,
    /// Each segment: its address, its bytes, and where they stand in the data section.
    segments: Vec<(u32, &'static [u8], usize)>,
    symbols: Vec<Option<Target>>,
    globals: Vec<i32>,
}

type Read<T> = Result<T, wasmparser::BinaryReaderError>;

fn read(bytes: &'static [u8]) -> Read<Runtime> {
    let mut runtime = Runtime::default();
    let mut late = Late::default();
    for payload in Parser::new(0).parse_all(bytes) {
        late.payload(&mut runtime, payload?, bytes)?;
    }
    runtime.stack_pointer = late.globals.first().copied().unwrap_or_default();
    ends::cut(&mut runtime)?;
    fold::fold(&mut runtime);
    Ok(runtime)
}

/// The number that a constant expression gives.
fn constant(expression: &wasmparser::ConstExpr<'_>) -> Read<i32> {
    match expression.get_operators_reader().read()? {
        Operator::I32Const { value } => Ok(value),
        _ => Ok(0),
    }
}

impl Late {
    fn payload(
        &mut self,
        runtime: &mut Runtime,
        payload: Payload<'static>,
        bytes: &'static [u8],
    ) -> Read<()> {
        match payload {
            Payload::TypeSection(section) => {
                for ty in section.into_iter_err_on_gc_types() {
                    let ty = ty?;
                    let all = |types: &[wasmparser::ValType]| {
                        types.iter().copied().map(val_type).collect()
                    };
                    runtime.types.push((all(ty.params()), all(ty.results())));
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    if let TypeRef::Func(ty) = import.ty {
                        let (module, name) = (import.module, import.name);
                        runtime.imports.push(RuntimeImport { module, name, ty });
                    }
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    self.types_of.push(ty?);
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    self.globals.push(constant(&global?.init_expr)?);
                }
            }
            Payload::ExportSection(section) => self.exports(runtime, section)?,
            Payload::ElementSection(section) => elements(runtime, section)?,
            Payload::CodeSectionStart { range, .. } => self.code_start = at(range.start),
            Payload::CodeSectionEntry(body) => {
                let range = at(body.range().start)..at(body.range().end);
                self.bodies.push(range.start - self.code_start..range.end - self.code_start);
                let ty = self.types_of.get(runtime.functions.len()).copied().unwrap_or_default();
                let body = bytes.get(range).unwrap_or_default();
                runtime.functions.push(RuntimeFunction { ty, body, references: Vec::new() });
            }
            Payload::DataSection(section) => self.data(section)?,
            Payload::CustomSection(section) => self.custom(runtime, &section)?,
            _ => {}
        }
        Ok(())
    }

    fn exports(
        &self,
        runtime: &mut Runtime,
        section: wasmparser::ExportSectionReader<'static>,
    ) -> Read<()> {
        for export in section {
            let export = export?;
            if export.kind == ExternalKind::Func {
                runtime.exports.insert(export.name, export.index);
            }
            if export.name == "__heap_base" {
                let value = self.globals.get(export.index as usize).copied();
                runtime.heap_base = value.unwrap_or_default().cast_unsigned();
            }
        }
        Ok(())
    }

    fn data(&mut self, section: wasmparser::DataSectionReader<'static>) -> Read<()> {
        self.data_start = at(section.range().start);
        for segment in section {
            let segment = segment?;
            let address = match &segment.kind {
                DataKind::Active { offset_expr, .. } => constant(offset_expr)?.cast_unsigned(),
                DataKind::Passive => 0,
            };
            let start = at(segment.range.end) - segment.data.len() - self.data_start;
            self.segments.push((address, segment.data, start));
        }
        Ok(())
    }

    fn custom(
        &mut self,
        runtime: &mut Runtime,
        section: &wasmparser::CustomSectionReader<'static>,
    ) -> Read<()> {
        match section.as_known() {
            KnownCustom::Linking(linking) => {
                for part in linking {
                    if let Linking::SymbolTable(symbols) = part? {
                        for symbol in symbols {
                            self.symbol(runtime, symbol?);
                        }
                    }
                }
            }
            KnownCustom::Reloc(relocations) => {
                for entry in relocations.entries() {
                    self.relocation(runtime, section.name(), entry?);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn elements(runtime: &mut Runtime, section: wasmparser::ElementSectionReader<'static>) -> Read<()> {
    for element in section {
        let element = element?;
        if let wasmparser::ElementKind::Active { offset_expr, .. } = &element.kind {
            runtime.first_slot = constant(offset_expr)?.cast_unsigned();
        }
        if let wasmparser::ElementItems::Functions(functions) = element.items {
            for function in functions {
                runtime.slots.push(function?);
            }
        }
    }
    Ok(())
}

impl Late {
    fn symbol(&mut self, runtime: &mut Runtime, symbol: SymbolInfo<'static>) {
        let number = u32::try_from(self.symbols.len()).unwrap_or_default();
        self.symbols.push(match symbol {
            SymbolInfo::Func { index, .. } => Some(Target::Function(index)),
            SymbolInfo::Global { index, .. } => Some(Target::Global(index)),
            SymbolInfo::Table { .. } => Some(Target::Table),
            SymbolInfo::Data { symbol: Some(data), .. } => {
                let (address, bytes, _) =
                    self.segments.get(data.index as usize).copied().unwrap_or_default();
                let range = data.offset as usize..(data.offset + data.size) as usize;
                runtime.pieces.insert(
                    number,
                    Piece {
                        address: address + data.offset,
                        bytes: bytes.get(range).unwrap_or_default(),
                        references: Vec::new(),
                    },
                );
                Some(Target::Data(number))
            }
            _ => None,
        });
    }

    fn relocation(&self, runtime: &mut Runtime, section: &str, entry: wasmparser::RelocationEntry) {
        let symbol = self.symbols.get(entry.index as usize).copied().flatten();
        let target = match (entry.ty, symbol) {
            (RelocationType::TypeIndexLeb, _) => Target::Type(entry.index),
            (
                RelocationType::TableIndexSleb | RelocationType::TableIndexI32,
                Some(Target::Function(function)),
            ) => Target::Slot(function),
            (_, Some(target)) => target,
            (_, None) => return,
        };
        let at = entry.offset as usize;
        if section == "reloc.CODE" {
            let function = self.bodies.partition_point(|body| body.end <= at);
            let start = self.bodies.get(function).map(|body| body.start).unwrap_or_default();
            if let Some(function) = runtime.functions.get_mut(function) {
                function.references.push(Reference { at: at - start, target });
            }
        } else if section == "reloc.DATA" {
            let segment = self.segments.iter().rev().find(|(_, _, start)| *start <= at);
            let address = segment.map(|(address, _, start)| *address as usize + at - start);
            let holds = |piece: &&mut Piece| {
                let start = piece.address as usize;
                address.is_some_and(|at| (start..start + piece.bytes.len()).contains(&at))
            };
            for piece in runtime.pieces.values_mut().filter(holds) {
                piece.references.push(target);
            }
        }
    }
}
