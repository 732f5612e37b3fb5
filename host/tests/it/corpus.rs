//! The corpus of the fuzz targets, replayed: every file of it, and changes of each, drawn by seed.
//!
//! A file named `good-…` must be read and trusted for ever: it stands for what is out there.

#[path = "../../fuzz/entries.rs"]
mod entries;

use std::path::{Path, PathBuf};
use std::time::Duration;

use engraft::artifact::{
    Bundle, Keyring, Manifest, Moment, NativeCode, RevocationList, SignedRevocations,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Changes tried of each file. A few seconds in all without optimisation.
const CHANGES: u64 = 3_000;
const NOW: Duration = Duration::from_secs(1_800_000_000);

fn directory(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target)
}

fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(directory(target)).unwrap();
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path))
        .map(|(name, path)| (name, std::fs::read(path).unwrap()))
        .collect();
    files.sort();
    assert!(files.len() >= 4, "the corpus of {target} is missing");
    files
}

/// One change of the kinds that a fuzzer makes.
fn change(bytes: &mut Vec<u8>, others: &[(String, Vec<u8>)], random: &mut ChaCha8Rng) {
    let mut below = |bound: usize| random.next_u64() as usize % bound.max(1);
    let at = below(bytes.len());
    let length = below(16).min(bytes.len() - at);
    match below(8) {
        0 if !bytes.is_empty() => bytes[at] ^= 1 << below(8),
        1 if !bytes.is_empty() => bytes[at] = [0, 1, 0x7f, 0x80, 0xff, b'"', b'{', b'\\'][below(8)],
        2 => bytes.truncate(at),
        3 => drop(bytes.drain(at..at + length)),
        4 => bytes.extend_from_within(at..at + length),
        5 => {
            let stretch = bytes[at..at + length].to_vec();
            bytes.splice(at..at, stretch);
        }
        6 => {
            let other = &others[below(others.len())].1;
            let from = below(other.len());
            let to = (from + below(64)).min(other.len());
            bytes.splice(at..at + length, other[from..to].iter().copied());
        }
        _ => bytes.insert(at, below(256) as u8),
    }
}

fn replay(target: &str, entry: fn(&[u8])) {
    let files = corpus(target);
    for (number, (name, bytes)) in files.iter().enumerate() {
        entry(bytes);
        for seed in 0..CHANGES {
            let seed = (number as u64) << 32 | seed;
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let mut changed = bytes.clone();
            for _ in 0..1 + seed % 4 {
                change(&mut changed, &files, &mut random);
            }
            let result = std::panic::catch_unwind(|| entry(&changed));
            assert!(result.is_ok(), "{target}/{name} with seed {seed}: {}", changed.escape_ascii());
        }
    }
}

#[test]
fn components_are_examined_without_panic() {
    replay("examine", entries::examine);
}

#[test]
fn bundles_are_read_without_panic() {
    replay("bundle", entries::bundle);
}

#[test]
fn envelopes_are_read_without_panic() {
    replay("envelope", entries::envelope);
}

#[test]
fn manifests_are_read_without_panic() {
    replay("manifest", entries::manifest);
}

#[test]
fn components_are_read_without_panic() {
    replay("component", entries::component);
}

#[test]
fn what_was_good_once_stays_good() {
    let good = |target| corpus(target).into_iter().filter(|(name, _)| name.starts_with("good-"));
    assert_eq!(
        (good("bundle").count(), good("envelope").count(), good("manifest").count()),
        (3, 1, 3)
    );
    for (name, bytes) in good("bundle") {
        let verified = entries::keyring().verify(Bundle::parse(&bytes).unwrap(), NOW).unwrap();
        assert_eq!(verified.native("engine-1").is_some(), name.contains("native"));
    }
    for (_, bytes) in good("envelope") {
        entries::keyring().apply(&SignedRevocations::parse(&bytes).unwrap(), NOW).unwrap();
    }
    for (name, bytes) in good("manifest") {
        if name.contains("keyring") {
            Keyring::from_json(&bytes).unwrap();
        } else {
            Manifest::from_json(&bytes).unwrap();
        }
    }
}

