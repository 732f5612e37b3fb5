//! Where foreign bytes enter the host, each with what must hold for all bytes.
//!
//! The fuzz targets and the replay of their corpus in `tests/it/corpus.rs` call the same functions.

#![allow(dead_code, reason = "each fuzz target uses one of these")]

use std::collections::HashSet;
use std::time::Duration;

use engraft::artifact::{
    Bundle, KeyCard, Keyring, Manifest, Origin, Scope, SignedRevocations, SigningKey, TrustedKey,
};
use engraft::engine::{ComponentKind, Engine, reflect};
use engraft::examine::glance;

const NOW: Duration = Duration::from_secs(1_800_000_000);
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0 a component to fuzz around";

/// The key that the seeds of the corpus are signed with.
pub(crate) fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32], Origin::Release)
}

/// A keyring that trusts that key with everything there is.
pub(crate) fn keyring() -> Keyring {
    let scope = Scope { native: true, revocations: true, ..Scope::everything() };
    let mut keyring = Keyring::new();
    assert!(keyring.trust(TrustedKey::release(key().public(), "fuzz", scope)).is_ok());
    keyring
}

/// A bundle: what is read is written back alike, and what is trusted was signed.
pub(crate) fn bundle(bytes: &[u8]) {
    whole(bytes);
    // Most changes only break the header's digests, so the body is tried under a fitting header.
    if let Some(fitting) = with_fitting_header(bytes) {
        whole(&fitting);
    }
}

fn whole(bytes: &[u8]) {
    let Ok(bundle) = Bundle::parse(bytes) else { return };
    assert_eq!(bundle.to_bytes(), bytes);
    let shared = Bundle::from_arc(&bytes.into());
    assert!(shared.is_ok_and(|shared| shared.component() == bundle.component()));
    if let Ok(verified) = keyring().verify(bundle, NOW) {
        let claims = verified.bundle().claims();
        let id = key().id().to_string();
        assert!(claims.iter().any(|claim| claim.key == id));
        assert!(
            keyring()
                .verify_installed(verified.bundle().clone(), &verified.installed(), NOW)
                .is_ok()
        );
    }
}

/// The sections of a file under a header with their right digests.
fn with_fitting_header(bytes: &[u8]) -> Option<Vec<u8>> {
    let count = usize::from(u16::from_le_bytes(*bytes.get(10..)?.first_chunk()?));
    let table_end = 12 + 44 * count;
    let mut file = bytes.to_vec();
    let mut at = table_end + 32;
    for entry in 0..count {
        let start = 12 + 44 * entry;
        let length = u64::from_le_bytes(*bytes.get(start + 4..)?.first_chunk()?);
        let end = at.checked_add(usize::try_from(length).ok()?)?;
        let digest = blake3::hash(bytes.get(at..end)?);
        file.get_mut(start + 12..start + 44)?.copy_from_slice(digest.as_bytes());
        at = end;
    }
    let digest = blake3::hash(file.get(..table_end)?);
    file.get_mut(table_end..table_end + 32)?.copy_from_slice(digest.as_bytes());
    Some(file)
}

/// An envelope, as a list of revocations and as the statement of a release or of native code.
pub(crate) fn envelope(bytes: &[u8]) {
    if let Ok(revocations) = SignedRevocations::parse(bytes) {
        let again = SignedRevocations::parse(&revocations.to_bytes());
        assert!(again.is_ok_and(|again| again == revocations));
        let _ = keyring().apply(&revocations, NOW);
    }
    whole(&file(&[(b"dsse", bytes), (b"wasm", COMPONENT)]));
    let release = released();
    whole(&file(&[(b"dsse", &release), (b"wasm", COMPONENT), (b"ndss", bytes), (b"ncod", b"x")]));
}

/// A manifest and the other small texts that people write or send one another.
pub(crate) fn manifest(bytes: &[u8]) {
    if let Ok(manifest) = Manifest::from_json(bytes) {
        // What may be read may be signed, and comes back as it was.
        let signed = Bundle::sign(COMPONENT.to_vec(), &manifest, &[&key()]);
        if let Ok(signed) = signed {
            let read = Bundle::parse(&signed.to_bytes());
            assert!(read.is_ok_and(|read| *read.claimed_manifest() == manifest));
        }
    }
    if let Ok(keyring) = Keyring::from_json(bytes) {
        let text = keyring.to_json();
        assert!(Keyring::from_json(text.as_bytes()).is_ok_and(|again| again.to_json() == text));
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(card) = text.parse::<KeyCard>()
    {
        assert!(card.to_string().parse::<KeyCard>().is_ok_and(|again| again == card));
    }
}

/// A component, before anything is compiled: what shows of it from outside.
pub(crate) fn component(bytes: &[u8]) {
    let Ok(found) = Engine::inspect(bytes) else { return };
    let names: HashSet<&str> =
        found.operations.iter().map(|operation| operation.name.as_str()).collect();
    assert_eq!(names.len(), found.operations.len(), "an operation is there twice");
    assert!(found.session_operations.iter().all(|name| names.contains(name.as_str())));
    if found.kind == ComponentKind::Contract {
        return;
    }
    let described = "a.b".parse().map(|name| reflect::describe(name, bytes));
    match described {
        Ok(Ok(description)) => assert_eq!(description.operations, found.operations),
        Ok(Err(_)) => assert!(found.operations.is_empty()),
        Err(error) => panic!("{error}"),
    }
}

/// The first look of an examination: bytes that the engine would take are walked to their end, and
/// nothing is told that is longer than a line.
pub(crate) fn examine(bytes: &[u8]) {
    let (measures, findings) = glance(bytes);
    assert!(measures.data_bytes <= bytes.len() as u64);
    assert!(measures.functions <= bytes.len() as u64);
    for finding in &findings {
        assert!(finding.message.chars().count() <= 301, "{}", finding.check);
        assert!(finding.message.chars().all(|letter| !letter.is_control()));
    }
}

/// The envelope of a small release of `COMPONENT`.
pub(crate) fn released() -> Vec<u8> {
    let manifest = Manifest::from_json(
        br#"{"name": "a.b", "version": "1.0.0", "sequence": 1,
            "operations": [{"name": "c", "input_schema": {}, "output_schema": {}}]}"#,
    );
    let signed = manifest.ok().and_then(|manifest| {
        Bundle::sign(COMPONENT.to_vec(), &manifest, &[&key()]).ok().map(|signed| signed.to_bytes())
    });
    let file = signed.unwrap_or_default();
    let length =
        file.get(16..).and_then(|rest| rest.first_chunk()).copied().map(u64::from_le_bytes);
    let start = 12 + 44 * 2 + 32;
    let end = start + length.and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
    file.get(start..end).unwrap_or_default().to_vec()
}

fn file(sections: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut file = b"\x89engraft\x01\0".to_vec();
    file.extend_from_slice(&u16::try_from(sections.len()).unwrap_or_default().to_le_bytes());
    for (tag, bytes) in sections {
        file.extend_from_slice(*tag);
        file.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        file.extend_from_slice(blake3::hash(bytes).as_bytes());
    }
    let digest = blake3::hash(&file);
    file.extend_from_slice(digest.as_bytes());
    sections.iter().for_each(|(_, bytes)| file.extend_from_slice(bytes));
    file
}
