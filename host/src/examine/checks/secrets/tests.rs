use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::*;

// Put together here, so that no scanner takes this file for a leak.
fn token(prefix: &str, letters: usize) -> String {
    let body: String = "Zq3xV8LmN2pKd7RtYw5HcJ9bGfS4aEuT6".chars().cycle().take(letters).collect();
    format!("{prefix}{body}")
}

fn issuers(bytes: &[u8]) -> Vec<&'static str> {
    scan(bytes).iter().map(|secret| secret.issuer).collect()
}

#[test]
fn tokens_are_found_however_they_are_written() {
    let plain = token("ghp_", 36);
    let backwards: String = plain.chars().rev().collect();
    let wide: Vec<u8> = plain.bytes().flat_map(|byte| [byte, 0]).collect();
    let coded = STANDARD_NO_PAD.encode(&plain);
    let twice = STANDARD_NO_PAD.encode(&coded);
    let hex: String = plain.bytes().map(|byte| format!("{byte:02x}")).collect();
    let all = [plain.as_bytes(), backwards.as_bytes(), &wide, coded.as_bytes()];
    for bytes in all.into_iter().chain([twice.as_bytes(), hex.as_bytes()]) {
        let mut around = b"\0key=".to_vec();
        around.extend_from_slice(bytes);
        around.push(0);
        assert!(issuers(&around).contains(&"a token of GitHub"), "{around:?}");
    }
    assert!(!scan(plain.as_bytes())[0].shown.contains(&plain[8..]));
}

#[test]
fn what_only_begins_alike_is_no_token() {
    for text in [
        "ghp_short",
        "task-abcdefghijklmnopqrstuvwxyz0123456789abc",
        &format!("ghp_{}", "x".repeat(36)),
        "the prefix AKIA is of AWS",
        "eyJ.eyJ.x",
        "-----BEGIN PUBLIC KEY-----",
        // What a library that reads keys has in its data.
        "-----BEGIN PRIVATE KEY-----\0-----END PRIVATE KEY-----\0no such key",
        "postgres://app:password@db.example.org/x",
        "mysql://root:hunter2@localhost/x",
        "redis://cache.example.org:6379/0",
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
    ] {
        assert!(scan(text.as_bytes()).is_empty(), "{text}");
    }
}

#[test]
fn keys_in_blocks_and_passwords_are_found() {
    let line = token("MIIEvQIBADANBgkqhkiG9w", 42);
    assert_eq!(issuers(b"-----BEGIN PRIVATE KEY-----\0"), ["a private key"]);
    assert_eq!(issuers(b"PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none"), ["a private key"]);
    for begin in ["-----BEGIN PRIVATE KEY-----\n", "-----BEGIN RSA PRIVATE KEY-----\\n"] {
        assert_eq!(issuers(format!("{begin}{line}").as_bytes()), ["a private key"], "{begin}");
    }
    let basic = format!("Basic {}", STANDARD_NO_PAD.encode("admin:tr0ub4dor"));
    for text in [
        "postgres://app:tr0ub4dor@db.example.org/x",
        "mongodb+srv://a:x9Kq2ZxP@c.example.net",
        &basic,
    ] {
        assert_eq!(issuers(text.as_bytes()), ["a password"], "{text}");
    }
}

#[test]
fn a_random_word_counts_only_where_it_is_said_to_be_a_key() {
    let random = "k9Jq2ZxP7vLm4TnB8sRw3YcD6fHgA1eU";
    assert_eq!(random_tokens(format!("token: {random}").as_bytes()).count(), 1);
    assert_eq!(random_tokens(format!("digest {random}").as_bytes()).count(), 0);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    assert_eq!(random_tokens(format!("token: {alphabet}").as_bytes()).count(), 0);
}
