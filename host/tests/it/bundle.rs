//! Bundles as bytes: whole ones come back, and everything else is a clear error and no panic.

pub(crate) mod forge;

use std::sync::Arc;

use engraft::artifact::{
    Bundle, BundleError, COMPONENT_BYTES_MAX, EnvelopeError, Keyring, NativeCode, NativePart,
    SignError, TrustError,
};
use serde_json::{Value, json};

use forge::*;

fn error(file: &[u8]) -> BundleError {
    Bundle::parse(file).unwrap_err()
}

#[track_caller]
fn refuses(file: &[u8], expected: &str) {
    let error = error(file).to_string();
    assert!(error.contains(expected), "`{error}` should tell of `{expected}`");
}

fn native(code: &[u8]) -> NativeCode {
    NativeCode {
        target: "x86_64-unknown-linux-gnu".to_owned(),
        compatibility: "engine-1".to_owned(),
        code: code.into(),
    }
}

fn full() -> Bundle {
    signed(&[&key(1)]).attach_native(native(b"machine code"), &[&key(1)]).unwrap()
}

fn trusting_native() -> Keyring {
    let mut keyring = keyring(&[&key(1)]);
    let mut trusted = keyring.distrust(&key(1).id()).unwrap();
    trusted.scope.native = true;
    keyring.trust(trusted).unwrap();
    keyring
}

#[test]
fn a_bundle_comes_back_byte_for_byte() {
    let file = full().to_bytes();
    let read = Bundle::parse(&file).unwrap();
    assert_eq!(read.to_bytes(), file);
    assert_eq!(read.component(), COMPONENT);
    assert_eq!(read.claimed_manifest(), &manifest());
    assert_eq!(read.claims()[0].key, key(1).id().to_string());
    assert_eq!(read.native().iter().map(NativePart::bytes_len).collect::<Vec<_>>(), [12]);
    assert_eq!(full().to_bytes(), file, "the same inputs give the same bytes");
    assert_eq!(put_together(&take_apart(&file)), file, "the format is what the tests think it is");
}

#[test]
fn an_example_that_gives_null_says_so_after_it_was_written() {
    let examples = json!([{"input": 0, "output": null}, {"input": 1}]);
    let operation =
        json!([{"name": "a", "input_schema": {}, "output_schema": {}, "examples": examples}]);
    let manifest = manifest_with(json!({ "operations": operation }));
    let examples = &manifest.description.operations[0].examples;
    assert_eq!((&examples[0].output, &examples[1].output), (&Some(Value::Null), &None));
    let signed = Bundle::sign(COMPONENT.to_vec(), &manifest, &[&key(1)]).unwrap();
    assert_eq!(signed.claimed_manifest(), &manifest);
    assert_eq!(Bundle::parse(&signed.to_bytes()).unwrap().claimed_manifest(), &manifest);
}

#[test]
fn an_envelope_made_by_other_code_is_read() {
    let file = with_changed_payload(|_| {});
    assert!(keyring(&[&key(1)]).verify(Bundle::parse(&file).unwrap(), NOW).is_ok());
}

#[test]
fn shared_bytes_are_not_copied() {
    let file: Arc<[u8]> = full().to_bytes().into();
    let bundle = Bundle::from_arc(&file).unwrap();
    assert!(file.as_ptr_range().contains(&bundle.component().as_ptr()));
    let parsed = Bundle::parse(&file).unwrap();
    assert!(std::ptr::eq(parsed.component(), &*parsed.component_arc()));
}

#[test]
fn every_byte_flipped_is_an_error() {
    let file = full().to_bytes();
    for at in 0..file.len() {
        for flip in [0x01, 0x20, 0x80, 0xff] {
            let mut bad = file.clone();
            bad[at] ^= flip;
            assert!(Bundle::parse(&bad).is_err(), "byte {at} with {flip:#x}");
        }
    }
}

