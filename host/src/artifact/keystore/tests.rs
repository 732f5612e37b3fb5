use super::*;

fn store(test: &str) -> KeyStore {
    let path = std::env::temp_dir().join(format!("engraft-keys-{}-{test}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    KeyStore::open(&path).unwrap()
}

fn edit(store: &KeyStore, label: &str, from: &str, to: &str) {
    let path = store.path(label).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn a_key_comes_back_and_is_never_overwritten() {
    let store = store("plain");
    let key = store.generate("alice", Origin::Release, None).unwrap();
    assert_eq!(store.load("alice", None).unwrap().public(), key.public());
    let again = store.generate("alice", Origin::Release, None);
    assert!(matches!(again, Err(KeyStoreError::Taken { .. })));
    let listed = store.list().unwrap();
    assert_eq!(listed[0].card, store.export("alice").unwrap());
    assert_eq!(listed[0].protection, Protection::FilePermissions);
    assert!(matches!(store.load("bob", None), Err(KeyStoreError::Missing { .. })));
    for bad in ["", "../alice", "a/b", "A", ".alice", "alice.key/.."] {
        assert!(matches!(store.load(bad, None), Err(KeyStoreError::Label(_))), "{bad}");
    }
}

#[cfg(unix)]
#[test]
fn a_key_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let store = store("modes");
    store.generate("alice", Origin::Release, None).unwrap();
    let path = store.path("alice").unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
    let error = store.load("alice", None).unwrap_err();
    assert!(error.to_string().contains("mode 640") && error.to_string().contains("chmod 600"));
    std::fs::set_permissions(&store.directory, PermissionsExt::from_mode(0o755)).unwrap();
    assert!(matches!(KeyStore::open(&store.directory), Err(KeyStoreError::File(_))));
}

#[test]
fn a_passphrase_opens_and_nothing_else_does() {
    let store = store("sealed");
    let right = Passphrase::new("correct horse".to_owned());
    let wrong = Passphrase::new("correct house".to_owned());
    let key = store.generate("alice", Origin::Release, Some(&right)).unwrap();
    assert_eq!(store.load("alice", Some(&right)).unwrap().public(), key.public());
    assert!(matches!(store.load("alice", None), Err(KeyStoreError::PassphraseNeeded { .. })));
    let refused = store.load("alice", Some(&wrong));
    assert!(matches!(refused, Err(KeyStoreError::WrongPassphrase { .. })));
    assert_eq!(store.list().unwrap()[0].protection, Protection::Passphrase);
    let text = std::fs::read_to_string(store.path("alice").unwrap()).unwrap();
    assert!(!text.contains(Secret::plain(&key.seed()).plain_text()), "{text}");
    // What the secret is for is bound to it: a development key does not become a release key.
    edit(&store, "alice", r#""release""#, r#""development""#);
    let refused = store.load("alice", Some(&right));
    assert!(matches!(refused, Err(KeyStoreError::WrongPassphrase { .. })));
    assert_eq!(format!("{right:?}"), "Passphrase(…)");
}

#[test]
fn a_file_cannot_ask_for_more_than_a_machine_has() {
    let store = store("bounds");
    let right = Passphrase::new("a".to_owned());
    store.generate("alice", Origin::Release, Some(&right)).unwrap();
    let refused = |expected: &str| {
        let error = store.load("alice", Some(&right)).unwrap_err();
        assert!(error.to_string().contains(expected), "{error} should tell of {expected}");
    };
    edit(&store, "alice", r#""memory_kib": 65536"#, r#""memory_kib": 104857600"#);
    refused("104857600 KiB of memory");
    edit(&store, "alice", r#""memory_kib": 104857600"#, r#""memory_kib": 8"#);
    refused("8 KiB of memory");
    edit(&store, "alice", r#""memory_kib": 8"#, r#""memory_kib": 65536"#);
    edit(&store, "alice", r#""passes": 3"#, r#""passes": 4294967295"#);
    refused("4294967295 passes");
    edit(&store, "alice", r#""passes": 4294967295"#, r#""passes": 3"#);
    edit(&store, "alice", r#""lanes": 1"#, r#""lanes": 0"#);
    refused("0 lanes");
    edit(&store, "alice", r#""lanes": 0"#, r#""lanes": 2"#);
    refused("the passphrase is wrong, or the file was changed");
}

#[test]
fn a_development_key_is_made_once_and_marked() {
    let store = store("development");
    let first = store.development_key().unwrap();
    assert_eq!(first.origin(), Origin::Development);
    assert_eq!(store.development_key().unwrap().public(), first.public());
    assert!(store.export("development").unwrap().to_string().contains(" development "));
    edit(&store, "development", r#""development""#, r#""release""#);
    assert!(matches!(store.development_key(), Err(KeyStoreError::Broken { .. })));
}

#[test]
fn many_who_ask_first_get_one_development_key() {
    let store = store("race");
    let keys: Vec<PublicKey> = std::thread::scope(|scope| {
        let asked: Vec<_> =
            (0..8).map(|_| scope.spawn(|| store.development_key().unwrap().public())).collect();
        asked.into_iter().map(|key| key.join().unwrap()).collect()
    });
    assert!(keys.iter().all(|key| *key == keys[0]));
}

#[test]
fn a_broken_file_tells_where() {
    let store = store("broken");
    store.generate("alice", Origin::Release, None).unwrap();
    let other = SigningKey::from_seed(&[1; 32], Origin::Release).public().to_string();
    let own = store.export("alice").unwrap().key.to_string();
    edit(&store, "alice", &own, &other);
    let error = store.load("alice", None).unwrap_err();
    assert!(error.to_string().contains("two halves"), "{error}");
    edit(&store, "alice", r#""origin""#, r#""origins""#);
    let error = store.load("alice", None).unwrap_err();
    assert!(error.to_string().contains("line 3"), "{error}");
}
