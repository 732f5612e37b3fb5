//! Regular expressions in the syntax of RE2, matched in time linear in the text.
//!
//! The compiler of recipes includes these files too, so that a pattern that is constant is compiled
//! once, by the same rules.
//!
//! *Never:* backtracking: a text is read once, whatever the pattern.

#[path = "regex/class.rs"]
mod class;
#[path = "regex/letters.rs"]
mod letters;
#[path = "regex/parse.rs"]
mod parse;
#[path = "regex/program.rs"]
mod program;
#[path = "regex/run.rs"]
mod run;

#[allow(unused_imports, reason = "the compiler of recipes uses it")]
pub(crate) use parse::Tables;
pub(crate) use program::compile;
pub(crate) use run::{Found, Machine};
