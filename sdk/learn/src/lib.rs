//! Program synthesis: examples in, the simplest recipe that satisfies them out.
//!
//! ```
//! use engraft_learn::{Learner, Lesson, Task, Title};
//!
//! let task = Task::read(
//!     r#"[{"input": {"date": "2024-03-15"}, "output": "15/03/2024"},
//!         {"input": {"date": "1999-12-31"}, "output": "31/12/1999"},
//!         {"input": {"date": "2010-07-04"}, "output": "04/07/2010"}]"#,
//! )?;
//! match Learner::default().learn(&task) {
//!     Lesson::Learned(learned) => {
//!         let recipe = learned.program.recipe(&Title::new("date.european"), task.examples());
//!         assert!(recipe.contains("return: "));
//!         assert_eq!(learned.program.run(&["2023-01-09".into()]), Some("09/01/2023".into()));
//!     }
//!     other => panic!("{other:?}"),
//! }
//! # Ok::<(), engraft_learn::TaskError>(())
//! ```
//!
//! # How it works
//!
//! 1. **Examples** ([`Task`]) are checked, and those that exclude one another are told. A few distinct
//!    ones are searched with; what a program gets wrong among the others is added, and the search
//!    begins again.
//! 2. **Clues** are the constants that examples suggest: marks between parts, pieces that all inputs
//!    share, what stands in an answer in place of what.
//! 3. **The bank** holds terms from the cheapest up, each with what it gives in every example; of terms
//!    that give the same, the cheapest stays. A cost is how unlikely it is that somebody wants this.
//! 4. **Text** is put together from pieces (cuts, runs of characters, substrings) that occur in the
//!    answers, by the cheapest way from their beginnings to their ends. **Numbers** are terms, or terms
//!    with fitted constants; **lists** and **objects** are problems of their items and fields.
//! 5. **Branches** are tried where one way for all is dear: one for every three examples, at most four.
//! 6. **Judging**: examples are held back one after the other. Programs that are found again count for
//!    more, and where they are not, the lesson says so. Programs that agree on the examples and differ
//!    on likely inputs come with the [`Question`] that would settle it.
//!
//! Effort is counted in steps, never in time, so the same examples, steps and seed give the same lesson
//! on every machine. A program means here what its recipe means: text is indexed by code points, whole
//! numbers never wrap, and what would fail there gives nothing here.
//!
//! # Limits
//!
//! Capitals and small letters are those of ASCII, as the recipe language has them.
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
mod idiom;
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
