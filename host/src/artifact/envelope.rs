//! DSSE envelopes: bytes, what kind of bytes, and signatures over both.
//!
//! *Never:* a payload is used whose type was not the one asked for, or a field is skipped over.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::json::{self, JsonError, scrub};
use super::key::{KeyId, PublicKey, SignatureBytes, SignatureError, SigningKey};
use super::statement::StatementError;

/// One envelope as JSON. The largest manifest, in base64 and with signatures, just fits.
pub(crate) const ENVELOPE_BYTES_MAX: usize = 1 << 20;
/// Signatures in one envelope. Each costs a verification, and no rule asks for more keys.
pub(crate) const SIGNATURES_MAX: usize = 16;
/// Our own ids have 36 bytes; other tools write digests in hexadecimal.
const KEY_ID_BYTES_MAX: usize = 128;

/// What the payload of releases and of native code is.
pub(crate) const STATEMENT_TYPE: &str = "application/vnd.in-toto+json";
/// What the payload of revocations is.
pub(crate) const REVOCATIONS_TYPE: &str = "application/vnd.engraft.revocations.v1+json";

/// Why an envelope could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// The text is not the JSON of an envelope.
    #[error("the envelope is not readable: {0}")]
    Json(#[source] JsonError),
    /// The envelope is too large.
    #[error("the envelope has {bytes} bytes; at most {ENVELOPE_BYTES_MAX} are read")]
    TooLarge {
        /// What it has.
        bytes: usize,
    },
    /// The payload is of another kind than the place where it was found asks for.
    #[error("the envelope's payload is `{found}`; expected `{expected}`")]
    PayloadType {
        /// What the envelope says.
        found: String,
        /// What belongs there.
        expected: &'static str,
    },
    /// A text is not base64 in its one standard spelling.
    #[error("the envelope's {part} is not standard base64")]
    Base64 {
        /// Which text.
        part: &'static str,
    },
    /// A signature is not 64 bytes long.
    #[error("a signature of `{key}` is not 64 bytes long; Ed25519 is the only algorithm here")]
    SignatureLength {
        /// Whose it claims to be.
        key: String,
    },
    /// There are none, or too many.
    #[error("the envelope has {count} signatures; from 1 to {SIGNATURES_MAX} may be")]
    SignatureCount {
        /// How many there are.
        count: usize,
    },
    /// A key id that is empty, too long or not printable.
    #[error("`{0}` is not a usable key id")]
    KeyId(String),
    /// The payload is not the statement that belongs there.
    #[error(transparent)]
    Statement(#[from] StatementError),
}

/// A payload with signatures that nobody has checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Envelope {
    payload_type: &'static str,
    payload: Vec<u8>,
    signatures: Vec<Signature>,
}

/// A signature and whose it claims to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) key: String,
    bytes: SignatureBytes,
}

impl Envelope {
    /// Reads an envelope whose payload must be of this type.
    pub(crate) fn parse(bytes: &[u8], expected: &'static str) -> Result<Self, EnvelopeError> {
        if bytes.len() > ENVELOPE_BYTES_MAX {
            return Err(EnvelopeError::TooLarge { bytes: bytes.len() });
        }
        let wire: Wire = json::parse(bytes).map_err(EnvelopeError::Json)?;
        if wire.payload_type != expected {
            return Err(EnvelopeError::PayloadType { found: scrub(&wire.payload_type), expected });
        }
        if wire.signatures.is_empty() || wire.signatures.len() > SIGNATURES_MAX {
            return Err(EnvelopeError::SignatureCount { count: wire.signatures.len() });
        }
        let payload = decode("payload", &wire.payload)?;
        let signatures = wire.signatures.into_iter().map(Signature::read).collect::<Result<_, _>>();
        Ok(Self { payload_type: expected, payload, signatures: signatures? })
    }

    /// Signs a payload. The same payload and keys give the same envelope.
    pub(crate) fn sign(payload_type: &'static str, payload: Vec<u8>, keys: &[&SigningKey]) -> Self {
        let mut envelope = Self { payload_type, payload, signatures: Vec::new() };
        keys.iter().for_each(|key| envelope.add_signature(key));
        envelope
    }

    /// Adds one more signature; one that is there already stays the only one of its key.
    pub(crate) fn add_signature(&mut self, key: &SigningKey) {
        let id = key.id().to_string();
        if self.signatures.iter().all(|signature| signature.key != id) {
            let bytes = key.sign(&self.signed_bytes());
            self.signatures.push(Signature { key: id, bytes });
        }
    }

    pub(crate) fn payload(&self) -> &[u8] {
        &self.payload
    }

