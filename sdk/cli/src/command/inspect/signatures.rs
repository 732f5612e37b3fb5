//! Who signed a bundle, and whether the local keyring counts it.
//!
//! *Never:* a signature is said to count that the keyring did not count.

use std::time::Duration;

use engraft::artifact::{Bundle, Keyring, Origin, TrustError, Verified};
use serde::Serialize;

use crate::text;

/// Whether the local keyring takes a bundle.
#[derive(Serialize)]
pub(super) struct Trust {
    pub(super) trusted: bool,
    /// Why not, where not.
    pub(super) refusal: Option<String>,
    pub(super) signatures: Vec<Signed>,
    /// Native code that would be left unused, and why.
    pub(super) native_dropped: Vec<Dropped>,
}

/// One signature.
#[derive(Serialize)]
pub(super) struct Signed {
    /// Whose it claims to be.
    pub(super) key: String,
    /// Whose that is, as the keyring says.
    pub(super) label: Option<String>,
    pub(super) origin: Option<Origin>,
    pub(super) counts: bool,
    /// Why it does not count, where it does not.
    pub(super) reason: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Dropped {
    pub(super) target: String,
    pub(super) compatibility: String,
    pub(super) reason: String,
}

impl Trust {
    pub(super) fn of(bundle: &Bundle, keyring: &Keyring, now: Duration) -> Self {
        let verdict = keyring.verify(bundle.clone(), now);
        let signatures = bundle
            .claims()
            .into_iter()
            .map(|claim| Signed::of(&claim.key, keyring, &verdict))
            .collect();
        let native_dropped = match &verdict {
            Ok(verified) => verified.dropped_native().iter().map(Dropped::of).collect(),
            Err(_) => Vec::new(),
        };
        let refusal = verdict.err().map(|error| text::scrub(&error.to_string()));
        Self { trusted: refusal.is_none(), refusal, signatures, native_dropped }
    }
}

impl Signed {
    fn of(claimed: &str, keyring: &Keyring, verdict: &Result<Verified, TrustError>) -> Self {
        let known = claimed.parse().ok().and_then(|id| keyring.key(&id));
        let refused = match verdict {
            Err(error) => error.refusals().iter().find(|refusal| refusal.key == claimed),
            Ok(_) => None,
        };
        let counts = match verdict {
            Ok(verified) => {
                verified.signers().iter().any(|signer| signer.key.to_string() == claimed)
            }
            // Too few in all, and this one was not among those that did not count.
            Err(TrustError::TooFewSigners { .. }) => known.is_some() && refused.is_none(),
            Err(_) => false,
        };
        let reason = match (counts, refused, known) {
            (true, ..) => None,
            (false, Some(refusal), _) => Some(refusal.reason.to_string()),
            (false, None, None) => Some("is not in the keyring".to_owned()),
            (false, None, Some(_)) => Some("does not count for this release".to_owned()),
        };
        Self {
            key: text::line(claimed),
            label: known.map(|key| text::line(&key.label)),
            origin: known.map(|key| key.origin),
            counts,
            reason,
        }
    }
}

// === impl Dropped ===

impl Dropped {
    fn of(dropped: &engraft::artifact::DroppedNative) -> Self {
        Self {
            target: dropped.target.clone(),
            compatibility: dropped.compatibility.clone(),
            reason: text::scrub(&dropped.reason.to_string()),
        }
    }
}
