//! Whom a keyring trusts, and everything that it must refuse.

mod native;
mod revocation;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use engraft::artifact::{
    Bundle, Ceiling, Installed, KeyId, Keyring, KeyringError, Ledger, Moment, NativeCode,
    NativeRefusal, Origin, PublicKey, Reason, RevocationError, RevocationList, Risk, Rollback,
    Scope, SequenceRange, SignedRevocations, SigningKey, TrustError, TrustedKey, Validity,
    Verified,
};
use engraft::model::{Digest, Permissions};
use serde_json::{Value, json};

use crate::bundle::forge::{self, *};

const DAY: Duration = Duration::from_secs(86_400);

/// A keyring with one key of seed 1 whose scope was changed.
fn scoped(change: impl FnOnce(&mut Scope)) -> Keyring {
    let mut scope = Scope::everything();
    change(&mut scope);
    let mut keyring = Keyring::new();
    keyring.trust(TrustedKey::release(key(1).public(), "alice", scope)).unwrap();
    keyring
}

fn requiring(signers: u32, keyring: Keyring) -> Keyring {
    let mut keyring = keyring;
    keyring.require("text.*".parse().unwrap(), NonZeroU32::new(signers).unwrap());
    keyring
}

fn verify(keyring: &Keyring, bundle: Bundle) -> Result<Verified, TrustError> {
    // Through bytes, as every bundle comes.
    keyring.verify(Bundle::parse(&bundle.to_bytes()).unwrap(), NOW)
}

fn with(fields: Value) -> Bundle {
    Bundle::sign(COMPONENT.to_vec(), &manifest_with(fields), &[&key(1)]).unwrap()
}

/// The one reason why the one signature did not count.
#[track_caller]
fn reason(result: Result<Verified, TrustError>) -> Reason {
    let error = result.unwrap_err();
    match &error {
        TrustError::TooFewSigners { counted: 0, needed: 1, refusals, .. }
            if refusals.len() == 1 =>
        {
            assert!(error.to_string().contains("`text.slugify` 1.2.0"), "{error}");
            assert!(error.to_string().contains(&refusals[0].key), "{error}");
            refusals[0].reason.clone()
        }
        other => panic!("{other:?}"),
    }
}

fn at(time: Duration) -> Option<Moment> {
    Some(Moment::at(time))
}

#[test]
fn a_trusted_signature_makes_evidence() {
    let verified = verify(&keyring(&[&key(1)]), signed(&[&key(1)])).unwrap();
    assert_eq!(verified.component(), COMPONENT);
    assert_eq!(verified.digest(), Digest::of(COMPONENT));
    assert_eq!(verified.manifest(), &manifest());
    assert_eq!(verified.origin(), Origin::Release);
    let signer = &verified.signers()[0];
    assert_eq!((signer.key, signer.label.as_str()), (key(1).id(), "someone"));
}

#[test]
fn an_empty_keyring_trusts_nobody() {
    assert_eq!(reason(verify(&Keyring::new(), signed(&[&key(1)]))), Reason::Unknown);
}

#[test]
fn an_unknown_key_is_refused() {
    assert_eq!(reason(verify(&keyring(&[&key(2)]), signed(&[&key(1)]))), Reason::Unknown);
}

#[test]
fn another_key_under_a_trusted_id_is_refused() {
    let mut sections = take_apart(&signed(&[&key(1)]).to_bytes());
    let payload = payload(&signed(&[&key(1)]).to_bytes()).to_string();
    let id = key(1).id().to_string();
    sections[0].1 = envelope(STATEMENT_TYPE, payload.as_bytes(), &[(&id, 2)]);
    let bundle = Bundle::parse(&put_together(&sections)).unwrap();
    let error = keyring(&[&key(1), &key(2)]).verify(bundle, NOW).unwrap_err();
    assert!(matches!(error, TrustError::BadSignature { key: id, .. } if id == key(1).id()));
}