/// Whoever changes a bundle can make its header fit again. Then the signatures must show it.
#[test]
fn every_byte_flipped_under_a_fitting_header_is_an_error() {
    let keyring = trusting_native();
    let sections = take_apart(&full().to_bytes());
    let good = keyring.verify(Bundle::parse(&put_together(&sections)).unwrap(), NOW).unwrap();
    assert_eq!(good.native("engine-1").as_deref(), Some(&b"machine code"[..]));
    for section in 0..sections.len() {
        for at in 0..sections[section].1.len() {
            for flip in [0x01, 0x20, 0x80] {
                let mut bad = sections.clone();
                bad[section].1[at] ^= flip;
                let Ok(bundle) = Bundle::parse(&put_together(&bad)) else { continue };
                match keyring.verify(bundle, NOW) {
                    Err(_) if section < 2 => {}
                    Ok(verified) if section >= 2 => {
                        assert_eq!(verified.native("engine-1"), None, "{section}, {at}, {flip:#x}");
                        assert_eq!(verified.dropped_native().len(), 1);
                    }
                    other => panic!("section {section}, byte {at}, flip {flip:#x}: {other:?}"),
                }
            }
        }
    }
}

#[test]
fn truncated_at_every_length_is_told_as_such() {
    let file = full().to_bytes();
    for length in 0..file.len() {
        let error = error(&file[..length]);
        assert!(matches!(error, BundleError::Truncated { .. }), "{length}: {error}");
    }
}

#[test]
fn sections_that_do_not_belong_are_told_as_such() {
    let sections = take_apart(&full().to_bytes());
    let [envelope, component, native_envelope, native_code] =
        <[Section; 4]>::try_from(sections).unwrap();
    let (dsse, wasm, ndss, ncod) = (&envelope, &component, &native_envelope, &native_code);
    let file = |sections: &[&Section]| {
        put_together(&sections.iter().map(|section| (*section).clone()).collect::<Vec<_>>())
    };
    assert!(Bundle::parse(&file(&[dsse, wasm])).is_ok());
    assert!(Bundle::parse(&file(&[dsse, dsse, wasm])).is_ok());
    refuses(&file(&[]), "no component");
    refuses(&file(&[wasm]), "no envelope");
    refuses(&file(&[dsse]), "no component");
    refuses(&file(&[dsse, wasm, wasm]), "more than one component");
    refuses(&file(&[wasm, dsse]), "envelope stands in the wrong place");
    refuses(&file(&[dsse, wasm, ncod]), "native code stands in the wrong place");
    refuses(&file(&[dsse, wasm, ndss]), "no native code");
    refuses(&file(&[dsse, ndss, ncod, wasm]), "wrong place");
    refuses(&file(&[dsse, wasm, ndss, ndss]), "wrong place");
    refuses(&file(&[dsse, wasm, &(*b"note", vec![1])]), "unknown kind `note`");
    refuses(&file(&[dsse, wasm, &(*b"\x1b[2J", vec![1])]), "unknown kind `\\x1b[2J`");
    refuses(&file(&[dsse, &(*b"wasm", vec![])]), "component is empty");
    refuses(&file(&[&[dsse; 9][..], &[wasm]].concat()), "9 of envelope; at most 8");
    refuses(&file(&[dsse; 300]), "300 of sections");
    let mut trailing = file(&[dsse, wasm]);
    trailing.push(0);
    assert_eq!(error(&trailing), BundleError::Trailing { extra: 1 });
}

#[test]
fn huge_lengths_take_no_memory() {
    let sections = take_apart(&signed(&[&key(1)]).to_bytes());
    let lengths = |lengths: [u64; 2]| error(&put_together_claiming(&sections, &lengths));
    let envelope = sections[0].1.len() as u64;
    for huge in [u64::MAX, u64::MAX - 100, 1 << 63, 1 << 40, COMPONENT_BYTES_MAX as u64 + 1] {
        let error = lengths([envelope, huge]);
        assert!(matches!(error, BundleError::TooLarge { part: "component", .. }), "{error}");
        assert!(matches!(lengths([huge, 1]), BundleError::TooLarge { part: "envelope", .. }));
    }
    let most = COMPONENT_BYTES_MAX as u64;
    assert!(matches!(lengths([envelope, most]), BundleError::Truncated { .. }));
    // Moving the border between two sections keeps the total.
    let error = lengths([envelope + 1, sections[1].1.len() as u64 - 1]);
    assert!(matches!(error, BundleError::Altered { .. }), "{error}");
    let mut many = put_together(&sections);
    many[10..12].copy_from_slice(&[0xff, 0xff]);
    refuses(&many, "65535 of sections");
}

