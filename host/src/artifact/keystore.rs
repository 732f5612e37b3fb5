//! Private keys on disk: one directory, one file a key, readable by its owner only.
//!
//! *Never:* a key file is overwritten, or used while others than its owner may read it.

mod seal;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub use seal::Passphrase;
use seal::{SealError, Secret};

use super::file::{self, FileError, Readers};
use super::json::{self, JsonError, scrub};
use super::key::{KeyError, KeyId, Origin, PublicKey, SigningKey};
use crate::model::CapabilityName;

const FORMAT: &str = "engraft-private-key-v1";
/// A key file has less than one kilobyte.
const KEY_FILE_BYTES_MAX: u64 = 16 << 10;
const ENDING: &str = "key";
const DEVELOPMENT: &str = "development";

/// A directory of private keys.
#[derive(Debug, Clone)]
pub struct KeyStore {
    directory: PathBuf,
}

/// The public half of a key with what it is for and whose it is; one line of text.
///
/// ```
/// use engraft::artifact::{KeyCard, Origin, SigningKey};
///
/// let key = SigningKey::generate(Origin::Release)?;
/// let card = KeyCard { key: key.public(), origin: key.origin(), label: "alice".to_owned() };
/// assert_eq!(card.to_string().parse::<KeyCard>()?, card);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCard {
    /// The key.
    pub key: PublicKey,
    /// What it was made for.
    pub origin: Origin,
    /// Whose it is.
    pub label: String,
}

/// How a private key lies in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// In the clear, behind the file's permissions.
    FilePermissions,
    /// Encrypted by a passphrase as well.
    Passphrase,
}

/// A key of a store, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// Its public half.
    pub card: KeyCard,
    /// How its private half lies in its file.
    pub protection: Protection,
}

/// Why a key could not be stored or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyStoreError {
    /// The file cannot be read or written, or others may read it.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is not a private key.
    #[error("{}, {source}", .path.display())]
    Json {
        /// Which file.
        path: PathBuf,
        /// What is wrong, and where.
        source: JsonError,
    },
    /// The file is of another format, or its parts do not belong together.
    #[error("{} is not a usable private key: {why}", .path.display())]
    Broken {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// There is no such key.
    #[error("there is no key `{label}` in {}; `engraft key list` shows what there is", .directory.display())]
    Missing {
        /// What was asked for.
        label: String,
        /// Where.
        directory: PathBuf,
    },
    /// There is such a key already.
    #[error("there is a key `{label}` already; choose another label, or move its file away")]
    Taken {
        /// Which label.
        label: String,
    },
    /// The label would not do as a file name.
    #[error(
        "`{0}` is not a key's label: expected lower-case words such as `alice` or `ci.release`"
    )]
    Label(String),
    /// The text is not a public key's line.
    #[error("`{0}` is not a public key: expected `ed25519:… release LABEL`")]
    Card(String),
    /// The key is encrypted and no passphrase was given.
    #[error("the key `{label}` is encrypted; give its passphrase")]
    PassphraseNeeded {
        /// Which key.
        label: String,
    },
    /// The passphrase is not the one, or the file was changed.
    #[error("the key `{label}` does not open: the passphrase is wrong, or the file was changed")]
    WrongPassphrase {
        /// Which key.
        label: String,
    },
    /// The key could not be made.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl KeyStore {
    /// The store in a directory, which is made where there is none.
    ///
    /// # Errors
    ///
    /// [`KeyStoreError::File`] where it cannot be made, or others than its owner may enter it.
    pub fn open(directory: &Path) -> Result<Self, KeyStoreError> {
        file::private_directory(directory)?;
        Ok(Self { directory: directory.to_owned() })
    }

    /// Makes a new key and keeps it.
    ///
    /// # Errors
    ///
    /// [`KeyStoreError::Taken`] where there is one of this label.
    pub fn generate(
        &self,
        label: &str,
        origin: Origin,
        passphrase: Option<&Passphrase>,
    ) -> Result<SigningKey, KeyStoreError> {
        let key = SigningKey::generate(origin)?;
        self.add(label, &key, passphrase)?;
        Ok(key)
    }

    /// Keeps a key, encrypted where a passphrase is given.
    ///
    /// # Errors
    ///
    /// [`KeyStoreError::Taken`] where there is one of this label.
    pub fn add(
        &self,
        label: &str,
        key: &SigningKey,
        passphrase: Option<&Passphrase>,
    ) -> Result<KeyCard, KeyStoreError> {
        let path = self.path(label)?;
        let card = KeyCard { key: key.public(), origin: key.origin(), label: label.to_owned() };
        let secret = match passphrase {
            None => Secret::plain(&key.seed()),
            Some(passphrase) => Secret::seal(&key.seed(), passphrase, &bound(&card))
                .map_err(|error| fail(&path, label, error))?,
        };
        let wire = Wire {
            format: FORMAT.to_owned(),
            origin: card.origin,
            public: card.key.clone(),
            secret,
        };
        // Large enough that it never grows: growing would leave copies of the secret behind.
        let mut text = Zeroizing::new(Vec::with_capacity(4096));
        let written = serde_json::to_writer_pretty(&mut *text, &wire);
        written
            .map_err(|source| KeyStoreError::Json { path: path.clone(), source: source.into() })?;
        match file::create(&path, &text, Readers::Owner) {
            Ok(()) => Ok(card),
            Err(error) if error.is_taken() => Err(KeyStoreError::Taken { label: label.to_owned() }),
            Err(error) => Err(error.into()),
        }
    }

    /// A key to sign with.
    ///
    /// # Errors
    ///
    /// [`KeyStoreError`] where it is missing, open to others, or does not open.
    pub fn load(
        &self,
        label: &str,
        passphrase: Option<&Passphrase>,
    ) -> Result<SigningKey, KeyStoreError> {
        let (path, wire) = self.read(label)?;
        let card = wire.card(label);
        let seed = wire
            .secret
            .open(passphrase, &bound(&card))
            .map_err(|error| fail(&path, label, error))?;
        let key = SigningKey::from_seed(&seed, card.origin);
        if key.public() == card.key {
            return Ok(key);
        }
        Err(KeyStoreError::Broken { path, why: "its two halves do not fit".to_owned() })
    }

    /// The key for working on this machine; made when it is first asked for, and marked as such.
    ///
    /// # Errors
    ///
    /// [`KeyStoreError`] where it cannot be made or read.
    pub fn development_key(&self) -> Result<SigningKey, KeyStoreError> {
        let key = match self.load(DEVELOPMENT, None) {
            Err(KeyStoreError::Missing { .. }) => {
                match self.generate(DEVELOPMENT, Origin::Development, None) {
                    // Another process was faster; its key is the one.
                    Err(KeyStoreError::Taken { .. }) => self.load(DEVELOPMENT, None),
                    made => made,
                }
            }
            loaded => loaded,
        }?;
        if key.origin() == Origin::Development {
            return Ok(key);
        }
        let why = "it is named `development` and is a release key; move it away".to_owned();
        Err(KeyStoreError::Broken { path: self.path(DEVELOPMENT)?, why })
    }

    /// The public half of a key, to be given to others.
    ///
    /// # Errors
    ///
    /// [`KeyStoreError`] where the key is missing or its file cannot be used.
    pub fn export(&self, label: &str) -> Result<KeyCard, KeyStoreError> {
        Ok(self.read(label)?.1.card(label))
    }

    /// All keys, by label.
    ///
    /// # Errors
    ///
    /// [`KeyStoreError`] for the first file that cannot be used.
    pub fn list(&self) -> Result<Vec<StoredKey>, KeyStoreError> {
        let fail = || FileError::io(&self.directory, "listed");
        let mut keys = Vec::new();
        for entry in std::fs::read_dir(&self.directory).map_err(fail())? {
            let path = entry.map_err(fail())?.path();
            if path.extension().is_none_or(|ending| ending != ENDING) {
                continue;
            }
            let label = path.file_stem().unwrap_or_default().to_string_lossy();
            let (_, wire) = self.read(&label)?;
            keys.push(StoredKey { card: wire.card(&label), protection: wire.secret.protection() });
        }
        keys.sort_by(|one, other| one.card.label.cmp(&other.card.label));
        Ok(keys)
    }

    fn path(&self, label: &str) -> Result<PathBuf, KeyStoreError> {
        // A label has the form of a name, and so cannot lead out of the directory.
        match label.parse::<CapabilityName>() {
            Ok(label) => Ok(self.directory.join(format!("{label}.{ENDING}"))),
            Err(_) => Err(KeyStoreError::Label(scrub(label))),
        }
    }

    fn read(&self, label: &str) -> Result<(PathBuf, Wire), KeyStoreError> {
        let path = self.path(label)?;
        let bytes = match file::read(&path, KEY_FILE_BYTES_MAX, Readers::Owner) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(error) if error.is_missing() => {
                let (label, directory) = (label.to_owned(), self.directory.clone());
                return Err(KeyStoreError::Missing { label, directory });
            }
            Err(error) => return Err(error.into()),
        };
        let wire: Wire = json::parse(&bytes)
            .map_err(|source| KeyStoreError::Json { path: path.clone(), source })?;
        if wire.format != FORMAT {
            let why = format!("its format is `{}`, expected `{FORMAT}`", scrub(&wire.format));
            return Err(KeyStoreError::Broken { path, why });
        }
        Ok((path, wire))
    }
}