#[test]
fn a_key_counts_only_in_its_time() {
    let early = scoped(|scope| scope.validity.not_before = at(NOW + DAY));
    let from = Moment::at(NOW + DAY);
    assert_eq!(reason(verify(&early, signed(&[&key(1)]))), Reason::NotYetValid { from });
    let late = scoped(|scope| scope.validity.not_after = at(NOW - DAY));
    let to = Moment::at(NOW - DAY);
    assert_eq!(reason(verify(&late, signed(&[&key(1)]))), Reason::Expired { to, successor: None });
    let now = Validity { not_before: at(NOW), not_after: at(NOW) };
    assert!(verify(&scoped(|scope| scope.validity = now), signed(&[&key(1)])).is_ok());
}

#[test]
fn a_manifest_counts_only_in_its_time() {
    let keyring = keyring(&[&key(1)]);
    let early = with(json!({"validity": {"not_before": Moment::at(NOW + DAY)}}));
    assert!(matches!(verify(&keyring, early), Err(TrustError::NotYetValid { .. })));
    let late = with(json!({"validity": {"not_after": Moment::at(NOW - DAY)}}));
    assert!(matches!(verify(&keyring, late), Err(TrustError::Expired { .. })));
}

#[test]
fn a_key_signs_within_its_scope_only() {
    let names = scoped(|scope| scope.names = vec!["mail.*".parse().unwrap()]);
    let name = "text.slugify".to_owned();
    assert_eq!(reason(verify(&names, signed(&[&key(1)]))), Reason::Name { name });

    let sequences = scoped(|scope| scope.sequences = SequenceRange { from: 8, to: 9 });
    let expected = Reason::Sequence { sequence: 7, from: 8, to: 9 };
    assert_eq!(reason(verify(&sequences, signed(&[&key(1)]))), expected);

    let asking = || with(json!({"permissions": {"log": true, "kv": {"bytes": 10, "keys": 2}}}));
    let ceiling = Permissions { log: true, ..Permissions::default() };
    let permissions = scoped(|scope| scope.permissions = Ceiling::Within(ceiling));
    let excess = "`kv` with 10 bytes and 2 keys".to_owned();
    assert_eq!(reason(verify(&permissions, asking())), Reason::Permission { excess });
    assert!(verify(&permissions, with(json!({"permissions": {"log": true}}))).is_ok());

    let risk = scoped(|scope| scope.risk = Risk::Safe);
    let expected = Reason::Risk { risk: Risk::Low, risk_max: Risk::Safe };
    assert_eq!(reason(verify(&risk, asking())), expected);
}

#[test]
fn one_signature_is_not_two() {
    let keyring = requiring(2, keyring(&[&key(1), &key(2)]));
    let error = verify(&keyring, signed(&[&key(1)])).unwrap_err();
    assert!(matches!(error, TrustError::TooFewSigners { counted: 1, needed: 2, .. }), "{error}");
    let both = signed(&[&key(1)]).countersign(&key(2)).unwrap();
    assert_eq!(verify(&keyring, both).unwrap().signers().len(), 2);
    let apart = signed(&[&key(1)]).join(signed(&[&key(2)])).unwrap();
    assert_eq!(verify(&keyring, apart).unwrap().signers().len(), 2);
}

#[test]
fn a_signer_out_of_scope_does_not_make_up_the_number() {
    let mut keyring = requiring(2, keyring(&[&key(1)]));
    let scope = Scope::of_names(["mail.*".parse().unwrap()]);
    keyring.trust(TrustedKey::release(key(2).public(), "bob", scope)).unwrap();
    let error = verify(&keyring, signed(&[&key(1), &key(2)])).unwrap_err();
    assert!(matches!(error.refusals()[0].reason, Reason::Name { .. }), "{error}");
}