#[test]
fn what_is_no_bundle_is_told_as_such() {
    assert_eq!(error(b"hello, this is a text"), BundleError::Foreign);
    assert_eq!(error(b"\0asm\x0d\0\x01\0"), BundleError::Unsigned);
    let mut later = signed(&[&key(1)]).to_bytes();
    later[8] = 2;
    refuses(&later, "update Engraft");
}

#[test]
fn statements_that_are_not_exactly_ours_are_refused() {
    type Change = fn(&mut Value);
    let cases: [(&str, Change); 18] = [
        ("expected `https://in-toto.io", |p| {
            p["_type"] = json!("https://in-toto.io/Statement/v0.1")
        }),
        ("engraft.dev/release/v1`", |p| {
            p["predicateType"] = json!("https://slsa.dev/provenance/v1")
        }),
        ("engraft.dev/release/v1`", |p| {
            p["predicateType"] = json!("https://engraft.dev/native/v1")
        }),
        ("unknown field `extra`", |p| p["extra"] = json!(1)),
        ("unknown field `extra`", |p| p["predicate"]["extra"] = json!(1)),
        ("unknown field `extra`", |p| p["predicate"]["manifest"]["extra"] = json!(1)),
        ("unknown field `uri`", |p| p["subject"][0]["uri"] = json!("a:b")),
        ("unknown field `md5`", |p| p["subject"][0]["digest"]["md5"] = json!("00")),
        ("missing field `sha256`", |p| {
            p["subject"][0]["digest"].as_object_mut().unwrap().remove("sha256");
        }),
        ("missing field `blake3`", |p| {
            p["subject"][0]["digest"].as_object_mut().unwrap().remove("blake3");
        }),
        ("64 lower-case", |p| {
            let digest = p["subject"][0]["digest"]["blake3"].as_str().unwrap().to_uppercase();
            p["subject"][0]["digest"]["blake3"] = json!(digest);
        }),
        ("0 subjects", |p| p["subject"] = json!([])),
        ("2 subjects", |p| {
            let subject = p["subject"][0].clone();
            p["subject"].as_array_mut().unwrap().push(subject);
        }),
        ("named `text.slugify`", |p| p["subject"][0]["name"] = json!("text.other")),
        ("missing field `origin`", |p| {
            p["predicate"].as_object_mut().unwrap().remove("origin");
        }),
        ("unknown variant", |p| p["predicate"]["origin"] = json!("trusted")),
        ("not a capability's name", |p| p["predicate"]["manifest"]["name"] = json!("../x")),
        ("operations", |p| p["predicate"]["manifest"]["operations"] = json!([])),
    ];
    for (expected, change) in cases {
        refuses(&with_changed_payload(change), expected);
    }
}

