//! Where a person's keys, keyring and compiled code are kept.
//!
//! *Never:* a secret is written here by anybody but the key store.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use engraft::artifact::{KeyStore, Keyring, Ledger, Origin, SigningKey, TrustedKey};

use crate::desk::Desk;
use crate::trouble::{Result, Trouble};

/// The directory of one person.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    directory: PathBuf,
}

impl Home {
    /// The one that the command line or the environment names.
    pub(crate) fn of(directory: Option<PathBuf>) -> Result<Self> {
        match directory {
            Some(directory) => Ok(Self { directory }),
            None => Err(Trouble::usage("nothing says where keys and keyring are kept")
                .hint("set ENGRAFT_HOME, or give `--home DIR`")),
        }
    }

    /// The keys.
    pub(crate) fn keys(&self) -> Result<KeyStore> {
        self.make()?;
        Ok(KeyStore::open(&self.directory.join("keys"))?)
    }

    /// Where the keyring is.
    pub(crate) fn keyring_path(&self) -> PathBuf {
        self.directory.join("keyring.json")
    }

    /// Compiled code, so that the next run is quick.
    pub(crate) fn cache_path(&self) -> PathBuf {
        self.directory.join("cache")
    }

    /// Compilers that `engraft doctor` installed.
    pub(crate) fn toolchains_path(&self) -> PathBuf {
        self.directory.join("toolchains")
    }

    /// The log of the registry.
    pub(crate) fn registry_path(&self) -> Result<PathBuf> {
        self.make()?;
        Ok(self.directory.join("registry.sqlite"))
    }

    /// What a person has set about growth.
    pub(crate) fn governance_path(&self) -> PathBuf {
        self.directory.join("grow.json")
    }

    /// What was sent to language models, and what came back.
    pub(crate) fn exchanges_path(&self) -> Result<PathBuf> {
        self.make()?;
        Ok(self.directory.join("model.jsonl"))
    }

    /// Reports of examinations, and what was said to them.
    pub(crate) fn examinations_path(&self) -> Result<PathBuf> {
        self.make()?;
        Ok(self.directory.join("examinations"))
    }

    /// The keyring; one that trusts nobody where there is none.
    pub(crate) fn keyring(&self) -> Result<Keyring> {
        let path = self.keyring_path();
        if !path.exists() {
            return Ok(Keyring::new());
        }
        Ok(Keyring::load(&path)?)
    }

    /// The highest release of every name that was used here, so that nobody is led back to an old one.
    pub(crate) fn ledger(&self) -> Result<Ledger> {
        self.make()?;
        Ok(Ledger::open(&self.directory.join("seen.json"))?)
    }

    /// The keyring as it decides: it knows what was seen.
    pub(crate) fn judge(&self) -> Result<Keyring> {
        Ok(self.keyring()?.with_seen(Arc::new(self.ledger()?)))
    }

    /// Writes the keyring in one step.
    pub(crate) fn save_keyring(&self, keyring: &Keyring) -> Result<()> {
        self.make()?;
        Ok(keyring.save(&self.keyring_path())?)
    }

    fn make(&self) -> Result<()> {
        make_directory(&self.directory)
    }
}

/// The development key; made on first use, named in the local keyring, and said so.
pub(crate) fn development_key(desk: &Desk) -> Result<SigningKey> {
    let home = desk.home()?;
    let store = home.keys()?;
    let is_new = !store.list()?.iter().any(|key| key.card.origin == Origin::Development);
    let key = store.development_key()?;
    if is_new {
        let mut keyring = home.keyring()?;
        if keyring.key(&key.id()).is_none() {
            keyring.trust(TrustedKey::development(key.public()))?;
            home.save_keyring(&keyring)?;
        }
        desk.screen.note(&format!(
            "made the development key {} and named it in {}; it is for work on this machine, \
             other keyrings refuse it",
            key.id(),
            home.keyring_path().display()
        ));
    }
    Ok(key)
}

fn make_directory(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path).map_err(|error| Trouble::file("make the directory", path, &error))
}
