//! Bundles and trust: from an author's key to bytes that the host may run.
//!
//! A capability travels as a [`Bundle`]: its component, and a [`Manifest`] bound to the component
//! by signatures. A [`Keyring`] says whom to trust and how far, and [`Keyring::verify`] is the only
//! way to a [`Verified`], which is the only thing that the host loads.
//!
//! ```
//! use std::time::Duration;
//! use engraft::artifact::{Bundle, Keyring, Manifest, Origin, Scope, SigningKey, TrustedKey};
//!
//! // The author: a key, a manifest, a component.
//! let key = SigningKey::generate(Origin::Release)?;
//! let manifest = Manifest::from_json(br#"{
//!     "name": "text.slugify", "version": "1.2.0", "sequence": 7,
//!     "operations": [{"name": "slugify", "input_schema": {}, "output_schema": {}}]
//! }"#)?;
//! let component = b"the component's bytes".to_vec();
//! let file = Bundle::sign(component, &manifest, &[&key])?.to_bytes();
//!
//! // The host: it trusts that key with everything below `text`.
//! let mut keyring = Keyring::new();
//! keyring.trust(TrustedKey::release(key.public(), "alice", Scope::of_names(["text.*".parse()?])))?;
//! let now = Duration::from_secs(1_800_000_000);
//! let verified = keyring.verify(Bundle::parse(&file)?, now)?;
//! assert_eq!(verified.manifest().name().as_str(), "text.slugify");
//! keyring.admit(&verified)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What `verify` computes, and when: the component's BLAKE3 digest is computed when the bundle is
//! parsed, or, by [`Host::prepare_installed`](crate::Host::prepare_installed), before its bytes are
//! read: code that was compiled of it before is kept under that digest. Its SHA-256 digest takes three
//! times as long, so [`Keyring::verify`] computes it once, when a bundle is installed, and
//! [`Verified::installed`] is the record of that.
//! [`Keyring::verify_installed`] takes the record in place of computing it anew; every listed digest
//! is compared in both.
//!
//! *Never:* something unsigned passes; there is no argument that turns verification off.

mod attestation;
mod bound;
mod bundle;
mod envelope;
mod file;
mod hex;
mod json;
mod key;
mod keyring;
mod keystore;
mod ledger;
mod manifest;
mod moment;
mod revocation;
mod statement;
mod verified;

pub(crate) use attestation::{attest, attested};
pub use bound::Bound;
pub use bundle::{
    BUNDLE_BYTES_MAX, Bundle, BundleError, COMPONENT_BYTES_MAX, Claim, NATIVE_BYTES_MAX,
    NativeCode, NativePart, SignError,
};
pub use envelope::EnvelopeError;
pub use file::FileError;
pub use json::{JsonError, read_json};
pub use key::{KeyError, KeyId, Origin, PublicKey, SignatureError, SigningKey};
#[cfg(feature = "grow")]
pub(crate) use keyring::makeable;
pub use keyring::{
    Ceiling, Keyring, KeyringError, Reason, Refusal, ReleaseName, Risk, Scope, SequenceRange,
    Threshold, TrustError, TrustedKey,
};
pub use keystore::{KeyCard, KeyStore, KeyStoreError, Passphrase, Protection, StoredKey};
pub use ledger::{Ledger, LedgerError, Seen, SeenRelease};
pub use manifest::{MANIFEST_BYTES_MAX, Manifest, ManifestError, World};
pub use moment::{Moment, MomentError, Validity};
pub use revocation::{RevocationError, RevocationList, Revoked, SignedRevocations};
pub use statement::{Digests, StatementError};
pub use verified::{DroppedNative, Installed, NativeRefusal, Rollback, Signer, Verified};
