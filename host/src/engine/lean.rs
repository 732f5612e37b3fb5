//! A component as the compiler wants it: without the names of its functions and what debuggers read. Nobody
//! asks compiled code for them, and whoever loads it would read them each time, twenty thousand for Python.
//!
//! *Never:* a section that changes what the component does is left out.

use std::borrow::Cow;

use wasm_encoder::Encode;
use wasmparser::{BinaryReader, BinaryReaderError};

/// Magic number and version.
const HEAD_BYTES: usize = 8;
/// Sections: custom ones anywhere, modules and components in a component.
const CUSTOM: u8 = 0;
const MODULE: u8 = 1;
const COMPONENT: u8 = 4;

/// Whether a custom section only tells of the others.
fn is_told(name: &str) -> bool {
    matches!(name, "name" | "component-name" | "producers") || name.starts_with(".debug_")
}

/// The same component without them; as it is where it cannot be read, for the compiler says why.
pub(crate) fn lean(component: &[u8]) -> Cow<'_, [u8]> {
    without(component, true).map_or(Cow::Borrowed(component), Cow::Owned)
}

fn without(part: &[u8], is_component: bool) -> Result<Vec<u8>, BinaryReaderError> {
    let mut sections = BinaryReader::new(part, 0);
    let mut out = Vec::with_capacity(part.len());
    out.extend_from_slice(sections.read_bytes(HEAD_BYTES)?);
    while !sections.eof() {
        let (kind, length) = (sections.read_u8()?, sections.read_var_u32()?);
        let body = sections.read_bytes(length as usize)?;
        if kind == CUSTOM && is_told(BinaryReader::new(body, 0).read_string()?) {
            continue;
        }
        out.push(kind);
        match kind {
            MODULE | COMPONENT if is_component => {
                without(body, kind == COMPONENT)?.as_slice().encode(&mut out);
            }
            _ => body.encode(&mut out),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_from_every_part_and_all_else_stays() {
        let named = wat::parse_str(
            r#"(component $outer
                (core module $m (func $answer (export "f") (result i32) (i32.const 7))
                    (@custom "kept" "as it is"))
                (component $inner (core module $n (func $nothing))))"#,
        );
        let named = named.unwrap();
        let lean = lean(&named);
        let has = |word: &str| lean.windows(word.len()).any(|it| it == word.as_bytes());
        for gone in ["outer", "answer", "inner", "nothing"] {
            assert!(!has(gone), "{gone}");
        }
        assert!(has("kept") && has("as it is"));
        wasmparser::validate(&lean).unwrap();
    }

    #[test]
    fn what_cannot_be_read_stays_as_it_is() {
        for broken in [&b"\0as"[..], b"\0asm\x0d\0\x01\0\x01\xff", b"\0asm\x0d\0\x01\0\0\x01\x09"] {
            assert_eq!(&*lean(broken), broken);
        }
    }
}
