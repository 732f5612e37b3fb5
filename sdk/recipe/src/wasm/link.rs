//! The linker: generated functions, and of the runtime only what they reach.
//!
//! *Never:* a function or a piece of data that nothing refers to.

mod reach;
mod types;

use super::code::{Code, Mark, Step};
use super::data::Data;
use super::runtime::{Piece, RUNTIME, Runtime, RuntimeFunction, TRAP, Target};
use reach::Reached;
use std::collections::{BTreeMap, BTreeSet};
use types::Types;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, ElementSection, Elements, Encode, EntityType,
    ExportKind, ExportSection, FunctionSection, GlobalSection, GlobalType, ImportSection,
    Instruction, MemorySection, MemoryType, Module, RefType, TableSection, TableType, ValType,
};

/// A generated function.
pub(crate) type Function = Code;

/// What a module shows to the outside: a generated function by its number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Export(pub(crate) u32);

const PAGE: u32 = 65_536;

/// So many zeros take no more bytes than it takes to begin anew behind them.
const GAP_MAX: u32 = 8;

/// A core module, and the interfaces that it imports from.
pub(crate) struct Linked {
    pub(crate) module: Vec<u8>,
    pub(crate) interfaces: BTreeSet<&'static str>,
    pub(crate) marks: Vec<Mark>,
}

/// Joins functions, constants and runtime into a core module.
pub(crate) fn link(functions: &[Function], data: &Data, exports: &[(&str, Export)]) -> Linked {
    let runtime = &*RUNTIME;
    let reached = Reached::by(runtime, functions, data.made());
    let mut numbers = BTreeMap::new();
    for old in reached.imports.iter().chain(&reached.functions) {
        numbers.insert(*old, number(numbers.len()));
    }
    let own = number(numbers.len());
    let imports = reached.imports.iter().filter_map(|at| runtime.imports.get(*at as usize));
    let interfaces = imports.map(|import| import.module).collect();
    let (types, marks) = (Types::default(), Vec::new());
    let mut linker = Linker { runtime, reached, numbers, own, types, marks };
    let module = linker.module(functions, data, exports);
    Linked { module, interfaces, marks: linker.marks }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The number of a function, as long for every recipe: a host knows what it has compiled before by where
/// in it each instruction stands.
fn in_two_bytes(number: u32) -> [u8; 2] {
    let [low, high, ..] = (number << 1).to_le_bytes();
    [low >> 1 | 0x80, high]
}

struct Linker<'a> {
    runtime: &'a Runtime,
    reached: Reached,
    /// Functions of the runtime by their old numbers.
    numbers: BTreeMap<u32, u32>,
    /// The number of the first generated function.
    own: u32,
    types: Types,
    marks: Vec<Mark>,
}

