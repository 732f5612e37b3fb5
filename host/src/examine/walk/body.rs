//! One function body: validated instruction by instruction, and measured on the way.
//!
//! *Never:* more is kept of a body than its measures and what it calls.

use std::collections::BTreeSet;

use wasmparser::{
    BinaryReaderError, FuncToValidate, FuncValidator, FuncValidatorAllocations, FunctionBody,
    Operator, ValidatorResources,
};

use super::proposal;
use super::stores::Stores;
use super::work::Work;
use crate::examine::facts::{Facts, Function};

/// Reads bodies; keeps what the validator has allocated for the next one.
#[derive(Default)]
pub(super) struct Reader {
    allocations: FuncValidatorAllocations,
}

impl Reader {
    pub(super) fn read(
        &mut self,
        function: FuncToValidate<ValidatorResources>,
        body: &FunctionBody<'_>,
        facts: &mut Facts<'_>,
    ) -> Result<Function, BinaryReaderError> {
        let allocations = std::mem::take(&mut self.allocations);
        let mut validator = function.into_validator(allocations);
        let mut reader = body.get_binary_reader();
        validator.read_locals(&mut reader)?;
        let mut course = Course::new(body, validator.len_locals());
        let mut operators = wasmparser::OperatorsReader::new(reader);
        let mut stores = Stores::default();
        while !operators.eof() {
            let offset = operators.original_position();
            let operator = operators.read()?;
            let name = proposal::of(&operator);
            if name != proposal::FIRST {
                facts.features.insert(name);
            }
            let told = numbers(&operator).into_iter().flatten();
            told.for_each(|number| facts.moments.note(number));
            stores.count(&operator);
            course.before(&operator, &validator);
            validator.op(offset, &operator)?;
            course.after(&validator);
        }
        operators.finish()?;
        stores.add_to(&mut facts.stored);
        self.allocations = validator.into_allocations();
        Ok(course.into_function())
    }
}

/// The number that an instruction puts down, and what it takes away where it adds that: a compiler makes
/// one comparison of two in this way.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other instructions have no number")]
fn numbers(operator: &Operator<'_>) -> Option<[u64; 2]> {
    let told = match operator {
        Operator::I32Const { value } => {
            [u64::from(value.cast_unsigned()), u64::from(value.unsigned_abs())]
        }
        Operator::I64Const { value } => [value.cast_unsigned(), value.unsigned_abs()],
        // What is no whole number of seconds is none; what is too large stops at the largest.
        Operator::F64Const { value } => [f64::from_bits(value.bits()).abs() as u64, 0],
        _ => return None,
    };
    Some(told)
}

/// A block that is open.
#[derive(Debug, Clone, Copy)]
struct Frame {
    is_loop: bool,
    /// Whether it was reached on every way.
    is_certain: bool,
    /// The outermost frame that anything inside of it jumps to; frames are numbered from outside.
    leaves_to: usize,
}

/// How control runs through a body, as far as one pass shows it.
struct Course {
    function: Function,
    calls: BTreeSet<u32>,
    frames: Vec<Frame>,
    /// How many of them are loops.
    loops_open: u32,
    /// Whether every way leads here.
    is_certain: bool,
    work: Work,
}

impl Course {
    fn new(body: &FunctionBody<'_>, locals: u32) -> Self {
        let (begins, bytes) = (body.range().start, body.as_bytes().len());
        let outermost = Frame { is_loop: false, is_certain: true, leaves_to: usize::MAX };
        Self {
            function: Function { begins, bytes, locals, ..Function::default() },
            calls: BTreeSet::new(),
            frames: vec![outermost],
            loops_open: 0,
            is_certain: true,
            work: Work::default(),
        }
    }

