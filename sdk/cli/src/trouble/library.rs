//! The library's errors as this command tells them.
//!
//! *Never:* a message of the library is rephrased; it says already what happened and what to do.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the library's errors are open to later ones; those go with their neighbours"
)]

use std::path::{Path, PathBuf};

use engraft::artifact::{
    BundleError, FileError, JsonError, KeyError, KeyStoreError, KeyringError, LedgerError,
    MomentError, RevocationError, SignError, TrustError,
};
use engraft::registry::{JournalError, RegistryError, Rule};

use super::Trouble;
use crate::exit::Exit;
use crate::place::Place;

impl Trouble {
    /// An error in a JSON text that is at hand.
    pub(crate) fn in_json(source: &str, text: &[u8], error: &JsonError) -> Self {
        let text = String::from_utf8_lossy(text);
        let place = Place::at(source, &text, error.line(), error.column());
        let what = match error.pointer() {
            "" => error.message().to_owned(),
            pointer => format!("`{pointer}`: {}", error.message()),
        };
        Self::corrupt(format!("{source} is not what it should be: {what}")).at(place)
    }
}

/// An error in a JSON file of which only the path is known.
fn json_file(path: &Path, error: &JsonError) -> Trouble {
    let source = path.display().to_string();
    match std::fs::read(path) {
        Ok(text) => Trouble::in_json(&source, &text, error),
        Err(_) => Trouble::corrupt(format!("{source}: {error}")),
    }
}

// === impl From ===

impl From<engraft::Error> for Trouble {
    fn from(error: engraft::Error) -> Self {
        let reasons = match &error {
            engraft::Error::Trust(TrustError::TooFewSigners { refusals, .. }) => {
                refusals.iter().map(ToString::to_string).collect()
            }
            _ => Vec::new(),
        };
        let message = error.to_string();
        match error {
            engraft::Error::Trust(TrustError::Ledger(error)) => error.into(),
            engraft::Error::Trust(TrustError::Older { sequence, .. }) => Self::refused(message)
                .hint(format!("`--rollback {sequence}` names it, if it is what you want")),
            engraft::Error::Registry(RegistryError::Journal(JournalError::Rule(
                Rule::Quarantined { .. },
            ))) => Self::refused(message).hint("`rollout start --again` does, if you want it"),
            other => Self::new(Exit::of_class(other.class()), message).reasons(reasons),
        }
    }
}

impl From<BundleError> for Trouble {
    fn from(error: BundleError) -> Self {
        Self::corrupt(error.to_string())
    }
}

impl From<TrustError> for Trouble {
    fn from(error: TrustError) -> Self {
        engraft::Error::from(error).into()
    }
}

impl From<SignError> for Trouble {
    fn from(error: SignError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<MomentError> for Trouble {
    fn from(error: MomentError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<KeyError> for Trouble {
    fn from(error: KeyError) -> Self {
        let message = error.to_string();
        if matches!(error, KeyError::Random(_)) {
            Self::fault(message)
        } else {
            Self::usage(message)
        }
    }
}

impl From<FileError> for Trouble {
    fn from(error: FileError) -> Self {
        let message = error.to_string();
        match error {
            FileError::Io { path, deed, source } => {
                let kind = Self::file(deed, &path, &source).kind;
                Self::new(kind, message)
            }
            FileError::TooLarge { .. } => Self::corrupt(message),
            // Others could have read or changed it; that it is not used is policy.
            _ => Self::refused(message),
        }
    }
}

impl From<KeyStoreError> for Trouble {
    fn from(error: KeyStoreError) -> Self {
        let message = error.to_string();
        match error {
            KeyStoreError::File(error) => error.into(),
            KeyStoreError::Json { path, source } => json_file(&path, &source),
            KeyStoreError::Broken { .. } => Self::corrupt(message),
            KeyStoreError::WrongPassphrase { .. } => Self::refused(message),
            KeyStoreError::Key(error) => error.into(),
            _ => Self::usage(message),
        }
    }
}

impl From<KeyringError> for Trouble {
    fn from(error: KeyringError) -> Self {
        let message = error.to_string();
        match error {
            KeyringError::File(error) => error.into(),
            KeyringError::Json { path, source } => {
                json_file(&path.unwrap_or_else(|| PathBuf::from("the keyring")), &source)
            }
            KeyringError::Format { .. } => Self::corrupt(message),
            KeyringError::Revoked { .. } => Self::refused(message),
            _ => Self::usage(message),
        }
    }
}

impl From<LedgerError> for Trouble {
    fn from(error: LedgerError) -> Self {
        let message = error.to_string();
        match error {
            LedgerError::File(error) => error.into(),
            LedgerError::Json { path, source } => json_file(&path, &source)
                .hint("put it back from a copy: without it, old releases would pass for new"),
            LedgerError::Format { .. } => Self::corrupt(message),
            _ => Self::fault(message),
        }
    }
}

impl From<RevocationError> for Trouble {
    fn from(error: RevocationError) -> Self {
        let message = error.to_string();
        match error {
            RevocationError::Envelope(_) | RevocationError::Json(_) => Self::corrupt(message),
            RevocationError::Keys => Self::usage(message),
            _ => Self::refused(message),
        }
    }
}
