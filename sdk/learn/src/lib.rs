//! Program synthesis: examples in, the simplest recipe that satisfies them out.
//!
//! *Never:* a program that does not give every example's answer, and never a look at the clock.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "values and operations have many kinds, and most places ask for one or two of them"
)]

mod atom;
mod bank;
mod cel;
mod clue;
mod concat;
mod eval;
mod kind;
mod learn;
mod lesson;
mod op;
mod piece;
mod problem;
mod question;
mod rank;
mod recipe;
mod solve;
mod task;
mod term;
mod truth;
mod value;

pub use kind::{Field, Kind};
pub use learn::Learner;
pub use lesson::{Answer, Conflict, Doubt, Learned, Lesson, Program, Question};
pub use recipe::Title;
pub use task::{ARGUMENTS_MAX, EXAMPLES_MAX, Example, TASK_BYTES_MAX, Task, TaskError};
pub use value::Value;
