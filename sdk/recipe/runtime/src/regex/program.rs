//! Trees to programs: flat words, so that a program can stand in a recipe's data.
//!
//! Layout: number of groups, number of steps; three words a step (what to do, and two operands);
//! then the ranges of classes, two words each.
//!
//! *Never:* a program with more steps than the limit.

use super::class::Class;
use super::parse::{Node, Parser, Tables};
use alloc::vec::Vec;

/// What a step does.
pub(crate) mod step {
    pub(crate) const MATCH: u32 = 0;
    /// One character of a class: where its ranges begin, and how many there are.
    pub(crate) const CLASS: u32 = 1;
    /// Go on at the first operand, and with less priority at the second.
    pub(crate) const SPLIT: u32 = 2;
    pub(crate) const JUMP: u32 = 3;
    /// Remember the place in this slot.
    pub(crate) const SAVE: u32 = 4;
    pub(crate) const ASSERT: u32 = 5;
    /// One character, this one.
    pub(crate) const CHAR: u32 = 6;
}

/// The words before the steps, and a step's own.
pub(crate) const HEAD: usize = 2;
pub(crate) const STEP: usize = 3;

/// Matching takes time in proportion to this, so a recipe's bound stays useful.
const STEPS_MAX: usize = 4_000;

struct Builder {
    steps: Vec<[u32; 3]>,
    ranges: Vec<(u32, u32)>,
}

/// The program of a pattern; none where the pattern is wrong or too large.
pub(crate) fn compile(pattern: &str, tables: &Tables) -> Option<Vec<u32>> {
    let mut parser = Parser::new(pattern, tables);
    let node = parser.whole()?;
    let mut builder = Builder { steps: Vec::new(), ranges: Vec::new() };
    builder.emit(step::SAVE, 0, 0)?;
    builder.node(&node)?;
    builder.emit(step::SAVE, 1, 0)?;
    builder.emit(step::MATCH, 0, 0)?;
    let ranges_at = HEAD + builder.steps.len() * STEP;
    let mut words = Vec::with_capacity(ranges_at + builder.ranges.len() * 2);
    words.push(parser.groups);
    words.push(builder.steps.len() as u32);
    for [what, a, b] in builder.steps {
        let a = if what == step::CLASS { ranges_at as u32 + a * 2 } else { a };
        words.extend([what, a, b]);
    }
    for (low, high) in builder.ranges {
        words.extend([low, high]);
    }
    Some(words)
}

impl Builder {
    fn emit(&mut self, what: u32, a: u32, b: u32) -> Option<usize> {
        if self.steps.len() >= STEPS_MAX {
            return None;
        }
        self.steps.push([what, a, b]);
        Some(self.steps.len() - 1)
    }

    fn here(&self) -> u32 {
        self.steps.len() as u32
    }

    fn class(&mut self, class: &Class) -> Option<()> {
        if let [(low, high)] = class.ranges[..]
            && low == high
        {
            self.emit(step::CHAR, low, 0)?;
            return Some(());
        }
        let start = self
            .ranges
            .windows(class.ranges.len().max(1))
            .position(|window| window == class.ranges);
        let start = start.unwrap_or_else(|| {
            self.ranges.extend_from_slice(&class.ranges);
            self.ranges.len() - class.ranges.len()
        });
        self.emit(step::CLASS, start as u32, class.ranges.len() as u32)?;
        Some(())
    }

    fn node(&mut self, node: &Node) -> Option<()> {
        match node {
            Node::Class(class) => self.class(class)?,
            Node::Assert(assert) => {
                self.emit(step::ASSERT, *assert as u32, 0)?;
            }
            Node::Group(inner, number) => {
                self.emit(step::SAVE, number * 2, 0)?;
                self.node(inner)?;
                self.emit(step::SAVE, number * 2 + 1, 0)?;
            }
            Node::Concat(parts) => {
                for part in parts {
                    self.node(part)?;
                }
            }
            Node::Either(branches) => self.either(branches)?,
            Node::Repeat { node, least, most, greedy } => {
                self.repeat(node, *least, *most, *greedy)?;
            }
        }
        Some(())
    }

    fn either(&mut self, branches: &[Node]) -> Option<()> {
        let mut ends = Vec::new();
        for (at, branch) in branches.iter().enumerate() {
            if at + 1 == branches.len() {
                self.node(branch)?;
                break;
            }
            let split = self.emit(step::SPLIT, 0, 0)?;
            self.steps[split][1] = self.here();
            self.node(branch)?;
            ends.push(self.emit(step::JUMP, 0, 0)?);
            self.steps[split][2] = self.here();
        }
        for end in ends {
            self.steps[end][1] = self.here();
        }
        Some(())
    }

    fn split(&mut self, at: usize, into: u32, past: u32, greedy: bool) {
        self.steps[at][1] = if greedy { into } else { past };
        self.steps[at][2] = if greedy { past } else { into };
    }

    fn repeat(&mut self, node: &Node, least: u32, most: Option<u32>, greedy: bool) -> Option<()> {
        let Some(most) = most else {
            return self.endless(node, least, greedy);
        };
        for _ in 0..least {
            self.node(node)?;
        }
        let mut splits = Vec::new();
        for _ in least..most {
            splits.push(self.emit(step::SPLIT, 0, 0)?);
            self.node(node)?;
        }
        let past = self.here();
        for split in splits {
            self.split(split, split as u32 + 1, past, greedy);
        }
        Some(())
    }

    /// A repeat without a most, `x*` as `(x+)?`: the choice of another round stands behind a round. In
    /// front of it, one that matched nothing would be left before what comes after it was tried.
    fn endless(&mut self, node: &Node, least: u32, greedy: bool) -> Option<()> {
        for _ in 1..least {
            self.node(node)?;
        }
        let enter = match least {
            0 => Some(self.emit(step::SPLIT, 0, 0)?),
            _ => None,
        };
        let start = self.here();
        self.node(node)?;
        let again = self.emit(step::SPLIT, 0, 0)?;
        let past = self.here();
        for split in enter.into_iter().chain([again]) {
            self.split(split, start, past, greedy);
        }
        Some(())
    }
}
