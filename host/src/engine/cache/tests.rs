use super::*;
use crate::engine::inspect::Needs;

const NOW: Duration = Duration::from_secs(1_000_000);

fn dir(name: &str) -> PathBuf {
    let dir = std::env::temp_dir().join(format!("engraft-cache-{name}-{}", std::process::id()));
    drop(fs::remove_dir_all(&dir));
    dir
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(dir).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == ENTRY_EXTENSION));
    files
}

fn code(kept: Option<Kept>) -> Option<Vec<u8>> {
    kept.map(|kept| kept.bytes().unwrap())
}

#[test]
fn what_is_written_is_read_and_nothing_else() {
    let dir = dir("read");
    let cache = Cache::open(&dir, 1 << 20).unwrap();
    let digest = Digest::of(b"component");
    cache.write(&digest, "engine-a", b"native code", NOW);
    assert_eq!(code(cache.read(&digest, "engine-a", NOW)).as_deref(), Some(&b"native code"[..]));
    assert!(cache.read(&digest, "engine-b", NOW).is_none());
    assert!(cache.read(&Digest::of(b"other"), "engine-a", NOW).is_none());
    // The key outlives the process that made it.
    let again = Cache::open(&dir, 1 << 20).unwrap();
    assert!(again.read(&digest, "engine-a", NOW).is_some());
}

#[test]
fn every_flipped_bit_makes_an_entry_worthless() {
    let dir = dir("flip");
    let cache = Cache::open(&dir, 1 << 20).unwrap();
    let digest = Digest::of(b"component");
    cache.write(&digest, "engine", b"native", NOW);
    let path = entries(&dir).remove(0);
    let good = fs::read(&path).unwrap();
    for index in 0..good.len() {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[index] ^= 1 << bit;
            fs::write(&path, &bad).unwrap();
            assert!(cache.read(&digest, "engine", NOW).is_none(), "byte {index}, bit {bit}");
            assert!(!path.exists(), "a bad entry is removed");
        }
    }
    for length in 0..good.len() {
        fs::write(&path, &good[..length]).unwrap();
        assert!(cache.read(&digest, "engine", NOW).is_none(), "cut to {length}");
    }
}

#[test]
fn an_entry_of_another_key_or_place_is_foreign() {
    let (mine, theirs) = (dir("mine"), dir("theirs"));
    let cache = Cache::open(&mine, 1 << 20).unwrap();
    let other = Cache::open(&theirs, 1 << 20).unwrap();
    let digest = Digest::of(b"component");
    other.write(&digest, "engine", b"evil", NOW);
    let foreign = entries(&theirs).remove(0);
    fs::copy(&foreign, mine.join(foreign.file_name().unwrap())).unwrap();
    assert!(cache.read(&digest, "engine", NOW).is_none());
    // An authentic entry under the name of another component is foreign as well.
    cache.write(&digest, "engine", b"fine", NOW);
    let victim = Digest::of(b"victim");
    fs::copy(cache.entry(&digest, "engine"), cache.entry(&victim, "engine")).unwrap();
    assert!(cache.read(&victim, "engine", NOW).is_none());
}

