//! Why a bundle is not trusted, told so that a person knows what to do.
//!
//! *Never:* a text of the bundle's author is shown unscrubbed; names and ids are valid already.

use std::fmt;

use crate::artifact::bundle::Bundle;
use crate::artifact::key::KeyId;
use crate::artifact::ledger::LedgerError;
use crate::artifact::moment::Moment;
use crate::model::Digest;

use super::scope::Risk;

/// Which release an error is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseName {
    /// The capability.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its component.
    pub digest: Digest,
}

/// Why a keyring refuses a bundle.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// Too few signatures count.
    #[error("{release} has {counted} of {needed} signatures needed{}", listed(.refusals))]
    TooFewSigners {
        /// Which release.
        release: Box<ReleaseName>,
        /// How many distinct signers count.
        counted: usize,
        /// How many the keyring asks for.
        needed: usize,
        /// Why the others do not count.
        refusals: Vec<Refusal>,
    },
    /// A signature in the name of a trusted key does not fit.
    #[error(
        "{release}: the signature of {key} does not fit; the bundle was changed after signing or \
         the signature is forged: fetch it again from its author"
    )]
    BadSignature {
        /// Which release.
        release: Box<ReleaseName>,
        /// In whose name.
        key: KeyId,
    },
    /// It was signed for development, and the keyring names no such key.
    #[error(
        "{release} is signed for development by {}, which this keyring does not name as a \
         development key; sign it with a release key, or name that key if it is yours",
        .keys.join(", ")
    )]
    Development {
        /// Which release.
        release: Box<ReleaseName>,
        /// Who claims to have signed.
        keys: Vec<String>,
    },
    /// The component is not the one that was signed.
    #[error(
        "{release}: the component's {algorithm} digest is {found} and the statement lists {listed}; \
         it is not the component that was signed: fetch it again from its author"
    )]
    Digest {
        /// Which release.
        release: Box<ReleaseName>,
        /// Of which kind.
        algorithm: &'static str,
        /// What was signed.
        listed: String,
        /// What is there.
        found: String,
    },
    /// These very bytes, or what is said of them, were revoked.
    #[error("{release} is revoked ({reason}); ask its author for a later release")]
    Revoked {
        /// Which release.
        release: Box<ReleaseName>,
        /// Why.
        reason: String,
    },
    /// Its time has not come.
    #[error("{release} may be used from {from} on; check the clock, or wait")]
    NotYetValid {
        /// Which release.
        release: Box<ReleaseName>,
        /// When it begins.
        from: Moment,
    },
    /// Its time is over.
    #[error("{release} expired at {to}; ask its author for a later release")]
    Expired {
        /// Which release.
        release: Box<ReleaseName>,
        /// When it ended.
        to: Moment,
    },
    /// It is older than one seen before.
    #[error(
        "{release} has sequence {sequence}, and {highest} was seen already; an older release is \
         taken only as a rollback that names it"
    )]
    Older {
        /// Which release.
        release: Box<ReleaseName>,
        /// Its sequence.
        sequence: u64,
        /// The highest seen.
        highest: u64,
    },
    /// Another release has this sequence.
    #[error(
        "{release} has sequence {sequence}, which another release has already; its author must \
         sign it with a higher one"
    )]
    SequenceTaken {
        /// Which release.
        release: Box<ReleaseName>,
        /// Its sequence.
        sequence: u64,
    },
    /// It is not the release that was asked for.
    #[error("{release} with sequence {sequence} is not the {asked} asked for")]
    NotTheOne {
        /// Which release.
        release: Box<ReleaseName>,
        /// Its sequence.
        sequence: u64,
        /// What was asked for.
        asked: String,
    },
    /// What was seen before cannot be told.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// A signature that does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Whose it claims to be.
    pub key: String,
    /// Why it does not count.
    pub reason: Reason,
}

/// Why a signature does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The keyring does not have the key.
    #[error("is not in the keyring; add it if you trust its owner")]
    Unknown,
    /// The signature does not fit. For a release this is an error of its own.
    #[error("did not make this signature")]
    BadSignature,
    /// The key was revoked.
    #[error("is revoked ({reason})")]
    Revoked {
        /// Why.
        reason: String,
    },
    /// The key's time has not come.
    #[error("counts from {from} on")]
    NotYetValid {
        /// When it begins.
        from: Moment,
    },
    /// The key's time is over.
    #[error("expired at {to}{}", .successor.map(|key| format!("; its successor is {key}")).unwrap_or_default())]
    Expired {
        /// When it ended.
        to: Moment,
        /// Who signs in its place.
        successor: Option<KeyId>,
    },
    /// One is for development and the other is not.
    #[error("is a {key} key, and this is a {statement} statement")]
    Origin {
        /// What the key was made for.
        key: crate::artifact::key::Origin,
        /// What the statement is for.
        statement: crate::artifact::key::Origin,
    },
    /// The key may not sign this name.
    #[error("may not sign `{name}`")]
    Name {
        /// The name.
        name: String,
    },
    /// The key may not sign this sequence.
    #[error("may sign sequences {from} to {to}, and this is {sequence}")]
    Sequence {
        /// The release's.
        sequence: u64,
        /// The first allowed.
        from: u64,
        /// The last allowed.
        to: u64,
    },
    /// The manifest asks for more than the key may sign.
    #[error("may not sign what asks for {excess}")]
    Permission {
        /// The first thing that is too much.
        excess: String,
    },
    /// The manifest's risk is higher than the key may sign.
    #[error("may sign up to {risk_max} risk, and this has {risk} risk at least")]
    Risk {
        /// The manifest's.
        risk: Risk,
        /// The key's bound.
        risk_max: Risk,
    },
    /// The key is not trusted with native code.
    #[error("is not trusted with native code")]
    Native,
    /// The key may not sign revocations.
    #[error("may not sign revocations")]
    Revocations,
    /// The key, or the one that it succeeds, was counted already.
    #[error("counts once only")]
    Again,
}

impl TrustError {
    /// Why single signatures did not count, where that is the matter.
    #[must_use]
    pub fn refusals(&self) -> &[Refusal] {
        if let Self::TooFewSigners { refusals, .. } = self { refusals } else { &[] }
    }
}

/// The reasons behind a count, as the end of a sentence.
pub(crate) fn listed(refusals: &[Refusal]) -> String {
    match refusals {
        [] => String::new(),
        some => {
            let each: Vec<String> = some.iter().map(Refusal::to_string).collect();
            format!(": {}", each.join("; "))
        }
    }
}

// === impl ReleaseName ===

impl ReleaseName {
    pub(crate) fn of(bundle: &Bundle) -> Box<Self> {
        let manifest = bundle.claimed_manifest();
        Box::new(Self {
            name: manifest.name().to_string(),
            version: manifest.version.to_string(),
            digest: bundle.digest(),
        })
    }
}

impl fmt::Display for ReleaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {} ({})", self.name, self.version, self.digest.short())
    }
}

// === impl Refusal ===

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.key, self.reason)
    }
}
