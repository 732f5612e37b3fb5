//! Signed checkpoints: a note in which the keeper of a log says how long it is and what its root
//! is, in the form of C2SP `tlog-checkpoint` (a signed note with an Ed25519 signature).
//!
//! ```text
//! engraft.dev/log/4f0c…
//! 7
//! mZ5a…=
//!
//! — engraft.dev/log/4f0c… Az3grl…=
//! ```
//!
//! *Never:* a note is read before its signature is checked.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::artifact::{PublicKey, SigningKey};
use crate::store::merkle::Hash;

/// What Ed25519 is called in signed notes.
const ED25519: u8 = 1;
/// A checkpoint has three lines; what is much longer is none.
const NOTE_BYTES_MAX: usize = 4 << 10;

/// What a checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose log it is.
    pub origin: String,
    /// How many entries it has.
    pub length: u64,
    /// The root over them.
    pub root: Hash,
}

/// Who may sign checkpoints of a log: a verifier's key, `name+hash+key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogIdentity {
    name: String,
    key: PublicKey,
}

/// Why a checkpoint is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The text is no checkpoint.
    #[error("this is no checkpoint: {0}")]
    Form(&'static str),
    /// It is another log's.
    #[error("the checkpoint is of `{found}`, and `{expected}` is looked at")]
    Origin {
        /// Whose it is.
        found: String,
        /// Whose was expected.
        expected: String,
    },
    /// No signature of the log's key fits.
    #[error("no signature of `{0}` fits the checkpoint")]
    Signature(String),
    /// The text is no verifier's key.
    #[error("`{0}` is no key of a log: expected `name+hash+key`")]
    Key(String),
}

impl LogIdentity {
    /// The log that this key signs; the name is made from the key, so that each has its own.
    #[must_use]
    pub fn of(key: &PublicKey) -> Self {
        Self { name: format!("engraft.dev/log/{}", key.id()), key: key.clone() }
    }

    /// Its name, which stands in the first line of each of its checkpoints.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Checks a checkpoint and reads it.
    ///
    /// # Errors
    /// [`CheckpointError`] where it is none, another log's, or not signed by this one.
    pub fn open(&self, note: &str) -> Result<Checkpoint, CheckpointError> {
        if note.len() > NOTE_BYTES_MAX {
            return Err(CheckpointError::Form("it is too long"));
        }
        let (text, signatures) =
            note.split_once("\n\n").ok_or(CheckpointError::Form("it has no signature"))?;
        let text = format!("{text}\n");
        let hash = self.hash();
        let fits = signatures.lines().any(|line| {
            let words = line.strip_prefix("— ").and_then(|line| line.split_once(' '));
            let Some((name, base64)) = words else { return false };
            let Ok(bytes) = STANDARD.decode(base64) else { return false };
            let Some((head, signature)) = bytes.split_first_chunk::<4>() else { return false };
            name == self.name
                && *head == hash
                && self.key.verify(text.as_bytes(), signature).is_ok()
        });
        if !fits {
            return Err(CheckpointError::Signature(self.name.clone()));
        }
        let checkpoint: Checkpoint = text.parse()?;
        if checkpoint.origin != self.name {
            let (found, expected) = (checkpoint.origin, self.name.clone());
            return Err(CheckpointError::Origin { found, expected });
        }
        Ok(checkpoint)
    }

    /// Signs a checkpoint.
    pub(crate) fn sign(&self, key: &SigningKey, length: u64, root: Hash) -> String {
        let origin = self.name.clone();
        let text = Checkpoint { origin, length, root }.to_string();
        let mut signature = self.hash().to_vec();
        signature.extend_from_slice(&key.sign(text.as_bytes()));
        format!("{text}\n— {} {}\n", self.name, STANDARD.encode(signature))
    }

    /// The four bytes that tell keys of one name apart.
    fn hash(&self) -> [u8; 4] {
        let digest: Hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', ED25519])
            .chain_update(self.key.as_bytes())
            .finalize()
            .into();
        let [a, b, c, d, ..] = digest;
        [a, b, c, d]
    }
}

// === impl Checkpoint ===

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.length, STANDARD.encode(self.root))
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.lines();
        let (Some(origin), Some(length), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError::Form("it has fewer than three lines"));
        };
        let is_plain = length == "0" || !length.starts_with(['0', '+']);
        let length = length.parse().ok().filter(|_| is_plain);
        let root = STANDARD.decode(root).ok().and_then(|root| Hash::try_from(root).ok());
        Ok(Self {
            origin: origin.to_owned(),
            length: length.ok_or(CheckpointError::Form("its length is no number"))?,
            root: root.ok_or(CheckpointError::Form("its root is no hash"))?,
        })
    }
}

// === impl LogIdentity ===

impl fmt::Display for LogIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = u32::from_be_bytes(self.hash());
        let mut key = vec![ED25519];
        key.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{hash:08x}+{}", self.name, STANDARD.encode(key))
    }
}

impl FromStr for LogIdentity {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let refused = || CheckpointError::Key(text.chars().take(120).collect());
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(refused());
        };
        let bytes = STANDARD.decode(key).map_err(|_| refused())?;
        let Some((ED25519, key)) = bytes.split_first().map(|(kind, key)| (*kind, key)) else {
            return Err(refused());
        };
        let key = Hash::try_from(key).ok().and_then(|key| PublicKey::from_bytes(&key).ok());
        let identity = Self { name: name.to_owned(), key: key.ok_or_else(refused)? };
        // The hash in the middle is there to be checked.
        if identity.to_string() == text.trim() { Ok(identity) } else { Err(refused()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Origin;

    #[test]
    fn what_is_signed_is_read_and_nothing_else() {
        let key = SigningKey::from_seed(&[5; 32], Origin::Release);
        let identity = LogIdentity::of(&key.public());
        let note = identity.sign(&key, 7, [9; 32]);
        let checkpoint = identity.open(&note).unwrap();
        assert_eq!((checkpoint.length, checkpoint.root), (7, [9; 32]));
        let spoiled = [
            note.replacen("\n7\n", "\n8\n", 1),
            note.replacen("engraft.dev", "engraft.net", 1),
            note.replace("\n\n", "\n"),
            note.split("— ").next().unwrap().to_owned(),
            String::new(),
        ];
        for bad in spoiled {
            assert!(identity.open(&bad).is_err(), "{bad}");
        }
        let other = SigningKey::from_seed(&[6; 32], Origin::Release);
        assert!(LogIdentity::of(&other.public()).open(&note).is_err());
        // Another's signature beside it does no harm.
        let cosigned = format!("{note}— witness.example AAAAAAAA\n");
        assert_eq!(identity.open(&cosigned).unwrap(), checkpoint);
    }

    #[test]
    fn an_identity_survives_being_written() {
        let key = SigningKey::from_seed(&[5; 32], Origin::Release);
        let identity = LogIdentity::of(&key.public());
        let text = identity.to_string();
        assert_eq!(text.parse::<LogIdentity>().unwrap(), identity);
        for bad in ["", "a+b", "a+00000000+AQ==", &text.replacen("engraft", "engraff", 1)] {
            assert!(bad.parse::<LogIdentity>().is_err(), "{bad}");
        }
    }

    /// The example of the specification of signed notes.
    #[test]
    fn the_published_example_of_a_verifier_key_is_read() {
        let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let peter: LogIdentity = text.parse().unwrap();
        assert_eq!(peter.name(), "PeterNeumann");
        assert_eq!(peter.to_string(), text);
    }
}
