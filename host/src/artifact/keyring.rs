//! The keyring: whom to trust, how far, how many of them it takes, and what was revoked.
//!
//! *Never:* an empty keyring trusts anybody, and nothing here turns verification off.

mod error;
mod making;
mod rotate;
mod scope;
mod verify;

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub(crate) use error::listed;
pub use error::{Reason, Refusal, ReleaseName, TrustError};
#[cfg(feature = "grow")]
pub(crate) use making::makeable;
pub use scope::{Ceiling, Risk, Scope, SequenceRange, TrustedKey};

use super::file::{self, FileError, Readers};
use super::json::{self, JsonError};
use super::key::{KeyId, PublicKey};
use super::ledger::{Ledger, Seen};
use super::revocation::Revoked;
use crate::model::{Digest, NamePattern};

const FORMAT: &str = "engraft-keyring-v1";
/// Thousands of keys fit; a larger file is not a keyring.
const KEYRING_BYTES_MAX: u64 = 4 << 20;

/// Whom to trust, and how far. The default trusts nobody.
#[derive(Debug, Clone)]
pub struct Keyring {
    keys: BTreeMap<KeyId, TrustedKey>,
    thresholds: Vec<Threshold>,
    revocation_signers: NonZeroU32,
    revoked: Revoked,
    seen: Arc<dyn Seen>,
}

/// How many distinct signers a release needs. Where several fit a name, the highest holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// Which capabilities.
    pub names: NamePattern,
    /// How many signers.
    pub signers: NonZeroU32,
}

