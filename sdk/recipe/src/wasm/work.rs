//! What a function takes at most, by the structure of its code.
//!
//! Every instruction counts once, those of a loop once a round, and of two branches the dearer one. A
//! branch that leaves early only makes it less.
//!
//! *Never:* an instruction that is not counted.

use super::code::{Code, Step};
use crate::bound::Work;
use wasm_encoder::Instruction;

/// Reads the steps of a function from the first to the last.
struct Walk<'a> {
    steps: std::slice::Iter<'a, Step>,
    /// What functions of the recipe take, by their numbers.
    own: &'a dyn Fn(u32) -> Work,
}

/// What ended a block.
#[derive(PartialEq, Eq)]
enum Stop {
    Else,
    End,
}

impl Code {
    /// What one call takes.
    pub(crate) fn work(&self, own: &dyn Fn(u32) -> Work) -> Work {
        let mut walk = Walk { steps: self.steps.iter(), own };
        // Fuel counts the entrance too.
        let mut work = Work::fixed(1.0, 0.0);
        work.add(&walk.block().0);
        work
    }
}

impl Walk<'_> {
    /// Up to the end of the block that begins here.
    fn block(&mut self) -> (Work, Stop) {
        let (mut work, mut plain) = (Work::default(), 0_u32);
        let mut stop = Stop::End;
        while let Some(step) = self.steps.next() {
            match step {
                Step::Plain(Instruction::End) => break,
                Step::Plain(Instruction::Else) => {
                    stop = Stop::Else;
                    break;
                }
                Step::Plain(Instruction::Block(_)) => work.add(&self.block().0),
                Step::Plain(Instruction::If(_)) => {
                    plain += 1;
                    let (yes, stop) = self.block();
                    let no = if stop == Stop::Else { self.block().0 } else { Work::default() };
                    work.add(&yes.max(&no));
                }
                Step::Plain(instruction) => plain += fuel(instruction),
                Step::Loop(rounds) => {
                    let (inner, _) = self.block();
                    work.add(&inner.over_rounds(rounds.item, &rounds.count, &rounds.total));
                }
                Step::Runtime(_, inner) => {
                    plain += 1;
                    work.add(inner);
                }
                Step::Beside(inner) => work.add(inner),
                Step::Mark(_) => {}
                Step::Own(at) => {
                    plain += 1;
                    work.add(&(self.own)(*at));
                }
            }
        }
        work.add(&Work::fixed(f64::from(plain), 0.0));
        (work, stop)
    }
}

/// What the host counts for an instruction.
fn fuel(instruction: &Instruction<'_>) -> u32 {
    match instruction {
        Instruction::Nop | Instruction::Drop | Instruction::Unreachable | Instruction::Return => 0,
        _ => 1,
    }
}
