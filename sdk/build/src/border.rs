//! Whether what was built is a capability: it exports the contract, and imports nothing that it may
//! not.
//!
//! *Never:* a sealed component leaves with an import of WASI, nor any with one that no host has.

use std::fmt;

use wasmparser::{Parser, Payload};

use crate::component::ComponentError;
use crate::wasi::Variant;

const CONTRACT: &str = "engraft:capability/";
/// What every capability exports.
const EXPORTS: [&str; 2] = ["describe", "invoke"];

/// What is wrong with a component's world.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Foreign {
    /// It does not export this function of the contract.
    Lacks(&'static str),
    /// It imports this, and is to be sealed.
    Wasi(String),
    /// It imports this, which is neither of the contract nor of WASI.
    Import(String),
}

/// Looks at the outermost imports and exports.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other sections do not show outside")]
pub(crate) fn check(component: &[u8], variant: Variant) -> Result<(), ComponentError> {
    let (mut depth, mut exported) = (0_u32, Vec::new());
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload.map_err(|error| ComponentError::Encode(error.to_string()))?;
        match payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(imports) if depth == 0 => {
                for import in imports.into_iter().flatten() {
                    check_import(import.name.name, variant)?;
                }
            }
            Payload::ComponentExportSection(exports) if depth == 0 => {
                exported.extend(exports.into_iter().flatten().map(|export| export.name.name));
            }
            _ => {}
        }
    }
    match EXPORTS.into_iter().find(|wanted| !exported.contains(wanted)) {
        Some(lacking) => Err(Foreign::Lacks(lacking).into()),
        None => Ok(()),
    }
}

fn check_import(name: &str, variant: Variant) -> Result<(), ComponentError> {
    // What has no interface is a type that the world uses.
    if name.starts_with(CONTRACT) || !name.contains(':') {
        return Ok(());
    }
    let is_wasi = name.starts_with("wasi:");
    match (is_wasi, variant) {
        (true, Variant::Wasi) => Ok(()),
        (true, Variant::Sealed) => Err(Foreign::Wasi(name.to_owned()).into()),
        (false, _) => Err(Foreign::Import(name.to_owned()).into()),
    }
}

// === impl Foreign ===

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lacks(export) => write!(
                f,
                "it does not export `{export}`, so it is a component of another world; `engraft new` makes \
                 a project of this one"
            ),
            Self::Wasi(import) => write!(
                f,
                "it imports `{import}`, and a sealed capability imports nothing but the contract; leave out \
                 what needs it, or ask for WASI as `engraft new LANGUAGE NAME --wasi` does"
            ),
            Self::Import(import) => write!(
                f,
                "it imports `{import}`, which is neither of the contract nor of WASI; a host of its own \
                 interfaces loads it with `engraft sign` and `engine::raw`"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPORTING: &str = r#"
        (core module $m (func (export "f")))
        (core instance $i (instantiate $m))
        (func $f (canon lift (core func $i "f")))
        (export "describe" (func $f)) (export "invoke" (func $f))"#;

    fn says(text: &str, variant: Variant) -> String {
        let component = wat::parse_str(format!("(component {text})")).unwrap();
        check(&component, variant).err().map_or_else(String::new, |error| error.to_string())
    }

    #[test]
    fn a_world_that_is_not_ours_is_told_apart() {
        let importing = |name: &str| format!("(import \"{name}\" (instance $w)) {EXPORTING}");
        assert_eq!(says(EXPORTING, Variant::Sealed), "");
        let contract = importing("engraft:capability/kv@1.0.0");
        assert_eq!(says(&contract, Variant::Sealed), "");
        let wasi = importing("wasi:cli/stdout@0.2.6");
        assert_eq!(says(&wasi, Variant::Wasi), "");
        let sealed = says(&wasi, Variant::Sealed);
        assert!(
            sealed.contains("`wasi:cli/stdout@0.2.6`") && sealed.contains("--wasi"),
            "{sealed}"
        );
        for variant in [Variant::Sealed, Variant::Wasi] {
            let other = says(&importing("acme:shop/orders@1.0.0"), variant);
            assert!(other.contains("neither of the contract nor of WASI"), "{other}");
        }
        let lacking = says("", Variant::Sealed);
        assert!(lacking.contains("does not export `describe`"), "{lacking}");
    }

    #[test]
    fn exports_of_what_is_inside_do_not_count() {
        let inside = says(&format!("(component {EXPORTING})"), Variant::Sealed);
        assert!(inside.contains("does not export"), "{inside}");
    }
}
