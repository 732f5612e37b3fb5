//! The secret in a key file: in the clear, or encrypted by a passphrase.
//!
//! *Never:* a file decides how much memory or time it takes to open it beyond the bounds here.

use std::fmt;
use std::ops::RangeInclusive;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

use super::Protection;

/// What a new file takes: OWASP's advice and some more, a quarter of a second on a small machine.
const MEMORY_KIB: u32 = 64 << 10;
const PASSES: u32 = 3;
const LANES: u32 = 1;
/// What a file may ask for: from as little as protects at all to what any machine can spare.
const MEMORY_KIB_BOUNDS: RangeInclusive<u32> = 8 << 10..=256 << 10;
const PASSES_BOUNDS: RangeInclusive<u32> = 1..=16;
const LANES_BOUNDS: RangeInclusive<u32> = 1..=4;

/// What a person types to open a key. It is wiped when dropped and never shown.
pub struct Passphrase(Zeroizing<String>);

/// The secret as it is written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Secret {
    Plain(Text),
    Passphrase(Sealed),
}

/// A text that is wiped when dropped.
pub(super) struct Text(Zeroizing<String>);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sealed {
    kdf: Kdf,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
    nonce: String,
    sealed: String,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kdf {
    Argon2id,
}

#[derive(Debug)]
pub(super) enum SealError {
    PassphraseNeeded,
    WrongPassphrase,
    Random(String),
    Broken(String),
}

impl Passphrase {
    /// Takes what a person typed.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl Secret {
    pub(super) fn plain(seed: &[u8; 32]) -> Self {
        Self::Plain(Text(Zeroizing::new(STANDARD.encode(seed))))
    }

    pub(super) fn seal(
        seed: &[u8; 32],
        passphrase: &Passphrase,
        bound: &str,
    ) -> Result<Self, SealError> {
        let (mut salt, mut nonce) = ([0; 16], [0; 12]);
        for random in [&mut salt[..], &mut nonce[..]] {
            getrandom::fill(random).map_err(|error| SealError::Random(error.to_string()))?;
        }
        let mut sealed = Sealed {
            kdf: Kdf::Argon2id,
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            lanes: LANES,
            salt: STANDARD.encode(salt),
            nonce: STANDARD.encode(nonce),
            sealed: String::new(),
        };
        let aad = sealed.bound(bound);
        let payload = Payload { msg: seed, aad: aad.as_bytes() };
        let text = sealed.cipher(passphrase)?.encrypt(Nonce::from_slice(&nonce), payload);
        let text = text.map_err(|_| SealError::Broken("it cannot be encrypted".to_owned()))?;
        sealed.sealed = STANDARD.encode(text);
        Ok(Self::Passphrase(sealed))
    }

    pub(super) fn open(
        &self,
        passphrase: Option<&Passphrase>,
        bound: &str,
    ) -> Result<Zeroizing<[u8; 32]>, SealError> {
        let seed = match (self, passphrase) {
            (Self::Plain(Text(text)), _) => Zeroizing::new(decode("secret", text)?),
            (Self::Passphrase(_), None) => return Err(SealError::PassphraseNeeded),
            (Self::Passphrase(sealed), Some(passphrase)) => sealed.open(passphrase, bound)?,
        };
        let seed = seed.as_slice().try_into();
        seed.map(Zeroizing::new)
            .map_err(|_| SealError::Broken("its secret is not 32 bytes long".to_owned()))
    }

    pub(super) const fn protection(&self) -> Protection {
        match self {
            Self::Plain(_) => Protection::FilePermissions,
            Self::Passphrase(_) => Protection::Passphrase,
        }
    }
}

impl Sealed {
    fn open(&self, passphrase: &Passphrase, bound: &str) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let nonce: [u8; 12] = decode("nonce", &self.nonce)?
            .try_into()
            .map_err(|_| SealError::Broken("its nonce is not 12 bytes long".to_owned()))?;
        let sealed = decode("secret", &self.sealed)?;
        let aad = self.bound(bound);
        let payload = Payload { msg: &sealed, aad: aad.as_bytes() };
        let seed = self.cipher(passphrase)?.decrypt(Nonce::from_slice(&nonce), payload);
        seed.map(Zeroizing::new).map_err(|_| SealError::WrongPassphrase)
    }

    fn cipher(&self, passphrase: &Passphrase) -> Result<ChaCha20Poly1305, SealError> {
        for (what, asked, bounds) in [
            ("KiB of memory", self.memory_kib, MEMORY_KIB_BOUNDS),
            ("passes", self.passes, PASSES_BOUNDS),
            ("lanes", self.lanes, LANES_BOUNDS),
        ] {
            if !bounds.contains(&asked) {
                let (from, to) = bounds.into_inner();
                let why = format!("it asks for {asked} {what} to open; from {from} to {to} may be");
                return Err(SealError::Broken(why));
            }
        }
        let Kdf::Argon2id = self.kdf;
        let broken = |error: argon2::Error| SealError::Broken(error.to_string());
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32));
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.map_err(broken)?);
        let salt = decode("salt", &self.salt)?;
        let mut key = Zeroizing::new([0; 32]);
        argon.hash_password_into(passphrase.0.as_bytes(), &salt, key.as_mut()).map_err(broken)?;
        Ok(ChaCha20Poly1305::new(Key::from_slice(key.as_ref())))
    }

    /// The parameters are bound as well, so that nobody weakens them unseen.
    fn bound(&self, to: &str) -> String {
        format!("{to} argon2id {} {} {}", self.memory_kib, self.passes, self.lanes)
    }
}

fn decode(what: &str, base64: &str) -> Result<Vec<u8>, SealError> {
    STANDARD.decode(base64).map_err(|_| SealError::Broken(format!("its {what} is not base64")))
}

// === impl Passphrase ===

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

// === impl Text ===

impl Serialize for Text {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self(Zeroizing::new(text)))
    }
}

#[cfg(test)]
impl Secret {
    pub(super) fn plain_text(&self) -> &str {
        match self {
            Self::Plain(Text(text)) => text,
            Self::Passphrase(sealed) => &sealed.sealed,
        }
    }
}
