//! One function body with a probe in each basic block: three instructions that set a byte, put before
//! the first real instruction of the block.
//!
//! *Never:* an instruction of the body is changed or moved past another; whatever the stack holds there,
//! a probe leaves it as it was.

use wasm_encoder::Encode;
use wasmparser::{BinaryReaderError, FunctionBody, Operator};

/// Where the bytes of probes begin in their memory; before it stands where they are and how many.
pub(super) const PROBES_AT: u32 = 16;

/// Where probes of a body are, and what it compares with.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// The place of each probe, counted in bytes from the beginning of the body as it was.
    pub(super) offsets: Vec<u32>,
    /// Constants that something is compared with.
    pub(super) compared: Vec<i64>,
}

/// Writes a body with probes that are numbered from `first` and lie in this memory.
pub(super) fn probed(
    body: &FunctionBody<'_>,
    first: u32,
    memory: u32,
    out: &mut Vec<u8>,
) -> Result<Blocks, BinaryReaderError> {
    let bytes = body.as_bytes();
    let begin = body.range().start;
    let mut operators = body.get_operators_reader()?;
    let mut course = Course::default();
    let mut copied = 0;
    let mut constant = None;
    while !operators.eof() {
        let at = operators.original_position() - begin;
        let operator = operators.read()?;
        let is_last = operators.eof();
        if course.wants_probe(&operator, is_last) {
            out.extend_from_slice(bytes.get(copied..at).unwrap_or_default());
            copied = at;
            let number = first.saturating_add(count(course.blocks.offsets.len()));
            write_probe(number, memory, out);
            course.blocks.offsets.push(count(at));
            course.is_pending = false;
        }
        if let Some(value) = constant.filter(|_| compares(&operator)) {
            course.blocks.compared.push(value);
        }
        constant = constant_of(&operator);
        course.go(&operator);
    }
    out.extend_from_slice(bytes.get(copied..).unwrap_or_default());
    Ok(course.blocks)
}

/// `memory[PROBES_AT + number] = 1`.
fn write_probe(number: u32, memory: u32, out: &mut Vec<u8>) {
    const I32_CONST: u8 = 0x41;
    const I32_STORE8: u8 = 0x3a;
    out.extend([I32_CONST, 0, I32_CONST, 1, I32_STORE8]);
    place(0, PROBES_AT.saturating_add(number), memory, out);
}

/// Where a load or store goes: alignment, which memory, and how far in it.
pub(super) fn place(align_log2: u32, offset: u32, memory: u32, out: &mut Vec<u8>) {
    const HAS_MEMORY: u32 = 1 << 6;
    if memory == 0 {
        align_log2.encode(out);
    } else {
        (align_log2 | HAS_MEMORY).encode(out);
        memory.encode(out);
    }
    offset.encode(out);
}

/// A block that is open.
#[derive(Debug, Clone, Copy)]
struct Frame {
    kind: Kind,
    /// Whether control could come to its beginning.
    is_entered: bool,
    /// Whether something in it jumps to its end.
    is_left: bool,
    /// Whether the part before `else` can run to its end.
    falls_out: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Block,
    Loop,
    If,
    Else,
}

/// How control runs through a body.
struct Course {
    blocks: Blocks,
    frames: Vec<Frame>,
    /// Whether control can come here.
    is_live: bool,
    /// Whether a block begins here that has no probe yet.
    is_pending: bool,
}

impl Default for Course {
    fn default() -> Self {
        Self { blocks: Blocks::default(), frames: Vec::new(), is_live: true, is_pending: true }
    }
}