/// Components that show, between them, most of what can be seen from outside.
const COMPONENTS: [(&str, &str); 5] = [
    (
        "values.wasm",
        r#"(component
            (import "i" (instance $i
                (type $record (record (field "x" s32) (field "y" (option f64))))
                (export "p" (type $p (eq $record)))
                (type $variant (variant (case "a" u64) (case "b") (case "d" (list char))))
                (export "c" (type $c (eq $variant)))
                (type $enum (enum "red" "green"))
                (export "e" (type $e (eq $enum)))
                (type $flags (flags "r" "w"))
                (export "g" (type $g (eq $flags)))
                (export "f" (func (param "p" $p) (param "c" $c) (param "t" (tuple bool string))
                    (result (result $e (error $g)))))))
            (export "acme:shapes/draw@1.2.0" (instance $i)))"#,
    ),
    (
        "resource.wasm",
        r#"(component
            (import "i" (instance $i
                (export "file" (type $file (sub resource)))
                (export "[constructor]file" (func (param "name" string) (result (own $file))))
                (export "[method]file.read" (func (param "self" (borrow $file))
                    (result (list u8))))))
            (export "acme:files/files@0.1.0" (instance $i)))"#,
    ),
    (
        "async.wasm",
        r#"(component
            (type $s (stream u8))
            (import "f" (func $f async (param "s" $s) (result (future string))))
            (export "g" (func $f)))"#,
    ),
    (
        "docs.wasm",
        r#"(component
            (@custom "package-docs" "\00{\"worlds\":{\"w\":{\"docs\":\"One sentence.\"}}}")
            (core module $m (func (export "add") (param i32 i32) (result i32)
                (i32.add (local.get 0) (local.get 1))))
            (core instance $i (instantiate $m))
            (func (export "add") (param "left" u32) (param "right" u32) (result u32)
                (canon lift (core func $i "add"))))"#,
    ),
    (
        "program.wasm",
        r#"(component
            (import "wasi:cli/environment@0.2.6" (instance
                (export "get-arguments" (func (result (list string))))))
            (import "run" (instance $run (export "run" (func (result (result))))))
            (export "wasi:cli/run@0.2.6" (instance $run)))"#,
    ),
];

/// The format stays what it is: what is signed today gives the very bytes of the seeds. For a new
/// format, `ENGRAFT_GOLDEN=write` writes new ones; the old ones stay under other names, since old
/// files must stay readable.
#[test]
fn the_seeds_are_what_is_signed_today() {
    #[expect(clippy::disallowed_methods, reason = "a person asks for new seeds this way")]
    let writes = std::env::var("ENGRAFT_GOLDEN").is_ok_and(|word| word == "write");
    let write = |target: &str, name: &str, bytes: &[u8]| {
        let path = directory(target).join(name);
        if writes {
            std::fs::create_dir_all(directory(target)).unwrap();
            std::fs::write(path, bytes).unwrap();
        } else {
            assert!(std::fs::read(&path).unwrap() == bytes, "{} differs", path.display());
        }
    };
    for (name, text) in COMPONENTS {
        write("component", name, &wat::parse_str(text).unwrap());
    }
    let key = entries::key();
    let small = br#"{"name": "a.b", "version": "1.0.0", "sequence": 1,
  "operations": [{"name": "c", "input_schema": {}, "output_schema": {}}]}"#;
    let large = include_bytes!("../../fuzz/corpus/manifest/good-large.json");
    write("manifest", "good-small.json", small);
    write("manifest", "good-keyring.json", entries::keyring().to_json().as_bytes());
    write("manifest", "depth.json", "[".repeat(65).as_bytes());
    let card = format!("{} release alice", key.public());
    write("manifest", "card.txt", card.as_bytes());

    let component = b"\0asm\x0d\0\x01\0 a component to fuzz around".to_vec();
    let large = Manifest::from_json(large).unwrap();
    let other = engraft::artifact::SigningKey::from_seed(&[8; 32], key.origin());
    let plain = Bundle::sign(component.clone(), &large, &[&key, &other]).unwrap();
    write("bundle", "good-plain.engraft", &plain.to_bytes());
    let (target, compatibility) = ("x86_64-unknown-linux-gnu".to_owned(), "engine-1".to_owned());
    let code = NativeCode { target, compatibility, code: b"machine code"[..].into() };
    let small = Manifest::from_json(small).unwrap();
    let native = Bundle::sign(component, &small, &[&key]).unwrap();
    let native = native.attach_native(code, &[&key]).unwrap().to_bytes();
    write("bundle", "good-native.engraft", &native);
    write("bundle", "truncated.engraft", &native[..native.len() - 20]);
    write("bundle", "header.engraft", b"\x89engraft\x01\0\xff\xff");

    let list = RevocationList {
        sequence: 3,
        issued: Moment::at(NOW),
        keys: [(other.id(), "lost".to_owned())].into(),
        digests: [(engraft::model::Digest::of(b"x"), "leaks".to_owned())].into(),
    };
    write("envelope", "good-revocations.json", &list.sign(&[&key]).unwrap().to_bytes());
    write("envelope", "release.json", &entries::released());
    let start = 12 + 44 * 4 + 32;
    let lengths: Vec<usize> = (0..4)
        .map(|entry| 16 + 44 * entry)
        .map(|at| u64::from_le_bytes(native[at..at + 8].try_into().unwrap()) as usize)
        .collect();
    let from = start + lengths[0] + lengths[1];
    write("envelope", "native.json", &native[from..from + lengths[2]]);
    write("envelope", "empty.json", br#"{"payloadType":"","payload":"","signatures":[]}"#);
}