/// Why a keyring could not be read, written or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// The text is not the JSON of a keyring.
    #[error("{}{source}", place(.path))]
    Json {
        /// The file, where it came from one.
        path: Option<PathBuf>,
        /// What is wrong, and where.
        source: JsonError,
    },
    /// It is of another format.
    #[error("the keyring has format `{found}`; this version reads `{FORMAT}`")]
    Format {
        /// The keyring's.
        found: String,
    },
    /// A key is in it twice. Two scopes for one key would be a riddle.
    #[error("{key} is in the keyring already; change its entry, or remove it first")]
    Duplicate {
        /// Which key.
        key: KeyId,
    },
    /// A key that is not in it was named.
    #[error("{key} is not in the keyring")]
    Unknown {
        /// Which key.
        key: KeyId,
    },
    /// Keys succeed one another in a circle.
    #[error("the successors of {key} lead back to it; take one `successor` out")]
    Circle {
        /// Where it begins.
        key: KeyId,
    },
    /// A revoked key was to be trusted again.
    #[error("{key} is revoked ({reason}); trust a new key of its owner instead")]
    Revoked {
        /// Which key.
        key: KeyId,
        /// Why.
        reason: String,
    },
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Keyring {
    /// A keyring that trusts nobody.
    #[must_use]
    pub fn new() -> Self {
        Self {
            keys: BTreeMap::new(),
            thresholds: Vec::new(),
            revocation_signers: NonZeroU32::MIN,
            revoked: Revoked::default(),
            seen: Arc::new(Ledger::in_memory()),
        }
    }

    /// A keyring for working on one machine: it names this development key, and nobody else.
    #[must_use]
    pub fn for_development(key: PublicKey) -> Self {
        let mut keyring = Self::new();
        let key = TrustedKey::development(key);
        keyring.keys.insert(key.key.id(), key);
        keyring
    }

    /// Trusts a key.
    ///
    /// # Errors
    ///
    /// [`KeyringError::Duplicate`], [`KeyringError::Revoked`], or a successor that makes a circle.
    pub fn trust(&mut self, key: TrustedKey) -> Result<KeyId, KeyringError> {
        let id = key.key.id();
        if self.keys.contains_key(&id) {
            return Err(KeyringError::Duplicate { key: id });
        }
        if let Some(reason) = self.revoked.key(&id) {
            return Err(KeyringError::Revoked { key: id, reason: reason.to_owned() });
        }
        self.keys.insert(id, key);
        if let Err(error) = self.check_successors(id) {
            self.keys.remove(&id);
            return Err(error);
        }
        Ok(id)
    }

    /// Trusts a key no longer. What it signed needs other signatures from now on.
    ///
    /// # Errors
    ///
    /// [`KeyringError::Unknown`].
    pub fn distrust(&mut self, id: &KeyId) -> Result<TrustedKey, KeyringError> {
        self.keys.remove(id).ok_or(KeyringError::Unknown { key: *id })
    }

    /// Asks for so many distinct signers of capabilities whose names match.
    pub fn require(&mut self, names: NamePattern, signers: NonZeroU32) {
        self.thresholds.retain(|threshold| threshold.names != names);
        self.thresholds.push(Threshold { names, signers });
    }

    /// Asks for so many distinct signers of a list of revocations; 1 unless asked for more.
    pub const fn require_for_revocations(&mut self, signers: NonZeroU32) {
        self.revocation_signers = signers;
    }

    /// Keeps what was seen in this place instead of in memory.
    #[must_use]
    pub fn with_seen(mut self, seen: Arc<dyn Seen>) -> Self {
        self.seen = seen;
        self
    }

    /// The keys, by id.
    pub fn keys(&self) -> impl Iterator<Item = (&KeyId, &TrustedKey)> {
        self.keys.iter()
    }

    /// One key.
    #[must_use]
    pub fn key(&self, id: &KeyId) -> Option<&TrustedKey> {
        self.keys.get(id)
    }

    /// The rules on how many signers it takes.
    #[must_use]
    pub fn thresholds(&self) -> &[Threshold] {
        &self.thresholds
    }

    /// What was revoked.
    #[must_use]
    pub const fn revoked(&self) -> &Revoked {
        &self.revoked
    }

    /// Revokes a key on this host, whatever anybody signs.
    pub fn revoke_key(&mut self, id: KeyId, reason: &str) {
        self.revoked.add_key(id, reason);
    }

    /// Revokes a component, a statement or native code by its digest on this host.
    pub fn revoke_digest(&mut self, digest: Digest, reason: &str) {
        self.revoked.add_digest(digest, reason);
    }

    /// Reads a keyring from JSON. What was seen is not part of it; see [`Keyring::with_seen`].
    ///
    /// # Errors
    ///
    /// [`KeyringError`], with line and column where the text is at fault.
    pub fn from_json(bytes: &[u8]) -> Result<Self, KeyringError> {
        Self::read(bytes, None)
    }

    /// The keyring as JSON, for a person to read and change.
    #[must_use]
    pub fn to_json(&self) -> String {
        let wire = Wire {
            format: FORMAT.to_owned(),
            keys: self.keys.values().cloned().collect(),
            thresholds: self.thresholds.clone(),
            revocation_signers: self.revocation_signers,
            revoked: self.revoked.clone(),
        };
        let mut text = serde_json::to_string_pretty(&wire).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads a keyring from a file.
    ///
    /// # Errors
    ///
    /// [`KeyringError`], naming the file.
    pub fn load(path: &Path) -> Result<Self, KeyringError> {
        let bytes = file::read(path, KEYRING_BYTES_MAX, Readers::Anyone)?;
        Self::read(&bytes, Some(path))
    }

    /// Writes the keyring to a file, in one step.
    ///
    /// # Errors
    ///
    /// [`KeyringError::File`].
    pub fn save(&self, path: &Path) -> Result<(), KeyringError> {
        Ok(file::replace(path, self.to_json().as_bytes(), Readers::Anyone)?)
    }

    /// How many signers a release of this name needs.
    pub(crate) fn needed(&self, name: &str) -> usize {
        let fitting = self.thresholds.iter().filter(|threshold| threshold.names.matches(name));
        let highest = fitting.map(|threshold| threshold.signers.get()).max();
        usize::try_from(highest.unwrap_or(1)).unwrap_or(usize::MAX)
    }

    /// The last of the keys that succeed this one: what stands for their common owner.
    pub(crate) fn holder(&self, id: KeyId) -> KeyId {
        let mut last = id;
        // Circles are refused, so that there are fewer steps than keys.
        for _ in 0..self.keys.len() {
            match self.keys.get(&last).and_then(|key| key.successor) {
                Some(next) => last = next,
                None => break,
            }
        }
        last
    }

    fn read(bytes: &[u8], path: Option<&Path>) -> Result<Self, KeyringError> {
        let wire: Wire = json::parse(bytes)
            .map_err(|source| KeyringError::Json { path: path.map(Path::to_owned), source })?;
        if wire.format != FORMAT {
            return Err(KeyringError::Format { found: json::scrub(&wire.format) });
        }
        let mut keyring = Self::new();
        for key in wire.keys {
            let id = key.key.id();
            if keyring.keys.insert(id, key).is_some() {
                return Err(KeyringError::Duplicate { key: id });
            }
        }
        for id in keyring.keys.keys() {
            keyring.check_successors(*id)?;
        }
        let Wire { thresholds, revocation_signers, revoked, .. } = wire;
        Ok(Self { thresholds, revocation_signers, revoked, ..keyring })
    }

    fn check_successors(&self, id: KeyId) -> Result<(), KeyringError> {
        let mut at = id;
        for _ in 0..self.keys.len() {
            match self.keys.get(&at).and_then(|key| key.successor) {
                Some(next) => at = next,
                None => return Ok(()),
            }
        }
        match self.keys.get(&at).and_then(|key| key.successor) {
            Some(_) => Err(KeyringError::Circle { key: id }),
            None => Ok(()),
        }
    }
}

fn place(path: &Option<PathBuf>) -> String {
    match path {
        Some(path) => format!("{}, ", path.display()),
        None => "the keyring, ".to_owned(),
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    format: String,
    keys: Vec<TrustedKey>,
    #[serde(default)]
    thresholds: Vec<Threshold>,
    #[serde(default = "one")]
    revocation_signers: NonZeroU32,
    #[serde(default)]
    revoked: Revoked,
}

const fn one() -> NonZeroU32 {
    NonZeroU32::MIN
}

// === impl Keyring ===

impl Default for Keyring {
    fn default() -> Self {
        Self::new()
    }
}
