//! Bundles made by hand, byte by byte and with other code than the library's, to be refused.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;
use engraft::artifact::{Bundle, Keyring, Manifest, Origin, Scope, SigningKey, TrustedKey};
use serde_json::{Value, json};

pub(crate) const NOW: Duration = Duration::from_secs(1_800_000_000);
pub(crate) const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0 not really a component";
pub(crate) const STATEMENT_TYPE: &str = "application/vnd.in-toto+json";

/// The key of a seed that is this byte 32 times.
pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32], Origin::Release)
}

pub(crate) fn development_key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32], Origin::Development)
}

pub(crate) fn manifest() -> Manifest {
    manifest_with(json!({}))
}

/// The usual manifest with some fields put in or in place.
pub(crate) fn manifest_with(fields: Value) -> Manifest {
    let mut manifest = json!({
        "name": "text.slugify", "version": "1.2.0", "sequence": 7,
        "operations": [{"name": "slugify", "input_schema": {}, "output_schema": {}}],
    });
    for (name, value) in fields.as_object().unwrap() {
        manifest[name] = value.clone();
    }
    Manifest::from_json(manifest.to_string().as_bytes()).unwrap()
}

/// The usual component and manifest, signed.
pub(crate) fn signed(keys: &[&SigningKey]) -> Bundle {
    Bundle::sign(COMPONENT.to_vec(), &manifest(), keys).unwrap()
}

/// A keyring that trusts these keys with everything but native code and revocations.
pub(crate) fn keyring(keys: &[&SigningKey]) -> Keyring {
    let mut keyring = Keyring::new();
    for key in keys {
        keyring.trust(TrustedKey::release(key.public(), "someone", Scope::everything())).unwrap();
    }
    keyring
}

/// A section by hand: its tag and its bytes.
pub(crate) type Section = ([u8; 4], Vec<u8>);

pub(crate) fn take_apart(file: &[u8]) -> Vec<Section> {
    let count = usize::from(u16::from_le_bytes([file[10], file[11]]));
    let mut at = 12 + 44 * count + 32;
    let entries = file[12..].chunks(44).take(count);
    entries
        .map(|entry| {
            let length = u64::from_le_bytes(entry[4..12].try_into().unwrap()) as usize;
            at += length;
            (entry[..4].try_into().unwrap(), file[at - length..at].to_vec())
        })
        .collect()
}

/// A file with a header that is right for these sections, whatever they are.
pub(crate) fn put_together(sections: &[Section]) -> Vec<u8> {
    let lengths = sections.iter().map(|(_, bytes)| bytes.len() as u64).collect::<Vec<_>>();
    put_together_claiming(sections, &lengths)
}

/// The same with other lengths in the table.
pub(crate) fn put_together_claiming(sections: &[Section], lengths: &[u64]) -> Vec<u8> {
    let mut file = b"\x89engraft\x01\0".to_vec();
    file.extend_from_slice(&u16::try_from(sections.len()).unwrap().to_le_bytes());
    for ((tag, bytes), length) in sections.iter().zip(lengths) {
        file.extend_from_slice(tag);
        file.extend_from_slice(&length.to_le_bytes());
        file.extend_from_slice(blake3::hash(bytes).as_bytes());
    }
    let digest = blake3::hash(&file);
    file.extend_from_slice(digest.as_bytes());
    sections.iter().for_each(|(_, bytes)| file.extend_from_slice(bytes));
    file
}

/// An envelope signed by keys of these seeds under these ids.
pub(crate) fn envelope(kind: &str, payload: &[u8], signers: &[(&str, u8)]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len());
    let signed = [head.as_bytes(), payload].concat();
    let signatures = signers.iter().map(|(keyid, seed)| {
        let key = ed25519_dalek::SigningKey::from_bytes(&[*seed; 32]);
        json!({"keyid": keyid, "sig": STANDARD.encode(key.sign(&signed).to_bytes())})
    });
    let signatures: Vec<Value> = signatures.collect();
    let payload = STANDARD.encode(payload);
    let envelope = json!({"payloadType": kind, "payload": payload, "signatures": signatures});
    envelope.to_string().into_bytes()
}

/// The payload of the first envelope of a file.
pub(crate) fn payload(file: &[u8]) -> Value {
    let envelope: Value = serde_json::from_slice(&take_apart(file)[0].1).unwrap();
    serde_json::from_slice(&STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap())
        .unwrap()
}

/// The usual bundle with another payload, rightly signed by the key of seed 1.
pub(crate) fn with_payload(payload: &[u8]) -> Vec<u8> {
    let mut sections = take_apart(&signed(&[&key(1)]).to_bytes());
    sections[0].1 = envelope(STATEMENT_TYPE, payload, &[(&key(1).id().to_string(), 1)]);
    put_together(&sections)
}

/// The usual bundle with something changed in its payload, rightly signed by the key of seed 1.
pub(crate) fn with_changed_payload(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut payload = payload(&signed(&[&key(1)]).to_bytes());
    change(&mut payload);
    with_payload(payload.to_string().as_bytes())
}