#[test]
fn one_key_is_not_two_under_two_ids_or_twice() {
    let keyring = requiring(2, keyring(&[&key(1)]));
    let payload = payload(&signed(&[&key(1)]).to_bytes()).to_string();
    let (own, other) = (key(1).id().to_string(), key(9).id().to_string());
    let cases =
        [("someone-else", Reason::Unknown), (&other, Reason::Unknown), (&own, Reason::Again)];
    for (second, expected) in cases {
        let mut sections = take_apart(&signed(&[&key(1)]).to_bytes());
        let signers = [(own.as_str(), 1), (second, 1)];
        sections[0].1 = envelope(STATEMENT_TYPE, payload.as_bytes(), &signers);
        let bundle = Bundle::parse(&put_together(&sections)).unwrap();
        let error = keyring.verify(bundle, NOW).unwrap_err();
        assert!(matches!(error, TrustError::TooFewSigners { counted: 1, .. }), "{error}");
        assert_eq!(error.refusals()[0].reason, expected);
    }
    // The same in two envelopes.
    let mut sections = take_apart(&signed(&[&key(1)]).to_bytes());
    let envelope = sections[0].clone();
    sections.insert(0, envelope);
    let error = keyring.verify(Bundle::parse(&put_together(&sections)).unwrap(), NOW).unwrap_err();
    assert_eq!(error.refusals()[0].reason, Reason::Again);
}

#[test]
fn a_development_key_is_refused_unless_it_is_named_as_one() {
    let key = development_key(3);
    let bundle = || signed(&[&key]);
    let error = verify(&keyring(&[&forge::key(1)]), bundle()).unwrap_err();
    assert!(matches!(&error, TrustError::Development { .. }), "{error}");
    assert!(error.to_string().contains(&key.id().to_string()), "{error}");
    // Naming another development key, or this one as a release key, does not do.
    let other = Keyring::for_development(development_key(4).public());
    assert!(matches!(verify(&other, bundle()), Err(TrustError::Development { .. })));
    assert!(matches!(verify(&keyring(&[&key]), bundle()), Err(TrustError::Development { .. })));
    let verified = verify(&Keyring::for_development(key.public()), bundle()).unwrap();
    assert_eq!(verified.origin(), Origin::Development);
    assert_eq!(verified.signers()[0].origin, Origin::Development);
}

#[test]
fn a_development_key_cannot_sign_a_release() {
    // The same secret, used as if it were a release key.
    let keyring = Keyring::for_development(development_key(1).public());
    let reason = reason(verify(&keyring, signed(&[&key(1)])));
    let expected = Reason::Origin { key: Origin::Development, statement: Origin::Release };
    assert_eq!(reason, expected);
}

#[test]
fn the_statement_of_another_bundle_is_refused() {
    let mut sections = take_apart(&signed(&[&key(1)]).to_bytes());
    let other = Bundle::sign(b"another component".to_vec(), &manifest(), &[&key(1)]).unwrap();
    sections[0] = take_apart(&other.to_bytes()).remove(0);
    let bundle = Bundle::parse(&put_together(&sections)).unwrap();
    let error = keyring(&[&key(1)]).verify(bundle, NOW).unwrap_err();
    assert!(matches!(error, TrustError::Digest { .. }), "{error}");
}

#[test]
fn every_listed_digest_must_match() {
    for (algorithm, expected) in [("blake3", "BLAKE3"), ("sha256", "SHA-256")] {
        let file = with_changed_payload(|payload| {
            payload["subject"][0]["digest"][algorithm] = json!("00".repeat(32));
        });
        let error = keyring(&[&key(1)]).verify(Bundle::parse(&file).unwrap(), NOW).unwrap_err();
        assert!(
            matches!(&error, TrustError::Digest { algorithm, .. } if *algorithm == expected),
            "{error}"
        );
    }
}

#[test]
fn a_payload_signed_as_something_else_is_refused() {
    let payload = payload(&signed(&[&key(1)]).to_bytes()).to_string();
    let id = key(1).id().to_string();
    let other = "application/vnd.engraft.revocations.v1+json";
    let signed_as_other = envelope(other, payload.as_bytes(), &[(&id, 1)]);
    let text = String::from_utf8(signed_as_other).unwrap().replace(other, STATEMENT_TYPE);
    let mut sections = take_apart(&signed(&[&key(1)]).to_bytes());
    sections[0].1 = text.into_bytes();
    let bundle = Bundle::parse(&put_together(&sections)).unwrap();
    let error = keyring(&[&key(1)]).verify(bundle, NOW).unwrap_err();
    assert!(matches!(error, TrustError::BadSignature { .. }), "{error}");
}

