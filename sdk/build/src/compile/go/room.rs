//! Room in Go's memory for the adapter of WASI, which keeps some pages of its own there.
//!
//! The adapter first asks for them while Go's runtime starts, when no function of Go can be called;
//! and pages that it took by growing the memory would be Go's a moment later, for Go counts on
//! being the only one who grows it. So the package `guest` has a variable of that size, found here
//! by the words that it begins with, and the module gets a function that hands it out.
//!
//! *Never:* what was handed out is taken back; the adapter asks twice in an instance's life.

use std::ops::Range;

use wasmparser::{
    BinaryReader, DataKind, DataSectionReader, FromReader, Operator, Parser, Payload, TypeRef,
};

use crate::component::{ComponentError, append_size};

/// What the variable begins with; `engraft/guest/wasi.go` writes the same.
const WORDS: &[u8; 32] = b"engraft: room for WASI's adapter";
/// The variable's bytes, its head of [`HEAD`] among them: a page for the adapter's state and one
/// for its stack, and as much again, so that another version may want more.
const SIZE: usize = 256 << 10;
/// The words, then how much is handed out; rounded up.
const HEAD: usize = 48;

const TYPE: u8 = 1;
const FUNCTION: u8 = 3;
const EXPORT: u8 = 7;
const CODE: u8 = 10;

/// The module with a function that hands out the room.
pub(super) fn open(module: &[u8]) -> Result<Vec<u8>, ComponentError> {
    let encode = |error: wasmparser::BinaryReaderError| ComponentError::Encode(error.to_string());
    let outline = Outline::of(module).map_err(encode)?;
    let Some(place) = outline.place else {
        return Err(ComponentError::Encode(
            "`engraft/guest/wasi.go` is not in it; copy it from a new project".to_owned(),
        ));
    };
    let added =
        Added { type_index: outline.types, function_index: outline.functions, body: body(place)? };
    added.put(module, outline.sections).map_err(encode)
}

/// What of a module is of interest.
#[derive(Default)]
struct Outline {
    sections: Vec<(u8, Range<usize>)>,
    types: usize,
    /// Imported ones come first.
    functions: usize,
    /// Where the variable is.
    place: Option<usize>,
}

impl Outline {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the other sections stay as they are")]
    fn of(module: &[u8]) -> wasmparser::Result<Self> {
        let mut outline = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            let payload = payload?;
            if let Some(section) = payload.as_section() {
                outline.sections.push(section);
            }
            match payload {
                Payload::TypeSection(all) => outline.types = all.count() as usize,
                Payload::FunctionSection(all) => outline.functions += all.count() as usize,
                Payload::ImportSection(all) => {
                    for import in all.into_imports() {
                        outline.functions += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::DataSection(data) => outline.place = find(data)?,
                _ => {}
            }
        }
        Ok(outline)
    }
}

/// What the module gets.
struct Added {
    type_index: usize,
    function_index: usize,
    body: Vec<u8>,
}

impl Added {
    fn put(&self, module: &[u8], sections: Vec<(u8, Range<usize>)>) -> wasmparser::Result<Vec<u8>> {
        let mut made = module.get(..8).unwrap_or_default().to_vec();
        for (id, range) in sections {
            let body = module.get(range).unwrap_or_default();
            let body = match self.entry(id) {
                Some(entry) => with_entry(body, &entry)?,
                None => body.to_vec(),
            };
            made.push(id);
            append_size(&mut made, body.len());
            made.extend_from_slice(&body);
        }
        Ok(made)
    }

    /// The entry that one more function is in a section.
    fn entry(&self, section: u8) -> Option<Vec<u8>> {
        let mut entry = Vec::new();
        match section {
            // Four numbers of 32 bits, and one of them as the result.
            TYPE => entry.extend_from_slice(&[0x60, 4, 0x7f, 0x7f, 0x7f, 0x7f, 1, 0x7f]),
            FUNCTION => append_size(&mut entry, self.type_index),
            EXPORT => {
                // By this name an adapter, and nobody else, is given memory.
                let name = "cabi_realloc_adapter";
                append_size(&mut entry, name.len());
                entry.extend_from_slice(name.as_bytes());
                entry.push(0);
                append_size(&mut entry, self.function_index);
            }
            CODE => {
                append_size(&mut entry, self.body.len());
                entry.extend_from_slice(&self.body);
            }
            _ => return None,
        }
        Some(entry)
    }
}

/// A section with one entry more, at its end.
fn with_entry(section: &[u8], entry: &[u8]) -> wasmparser::Result<Vec<u8>> {
    let mut reader = BinaryReader::new(section, 0);
    let count = u32::from_reader(&mut reader)?;
    let rest = section.get(reader.original_position()..).unwrap_or_default();
    let mut made = Vec::with_capacity(section.len() + entry.len() + 8);
    append_size(&mut made, count as usize + 1);
    made.extend_from_slice(rest);
    made.extend_from_slice(entry);
    Ok(made)
}

/// Where in the memory the variable begins.
fn find(data: DataSectionReader<'_>) -> wasmparser::Result<Option<usize>> {
    for segment in data {
        let segment = segment?;
        let DataKind::Active { offset_expr, .. } = &segment.kind else { continue };
        let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
            continue;
        };
        let at = segment.data.windows(WORDS.len()).position(|window| window == WORDS);
        if let Some(at) = at {
            return Ok(Some(value.cast_unsigned() as usize + at));
        }
    }
    Ok(None)
}

/// The function's locals and code. It counts in the variable itself.
fn body(place: usize) -> Result<Vec<u8>, ComponentError> {
    let (used, begin, size) = (place + WORDS.len(), place + HEAD, SIZE - HEAD);
    let text = format!(
        "(module (memory 1) (func (param i32 i32 i32 i32) (result i32) (local i32)
            (local.set 4 (i32.load (i32.const {used})))
            (if (i32.gt_u (i32.add (local.get 4) (local.get 3)) (i32.const {size})) (then unreachable))
            (i32.store (i32.const {used})
                (i32.and (i32.add (i32.add (local.get 4) (local.get 3)) (i32.const 15)) (i32.const -16)))
            (i32.add (i32.const {begin}) (local.get 4))))"
    );
    let fault = |error: String| ComponentError::Fault(error);
    let module = wat::parse_str(&text).map_err(|error| fault(error.to_string()))?;
    for payload in Parser::new(0).parse_all(&module) {
        if let Payload::CodeSectionEntry(body) =
            payload.map_err(|error| fault(error.to_string()))?
        {
            return Ok(module.get(body.range()).unwrap_or_default().to_vec());
        }
    }
    Err(fault("the function of the room has no body".to_owned()))
}