    /// Looks at an instruction that comes next; the validator stands before it.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the other instructions go straight on")]
    fn before(&mut self, operator: &Operator<'_>, validator: &FuncValidator<ValidatorResources>) {
        self.work.count(operator, self.loops_open, validator);
        match operator {
            Operator::Block { .. } | Operator::TryTable { .. } | Operator::Try { .. } => {
                self.open(false);
            }
            Operator::Loop { .. } => {
                self.function.loops += 1;
                self.open(true);
            }
            Operator::If { .. } => {
                self.open(false);
                self.is_certain = false;
            }
            Operator::Else => self.is_certain = false,
            Operator::End => self.close(validator),
            Operator::Br { relative_depth }
            | Operator::BrIf { relative_depth }
            | Operator::BrOnNull { relative_depth }
            | Operator::BrOnNonNull { relative_depth }
            | Operator::BrOnCast { relative_depth, .. }
            | Operator::BrOnCastFail { relative_depth, .. } => self.leave(*relative_depth),
            Operator::BrTable { targets } => {
                self.function.br_table = self.function.br_table.max(targets.len());
                self.leave(targets.default());
                targets.targets().flatten().for_each(|depth| self.leave(depth));
            }
            Operator::Call { function_index } => self.call(*function_index),
            Operator::ReturnCall { function_index } => {
                self.call(*function_index);
                self.leave_all();
            }
            Operator::CallIndirect { .. } | Operator::CallRef { .. } => {
                self.function.is_indirect = true;
            }
            Operator::ReturnCallIndirect { .. } | Operator::ReturnCallRef { .. } => {
                self.function.is_indirect = true;
                self.leave_all();
            }
            Operator::Return
            | Operator::Unreachable
            | Operator::Throw { .. }
            | Operator::ThrowRef
            | Operator::Rethrow { .. } => self.leave_all(),
            _ => {}
        }
    }

    /// Measures what an instruction has left behind.
    fn after(&mut self, validator: &FuncValidator<ValidatorResources>) {
        self.function.waiting = self.function.waiting.max(validator.operand_stack_height());
    }

    fn open(&mut self, is_loop: bool) {
        self.function.blocks = self.function.blocks.saturating_add(1);
        let is_certain = self.is_certain;
        self.frames.push(Frame { is_loop, is_certain, leaves_to: usize::MAX });
        let nesting = u32::try_from(self.frames.len() - 1).unwrap_or(u32::MAX);
        self.function.nesting = self.function.nesting.max(nesting);
        if is_loop {
            self.loops_open += 1;
            self.function.loop_nesting = self.function.loop_nesting.max(self.loops_open);
        }
    }

    /// A loop that control can run out of at its end has a way out; so has one that a branch, a
    /// return or a break leaves.
    fn close(&mut self, validator: &FuncValidator<ValidatorResources>) {
        let falls_out = validator.get_control_frame(0).is_some_and(|frame| !frame.unreachable);
        let Some(frame) = self.frames.pop() else { return };
        self.loops_open -= u32::from(frame.is_loop);
        let number = self.frames.len();
        let is_left = frame.leaves_to < number;
        if frame.is_loop && !is_left && !falls_out && frame.is_certain {
            self.function.hangs = true;
        }
        // What did not jump beyond the end comes together there.
        self.is_certain = frame.is_certain && !is_left;
        if let Some(outer) = self.frames.last_mut() {
            outer.leaves_to = outer.leaves_to.min(frame.leaves_to);
        }
    }

    /// A jump to the frame that is this far out.
    fn leave(&mut self, depth: u32) {
        self.is_certain = false;
        let depth = usize::try_from(depth).unwrap_or(usize::MAX);
        let target = self.frames.len().saturating_sub(1).saturating_sub(depth);
        if let Some(frame) = self.frames.last_mut() {
            frame.leaves_to = frame.leaves_to.min(target);
        }
    }

    fn leave_all(&mut self) {
        self.leave(u32::MAX);
    }

    fn call(&mut self, index: u32) {
        self.calls.insert(index);
        if self.is_certain {
            self.function.first_calls.push(index);
        }
    }

    fn into_function(self) -> Function {
        let Function { bytes, locals, waiting, .. } = self.function;
        let work = self.work.micros(bytes, locals.saturating_add(waiting));
        Function { calls: self.calls.into_iter().collect(), work, ..self.function }
    }
}
