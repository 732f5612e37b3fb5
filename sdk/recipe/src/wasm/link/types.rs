//! The function types of a module that is put together.
//!
//! *Never:* a type stands there twice.

use super::number;
use std::collections::BTreeMap;
use wasm_encoder::{Encode, TypeSection, ValType};

/// Function types, each once.
#[derive(Default)]
pub(super) struct Types {
    known: BTreeMap<(Vec<u8>, Vec<u8>), u32>,
    pub(super) section: TypeSection,
}

impl Types {
    pub(super) fn of(&mut self, params: &[ValType], results: &[ValType]) -> u32 {
        let encoded = |types: &[ValType]| {
            let mut bytes = Vec::new();
            types.iter().for_each(|ty| ty.encode(&mut bytes));
            bytes
        };
        let next = number(self.known.len());
        let key = (encoded(params), encoded(results));
        *self.known.entry(key).or_insert_with(|| {
            self.section.ty().function(params.iter().copied(), results.iter().copied());
            next
        })
    }
}
