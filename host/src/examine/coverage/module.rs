//! A core module with probes: everything new stands behind what was there, so that no index moves.
//!
//! It gets one memory for the probes, and a function that tells where they lie; and one that tells what
//! lies in its own memory. Custom sections go: they describe code that stands elsewhere now, and mean
//! nothing to whoever runs it.
//!
//! *Never:* a memory, a function or a type that was there gets another number.

use std::ops::Range;

use wasm_encoder::Encode;
use wasmparser::{BinaryReader, BinaryReaderError, FunctionBody, MemoryType, Payload, TypeRef};

use super::blocks::{PROBES_AT, count, place, probed};

/// The names under which a module shows its probes to the component around it.
pub(super) const READER: &str = "engraft:coverage";
pub(super) const MEMORY: &str = "engraft:coverage-memory";
/// And its own memory.
pub(super) const OWN_READER: &str = "engraft:own";
pub(super) const OWN_MEMORY: &str = "engraft:own-memory";

/// Bytes of its own memory that are told: data, a stack, and the beginning of a heap lie there.
const OWN_BYTES_MAX: u32 = 16 << 20;

/// Probes of all modules together; each is a byte to read after each call.
const PROBES_MAX: u32 = 1 << 20;
/// Code that is instrumented. More is an interpreter, whose own blocks say nothing of the program that
/// it runs, and which takes seconds to compile once more.
const CODE_BYTES_MAX: usize = 4 << 20;

const TYPE: u8 = 1;
const FUNCTION: u8 = 3;
const MEMORIES: u8 = 5;
const EXPORT: u8 = 7;
const CODE: u8 = 10;
/// The order in which a module's sections stand.
const ORDER: [u8; 13] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

/// One function's probes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Body {
    /// Its index in the module.
    pub(crate) function: u32,
    /// The number of its first probe, which stands at its beginning.
    pub(crate) first: u32,
    /// Where its probes are, in bytes from the beginning of its body.
    pub(crate) offsets: Vec<u32>,
}

/// A module that is being read.
pub(super) struct Module {
    /// Where it begins in the file.
    begin: usize,
    sections: Vec<(u8, Range<usize>)>,
    types: u32,
    functions: u32,
    memories: u32,
    /// Whether its first memory is a plain one with room for anything.
    has_memory: bool,
    code: Vec<u8>,
    code_bytes: usize,
    probes: u32,
    bodies: Vec<Body>,
    compared: Vec<i64>,
}

/// A module that was read.
pub(super) struct Done {
    pub(super) bytes: Vec<u8>,
    /// None where it was left as it is.
    pub(super) bodies: Vec<Body>,
    /// Whether it was left so because it is too large.
    pub(super) is_large: bool,
    pub(super) probes: u32,
    /// Whether it tells what lies in its own memory.
    pub(super) has_memory: bool,
    pub(super) compared: Vec<i64>,
}

