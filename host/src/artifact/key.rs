//! Ed25519 keys and their signatures, and the one function that decides whether a signature holds.
//!
//! *Never:* a secret key is shown, compared in variable time, or left in memory when dropped.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::json::scrub;

/// Domain of key ids, so that no digest made for another purpose is ever one.
const KEY_ID_CONTEXT: &str = "engraft.dev 2026-11-20 ed25519 key id v1";
/// 128 bits: enough that nobody finds a second key with the id of a given one.
const KEY_ID_BYTES: usize = 16;
const KEY_ID_PREFIX: &str = "key-";
const PUBLIC_KEY_PREFIX: &str = "ed25519:";

/// What a key was made for.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Origin {
    /// To sign what is given to others.
    #[default]
    Release,
    /// To work with on one machine. Only a keyring that names it as such accepts it.
    Development,
}

/// What a person calls a key by: `key-` and 32 hexadecimal digits made from the public key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId([u8; KEY_ID_BYTES]);

/// The public half of a key, written `ed25519:` and base64.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey(ed25519_dalek::VerifyingKey);

/// The secret half of a key. It is wiped when dropped and never shown.
pub struct SigningKey {
    key: ed25519_dalek::SigningKey,
    origin: Origin,
}

/// The bytes of one Ed25519 signature.
pub(crate) type SignatureBytes = [u8; 64];

/// Why a key could not be read or made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is not a public key.
    #[error("`{0}` is not a public key: expected `ed25519:` and 44 characters of base64")]
    PublicKey(String),
    /// The text is not a key id.
    #[error("`{0}` is not a key id: expected `key-` and 32 hexadecimal digits")]
    Id(String),
    /// The bytes are no point of the curve, or one with which anybody can sign.
    #[error("the public key is no usable point of the curve; ask its owner for it again")]
    Point,
    /// The operating system gave no random numbers.
    #[error("no random numbers from the operating system: {0}")]
    Random(String),
}

/// A signature that does not fit its message and key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not fit")]
pub struct SignatureError;

impl PublicKey {
    /// The key with these bytes.
    ///
    /// # Errors
    ///
    /// [`KeyError::Point`] where they are no point of the curve, or one of small order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Point)?;
        // One point must have one spelling only, or one key could pass for two.
        if key.is_weak() || key.to_edwards().compress().as_bytes() != bytes {
            return Err(KeyError::Point);
        }
        Ok(Self(key))
    }

    /// The raw 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// What a person calls it by.
    #[must_use]
    pub fn id(&self) -> KeyId {
        let digest = blake3::derive_key(KEY_ID_CONTEXT, self.as_bytes());
        let mut id = [0; KEY_ID_BYTES];
        id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        KeyId(id)
    }

    /// Whether this key signed this message: pure Ed25519, strict, never in batches.
    ///
    /// # Errors
    ///
    /// [`SignatureError`] where it did not.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        let signature =
            ed25519_dalek::Signature::from_slice(signature).map_err(|_| SignatureError)?;
        self.0.verify_strict(message, &signature).map_err(|_| SignatureError)
    }
}

impl SigningKey {
    /// A new key from the operating system's random numbers.
    ///
    /// # Errors
    ///
    /// [`KeyError::Random`] where there are none.
    pub fn generate(origin: Origin) -> Result<Self, KeyError> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut()).map_err(|error| KeyError::Random(error.to_string()))?;
        Ok(Self::from_seed(&seed, origin))
    }

    /// The key of a seed; the same seed gives the same key.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32], origin: Origin) -> Self {
        Self { key: ed25519_dalek::SigningKey::from_bytes(seed), origin }
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.key.verifying_key())
    }

    /// What a person calls it by.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.public().id()
    }

    /// What it was made for.
    #[must_use]
    pub const fn origin(&self) -> Origin {
        self.origin
    }

    pub(crate) fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.key.to_bytes())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> SignatureBytes {
        self.key.sign(message).to_bytes()
    }
}

// === impl Origin ===

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Release => "release",
            Self::Development => "development",
        })
    }
}

// === impl KeyId ===

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(KEY_ID_PREFIX)?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for KeyId {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let hex = text.strip_prefix(KEY_ID_PREFIX).unwrap_or_default();
        let lower = hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        match u128::from_str_radix(hex, 16) {
            Ok(number) if lower && hex.len() == 2 * KEY_ID_BYTES => Ok(Self(number.to_be_bytes())),
            _ => Err(KeyError::Id(scrub(text))),
        }
    }
}

impl TryFrom<String> for KeyId {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, KeyError> {
        text.parse()
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> Self {
        id.to_string()
    }
}

// === impl PublicKey ===

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PUBLIC_KEY_PREFIX}{}", STANDARD.encode(self.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let bytes = text
            .strip_prefix(PUBLIC_KEY_PREFIX)
            .and_then(|base64| STANDARD.decode(base64).ok())
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .ok_or_else(|| KeyError::PublicKey(scrub(text)))?;
        Self::from_bytes(&bytes)
    }
}

impl TryFrom<String> for PublicKey {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, KeyError> {
        text.parse()
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

// === impl SigningKey ===

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("id", &self.id())
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_and_secrets_do_not_show() {
        let key = SigningKey::from_seed(&[7; 32], Origin::Release);
        assert_eq!(key.public().to_string().parse(), Ok(key.public()));
        assert_eq!(key.id().to_string().parse(), Ok(key.id()));
        let shown = format!("{key:?}");
        assert!(shown.contains(&key.id().to_string()), "{shown}");
        assert!(!shown.contains("7, 7") && !shown.contains("0707"), "{shown}");
    }

    #[test]
    fn nonsense_is_refused() {
        let good = SigningKey::from_seed(&[7; 32], Origin::Release);
        let id = good.id().to_string();
        for bad in ["", "key-", &id.to_uppercase(), &id[..35], &format!("{id}0"), "key-+1"] {
            assert!(bad.parse::<KeyId>().is_err(), "{bad}");
        }
        for bad in ["", "ed25519:", "ed25519:AAAA", &good.public().to_string()[8..]] {
            assert!(bad.parse::<PublicKey>().is_err(), "{bad}");
        }
    }

    #[test]
    fn keys_that_anybody_can_sign_with_are_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert_eq!(PublicKey::from_bytes(&identity), Err(KeyError::Point));
        assert_eq!(PublicKey::from_bytes(&[0; 32]), Err(KeyError::Point));
    }

    #[test]
    fn a_point_has_one_spelling() {
        // y = p + 3, which decoders that reduce take for y = 3, a point of large order.
        let mut spelling = [0xff; 32];
        spelling[0] = 0xf0;
        spelling[31] = 0x7f;
        let mut canonical = [0; 32];
        canonical[0] = 3;
        assert!(PublicKey::from_bytes(&canonical).is_ok());
        assert_eq!(PublicKey::from_bytes(&spelling), Err(KeyError::Point));
    }
}
