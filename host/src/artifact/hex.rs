//! Digests as in-toto writes them: lower-case hexadecimal digits without the algorithm's name.
//!
//! *Never:* one digest has two spellings.

use serde::de::Error;
use serde::{Deserialize, Deserializer};

fn read<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
    let text = String::deserialize(from)?;
    let lower = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    match blake3::Hash::from_hex(&text) {
        Ok(hash) if lower => Ok(hash.into()),
        _ => Err(D::Error::custom("a digest is 64 lower-case hexadecimal digits")),
    }
}

pub(crate) mod for_blake3 {
    use serde::{Deserializer, Serializer};

    use crate::model::Digest;

    pub(crate) fn serialize<S: Serializer>(digest: &Digest, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&digest.to_hex())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Digest, D::Error> {
        super::read(from).map(Digest::from)
    }
}

pub(crate) mod for_sha256 {
    use serde::{Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(digest: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(blake3::Hash::from_bytes(*digest).to_hex().as_str())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
        super::read(from)
    }
}