impl Linker<'_> {
    fn module(
        &mut self,
        functions: &[Function],
        data: &Data,
        exports: &[(&str, Export)],
    ) -> Vec<u8> {
        let mut imports = ImportSection::new();
        for at in self.reached.imports.clone() {
            if let Some(import) = self.runtime.imports.get(at as usize) {
                let ty = self.runtime_type(import.ty);
                imports.import(import.module, import.name, EntityType::Function(ty));
            }
        }
        let mut declared = FunctionSection::new();
        let mut code = CodeSection::new();
        for at in self.reached.functions.clone() {
            let defined = at as usize - self.runtime.imports.len();
            if let Some(function) = self.runtime.functions.get(defined) {
                let ty = self.runtime_type(function.ty);
                declared.function(ty);
                if self.reached.left_out.contains(&at) {
                    code.raw(&TRAP);
                } else {
                    code.raw(&self.moved(function));
                }
            }
        }
        for (at, function) in functions.iter().enumerate() {
            let ty = self.types.of(&function.params, &function.results);
            declared.function(ty);
            let body = self.own_body(function, self.own + number(at));
            code.function(&body);
        }
        let mut module = Module::new();
        module.section(&self.types.section);
        if !imports.is_empty() {
            module.section(&imports);
        }
        module.section(&declared);
        let (tables, elements) = self.table();
        if self.reached.table {
            module.section(&tables);
        }
        let pages = data.end().div_ceil(PAGE);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: u64::from(pages),
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        module.section(&memories);
        let mut globals = GlobalSection::new();
        globals.global(
            GlobalType { val_type: ValType::I32, mutable: true, shared: false },
            &ConstExpr::i32_const(self.runtime.stack_pointer),
        );
        module.section(&globals);
        module.section(&self.exports(exports));
        if self.reached.table {
            module.section(&elements);
        }
        module.section(&code);
        module.section(&self.data(data));
        module.finish()
    }

    fn runtime_type(&mut self, ty: u32) -> u32 {
        match self.runtime.types.get(ty as usize) {
            Some((params, results)) => self.types.of(params, results),
            None => 0,
        }
    }

    fn new_number(&self, old: u32) -> u32 {
        self.numbers.get(&old).copied().unwrap_or_default()
    }

    /// A function's body with its references changed, and each as short as it can be.
    fn moved(&mut self, function: &RuntimeFunction) -> Vec<u8> {
        let mut out = Vec::with_capacity(function.body.len());
        let mut place = 0;
        for reference in &function.references {
            let new = match reference.target {
                Target::Function(old) => self.new_number(old),
                Target::Type(old) => self.runtime_type(old),
                // The stack pointer is the only one that is not a constant.
                Target::Global(_) | Target::Table | Target::Nothing => 0,
                Target::Trap => {
                    // In front of the number stands what calls, in one byte.
                    let before = function.body.get(place..reference.at - 1);
                    out.extend_from_slice(before.unwrap_or_default());
                    out.push(UNREACHABLE);
                    place = reference.at + PADDED;
                    continue;
                }
                Target::Slot(_) | Target::Data(_) => {
                    // Addresses and slots stay as they are; only the padding goes.
                    self.shortened(function, reference.at, &mut place, &mut out);
                    continue;
                }
            };
            out.extend_from_slice(function.body.get(place..reference.at).unwrap_or_default());
            match reference.target {
                Target::Function(_) => out.extend(in_two_bytes(new)),
                _ => new.encode(&mut out),
            }
            place = reference.at + PADDED;
        }
        out.extend_from_slice(function.body.get(place..).unwrap_or_default());
        out
    }

    /// Copies up to a padded number, and writes that number with or without its sign as it stands.
    fn shortened(
        &self,
        function: &RuntimeFunction,
        at: usize,
        place: &mut usize,
        out: &mut Vec<u8>,
    ) {
        let before = function.body.get(*place..at).unwrap_or_default();
        out.extend_from_slice(before);
        let padded = function.body.get(at..at + PADDED).unwrap_or_default();
        // Behind `i32.const` stands a number with a sign; behind a load or store, one without.
        if function.body.get(at.wrapping_sub(1)) == Some(&0x41) {
            let value = padded
                .iter()
                .enumerate()
                .fold(0_u64, |sum, (index, byte)| sum | u64::from(byte & 0x7f) << (7 * index));
            let value = (value & 0xffff_ffff) as u32;
            value.cast_signed().encode(out);
        } else {
            out.extend_from_slice(padded);
        }
        *place = at + PADDED;
    }

    fn own_body(&mut self, function: &Code, index: u32) -> wasm_encoder::Function {
        let mut body = wasm_encoder::Function::new_with_locals_types(function.locals.clone());
        for step in &function.steps {
            match step {
                Step::Plain(instruction) => {
                    body.instruction(instruction);
                }
                Step::Beside(_) => {}
                Step::Mark(span) => {
                    let (offset, span) = (number(body.byte_len()), *span);
                    self.marks.push(Mark { function: index, offset, span });
                }
                Step::Loop(_) => {
                    body.instruction(&Instruction::Loop(BlockType::Empty));
                }
                Step::Runtime(symbol, _) => {
                    let old = self.runtime.exports.get(symbol).copied().unwrap_or(u32::MAX);
                    body.instruction(&Instruction::Call(self.new_number(old)));
                }
                Step::Own(at) => {
                    body.instruction(&Instruction::Call(self.own + at));
                }
            }
        }
        body.instruction(&Instruction::End);
        body
    }

    fn table(&self) -> (TableSection, ElementSection) {
        let mut tables = TableSection::new();
        let mut elements = ElementSection::new();
        let size = u64::from(self.runtime.first_slot) + self.runtime.slots.len() as u64;
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            table64: false,
            minimum: size,
            maximum: Some(size),
            shared: false,
        });
        for (at, function) in self.runtime.slots.iter().enumerate() {
            if let Some(new) = self.numbers.get(function) {
                let slot = self.runtime.first_slot + number(at);
                let offset = ConstExpr::i32_const(slot.cast_signed());
                elements.active(None, &offset, Elements::Functions(vec![*new].into()));
            }
        }
        (tables, elements)
    }

    fn exports(&self, exports: &[(&str, Export)]) -> ExportSection {
        let mut section = ExportSection::new();
        section.export("memory", ExportKind::Memory, 0);
        for (name, export) in exports {
            let at = self.own + export.0;
            section.export(name, ExportKind::Func, at);
        }
        section
    }

    fn data(&self, data: &Data) -> DataSection {
        let mut section = DataSection::new();
        let mut pieces: Vec<&Piece> =
            self.reached.pieces.iter().filter_map(|at| self.runtime.pieces.get(at)).collect();
        pieces.sort_by_key(|piece| (piece.address, piece.bytes.len()));
        let mut joined: Vec<(u32, Vec<u8>)> = Vec::new();
        for piece in pieces.into_iter().filter(|piece| !piece.bytes.is_empty()) {
            let end = joined.last().map(|(at, bytes)| at + number(bytes.len()));
            match (joined.last_mut(), end) {
                // Names can stand for parts of one another.
                (Some((_, bytes)), Some(end)) if piece.address <= end => {
                    let known = (end - piece.address) as usize;
                    bytes.extend_from_slice(piece.bytes.get(known..).unwrap_or_default());
                }
                (Some((_, bytes)), Some(end)) if piece.address <= end + GAP_MAX => {
                    bytes.resize(bytes.len() + (piece.address - end) as usize, 0);
                    bytes.extend_from_slice(piece.bytes);
                }
                _ => joined.push((piece.address, piece.bytes.to_vec())),
            }
        }
        for (address, bytes) in joined {
            section.active(0, &ConstExpr::i32_const(address.cast_signed()), bytes);
        }
        if !data.bytes().is_empty() {
            let base = ConstExpr::i32_const(data.base().cast_signed());
            section.active(0, &base, data.bytes().iter().copied());
        }
        section
    }
}

/// The instruction that traps.
const UNREACHABLE: u8 = 0x00;

/// Numbers that the linker of the runtime may change are written in so many bytes.
const PADDED: usize = 5;