fn numbered(sequence: u64) -> Bundle {
    with(json!({"sequence": sequence}))
}

#[test]
fn an_older_release_is_refused_unless_it_is_asked_for_by_name() {
    let path = std::env::temp_dir().join(format!("engraft-seen-{}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let fresh = || keyring(&[&key(1)]).with_seen(Arc::new(Ledger::open(&path).unwrap()));
    let keyring = fresh();
    let old = verify(&keyring, numbered(7)).unwrap();
    keyring.admit(&old).unwrap();
    keyring.admit(&verify(&keyring, numbered(9)).unwrap()).unwrap();
    // What was noted survives the process, and neither verifying nor admitting goes back.
    let keyring = fresh();
    let refused = verify(&keyring, numbered(8));
    assert!(matches!(refused, Err(TrustError::Older { sequence: 8, highest: 9, .. })));
    assert!(matches!(keyring.admit(&old), Err(TrustError::Older { sequence: 7, .. })));
    let twin = with(json!({"sequence": 9, "summary": "another"}));
    assert!(matches!(verify(&keyring, twin), Err(TrustError::SequenceTaken { .. })));
    assert!(verify(&keyring, numbered(9)).is_ok());
    // A rollback names one release, and what is newest stays known.
    let rollback = Rollback::to(&old.installed());
    let back = keyring.verify_rollback(numbered(7), &rollback, NOW).unwrap();
    keyring.admit(&back).unwrap();
    let refused = keyring.verify_rollback(numbered(6), &rollback, NOW);
    assert!(matches!(refused, Err(TrustError::NotTheOne { sequence: 6, .. })));
    assert!(matches!(verify(&keyring, numbered(7)), Err(TrustError::Older { .. })));
    assert!(verify(&keyring, numbered(10)).is_ok());
    // Names do not share a line.
    assert!(verify(&keyring, with(json!({"name": "text.other", "sequence": 1}))).is_ok());
}

#[test]
fn a_release_is_admitted_once_though_two_were_verified() {
    let keyring = keyring(&[&key(1)]);
    let (one, two) = (verify(&keyring, numbered(8)), verify(&keyring, numbered(9)));
    keyring.admit(&two.unwrap()).unwrap();
    assert!(matches!(keyring.admit(&one.unwrap()), Err(TrustError::Older { .. })));
}

#[test]
fn what_was_installed_is_verified_again_by_its_record() {
    let mut keyring = keyring(&[&key(1)]);
    let installed = verify(&keyring, numbered(7)).unwrap().installed();
    keyring.admit(&verify(&keyring, numbered(9)).unwrap()).unwrap();
    let text = serde_json::to_string(&installed).unwrap();
    let installed: Installed = serde_json::from_str(&text).unwrap();
    assert!(keyring.verify_installed(numbered(7), &installed, NOW).is_ok());
    let other = keyring.verify_installed(numbered(8), &installed, NOW);
    assert!(matches!(other, Err(TrustError::NotTheOne { .. })));
    // The record's digests are compared too, and the component's own is computed.
    let mut wrong = installed.clone();
    wrong.digests.sha256 = [0; 32];
    let refused = keyring.verify_installed(numbered(7), &wrong, NOW);
    assert!(matches!(refused, Err(TrustError::Digest { algorithm: "SHA-256", .. })));
    let mut sections = take_apart(&numbered(7).to_bytes());
    sections[1].1 = b"swapped".to_vec();
    let swapped = Bundle::parse(&put_together(&sections)).unwrap();
    let refused = keyring.verify_installed(swapped, &installed, NOW);
    assert!(matches!(refused, Err(TrustError::Digest { algorithm: "BLAKE3", .. })));
    // And what was revoked since then is revoked.
    keyring.revoke_digest(installed.digests.blake3, "it leaks");
    let refused = keyring.verify_installed(numbered(7), &installed, NOW);
    assert!(matches!(refused, Err(TrustError::Revoked { .. })));
}

#[test]
fn rotation_overlaps_and_makes_nobody_two() {
    let mut keyring = keyring(&[&key(1)]);
    let (old, new) = (key(1).id(), key(2).public());
    keyring.rotate(&old, new, NOW, 30 * DAY).unwrap();
    let at = |signer: &SigningKey, time| keyring.verify(signed(&[signer]), time);
    assert!(at(&key(1), NOW).is_ok() && at(&key(2), NOW).is_ok());
    assert!(at(&key(2), NOW + 31 * DAY).is_ok());
    let reason = reason(at(&key(1), NOW + 31 * DAY));
    let successor = Some(key(2).id());
    assert_eq!(reason, Reason::Expired { to: Moment::at(NOW + 30 * DAY), successor });
    let keyring = requiring(2, keyring.clone());
    let error = verify(&keyring, signed(&[&key(1), &key(2)])).unwrap_err();
    assert!(matches!(error, TrustError::TooFewSigners { counted: 1, .. }), "{error}");
}

#[test]
fn a_keyring_comes_back_and_errors_tell_the_place() {
    let mut before = requiring(2, keyring(&[&key(1), &key(2)]));
    before.rotate(&key(1).id(), key(3).public(), NOW, DAY).unwrap();
    let text = before.to_json();
    let after = Keyring::from_json(text.as_bytes()).unwrap();
    assert_eq!(after.to_json(), text);
    let path = std::env::temp_dir().join(format!("engraft-keyring-{}", std::process::id()));
    before.save(&path).unwrap();
    assert_eq!(Keyring::load(&path).unwrap().to_json(), text);
    std::fs::write(&path, text.replacen("\"label\"", "\"lable\"", 1)).unwrap();
    let error = Keyring::load(&path).unwrap_err().to_string();
    assert!(error.contains("line 6, column") && error.contains("`lable`"), "{error}");
    assert!(error.contains(&path.display().to_string()), "{error}");
}

#[test]
fn keyrings_that_mean_two_things_are_refused() {
    let entry = |key: &PublicKey, successor: Option<KeyId>| json!({"key": key, "label": "a", "successor": successor});
    let read = |keys: Value| {
        let keyring = json!({"format": "engraft-keyring-v1", "keys": keys});
        Keyring::from_json(keyring.to_string().as_bytes())
    };
    let (one, two) = (key(1).public(), key(2).public());
    let twice = read(json!([entry(&one, None), entry(&one, None)]));
    assert!(matches!(twice, Err(KeyringError::Duplicate { .. })));
    let circle = read(json!([entry(&one, Some(two.id())), entry(&two, Some(one.id()))]));
    assert!(matches!(circle, Err(KeyringError::Circle { .. })));
    let own = read(json!([entry(&one, Some(one.id()))]));
    assert!(matches!(own, Err(KeyringError::Circle { .. })));
    let away = read(json!([entry(&one, Some(two.id()))])).unwrap();
    // A key without a scope may sign nothing, and one without a successor's entry is no error.
    assert!(matches!(reason(verify(&away, signed(&[&key(1)]))), Reason::Name { .. }));
    for bad in [
        r#"{"format": "engraft-keyring-v2", "keys": []}"#,
        r#"{"format": "engraft-keyring-v1", "keys": [], "verify": false}"#,
        r#"{"format": "engraft-keyring-v1", "keys": [], "thresholds": [{"names": "*", "signers": 0}]}"#,
        r#"{"format": "engraft-keyring-v1", "keys": [], "keys": []}"#,
    ] {
        assert!(Keyring::from_json(bad.as_bytes()).is_err(), "{bad}");
    }
}