impl Course {
    /// Whether a probe has to stand before this. What only opens or closes a block is no instruction of
    /// it, and what traps at once is where nobody means to come, unless it is all that a function does.
    fn wants_probe(&self, operator: &Operator<'_>, is_last: bool) -> bool {
        let is_all = is_last || matches!(operator, Operator::Unreachable);
        let is_first = is_all && self.blocks.offsets.is_empty();
        let is_real = !matches!(
            operator,
            Operator::Block { .. }
                | Operator::Loop { .. }
                | Operator::TryTable { .. }
                | Operator::Else
                | Operator::End
                | Operator::Unreachable
        );
        self.is_live && self.is_pending && (is_real || is_first)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the other instructions go straight on")]
    fn go(&mut self, operator: &Operator<'_>) {
        match operator {
            Operator::Block { .. } => self.open(Kind::Block),
            Operator::TryTable { try_table } => {
                // The labels of its handlers are counted from outside of it.
                for catch in &try_table.catches {
                    let (wasmparser::Catch::One { label, .. }
                    | wasmparser::Catch::OneRef { label, .. }
                    | wasmparser::Catch::All { label }
                    | wasmparser::Catch::AllRef { label }) = catch;
                    self.jump(*label);
                }
                self.open(Kind::Block);
            }
            Operator::Loop { .. } => {
                self.open(Kind::Loop);
                self.is_pending = self.is_live;
            }
            Operator::If { .. } => {
                self.open(Kind::If);
                self.is_pending = self.is_live;
            }
            Operator::Else => self.otherwise(),
            Operator::End => self.close(),
            Operator::Br { relative_depth } => {
                self.jump(*relative_depth);
                self.stop();
            }
            Operator::BrTable { targets } => {
                self.jump(targets.default());
                targets.targets().flatten().for_each(|depth| self.jump(depth));
                self.stop();
            }
            Operator::BrIf { relative_depth }
            | Operator::BrOnNull { relative_depth }
            | Operator::BrOnNonNull { relative_depth }
            | Operator::BrOnCast { relative_depth, .. }
            | Operator::BrOnCastFail { relative_depth, .. } => {
                self.jump(*relative_depth);
                self.is_pending = self.is_live;
            }
            Operator::Return
            | Operator::Unreachable
            | Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::ReturnCallRef { .. }
            | Operator::Throw { .. }
            | Operator::ThrowRef => self.stop(),
            _ => {}
        }
    }

    fn open(&mut self, kind: Kind) {
        let is_entered = self.is_live;
        self.frames.push(Frame { kind, is_entered, is_left: false, falls_out: false });
    }

    fn otherwise(&mut self) {
        let falls_out = self.is_live;
        if let Some(frame) = self.frames.last_mut() {
            frame.kind = Kind::Else;
            frame.falls_out = falls_out;
            self.is_live = frame.is_entered;
            self.is_pending = frame.is_entered;
        }
    }

    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        let joins = match frame.kind {
            // A jump to a loop goes to its beginning.
            Kind::Loop => false,
            Kind::Block => frame.is_left,
            Kind::If => true,
            Kind::Else => frame.is_left || frame.falls_out,
        };
        self.is_live = frame.is_entered && (self.is_live || joins);
        // Behind both halves of a condition a new block begins, also where only one comes out.
        let is_new = joins || frame.kind == Kind::Else;
        self.is_pending = self.is_live && (self.is_pending || is_new);
    }

    /// A jump to the end or, of a loop, the beginning of the frame that is this far out.
    fn jump(&mut self, depth: u32) {
        let depth = usize::try_from(depth).unwrap_or(usize::MAX);
        let at = self.frames.len().checked_sub(1).and_then(|last| last.checked_sub(depth));
        if let Some(frame) = at.and_then(|at| self.frames.get_mut(at)) {
            frame.is_left |= self.is_live;
        }
    }

    const fn stop(&mut self) {
        self.is_live = false;
        self.is_pending = false;
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the others put no constant on the stack")]
const fn constant_of(operator: &Operator<'_>) -> Option<i64> {
    match operator {
        Operator::I32Const { value } => Some(*value as i64),
        Operator::I64Const { value } => Some(*value),
        _ => None,
    }
}

const fn compares(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::I32Eq
            | Operator::I32Ne
            | Operator::I32LtS
            | Operator::I32LtU
            | Operator::I32GtS
            | Operator::I32GtU
            | Operator::I32LeS
            | Operator::I32LeU
            | Operator::I32GeS
            | Operator::I32GeU
            | Operator::I64Eq
            | Operator::I64Ne
            | Operator::I64LtS
            | Operator::I64LtU
            | Operator::I64GtS
            | Operator::I64GtU
            | Operator::I64LeS
            | Operator::I64LeU
            | Operator::I64GeS
            | Operator::I64GeU
    )
}

pub(super) fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