/// What an encrypted secret is bound to, so that nobody makes a release key of another's file.
fn bound(card: &KeyCard) -> String {
    format!("{FORMAT} {} {}", card.key, card.origin)
}

fn fail(path: &Path, label: &str, error: SealError) -> KeyStoreError {
    let label = label.to_owned();
    match error {
        SealError::PassphraseNeeded => KeyStoreError::PassphraseNeeded { label },
        SealError::WrongPassphrase => KeyStoreError::WrongPassphrase { label },
        SealError::Random(why) => KeyStoreError::Key(KeyError::Random(why)),
        SealError::Broken(why) => KeyStoreError::Broken { path: path.to_owned(), why },
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    format: String,
    origin: Origin,
    public: PublicKey,
    secret: Secret,
}

impl Wire {
    fn card(&self, label: &str) -> KeyCard {
        KeyCard { key: self.public.clone(), origin: self.origin, label: label.to_owned() }
    }
}

// === impl KeyCard ===

impl KeyCard {
    /// The key's id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.key.id()
    }
}

impl fmt::Display for KeyCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.key, self.origin, self.label)
    }
}

impl FromStr for KeyCard {
    type Err = KeyStoreError;

    fn from_str(text: &str) -> Result<Self, KeyStoreError> {
        let fail = || KeyStoreError::Card(scrub(text));
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        let [key, origin, label] = <[&str; 3]>::try_from(words).map_err(|_| fail())?;
        let origin = match origin {
            "release" => Origin::Release,
            "development" => Origin::Development,
            _ => return Err(fail()),
        };
        label.parse::<CapabilityName>().map_err(|_| KeyStoreError::Label(scrub(label)))?;
        Ok(Self { key: key.parse()?, origin, label: label.to_owned() })
    }
}

#[cfg(test)]
mod tests;
