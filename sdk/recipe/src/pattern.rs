//! Regular expressions that are constant in a recipe, compiled here by the runtime's own rules.
//!
//! *Never:* a pattern means one thing here and another in the runtime: the files are the same.

#[path = "../runtime/src/regex.rs"]
#[allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "written for the runtime, where a wrong index is a trap"
)]
mod regex;

mod table;

use regex_syntax::hir::{Class, HirKind};

pub(crate) use table::table;

/// How large a program is, as far as matching with it depends on that.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Program {
    groups: u32,
    steps: u32,
}

impl Program {
    pub(crate) fn new(words: &[u32]) -> Self {
        let word = |at: usize| words.get(at).copied().unwrap_or_default();
        Self { groups: word(0), steps: word(1) }
    }

    pub(crate) fn groups(self) -> u32 {
        self.groups
    }

    pub(crate) fn steps(self) -> f64 {
        f64::from(self.steps)
    }

    /// Where each group begins and ends, and the match itself.
    pub(crate) fn slots(self) -> f64 {
        f64::from(self.groups * 2 + 2)
    }
}

/// The program of a pattern; none where it is wrong or too large.
pub(crate) fn compile(pattern: &str) -> Option<Vec<u32>> {
    regex::compile(pattern, &(unicode_class as regex::Tables))
}

/// Whether a text has a match of a pattern; none where the pattern is wrong or too large.
pub(crate) fn matches(pattern: &str, text: &str) -> Option<bool> {
    let program = compile(pattern)?;
    Some(regex::Machine::new(&program, 0).find(text, 0).is_some())
}

/// The ranges of one of Unicode's classes: `L`, `Greek`, `Nd`.
fn unicode_class(name: &str) -> Option<Vec<(u32, u32)>> {
    if !name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
        return None;
    }
    let hir = regex_syntax::parse(&format!("\\p{{{name}}}")).ok()?;
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => {
            let ranges = class.ranges().iter();
            Some(ranges.map(|range| (range.start() as u32, range.end() as u32)).collect())
        }
        _ => None,
    }
}
