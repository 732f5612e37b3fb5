//! The keys of an assistant: of its log, of what it makes, and of the person whose it is.
//!
//! *Never:* the key that signs what is made is trusted with more than the grants of the host.

use std::path::Path;

use engraft::artifact::{
    Ceiling, KeyCard, KeyStore, KeyStoreError, Keyring, Origin, Risk, Scope, SigningKey, TrustedKey,
};
use engraft::model::{KvQuota, Permissions};

use crate::Result;

/// The public half of the key that signed what comes along.
const EXAMPLES: &str = include_str!("../../bundles/examples.key");
/// What notes may take.
pub(crate) const NOTES: KvQuota = KvQuota { bytes: 64 << 10, keys: 200 };

/// The keys in a folder.
pub(crate) struct Keys {
    store: KeyStore,
}

impl Keys {
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        Ok(Self { store: KeyStore::open(folder)? })
    }

    /// Signs the checkpoints of the log, and nothing else.
    pub(crate) fn log(&self) -> Result<SigningKey> {
        self.key("log")
    }

    /// Signs what is made here.
    pub(crate) fn making(&self) -> Result<SigningKey> {
        self.key("making")
    }

    /// Signs what the person says.
    pub(crate) fn person(&self) -> Result<SigningKey> {
        self.key("person")
    }

    /// A key, made on first use.
    fn key(&self, label: &str) -> Result<SigningKey> {
        match self.store.load(label, None) {
            Err(KeyStoreError::Missing { .. }) => {
                Ok(self.store.generate(label, Origin::Release, None)?)
            }
            loaded => Ok(loaded?),
        }
    }

    /// Whose signatures count, and for what.
    pub(crate) fn keyring(&self) -> Result<Keyring> {
        let card: KeyCard = EXAMPLES.trim().parse()?;
        let names = ["text.*".parse()?, "unit.*".parse()?, "note.*".parse()?];
        // What this key signs may ask for the time and for 64 KiB of values, and for nothing else.
        let may_ask = Permissions { clock: true, kv: Some(NOTES), ..Permissions::default() };
        let mut scope = Scope::of_names(names);
        scope.permissions = Ceiling::Within(may_ask);
        scope.risk = Risk::Low;
        let mut keyring = Keyring::new();
        keyring.trust(TrustedKey::from_card(&card, scope))?;
        let person = self.person()?.public();
        keyring.trust(TrustedKey::release(person, "you", Scope::everything()))?;
        Ok(keyring)
    }
}
