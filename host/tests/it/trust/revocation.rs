//! What is revoked stays revoked, and who may say so.

use super::*;

#[test]
fn a_revoked_key_is_refused() {
    let mut keyring = keyring(&[&key(1)]);
    keyring.revoke_key(key(1).id(), "the laptop was lost");
    let reason = reason(verify(&keyring, signed(&[&key(1)])));
    assert_eq!(reason, Reason::Revoked { reason: "the laptop was lost".to_owned() });
    keyring.distrust(&key(1).id()).unwrap();
    let again = keyring.trust(TrustedKey::release(key(1).public(), "a", Scope::everything()));
    assert!(matches!(again, Err(KeyringError::Revoked { .. })));
}

#[test]
fn a_revoked_digest_is_refused() {
    let verified = verify(&keyring(&[&key(1)]), signed(&[&key(1)])).unwrap();
    for digest in [verified.digest(), verified.statement()] {
        let mut keyring = keyring(&[&key(1)]);
        keyring.revoke_digest(digest, "it leaks");
        let error = verify(&keyring, signed(&[&key(1)])).unwrap_err();
        assert!(matches!(&error, TrustError::Revoked { reason, .. } if reason == "it leaks"));
    }
}

fn list(sequence: u64, keys: &[&SigningKey], digests: &[Digest]) -> RevocationList {
    RevocationList {
        sequence,
        issued: Moment::at(NOW),
        keys: keys.iter().map(|key| (key.id(), "lost".to_owned())).collect(),
        digests: digests.iter().map(|digest| (*digest, "leaks".to_owned())).collect(),
    }
}

fn with_revoker(others: &[&SigningKey]) -> Keyring {
    let mut keyring = keyring(others);
    let scope = Scope { revocations: true, ..Scope::default() };
    keyring.trust(TrustedKey::release(key(8).public(), "security", scope)).unwrap();
    keyring
}

#[test]
fn a_signed_list_revokes_for_good() {
    let mut keyring = with_revoker(&[&key(1), &key(2)]);
    let first = list(5, &[&key(1)], &[]).sign(&[&key(8)]).unwrap();
    let first = SignedRevocations::parse(&first.to_bytes()).unwrap();
    keyring.apply(&first, NOW).unwrap();
    keyring.apply(&first, NOW).unwrap();
    assert!(matches!(reason(verify(&keyring, signed(&[&key(1)]))), Reason::Revoked { .. }));
    // A later list that leaves the key out does not bring it back; an earlier one is refused.
    keyring.apply(&list(6, &[], &[Digest::of(COMPONENT)]).sign(&[&key(8)]).unwrap(), NOW).unwrap();
    assert!(keyring.revoked().key(&key(1).id()).is_some());
    assert!(matches!(verify(&keyring, signed(&[&key(2)])), Err(TrustError::Revoked { .. })));
    let refused = keyring.apply(&first, NOW).unwrap_err();
    assert_eq!(refused, RevocationError::Older { sequence: 5, highest: 6 });
    // All of it is kept with the keyring.
    let again = Keyring::from_json(keyring.to_json().as_bytes()).unwrap();
    assert_eq!(again.revoked(), keyring.revoked());
    assert!(matches!(reason(verify(&again, signed(&[&key(1)]))), Reason::Revoked { .. }));
}

#[test]
fn a_list_of_revocations_needs_who_may_sign_it() {
    let mut keyring = with_revoker(&[&key(1)]);
    let mut refused = |signers: &[&SigningKey]| {
        let error = keyring.apply(&list(1, &[&key(1)], &[]).sign(signers).unwrap(), NOW);
        match error.unwrap_err() {
            RevocationError::TooFewSigners { refusals, .. } => refusals[0].reason.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(&[&key(1)]), Reason::Revocations);
    assert_eq!(refused(&[&key(9)]), Reason::Unknown);
    keyring.revoke_key(key(8).id(), "lost");
    let error = keyring.apply(&list(1, &[], &[]).sign(&[&key(8)]).unwrap(), NOW).unwrap_err();
    assert!(error.to_string().contains("is revoked (lost)"), "{error}");
    assert_eq!(keyring.revoked().sequence(), 0);
    // A release is not a list of revocations, whoever signed it.
    let release = take_apart(&signed(&[&key(8)]).to_bytes()).remove(0).1;
    assert!(matches!(SignedRevocations::parse(&release), Err(RevocationError::Envelope(_))));
    assert_eq!(list(1, &[], &[]).sign(&[]).unwrap_err(), RevocationError::Keys);
}

#[test]
fn two_must_sign_revocations_where_two_are_asked_for() {
    let mut keyring = with_revoker(&[]);
    keyring.require_for_revocations(NonZeroU32::new(2).unwrap());
    let one = list(1, &[&key(1)], &[]).sign(&[&key(8), &key(8)]).unwrap();
    let error = keyring.apply(&one, NOW).unwrap_err();
    assert!(matches!(error, RevocationError::TooFewSigners { counted: 1, needed: 2, .. }));
}
