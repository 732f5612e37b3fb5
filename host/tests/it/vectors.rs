//! Outside test vectors, run through the very functions that verify bundles.
//!
//! They are not part of this repository; where they are missing, that is printed and passes.

use std::path::PathBuf;

use engraft::artifact::PublicKey;
use engraft::model::Digest;
use serde_json::Value;

#[expect(clippy::disallowed_methods, reason = "where the vectors lie differs by machine")]
fn vectors(name: &str) -> Option<Value> {
    let directory = match std::env::var("ENGRAFT_CONFORMANCE") {
        Ok(directory) => PathBuf::from(directory),
        Err(_) => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance"),
    };
    let path = directory.join("trust").join(name);
    match std::fs::read(&path) {
        Ok(bytes) => Some(serde_json::from_slice(&bytes).unwrap()),
        Err(_) => {
            println!("not present: {}", path.display());
            None
        }
    }
}

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().unwrap().as_bytes();
    let digit = |digit: u8| char::from(digit).to_digit(16).unwrap() as u8;
    hex.chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

/// What `Keyring::verify` does with a key of a keyring and a signature of an envelope.
fn verifies(key: &Value, message: &Value, signature: &Value) -> bool {
    let key =
        <[u8; 32]>::try_from(bytes(key)).ok().and_then(|key| PublicKey::from_bytes(&key).ok());
    key.is_some_and(|key| key.verify(&bytes(message), &bytes(signature)).is_ok())
}

#[test]
fn wycheproof_agrees_in_every_case() {
    let Some(vectors) = vectors("wycheproof_ed25519.json") else { return };
    let mut agreed = 0;
    for group in vectors["testGroups"].as_array().unwrap() {
        for test in group["tests"].as_array().unwrap() {
            let valid = verifies(&group["publicKey"]["pk"], &test["msg"], &test["sig"]);
            assert_eq!(valid, test["result"] == "valid", "{test}");
            agreed += 1;
        }
    }
    assert_eq!(agreed, 151);
}

#[test]
fn speccheck_finds_the_strictest_verifier() {
    let Some(vectors) = vectors("ed25519_speccheck.json") else { return };
    let cases = vectors.as_array().unwrap().iter();
    let found: String = cases
        .map(|case| verifies(&case["pub_key"], &case["message"], &case["signature"]))
        .map(|valid| if valid { 'V' } else { 'X' })
        .collect();
    assert_eq!(found, "XXXVXXXXXXXX");
}

#[test]
fn blake3_agrees_in_every_case_and_mode() {
    let Some(vectors) = vectors("blake3_vectors.json") else { return };
    let key = vectors["key"].as_str().unwrap().as_bytes().try_into().unwrap();
    let context = vectors["context_string"].as_str().unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 35);
    for case in cases {
        let length = case["input_len"].as_u64().unwrap() as usize;
        let input: Vec<u8> = (0..=250).cycle().take(length).collect();
        let expected = |mode: &str| bytes(&case[mode]);
        assert_eq!(Digest::of(&input).as_bytes()[..], expected("hash")[..32], "{length}");
        let extended = |mode: &str, hasher: &mut blake3::Hasher| {
            let mut output = vec![0; expected(mode).len()];
            hasher.update(&input).finalize_xof().fill(&mut output);
            assert_eq!(output, expected(mode), "{mode} of {length}");
        };
        extended("hash", &mut blake3::Hasher::new());
        extended("keyed_hash", &mut blake3::Hasher::new_keyed(key));
        extended("derive_key", &mut blake3::Hasher::new_derive_key(context));
    }
}
