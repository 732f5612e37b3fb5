//! What stands behind WASI preview 1 for compilers that know nothing else: the contract, or nothing.
//!
//! Prints become log lines, what a program says as it dies becomes the message of its trap, time and
//! randomness are the host's where they are asked for and otherwise virtual, and there are no files.
//! Only the functions that a component uses stay in it.
//!
//! *Never:* a component gets an import of WASI through this, or of an interface it does not ask for.

use wit_bindgen_core::wit_parser::{Resolve, WorldId};
use wit_component::{StringEncoding, embed_component_metadata};

use crate::component::ComponentError;
use crate::contract;
use crate::description::Permissions;

const BODY: &str = include_str!("adapter/preview1.wat");
const IMPORTS: [(&str, &str); 3] = [
    (
        "log",
        r#"(import "engraft:capability/log@1.0.0" "write"
            (func $log (param i32 i32 i32 i32 i32 i32)))"#,
    ),
    (
        "clock",
        r#"(import "engraft:capability/clock@1.0.0" "now" (func $host_now (param i32)))
        (import "engraft:capability/clock@1.0.0" "monotonic" (func $host_monotonic (param i32)))"#,
    ),
    (
        "random",
        r#"(import "engraft:capability/random@1.0.0" "bytes" (func $host_random (param i32 i32)))"#,
    ),
];
/// What stands for an interface that is not asked for. A discriminant of 1 is an error.
const ABSENT: [(&str, &str); 3] = [
    ("log", "(func $log (param i32 i32 i32 i32 i32 i32))"),
    (
        "clock",
        "(func $host_now (param i32) (i32.store8 (local.get 0) (i32.const 1)))
        (func $host_monotonic (param i32) (i32.store8 (local.get 0) (i32.const 1)))",
    ),
    ("random", "(func $host_random (param i32 i32) (i32.store8 (local.get 1) (i32.const 1)))"),
];

/// Where the adapter keeps a line and an answer of the host, in the guest's own memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scratch {
    /// The guest exports `engraft_scratch`, which gives the address of 8 KiB.
    Exported,
    /// Go leaves 8 KiB free above the first 4 for arguments that a browser would pass; its runtime
    /// owns everything else and cannot be called while it prints why it dies.
    Go,
}

/// The adapter for these permissions.
pub(crate) fn make(permissions: &Permissions, scratch: Scratch) -> Result<Vec<u8>, ComponentError> {
    let open = permissions.interfaces();
    let is_open = |name: &&str| open.contains(name);
    let imports = IMPORTS.iter().filter(|(name, _)| is_open(name)).map(|(_, text)| *text);
    let absent = ABSENT.iter().filter(|(name, _)| !is_open(name)).map(|(_, text)| *text);
    let (scratch_import, scratch) = match scratch {
        Scratch::Exported => (
            r#"(import "__main_module__" "engraft_scratch" (func $scratch (result i32)))"#,
            "(func $may_ask (result i32) (i32.const 1))",
        ),
        Scratch::Go => (
            "",
            "(func $scratch (result i32) (i32.const 4096))
            (func $may_ask (result i32) (i32.const 0))",
        ),
    };
    let text = BODY
        .replace(
            ";;imports",
            &format!("{scratch_import}\n{}", imports.collect::<Vec<_>>().join("\n")),
        )
        .replace(";;functions", &format!("{scratch}\n{}", absent.collect::<Vec<_>>().join("\n")));
    let mut module =
        wat::parse_str(&text).map_err(|error| ComponentError::Fault(error.to_string()))?;
    let (resolve, world) = world(&open)?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
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
            for scratch in [Scratch::Exported, Scratch::Go] {
                let module = make(&permissions, scratch).unwrap();
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
