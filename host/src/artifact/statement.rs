//! in-toto statements: what a signature says, and of which bytes.
//!
//! *Never:* a statement names a digest that nobody checks.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use super::hex;
use super::json::{self, JsonError, scrub};
use super::key::Origin;
use super::manifest::Manifest;
use crate::model::{CapabilityName, Digest};

const STATEMENT: &str = "https://in-toto.io/Statement/v1";
const RELEASE: &str = "https://engraft.dev/release/v1";
const NATIVE: &str = "https://engraft.dev/native/v1";
/// A target triple or a compatibility hash is one line of a table.
const LABEL_BYTES_MAX: usize = 256;

/// Why a payload is not the statement that belongs there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// The text is not the JSON of a statement.
    #[error("the statement is not readable: {0}")]
    Json(#[source] JsonError),
    /// The statement is of another kind.
    #[error("the statement is `{found}`; expected `{expected}`")]
    Kind {
        /// What it says it is.
        found: String,
        /// What belongs there.
        expected: &'static str,
    },
    /// The subject is not exactly what the predicate is about.
    #[error("the statement has {count} subjects; it must have one, named `{name}`")]
    Subject {
        /// How many there are.
        count: usize,
        /// The capability that the predicate is about.
        name: String,
    },
    /// A label that is empty, too long or not printable.
    #[error("the statement's {field} is not a text of 1 to {LABEL_BYTES_MAX} printable bytes")]
    Label {
        /// Which one.
        field: &'static str,
    },
}

/// The digests of one component; a statement lists both and both must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digests {
    /// BLAKE3, by which the component is known here.
    #[serde(with = "hex::for_blake3")]
    pub blake3: Digest,
    /// SHA-256, for tools that know no other.
    #[serde(with = "hex::for_sha256")]
    pub sha256: [u8; 32],
}

impl Digests {
    /// Both digests of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self { blake3: Digest::of(bytes), sha256: sha256(bytes) }
    }

    /// The SHA-256 digest as 64 hexadecimal digits.
    #[must_use]
    pub fn sha256_hex(&self) -> String {
        Digest::from(self.sha256).to_hex()
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    sha2::Sha256::digest(bytes).into()
}

/// What is said of a release.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Release {
    pub(crate) origin: Origin,
    pub(crate) manifest: Manifest,
    pub(crate) digests: Digests,
}

/// What is said of native code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NativeStatement {
    pub(crate) facts: NativeFacts,
    pub(crate) code: Digest,
}

/// What native code was made from, and what it fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NativeFacts {
    pub(crate) origin: Origin,
    pub(crate) name: CapabilityName,
    pub(crate) component: Digest,
    pub(crate) target: String,
    pub(crate) compatibility: String,
}

impl Release {
    pub(crate) fn to_payload(&self) -> Vec<u8> {
        let predicate = ReleasePredicateRef { origin: self.origin, manifest: &self.manifest };
        write(self.manifest.name(), self.digests, RELEASE, predicate)
    }

    pub(crate) fn from_payload(payload: &[u8]) -> Result<Self, StatementError> {
        let wire: Wire<Digests, ReleasePredicate> = read(payload, RELEASE)?;
        let ReleasePredicate { origin, manifest } = wire.predicate;
        let digests = only(wire.subject, manifest.name())?;
        Ok(Self { origin, manifest, digests })
    }
}

impl NativeStatement {
    pub(crate) fn to_payload(&self) -> Vec<u8> {
        let digest = CodeDigest { blake3: self.code };
        write(&self.facts.name, digest, NATIVE, &self.facts)
    }

    pub(crate) fn from_payload(payload: &[u8]) -> Result<Self, StatementError> {
        let wire: Wire<CodeDigest, NativeFacts> = read(payload, NATIVE)?;
        let facts = wire.predicate;
        facts.check()?;
        let code = only(wire.subject, &facts.name)?.blake3;
        Ok(Self { facts, code })
    }
}

impl NativeFacts {
    pub(crate) fn check(&self) -> Result<(), StatementError> {
        for (field, text) in [("target", &self.target), ("compatibility", &self.compatibility)] {
            let printable = text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
            if text.is_empty() || text.len() > LABEL_BYTES_MAX || !printable {
                return Err(StatementError::Label { field });
            }
        }
        Ok(())
    }
}

pub(crate) fn write<D: Serialize, P: Serialize>(
    name: &CapabilityName,
    digest: D,
    kind: &str,
    predicate: P,
) -> Vec<u8> {
    let wire = Wire {
        statement: STATEMENT.to_owned(),
        subject: vec![Subject { name: name.as_str().to_owned(), digest }],
        predicate_type: kind.to_owned(),
        predicate,
    };
    // Writing plain data to memory cannot fail, and an empty payload would be refused by `read`.
    serde_json::to_vec(&wire).unwrap_or_default()
}

fn read<D, P>(payload: &[u8], expected: &'static str) -> Result<Wire<D, P>, StatementError>
where
    D: DeserializeOwned,
    P: DeserializeOwned,
{
    // Another kind of statement has other fields. What it is tells more than which of them differ.
    let wire = json::parse::<Wire<D, P>>(payload);
    let (statement, kind) = match &wire {
        Ok(wire) => (Some(wire.statement.clone()), Some(wire.predicate_type.clone())),
        Err(_) => match json::parse::<Head>(payload) {
            Ok(head) => (head.statement, head.predicate_type),
            Err(error) => return Err(StatementError::Json(error)),
        },
    };
    for (found, expected) in [(statement, STATEMENT), (kind, expected)] {
        match found {
            Some(found) if found != expected => {
                return Err(StatementError::Kind { found: scrub(&found), expected });
            }
            _ => {}
        }
    }
    wire.map_err(StatementError::Json)
}

/// Reads a statement of any kind about one subject: its name, its digests, what is said of it.
pub(crate) fn read_one<P: DeserializeOwned>(
    payload: &[u8],
    expected: &'static str,
) -> Result<(String, Digests, P), StatementError> {
    let wire: Wire<Digests, P> = read(payload, expected)?;
    let count = wire.subject.len();
    match <[Subject<Digests>; 1]>::try_from(wire.subject) {
        Ok([subject]) => Ok((subject.name, subject.digest, wire.predicate)),
        Err(_) => Err(StatementError::Subject { count, name: "the component".to_owned() }),
    }
}

fn only<D>(subjects: Vec<Subject<D>>, name: &CapabilityName) -> Result<D, StatementError> {
    let count = subjects.len();
    match <[Subject<D>; 1]>::try_from(subjects) {
        Ok([subject]) if subject.name == name.as_str() => Ok(subject.digest),
        _ => Err(StatementError::Subject { count, name: name.to_string() }),
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<D, P> {
    #[serde(rename = "_type")]
    statement: String,
    subject: Vec<Subject<D>>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: P,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject<D> {
    name: String,
    digest: D,
}

#[derive(Deserialize)]
struct Head {
    #[serde(rename = "_type")]
    statement: Option<String>,
    #[serde(rename = "predicateType")]
    predicate_type: Option<String>,
}

#[derive(Serialize)]
struct ReleasePredicateRef<'a> {
    origin: Origin,
    manifest: &'a Manifest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReleasePredicate {
    origin: Origin,
    manifest: Manifest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeDigest {
    #[serde(with = "hex::for_blake3")]
    blake3: Digest,
}
