//! Machine code of single functions, for as long as the engine lives: recipes share a runtime, and what
//! one of them has compiled of it the next one need not compile again.
//!
//! *Never:* more is kept than its bound, or code is found by less than a cryptographic digest of all that
//! it is made of: wasmtime makes these keys.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use wasmtime::CacheStore;

/// Both generations together: forty recipes that have nothing in common.
const BYTES_MAX: usize = 8 << 20;
/// Larger components are not looked up function by function. They rarely share any, and would drive out
/// what is shared.
pub(crate) const COMPONENT_BYTES_MAX: usize = 256 << 10;

/// What was compiled lately. What nobody asks for during a whole generation is forgotten.
#[derive(Debug, Default)]
pub(crate) struct Functions(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Box<[u8]>, Vec<u8>>,
    young_bytes: usize,
    old: HashMap<Box<[u8]>, Vec<u8>>,
}

impl Functions {
    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn put(&mut self, key: Box<[u8]>, code: Vec<u8>) -> bool {
        let bytes = key.len() + code.len();
        if bytes > BYTES_MAX / 2 {
            return false;
        }
        if self.young_bytes + bytes > BYTES_MAX / 2 {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes += bytes;
        self.young.insert(key, code);
        true
    }
}

// === impl Functions ===

impl CacheStore for Functions {
    fn get(&self, key: &[u8]) -> Option<Cow<'_, [u8]>> {
        let mut generations = self.lock();
        if let Some(code) = generations.young.get(key) {
            return Some(Cow::Owned(code.clone()));
        }
        let (key, code) = generations.old.remove_entry(key)?;
        let found = code.clone();
        generations.put(key, code);
        Some(Cow::Owned(found))
    }

    fn insert(&self, key: &[u8], value: Vec<u8>) -> bool {
        self.lock().put(key.into(), value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_rest_makes_room() {
        let functions = Functions::default();
        let code = vec![7; BYTES_MAX / 16];
        for number in 0..100_u8 {
            assert!(functions.insert(&[number], code.clone()));
            assert!(functions.get(&[0]).is_some_and(|kept| *kept == *code), "{number}");
        }
        assert_eq!(functions.get(&[1]), None);
        assert!(functions.get(&[99]).is_some());
        let Generations { young, old, .. } = &*functions.lock();
        let bytes: usize = young.values().chain(old.values()).map(Vec::len).sum();
        assert!(bytes <= BYTES_MAX, "{bytes}");
    }

    #[test]
    fn what_is_larger_than_a_generation_is_not_kept() {
        let functions = Functions::default();
        assert!(!functions.insert(b"large", vec![0; BYTES_MAX]));
        assert_eq!(functions.get(b"large"), None);
    }
}
