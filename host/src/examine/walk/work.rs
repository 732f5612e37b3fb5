//! How long a body takes to compile, as far as its instructions show: a sum of what they were measured to
//! take, in microseconds of one core.
//!
//! Most of a body compiles in time that grows with its bytes. What does not are the blocks of the machine
//! code, of which an instruction may make several (a bulk copy has its slow way, a loop its check), and the
//! values that live across them: their number enters squared.
//!
//! *Never:* an instruction whose cost is not the one of its bytes counts as if it were.

use wasmparser::{ModuleArity, Operator};

/// Half blocks of machine code that an instruction makes.
const BRANCH: u64 = 2;
const BLOCK: u64 = 1;
const LOOP: u64 = 6;
const INDIRECT: u64 = 3;
const MEMORY_BULK: u64 = 4;
const TABLE_BULK: u64 = 7;

/// What the instructions of one body come to.
#[derive(Debug, Default)]
pub(super) struct Work {
    half_blocks: u64,
    /// Loops inside of others.
    inner_loops: u64,
    /// Values that go into calls and come out of them.
    passed: u64,
    /// Places that jump tables lead to, each once for a table.
    ways: u64,
    targets: Vec<u32>,
}

impl Work {
    /// Counts an instruction inside of so many loops.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others cost what their bytes do")]
    pub(super) fn count(
        &mut self,
        operator: &Operator<'_>,
        loops_open: u32,
        arity: &impl ModuleArity,
    ) {
        self.half_blocks += match operator {
            Operator::Block { .. } => BLOCK,
            Operator::Loop { .. } => {
                self.inner_loops += u64::from(loops_open > 0);
                LOOP
            }
            Operator::If { .. }
            | Operator::BrIf { .. }
            | Operator::BrOnNull { .. }
            | Operator::BrOnNonNull { .. }
            | Operator::BrOnCast { .. }
            | Operator::BrOnCastFail { .. }
            | Operator::TryTable { .. }
            | Operator::Try { .. }
            | Operator::TableGet { .. } => BRANCH,
            Operator::BrTable { targets } => {
                self.targets.clear();
                self.targets.extend(targets.targets().flatten());
                self.targets.push(targets.default());
                self.targets.sort_unstable();
                self.targets.dedup();
                self.ways += self.targets.len() as u64;
                BRANCH
            }
            Operator::MemoryGrow { .. } => INDIRECT,
            Operator::MemoryFill { .. }
            | Operator::MemoryCopy { .. }
            | Operator::MemoryInit { .. } => MEMORY_BULK,
            Operator::TableFill { .. }
            | Operator::TableCopy { .. }
            | Operator::TableInit { .. }
            | Operator::TableGrow { .. } => TABLE_BULK,
            Operator::Call { .. } | Operator::ReturnCall { .. } => {
                self.pass(operator, arity);
                0
            }
            Operator::CallIndirect { .. }
            | Operator::CallRef { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::ReturnCallRef { .. } => {
                self.pass(operator, arity);
                INDIRECT
            }
            _ => 0,
        };
    }

    fn pass(&mut self, operator: &Operator<'_>, arity: &impl ModuleArity) {
        let (given, got) = operator.operator_arity(arity).unwrap_or_default();
        self.passed += u64::from(given) + u64::from(got);
    }

    /// Microseconds for a body of these bytes, in which so many values live: locals, and what waits.
    pub(super) fn micros(&self, bytes: usize, values: u32) -> u64 {
        let blocks = self.half_blocks / 2;
        let values = u64::from(values);
        let crossing = blocks.saturating_mul(values);
        let around = self.inner_loops.saturating_mul(values);
        [
            // Each function has a frame, an entry and a place in tables.
            150,
            bytes as u64 * 6 / 5,
            blocks * 30 + square(blocks, 35),
            crossing / 2 + square(crossing, 2_500_000),
            around.saturating_mul(10 + values / 50),
            self.passed * 8,
            self.ways * 3 + square(self.ways, 200),
        ]
        .into_iter()
        .fold(0, u64::saturating_add)
    }
}

/// What grows with the square of a number: one microsecond for so many.
const fn square(number: u64, of: u64) -> u64 {
    number.saturating_mul(number) / of
}

/// Microseconds for a type of functions, for which the host has a way in and one out.
pub(super) const fn signature_micros(values: usize) -> u64 {
    100 + 40 * values as u64
}

/// Microseconds for a function between components, or between one and the host.
pub(super) const CANONICAL_MICROS: u64 = 500;