#[test]
fn the_entries_unused_for_longest_go_first() {
    let dir = dir("evict");
    let header = (MAGIC.len() + MAC_BYTES) as u64;
    let cache = Cache::open(&dir, 3 * (header + 10)).unwrap();
    let digests: Vec<Digest> = (0_u8..4).map(|byte| Digest::of(&[byte])).collect();
    let at = |seconds| NOW + Duration::from_secs(seconds);
    for (index, digest) in digests[..3].iter().enumerate() {
        cache.write(digest, "engine", &[0; 10], at(index as u64));
    }
    assert!(cache.read(&digests[0], "engine", at(10)).is_some(), "used last");
    cache.write(&digests[3], "engine", &[0; 10], at(11));
    assert_eq!(entries(&dir).len(), 3);
    assert!(cache.read(&digests[1], "engine", at(12)).is_none(), "unused for longest");
    assert!(cache.read(&digests[0], "engine", at(12)).is_some());
    // What could never fit is not written, and evicts nothing.
    cache.write(&digests[1], "engine", &[0; 1_000], at(13));
    assert_eq!(entries(&dir).len(), 3);
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_replaced() {
    use std::os::unix::fs::PermissionsExt;
    let dir = dir("mode");
    let cache = Cache::open(&dir, 1 << 20).unwrap();
    let key = dir.join(KEY_FILE);
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    let digest = Digest::of(b"component");
    cache.write(&digest, "engine", b"native", NOW);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let again = Cache::open(&dir, 1 << 20).unwrap();
    assert_ne!(again.key, cache.key);
    assert!(again.read(&digest, "engine", NOW).is_none());
}

/// Puts a file's change time as far back as seals want it; only waiting does that.
#[cfg(unix)]
fn settle() {
    std::thread::sleep(Duration::from_millis(2_100));
}

#[cfg(unix)]
#[test]
fn a_seal_spares_the_reading_and_believes_no_other_file() {
    let dir = dir("seal");
    let cache = Cache::open(&dir, 1 << 20).unwrap();
    let (digest, victim) = (Digest::of(b"component"), Digest::of(b"victim"));
    for digest in [&digest, &victim] {
        cache.write(digest, "engine", b"native", NOW);
    }
    let path = cache.entry(&digest, "engine");
    let seal = path.with_extension(SEAL_EXTENSION);
    let identity = || Identity::of(&fs::metadata(&path).unwrap()).unwrap();
    let name = format!("{digest} engine");
    let holds = || seal::holds(&seal, &identity(), identity().seal(&cache.key, &name));
    assert_eq!(code(cache.read(&digest, "engine", NOW)).unwrap(), b"native");
    assert!(!holds(), "a seal made in the moment of the change proves nothing");
    settle();
    assert!(cache.read(&digest, "engine", NOW).is_some());
    assert!(holds());

    // The seal of one entry is none of another, nor of another key's.
    let other = cache.entry(&victim, "engine");
    fs::copy(&seal, other.with_extension(SEAL_EXTENSION)).unwrap();
    fs::write(&other, b"evil").unwrap();
    assert!(cache.read(&victim, "engine", NOW).is_none());
    assert!(!seal::holds(&seal, &identity(), identity().seal(&[7; 32], &name)));

    // A change in place, and another file in its place, are seen in spite of the seal.
    let good = fs::read(&path).unwrap();
    let mut bad = good.clone();
    bad[0] ^= 1;
    fs::write(&path, &bad).unwrap();
    assert!(!holds());
    assert!(cache.read(&digest, "engine", NOW).is_none());
    assert!(!path.exists() && !seal.exists());
    cache.write(&digest, "engine", b"native", NOW);
    settle();
    assert!(cache.read(&digest, "engine", NOW).is_some() && holds());
    fs::write(dir.join("evil"), &bad).unwrap();
    fs::rename(dir.join("evil"), &path).unwrap();
    assert!(cache.read(&digest, "engine", NOW).is_none());
}

#[test]
fn what_a_component_needs_is_remembered_of_it_alone_and_for_as_long_as_its_code() {
    let dir = dir("needs");
    let cache = Cache::open(&dir, 64).unwrap();
    let (digest, other) = (Digest::of(b"component"), Digest::of(b"other"));
    let needs =
        Needs { imports: vec!["engraft:capability/log@1.0.0".to_owned()], concurrent: true };
    cache.remember(&digest, &needs, NOW);
    assert_eq!(cache.needs(&digest), Some(needs.clone()));
    assert_eq!(cache.needs(&other), None);
    let path = |digest: &Digest| dir.join(format!("{}.needs", digest.to_hex()));
    fs::copy(path(&digest), path(&other)).unwrap();
    assert_eq!(cache.needs(&other), None, "it was read in other bytes");
    let good = fs::read(path(&digest)).unwrap();
    for index in 0..good.len() {
        let mut bad = good.clone();
        bad[index] ^= 1;
        fs::write(path(&digest), &bad).unwrap();
        assert_eq!(cache.needs(&digest), None, "byte {index}");
    }
    cache.remember(&digest, &needs, NOW);
    cache.write(&digest, "engine", b"native", NOW);
    let later = NOW + LEFTOVER_AGE * 2;
    cache.write(&other, "engine", b"native too", later);
    assert_eq!(cache.needs(&digest), None, "its code had to go, and so had this");
    assert!(!path(&digest).exists());
}
