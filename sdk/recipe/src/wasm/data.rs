//! Constants: literals as finished values, tables, and the texts of the description.
//!
//! *Never:* a constant stands twice.

use std::collections::{BTreeSet, HashMap};

/// The kinds of values, as the runtime numbers them.
pub(crate) mod kind {
    pub(crate) const NULL: u32 = 1;
    pub(crate) const BOOL: u32 = 2;
    pub(crate) const INT: u32 = 3;
    pub(crate) const UINT: u32 = 4;
    pub(crate) const DOUBLE: u32 = 5;
    pub(crate) const TEXT: u32 = 6;
    pub(crate) const BYTES: u32 = 7;
    pub(crate) const LIST: u32 = 8;
    pub(crate) const MAP: u32 = 9;
    pub(crate) const DURATION: u32 = 11;
    pub(crate) const TYPE: u32 = 12;
    pub(crate) const OPTIONAL: u32 = 13;
}

/// What constants make or ask for, that functions of the runtime are needed for.
pub(crate) mod made {
    /// A value of bytes.
    pub(crate) const BYTES: &str = "bytes";
    /// A double.
    pub(crate) const DOUBLE: &str = "a double";
    /// An input that may be anything.
    pub(crate) const ANYTHING: &str = "anything";
    /// A whole number of the input.
    pub(crate) const WHOLE: &str = "a whole number";
    /// A map of the input whose names are not known.
    pub(crate) const NAMES: &str = "names";
}

/// Bytes that stand in memory before anything runs.
#[derive(Debug)]
pub(crate) struct Data {
    base: u32,
    bytes: Vec<u8>,
    known: HashMap<Vec<u8>, u32>,
    /// What they make or ask for.
    made: BTreeSet<&'static str>,
}

impl Data {
    pub(crate) fn new(base: u32) -> Self {
        let base = base.next_multiple_of(8);
        Self { base, bytes: Vec::new(), known: HashMap::new(), made: BTreeSet::new() }
    }

    pub(crate) fn base(&self) -> u32 {
        self.base
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The first address behind all constants.
    pub(crate) fn end(&self) -> u32 {
        self.base + length(&self.bytes)
    }

    /// Places bytes, aligned to eight where they are a table.
    fn put(&mut self, bytes: &[u8], align: usize) -> u32 {
        if let Some(at) = self.known.get(bytes)
            && (*at as usize).is_multiple_of(align)
        {
            return *at;
        }
        self.bytes.resize(self.bytes.len().next_multiple_of(align), 0);
        let at = self.end();
        self.bytes.extend_from_slice(bytes);
        self.known.insert(bytes.to_vec(), at);
        at
    }

    /// Words, aligned to eight.
    pub(crate) fn words(&mut self, words: &[u32]) -> u32 {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.put(&bytes, 8)
    }

    /// Numbers of 64 bits.
    pub(crate) fn longs(&mut self, longs: &[i64]) -> u32 {
        let bytes: Vec<u8> = longs.iter().flat_map(|long| long.to_le_bytes()).collect();
        self.put(&bytes, 8)
    }

    /// The place and length of a text.
    pub(crate) fn string(&mut self, text: &str) -> [u32; 2] {
        [self.put(text.as_bytes(), 1), length(text.as_bytes())]
    }

    /// A value: its kind and its two fields.
    fn cell(&mut self, kind: u32, a: u32, b: u64) -> u32 {
        let b = b.to_le_bytes();
        let [b0, b1, b2, b3, b4, b5, b6, b7] = b;
        let low = u32::from_le_bytes([b0, b1, b2, b3]);
        let high = u32::from_le_bytes([b4, b5, b6, b7]);
        self.words(&[kind, a, low, high])
    }

    pub(crate) fn text(&mut self, text: &str) -> u32 {
        self.raw(kind::TEXT, text.as_bytes(), 1)
    }

    pub(crate) fn raw(&mut self, kind: u32, bytes: &[u8], align: usize) -> u32 {
        let at = self.put(bytes, align);
        self.cell(kind, length(bytes), u64::from(at))
    }

    /// A literal of bytes.
    pub(crate) fn bytes_value(&mut self, bytes: &[u8]) -> u32 {
        self.makes(made::BYTES);
        self.raw(kind::BYTES, bytes, 1)
    }

    /// Says that constants make or ask for this.
    pub(crate) fn makes(&mut self, what: &'static str) {
        self.made.insert(what);
    }

    pub(crate) fn made(&self) -> &BTreeSet<&'static str> {
        &self.made
    }

    pub(crate) fn int(&mut self, value: i64) -> u32 {
        self.cell(kind::INT, 0, value.cast_unsigned())
    }

    pub(crate) fn uint(&mut self, value: u64) -> u32 {
        self.cell(kind::UINT, 0, value)
    }

    pub(crate) fn double(&mut self, value: f64) -> u32 {
        self.makes(made::DOUBLE);
        self.cell(kind::DOUBLE, 0, value.to_bits())
    }

    /// A list of values that are constants too.
    pub(crate) fn list(&mut self, items: &[u32]) -> u32 {
        let at = self.words(items);
        self.cell(kind::LIST, u32::try_from(items.len()).unwrap_or_default(), u64::from(at))
    }
}

fn length(bytes: &[u8]) -> u32 {
    // Constants come from a source of at most some hundred kilobytes.
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}
