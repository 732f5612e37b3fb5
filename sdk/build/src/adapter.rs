//! What stands behind WASI preview 1, and behind AssemblyScript's `env`, for compilers that know
//! nothing else: the contract, or nothing.
//!
//! Prints become log lines, what a program says as it dies becomes the message of its trap, time
//! and randomness are the host's where they are asked for and otherwise virtual, and there are no
//! files. Only the functions that a component uses stay in it.
//!
//! *Never:* a component gets an import of WASI through this, or of an interface it does not ask
//! for.

use wit_bindgen_core::wit_parser::{Resolve, WorldId};
use wit_component::{StringEncoding, embed_component_metadata};

use crate::component::ComponentError;
use crate::contract;
use crate::description::Permissions;

/// What a language's runtime wants of its surroundings, by the name of the module that it imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surroundings {
    /// WASI preview 1 for C libraries. The guest exports `engraft_scratch`, which gives the address
    /// of 8 KiB of its own memory, where the adapter keeps a line and an answer of the host.
    Libc,
    /// The same for Go, which leaves 8 KiB free above the first 4 for arguments that a browser
    /// would pass; its runtime owns everything else and cannot be called while it prints why it
    /// dies.
    Go,
    /// What AssemblyScript calls `env`; with `engraft_scratch` as well.
    AssemblyScript,
}

/// A function of the adapter that an interface of the contract gives, or that stands for it where
/// it is not asked for. A discriminant of 1 is an error.
struct Opening {
    interface: &'static str,
    import: &'static str,
    absent: &'static str,
}

const LOG: Opening = Opening {
    interface: "log",
    import: r#"(import "engraft:capability/log@1.0.0" "write"
        (func $log (param i32 i32 i32 i32 i32 i32)))"#,
    absent: "(func $log (param i32 i32 i32 i32 i32 i32))",
};
const CLOCK: Opening = Opening {
    interface: "clock",
    import: r#"(import "engraft:capability/clock@1.0.0" "now" (func $host_now (param i32)))
        (import "engraft:capability/clock@1.0.0" "monotonic" (func $host_monotonic (param i32)))"#,
    absent: "(func $host_now (param i32) (i32.store8 (local.get 0) (i32.const 1)))
        (func $host_monotonic (param i32) (i32.store8 (local.get 0) (i32.const 1)))",
};
const RANDOM_BYTES: Opening = Opening {
    interface: "random",
    import: r#"(import "engraft:capability/random@1.0.0" "bytes"
        (func $host_random (param i32 i32)))"#,
    absent: "(func $host_random (param i32 i32) (i32.store8 (local.get 1) (i32.const 1)))",
};
const RANDOM_NUMBER: Opening = Opening {
    interface: "random",
    import: r#"(import "engraft:capability/random@1.0.0" "number" (func $host_random (param i32)))"#,
    absent: "(func $host_random (param i32) (i32.store8 (local.get 0) (i32.const 1)))",
};

impl Surroundings {
    /// The module that guests import it by.
    pub(crate) const fn module(self) -> &'static str {
        match self {
            Self::Libc | Self::Go => "wasi_snapshot_preview1",
            Self::AssemblyScript => "env",
        }
    }

    const fn body(self) -> &'static str {
        match self {
            Self::Libc | Self::Go => include_str!("adapter/preview1.wat"),
            Self::AssemblyScript => include_str!("adapter/assemblyscript.wat"),
        }
    }

    const fn openings(self) -> [Opening; 3] {
        match self {
            Self::Libc | Self::Go => [LOG, CLOCK, RANDOM_BYTES],
            Self::AssemblyScript => [LOG, CLOCK, RANDOM_NUMBER],
        }
    }

    /// Where the scratch area is, as an import and a function; and whether the host may be asked at
    /// any time.
    const fn scratch(self) -> (&'static str, &'static str) {
        match self {
            Self::Libc | Self::AssemblyScript => (
                r#"(import "__main_module__" "engraft_scratch" (func $scratch (result i32)))"#,
                "(func $may_ask (result i32) (i32.const 1))",
            ),
            Self::Go => (
                "",
                "(func $scratch (result i32) (i32.const 4096))
                (func $may_ask (result i32) (i32.const 0))",
            ),
        }
    }

    const fn encoding(self) -> StringEncoding {
        match self {
            Self::Libc | Self::Go => StringEncoding::UTF8,
            Self::AssemblyScript => StringEncoding::UTF16,
        }
    }
}

/// The adapter for these permissions.
pub(crate) fn make(
    permissions: &Permissions,
    surroundings: Surroundings,
) -> Result<Vec<u8>, ComponentError> {
    let open = permissions.interfaces();
    let (scratch_import, scratch) = surroundings.scratch();
    let (mut imports, mut functions) = (vec![scratch_import], vec![scratch]);
    for opening in surroundings.openings() {
        if open.contains(&opening.interface) {
            imports.push(opening.import);
        } else {
            functions.push(opening.absent);
        }
    }
    let text = surroundings
        .body()
        .replace(";;imports", &imports.join("\n"))
        .replace(";;functions", &functions.join("\n"));
    let mut module =
        wat::parse_str(&text).map_err(|error| ComponentError::Fault(error.to_string()))?;
    let (resolve, world) = world(&open)?;
    embed_component_metadata(&mut module, &resolve, world, surroundings.encoding())
        .map_err(|error| ComponentError::Fault(format!("{error:#}")))?;
    Ok(module)
}

fn world(open: &[&str]) -> Result<(Resolve, WorldId), ComponentError> {
    let imports: String = open
        .iter()
        .filter(|name| matches!(**name, "log" | "clock" | "random" | "fault"))
        .map(|name| format!("    import {name};\n"))
        .collect();
    let text = format!("package engraft:capability@1.0.0;\nworld sealed {{\n{imports}}}\n");
    Ok(contract::resolve_with("sealed.wit", &text, "sealed")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_of_permissions_has_an_adapter() {
        for bits in 0..8 {
            let permissions = Permissions {
                log: bits & 1 != 0,
                clock: bits & 2 != 0,
                random: bits & 4 != 0,
                ..Permissions::default()
            };
            let all = [Surroundings::Libc, Surroundings::Go, Surroundings::AssemblyScript];
            for surroundings in all {
                let module = make(&permissions, surroundings).unwrap();
                let has =
                    |name: &str| module.windows(name.len()).any(|window| window == name.as_bytes());
                // The type section of the adapter names every interface of its world.
                assert_eq!(has("engraft:capability/clock@1.0.0"), permissions.clock);
                assert!(has("engraft:capability/fault@1.0.0"));
                assert!(!has("wasi:"));
            }
        }
    }
}
