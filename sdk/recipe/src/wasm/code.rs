//! Code in the making: instructions, locals, and labels that know how deep they stand; and beside them
//! what calls and loops take.
//!
//! *Never:* a branch is counted by hand.

use crate::bound::{Poly, Var, Work, effect};
use crate::cel::Span;
use wasm_encoder::{BlockType, Instruction, MemArg, ValType};

/// A local variable of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Local(pub(super) u32);

/// A block that can be branched to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label(u32);

/// An instruction, or a call whose number the linker finds.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Plain(Instruction<'static>),
    /// A function of the runtime, and what it takes here.
    Runtime(&'static str, Box<Work>),
    Own(u32),
    /// The beginning of a loop.
    Loop(Box<Rounds>),
    /// What the next call takes beside what is said of it.
    Beside(Box<Work>),
    /// Here begins the code of an expression.
    Mark(Span),
}

/// Where the code of an expression begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The function, by its index in the module.
    pub function: u32,
    /// The first instruction, in bytes from the beginning of the function's body.
    pub offset: u32,
    /// The expression, in bytes of the source.
    pub span: Span,
}

/// How often a loop runs at most.
#[derive(Debug, Clone)]
pub(crate) struct Rounds {
    /// The weight of the item of each round.
    pub(crate) item: Var,
    /// How many there are.
    pub(crate) count: Poly,
    /// The weight of all items together.
    pub(crate) total: Poly,
}

/// One function's code.
#[derive(Debug, Default)]
pub(crate) struct Code {
    pub(super) steps: Vec<Step>,
    pub(super) params: Vec<ValType>,
    pub(super) results: Vec<ValType>,
    pub(super) locals: Vec<ValType>,
    depth: u32,
    free: Vec<(ValType, Local)>,
}

impl Code {
    pub(crate) fn new(params: Vec<ValType>, results: Vec<ValType>) -> Self {
        Self { params, results, ..Self::default() }
    }

    pub(crate) fn param(&self, at: u32) -> Local {
        Local(at)
    }

    /// A new local, or one that was given back.
    pub(crate) fn local(&mut self, ty: ValType) -> Local {
        if let Some(at) = self.free.iter().position(|(free, _)| *free == ty) {
            return self.free.swap_remove(at).1;
        }
        self.locals.push(ty);
        let number = self.params.len() + self.locals.len() - 1;
        Local(u32::try_from(number).unwrap_or(u32::MAX))
    }

    /// Gives a local back, whose value nobody reads any more.
    pub(crate) fn free(&mut self, local: Local) {
        let at = (local.0 as usize).checked_sub(self.params.len());
        if let Some(ty) = at.and_then(|at| self.locals.get(at)) {
            self.free.push((*ty, local));
        }
    }

    pub(crate) fn op(&mut self, instruction: Instruction<'static>) -> &mut Self {
        self.steps.push(Step::Plain(instruction));
        self
    }

    /// Calls a function of the runtime that takes the same whatever its arguments are.
    pub(crate) fn call(&mut self, symbol: &'static str) -> &mut Self {
        let (work, _) = effect(symbol, &[], |sum| sum.clone());
        self.call_for(symbol, work)
    }

    /// Calls a function of the runtime that takes this much.
    pub(crate) fn call_for(&mut self, symbol: &'static str, work: Work) -> &mut Self {
        self.steps.push(Step::Runtime(symbol, Box::new(work)));
        self
    }

    /// Counts what the next call takes beside what is said of it.
    pub(crate) fn count(&mut self, work: Work) {
        self.steps.push(Step::Beside(Box::new(work)));
    }

    /// Says that the code of an expression begins here.
    pub(crate) fn mark(&mut self, span: Span) {
        self.steps.push(Step::Mark(span));
    }

    /// Calls a function of the recipe by its number.
    pub(crate) fn call_own(&mut self, number: u32) -> &mut Self {
        self.steps.push(Step::Own(number));
        self
    }

    pub(crate) fn i32(&mut self, value: u32) -> &mut Self {
        self.op(Instruction::I32Const(value.cast_signed()))
    }

    pub(crate) fn get(&mut self, local: Local) -> &mut Self {
        self.op(Instruction::LocalGet(local.0))
    }

    pub(crate) fn set(&mut self, local: Local) -> &mut Self {
        self.op(Instruction::LocalSet(local.0))
    }

    pub(crate) fn tee(&mut self, local: Local) -> &mut Self {
        self.op(Instruction::LocalTee(local.0))
    }

    pub(crate) fn load32(&mut self, offset: u64) -> &mut Self {
        self.op(Instruction::I32Load(memory(offset, 2)))
    }

    pub(crate) fn load64(&mut self, offset: u64) -> &mut Self {
        self.op(Instruction::I64Load(memory(offset, 3)))
    }

    pub(crate) fn load_f64(&mut self, offset: u64) -> &mut Self {
        self.op(Instruction::F64Load(memory(offset, 3)))
    }

    fn open(&mut self, instruction: Instruction<'static>) -> Label {
        self.op(instruction);
        self.depth += 1;
        Label(self.depth)
    }

    pub(crate) fn block(&mut self, result: Option<ValType>) -> Label {
        self.open(Instruction::Block(block_type(result)))
    }

    pub(crate) fn repeat(&mut self, rounds: Rounds) -> Label {
        self.steps.push(Step::Loop(Box::new(rounds)));
        self.depth += 1;
        Label(self.depth)
    }

    pub(crate) fn when(&mut self, result: Option<ValType>) -> Label {
        self.open(Instruction::If(block_type(result)))
    }

    pub(crate) fn otherwise(&mut self) -> &mut Self {
        self.op(Instruction::Else)
    }

    pub(crate) fn end(&mut self) -> &mut Self {
        self.depth -= 1;
        self.op(Instruction::End)
    }

    pub(crate) fn br(&mut self, label: Label) -> &mut Self {
        let up = self.depth - label.0;
        self.op(Instruction::Br(up))
    }

    pub(crate) fn br_if(&mut self, label: Label) -> &mut Self {
        let up = self.depth - label.0;
        self.op(Instruction::BrIf(up))
    }
}

fn block_type(result: Option<ValType>) -> BlockType {
    result.map_or(BlockType::Empty, BlockType::Result)
}

fn memory(offset: u64, align: u32) -> MemArg {
    MemArg { offset, align, memory_index: 0 }
}
