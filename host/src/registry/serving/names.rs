//! How names are hashed on the way of a call. The hash that maps have by themselves withstands whoever
//! makes up keys that fall together; it takes a call longer than all else that choosing needs but the
//! hash of the user. Here keys are names of capabilities that were admitted, so nobody makes up many.
//!
//! *Never:* a map of what a caller or a guest says is hashed like this.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::model::CapabilityName;

/// What is looked up by the name of a capability.
pub(super) type ByName<T> = HashMap<CapabilityName, T, BuildHasherDefault<NameHasher>>;

/// Multiplies and turns, eight bytes at a time.
#[derive(Debug, Default)]
pub(super) struct NameHasher(u64);

/// An odd number without a pattern: the fraction of the golden ratio.
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

impl NameHasher {
    const fn mix(&mut self, word: u64) {
        let product = (self.0.rotate_left(5) ^ word).wrapping_mul(ODD);
        // A product carries upwards alone; without this, the next word could undo what came last.
        self.0 = product ^ (product >> 32);
    }
}

// === impl Hasher ===

impl Hasher for NameHasher {
    fn finish(&self) -> u64 {
        // Maps look at the lowest and the highest bits; a product is best in its highest.
        self.0.rotate_left(26)
    }

    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.mix(u64::from_le_bytes(*word)));
        if !rest.is_empty() {
            let last = rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
            self.mix(last);
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.mix(byte.into());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::BuildHasher;

    use super::*;

    #[test]
    fn names_spread_over_the_places_of_a_map_and_over_its_tags() {
        let hashes = BuildHasherDefault::<NameHasher>::default();
        let names = (0..4_096).map(|number| format!("bench.number-{number}"));
        let hash = |name: String| hashes.hash_one(name.parse::<CapabilityName>().unwrap());
        let hashed: Vec<u64> = names.map(hash).collect();
        assert_eq!(hashed.iter().collect::<HashSet<_>>().len(), 4_096);
        // As many places as names: of chance, 63 in 100 would be taken.
        let places: HashSet<u64> = hashed.iter().map(|hash| hash % 4_096).collect();
        let tags: HashSet<u64> = hashed.iter().map(|hash| hash >> 57).collect();
        assert!(places.len() > 2_300 && tags.len() == 128, "{} {}", places.len(), tags.len());
    }
}
