//! Native code: who is trusted with it, and what is left unused.

use super::*;

fn native() -> NativeCode {
    NativeCode {
        target: "x86_64-unknown-linux-gnu".to_owned(),
        compatibility: "engine-1".to_owned(),
        code: b"machine code"[..].into(),
    }
}

fn dropped(keyring: &Keyring, bundle: Bundle) -> NativeRefusal {
    let verified = verify(keyring, bundle).unwrap();
    assert_eq!(verified.native("engine-1"), None);
    assert_eq!(verified.native_parts().count(), 0);
    verified.dropped_native()[0].reason.clone()
}

#[test]
fn native_code_is_used_only_from_who_is_trusted_with_it() {
    let by = |signer: &SigningKey| signed(&[&key(1)]).attach_native(native(), &[signer]).unwrap();
    let why = |refusal: NativeRefusal| match refusal {
        NativeRefusal::TooFewSigners { refusals, .. } => refusals[0].reason.clone(),
        other => panic!("{other:?}"),
    };
    let mut keyring = keyring(&[&key(1)]);
    assert_eq!(why(dropped(&keyring, by(&key(1)))), Reason::Native);
    assert_eq!(why(dropped(&keyring, by(&key(2)))), Reason::Unknown);
    let scope = Scope { native: true, ..Scope::of_names(["text.*".parse().unwrap()]) };
    keyring.trust(TrustedKey::release(key(2).public(), "builder", scope)).unwrap();
    let verified = verify(&keyring, by(&key(2))).unwrap();
    assert_eq!(verified.native("engine-1").as_deref(), Some(&b"machine code"[..]));
    assert_eq!(verified.native("engine-2"), None);
    // The builder's signature is good for native code; it may not ask for what its scope lacks.
    keyring.revoke_digest(Digest::of(b"machine code"), "miscompiled");
    let revoked = NativeRefusal::Revoked { reason: "miscompiled".to_owned() };
    assert_eq!(dropped(&keyring, by(&key(2))), revoked);
}

#[test]
fn native_code_of_another_component_or_other_bytes_is_left_unused() {
    let keyring = scoped(|scope| scope.native = true);
    let full = signed(&[&key(1)]).attach_native(native(), &[&key(1)]).unwrap();
    let good = take_apart(&full.to_bytes());
    let other = Bundle::sign(b"another component".to_vec(), &manifest(), &[&key(1)]).unwrap();
    let other = take_apart(&other.attach_native(native(), &[&key(1)]).unwrap().to_bytes());
    let mut swapped = good.clone();
    swapped[2] = other[2].clone();
    let refusal = dropped(&keyring, Bundle::parse(&put_together(&swapped)).unwrap());
    assert!(matches!(refusal, NativeRefusal::OtherComponent { .. }), "{refusal}");
    let mut swapped = good.clone();
    swapped[3].1 = b"evil code".to_vec();
    let refusal = dropped(&keyring, Bundle::parse(&put_together(&swapped)).unwrap());
    assert!(matches!(refusal, NativeRefusal::Digest { .. }), "{refusal}");
}