    pub(crate) fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// What the signatures are made over: the pre-authentication encoding of DSSE, version 1.
    pub(crate) fn signed_bytes(&self) -> Vec<u8> {
        let kind = self.payload_type;
        let head = format!("DSSEv1 {} {kind} {} ", kind.len(), self.payload.len());
        [head.as_bytes(), &self.payload].concat()
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let signatures = self.signatures.iter().map(|signature| WireSignature {
            keyid: signature.key.clone(),
            sig: STANDARD.encode(signature.bytes),
        });
        let wire = Wire {
            payload_type: self.payload_type.to_owned(),
            payload: STANDARD.encode(&self.payload),
            signatures: signatures.collect(),
        };
        serde_json::to_vec(&wire).unwrap_or_default()
    }
}

impl Signature {
    /// The id of the key, where it is an id of ours.
    pub(crate) fn key_id(&self) -> Option<KeyId> {
        self.key.parse().ok()
    }

    /// Whether `key` made it over these bytes.
    pub(crate) fn verify(&self, key: &PublicKey, signed: &[u8]) -> Result<(), SignatureError> {
        key.verify(signed, &self.bytes)
    }

    fn read(wire: WireSignature) -> Result<Self, EnvelopeError> {
        let key = wire.keyid;
        if key.is_empty() || key.len() > KEY_ID_BYTES_MAX || key.chars().any(char::is_control) {
            return Err(EnvelopeError::KeyId(scrub(&key)));
        }
        match decode("signature", &wire.sig)?.try_into() {
            Ok(bytes) => Ok(Self { key, bytes }),
            Err(_) => Err(EnvelopeError::SignatureLength { key }),
        }
    }
}

fn decode(part: &'static str, base64: &str) -> Result<Vec<u8>, EnvelopeError> {
    STANDARD.decode(base64).map_err(|_| EnvelopeError::Base64 { part })
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Wire {
    payload_type: String,
    payload: String,
    signatures: Vec<WireSignature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireSignature {
    keyid: String,
    sig: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::key::Origin;

    fn key() -> SigningKey {
        SigningKey::from_seed(&[1; 32], Origin::Release)
    }

    fn signed() -> Envelope {
        Envelope::sign(STATEMENT_TYPE, b"{}".to_vec(), &[&key()])
    }

    #[test]
    fn the_encoding_is_that_of_the_standard() {
        // The example of the DSSE specification, with its own type and body.
        let envelope = Envelope {
            payload_type: "http://example.com/HelloWorld",
            payload: b"hello world".to_vec(),
            signatures: vec![],
        };
        assert_eq!(
            envelope.signed_bytes(),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let read = Envelope::parse(&signed().to_bytes(), STATEMENT_TYPE).unwrap();
        assert_eq!(read, signed());
        assert!(read.signatures[0].verify(&key().public(), &read.signed_bytes()).is_ok());
    }

    #[test]
    fn another_type_is_refused_and_would_not_verify() {
        let error = Envelope::parse(&signed().to_bytes(), REVOCATIONS_TYPE).unwrap_err();
        assert!(matches!(error, EnvelopeError::PayloadType { .. }));
        let confused = Envelope { payload_type: REVOCATIONS_TYPE, ..signed() };
        let result = confused.signatures[0].verify(&key().public(), &confused.signed_bytes());
        assert_eq!(result, Err(SignatureError));
    }

    #[test]
    fn everything_but_the_one_form_is_refused() {
        let good = String::from_utf8(signed().to_bytes()).unwrap();
        for (from, to, expected) in [
            (r#""payload":"#, r#""extra":1,"payload":"#, "unknown field"),
            (r#""payload":"#, r#""payload":"","payload":"#, "twice"),
            ("e30=", "e30", "standard base64"),
            ("e30=", "e31=", "standard base64"),
            ("e30=", "e3 0=", "standard base64"),
            (r#""keyid":"key-"#, r#""keyid":"\nkey-"#, "key id"),
            (r#""sig":""#, r#""sig":"AAAA"#, "64 bytes"),
        ] {
            assert!(good.contains(from), "{from}");
            let bad = good.replacen(from, to, 1);
            let error = Envelope::parse(bad.as_bytes(), STATEMENT_TYPE).unwrap_err();
            assert!(error.to_string().contains(expected), "{error} should tell of {expected}");
        }
        let none = r#"{"payloadType":"application/vnd.in-toto+json","payload":"","signatures":[]}"#;
        let error = Envelope::parse(none.as_bytes(), STATEMENT_TYPE).unwrap_err();
        assert_eq!(error, EnvelopeError::SignatureCount { count: 0 });
    }

    #[test]
    fn a_key_signs_once() {
        let mut envelope = signed();
        envelope.add_signature(&key());
        assert_eq!(envelope, signed());
    }
}