impl Module {
    pub(super) const fn new(begin: usize) -> Self {
        Self {
            begin,
            sections: Vec::new(),
            types: 0,
            functions: 0,
            memories: 0,
            has_memory: false,
            code: Vec::new(),
            code_bytes: 0,
            probes: 0,
            bodies: Vec::new(),
            compared: Vec::new(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the other sections are copied")]
    pub(super) fn read(&mut self, payload: Payload<'_>) -> Result<(), BinaryReaderError> {
        if let (Some(section), false) =
            (payload.as_section(), matches!(payload, Payload::CustomSection(_)))
        {
            self.sections.push(section);
        }
        match payload {
            Payload::TypeSection(groups) => {
                for group in groups {
                    self.types += count(group?.types().len());
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    match import?.ty {
                        TypeRef::Func(_) | TypeRef::FuncExact(_) => self.functions += 1,
                        TypeRef::Memory(memory) => self.memory(&memory),
                        TypeRef::Table(_) | TypeRef::Global(_) | TypeRef::Tag(_) => {}
                    }
                }
            }
            Payload::MemorySection(memories) => {
                for memory in memories {
                    self.memory(&memory?);
                }
            }
            Payload::CodeSectionEntry(body) => self.body(&body)?,
            _ => {}
        }
        Ok(())
    }

    fn memory(&mut self, memory: &MemoryType) {
        if self.memories == 0 {
            let is_plain = !memory.memory64 && memory.page_size_log2.is_none();
            self.has_memory = is_plain && memory.initial > 0;
        }
        self.memories += 1;
    }

    fn body(&mut self, body: &FunctionBody<'_>) -> Result<(), BinaryReaderError> {
        self.code_bytes += body.as_bytes().len();
        let function = self.functions + count(self.bodies.len());
        let mut body_bytes = Vec::with_capacity(body.as_bytes().len() * 3 / 2);
        let mut blocks = super::blocks::Blocks::default();
        if self.is_small() {
            blocks = probed(body, self.probes, self.memories, &mut body_bytes)?;
        }
        let first = self.probes;
        self.probes += count(blocks.offsets.len());
        self.compared.append(&mut blocks.compared);
        self.bodies.push(Body { function, first, offsets: blocks.offsets });
        body_bytes.as_slice().encode(&mut self.code);
        Ok(())
    }

    const fn is_small(&self) -> bool {
        self.code_bytes <= CODE_BYTES_MAX && self.probes <= PROBES_MAX
    }

    /// The module with its probes; as it was where it has no code, or too much.
    pub(super) fn done(self, file: &[u8], end: usize) -> Result<Done, BinaryReaderError> {
        if self.bodies.is_empty() || !self.is_small() {
            let bytes = file.get(self.begin..end).unwrap_or_default().to_vec();
            let is_large = !self.is_small();
            return Ok(Done {
                bytes,
                bodies: Vec::new(),
                is_large,
                probes: 0,
                has_memory: false,
                compared: vec![],
            });
        }
        let mut sections: Vec<(u8, Vec<u8>)> = Vec::new();
        for (id, range) in &self.sections {
            let bytes = file.get(range.clone()).unwrap_or_default();
            sections.push((*id, self.section(*id, bytes)?));
        }
        for id in [MEMORIES, EXPORT] {
            if sections.iter().all(|(known, _)| *known != id) {
                let rank = |id: &u8| ORDER.iter().position(|known| known == id);
                let at = sections.iter().position(|(known, _)| rank(known) > rank(&id));
                let made = (id, self.section(id, &[0])?);
                sections.insert(at.unwrap_or(sections.len()), made);
            }
        }
        let mut bytes = wasm_encoder::Module::HEADER.to_vec();
        for (id, content) in sections {
            bytes.push(id);
            content.as_slice().encode(&mut bytes);
        }
        let Self { bodies, probes, has_memory, compared, .. } = self;
        Ok(Done { bytes, bodies, is_large: false, probes, has_memory, compared })
    }

    /// A section with what is new behind what was there.
    fn section(&self, id: u8, bytes: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
        const FUNCTION_KIND: u8 = 0;
        const MEMORY_KIND: u8 = 2;
        let mut more = Vec::new();
        let added = match id {
            // No parameters, one i32.
            TYPE => {
                more.extend([0x60, 0, 1, 0x7f]);
                1
            }
            FUNCTION => {
                let added = 1 + u32::from(self.has_memory);
                (0..added).for_each(|_| self.types.encode(&mut more));
                added
            }
            MEMORIES => {
                const PAGE: u32 = 65_536;
                let pages = PROBES_AT.saturating_add(self.probes).div_ceil(PAGE);
                more.push(1);
                pages.encode(&mut more);
                pages.encode(&mut more);
                1
            }
            EXPORT => {
                READER.encode(&mut more);
                more.push(FUNCTION_KIND);
                (self.functions + count(self.bodies.len())).encode(&mut more);
                MEMORY.encode(&mut more);
                more.push(MEMORY_KIND);
                self.memories.encode(&mut more);
                if self.has_memory {
                    OWN_READER.encode(&mut more);
                    more.push(FUNCTION_KIND);
                    (self.functions + count(self.bodies.len()) + 1).encode(&mut more);
                    OWN_MEMORY.encode(&mut more);
                    more.extend([MEMORY_KIND, 0]);
                }
                2 + 2 * u32::from(self.has_memory)
            }
            CODE => {
                self.reader().as_slice().encode(&mut more);
                if self.has_memory {
                    own_reader().as_slice().encode(&mut more);
                }
                1 + u32::from(self.has_memory)
            }
            _ => return Ok(bytes.to_vec()),
        };
        let mut reader = BinaryReader::new(bytes, 0);
        let known = reader.read_var_u32()?;
        let rest = match id {
            CODE => self.code.as_slice(),
            _ => bytes.get(reader.original_position()..).unwrap_or_default(),
        };
        let mut content = Vec::with_capacity(rest.len() + more.len() + 5);
        (known + added).encode(&mut content);
        content.extend_from_slice(rest);
        content.extend(more);
        Ok(content)
    }

    /// Writes into the memory where the probes lie and how many they are, as the canonical form of a
    /// list, and gives the place where that stands.
    fn reader(&self) -> Vec<u8> {
        const I32_CONST: u8 = 0x41;
        const I32_STORE: u8 = 0x36;
        const END: u8 = 0x0b;
        let mut body = vec![0];
        for (at, value) in [(0, PROBES_AT), (4, self.probes)] {
            body.extend([I32_CONST, 0, I32_CONST]);
            value.cast_signed().encode(&mut body);
            body.push(I32_STORE);
            place(2, at, self.memories, &mut body);
        }
        body.extend([I32_CONST, 0, END]);
        body
    }
}

/// Tells of memory 0 from its beginning on. Where the list is and how long it is has to stand in the same
/// memory, so it takes the last eight bytes of that: where something lies there, nobody sees it.
fn own_reader() -> Vec<u8> {
    const LOCAL_GET: u8 = 0x20;
    const LOCAL_TEE: u8 = 0x22;
    const I32_CONST: u8 = 0x41;
    const I32_STORE: u8 = 0x36;
    const I32_LT_U: u8 = 0x49;
    const SELECT: u8 = 0x1b;
    const MEMORY_SIZE: u8 = 0x3f;
    const SHIFT_LEFT: u8 = 0x74;
    const SUBTRACT: u8 = 0x6b;
    const END: u8 = 0x0b;
    // One local of i32: the end of what is told, at most.
    let mut body = vec![1, 1, 0x7f];
    body.extend([MEMORY_SIZE, 0, I32_CONST, 16, SHIFT_LEFT, I32_CONST, 8, SUBTRACT, LOCAL_TEE, 0]);
    body.extend([I32_CONST, 0, I32_STORE, 2, 0]);
    body.extend([LOCAL_GET, 0, LOCAL_GET, 0, I32_CONST]);
    OWN_BYTES_MAX.cast_signed().encode(&mut body);
    body.extend([LOCAL_GET, 0, I32_CONST]);
    OWN_BYTES_MAX.cast_signed().encode(&mut body);
    body.extend([I32_LT_U, SELECT, I32_STORE, 2, 4, LOCAL_GET, 0, END]);
    body
}