#[test]
fn texts_that_mean_two_things_are_refused() {
    let good = payload(&signed(&[&key(1)]).to_bytes()).to_string();
    let sequence = r#""sequence":7"#;
    assert!(good.contains(sequence));
    let twice = good.replacen(sequence, r#""sequence":7,"sequence":9"#, 1);
    refuses(&with_payload(twice.as_bytes()), "`sequence` appears twice");
    let schema = r#""input_schema":{}"#;
    assert!(good.contains(schema));
    let twice = good.replacen(schema, r#""input_schema":{"a":1,"a":2}"#, 1);
    refuses(&with_payload(twice.as_bytes()), "`a` appears twice");
    refuses(&with_payload(format!("{good} {{}}").as_bytes()), "trailing");
    refuses(&with_payload(good.replacen("text.", "text.\u{0}", 1).as_bytes()), "line 1");
    let mut invalid = good.clone().into_bytes();
    let at = good.find("slugify").unwrap();
    invalid[at] = 0xff;
    refuses(&with_payload(&invalid), "not UTF-8");
    refuses(&with_payload(b""), "EOF");
}

#[test]
fn depth_bombs_are_refused() {
    let good = payload(&signed(&[&key(1)]).to_bytes()).to_string();
    for bomb in ["[".repeat(300_000), r#"{"a":"#.repeat(100_000)] {
        let file = with_payload(good.replacen("{}", &bomb, 1).as_bytes());
        refuses(&file, "nested deeper than 64 levels");
        let mut sections = take_apart(&signed(&[&key(1)]).to_bytes());
        sections[0].1 = bomb.into_bytes();
        refuses(&put_together(&sections), "nested deeper than 64 levels");
    }
}

#[test]
fn envelopes_of_another_kind_are_refused() {
    let good = payload(&signed(&[&key(1)]).to_bytes()).to_string();
    let mut sections = take_apart(&signed(&[&key(1)]).to_bytes());
    let id = key(1).id().to_string();
    for kind in ["application/json", "application/vnd.engraft.revocations.v1+json", ""] {
        sections[0].1 = forge::envelope(kind, good.as_bytes(), &[(&id, 1)]);
        let error = error(&put_together(&sections));
        let BundleError::Envelope { source, number: 1, .. } = &error else { panic!("{error}") };
        assert!(matches!(source, EnvelopeError::PayloadType { .. }), "{error}");
    }
    let signers = vec![(id.as_str(), 1); 17];
    sections[0].1 = forge::envelope(STATEMENT_TYPE, good.as_bytes(), &signers);
    refuses(&put_together(&sections), "17 signatures");
    sections[0].1 = forge::envelope(STATEMENT_TYPE, good.as_bytes(), &[]);
    refuses(&put_together(&sections), "0 signatures");
}

#[test]
fn envelopes_must_state_the_same_facts() {
    let mut sections = take_apart(&signed(&[&key(1)]).to_bytes());
    let other =
        Bundle::sign(COMPONENT.to_vec(), &manifest_with(json!({"sequence": 8})), &[&key(2)]);
    let second = take_apart(&other.unwrap().to_bytes()).remove(0);
    sections.insert(1, second);
    assert_eq!(error(&put_together(&sections)), BundleError::Disagree { number: 2 });
}

#[test]
fn what_could_not_be_read_is_not_signed() {
    let sign = |component: &[u8]| Bundle::sign(component.to_vec(), &manifest(), &[&key(1)]);
    assert!(matches!(sign(b""), Err(SignError::Size { part: "component", .. })));
    let nobody = Bundle::sign(COMPONENT.to_vec(), &manifest(), &[]);
    assert!(matches!(nobody, Err(SignError::NoKey { .. })));
    let mixed = Bundle::sign(COMPONENT.to_vec(), &manifest(), &[&key(1), &development_key(2)]);
    assert!(matches!(mixed, Err(SignError::Origin { .. })));
    let mixed = signed(&[&key(1)]).countersign(&development_key(2));
    assert!(matches!(mixed, Err(SignError::Origin { .. })));
    let mut bad = manifest();
    bad.description.operations.clear();
    let refused = Bundle::sign(COMPONENT.to_vec(), &bad, &[&key(1)]);
    assert!(matches!(refused, Err(SignError::Manifest(_))));
    let labels = NativeCode { target: "a\u{1b}b".to_owned(), ..native(b"x") };
    let refused = signed(&[&key(1)]).attach_native(labels, &[&key(1)]);
    assert!(matches!(refused, Err(SignError::Statement(_))));
    let other = Bundle::sign(b"other".to_vec(), &manifest(), &[&key(2)]).unwrap();
    assert!(matches!(signed(&[&key(1)]).join(other), Err(SignError::Disagree { .. })));
}

#[test]
fn another_component_under_a_signed_statement_is_refused() {
    let mut sections = take_apart(&signed(&[&key(1)]).to_bytes());
    sections[1].1 = b"\0asm another component".to_vec();
    let bundle = Bundle::parse(&put_together(&sections)).unwrap();
    let error = keyring(&[&key(1)]).verify(bundle, NOW).unwrap_err();
    assert!(matches!(error, TrustError::Digest { algorithm: "BLAKE3", .. }), "{error}");
}
