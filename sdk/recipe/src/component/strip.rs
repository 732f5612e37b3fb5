//! A component without its custom sections: names of parts and of the tools that made it, which no host
//! needs to run it, and which weigh as much as a small recipe.
//!
//! *Never:* a section that means something goes.

use wasm_encoder::Encode;
use wasmparser::{BinaryReader, BinaryReaderError};

/// Magic number and version stand in front of all sections.
const HEADER: usize = 8;

/// Sections with these numbers are custom ones, modules within a component, and components within one.
const CUSTOM: u8 = 0;
const MODULE: u8 = 1;
const COMPONENT: u8 = 4;

/// The same component or module, without the custom sections of it and of what stands in it.
pub(super) fn stripped(bytes: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    component(bytes, COMPONENT)
}

/// Of modules only a component has some within; their sections of these numbers are others.
fn component(bytes: &[u8], of: u8) -> Result<Vec<u8>, BinaryReaderError> {
    let mut reader = BinaryReader::new(bytes, 0);
    let mut out = reader.read_bytes(HEADER)?.to_vec();
    while !reader.eof() {
        let section = reader.read_u8()?;
        let length = reader.read_var_u32()?;
        let body = reader.read_bytes(length as usize)?;
        if section == CUSTOM {
            continue;
        }
        out.push(section);
        if of == COMPONENT && matches!(section, MODULE | COMPONENT) {
            component(body, section)?.as_slice().encode(&mut out);
        } else {
            body.encode(&mut out);
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_sections_go_and_all_else_stays() {
        let module = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\0\x03\x02ab";
        let mut whole = b"\0asm\x0d\0\x01\0".to_vec();
        let header = whole.clone();
        whole.extend([MODULE, u8::try_from(module.len()).unwrap_or_default()]);
        whole.extend(module);
        whole.extend([CUSTOM, 2, 1, b'n']);
        let kept = module.get(..14).unwrap_or_default();
        let wanted = [header.as_slice(), &[MODULE, 14], kept].concat();
        assert_eq!(stripped(&whole).ok(), Some(wanted));
        assert!(stripped(whole.get(..20).unwrap_or_default()).is_err());
    }
}
