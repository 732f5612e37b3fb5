//! Which proposal beyond the first version of WebAssembly something belongs to.
//!
//! *Never:* an instruction that is not known here passes for one of the first version.

use wasmparser::{CanonicalFunction, CanonicalOption, MemoryType, Operator};

/// The first version, of which nothing is told.
pub(super) const FIRST: &str = "mvp";

macro_rules! names {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*) )*) => {
        /// The proposal that an instruction belongs to.
        pub(super) const fn of(operator: &Operator<'_>) -> &'static str {
            match operator {
                $( Operator::$op { .. } => stringify!($proposal), )*
                _ => "unknown",
            }
        }
    };
}

wasmparser::for_each_operator!(names);

/// What a memory uses.
pub(super) fn of_memory(memory: &MemoryType) -> Vec<&'static str> {
    let uses = [
        (memory.memory64, "memory64"),
        (memory.shared, "threads"),
        (memory.page_size_log2.is_some(), "custom-page-sizes"),
    ];
    uses.into_iter().filter(|(is_used, _)| *is_used).map(|(_, name)| name).collect()
}

/// Whether a canonical function is of the component model's concurrency.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others, and new ones, are async built-ins")]
pub(super) fn is_async(function: &CanonicalFunction) -> bool {
    match function {
        CanonicalFunction::Lift { options, .. } | CanonicalFunction::Lower { options, .. } => {
            options.iter().any(|option| {
                matches!(option, CanonicalOption::Async | CanonicalOption::Callback(_))
            })
        }
        CanonicalFunction::ResourceNew { .. }
        | CanonicalFunction::ResourceDrop { .. }
        | CanonicalFunction::ResourceRep { .. } => false,
        _ => true,
    }
}
