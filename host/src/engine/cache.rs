//! Compiled code on disk. Loading it is running it, so every entry carries a code (MAC) that only
//! this host's key makes.
//!
//! *Never:* an entry that does not authenticate is loaded; it is compiled anew.

mod needs;
mod seal;

use std::fs;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use self::seal::Identity;
use super::error::EngineError;
use crate::model::Digest;

/// Names this file format; a change of it makes old entries foreign.
const MAGIC: &[u8; 16] = b"engraft code 2\n\0";
const MAC_BYTES: usize = 32;
const KEY_BYTES: usize = 32;
const KEY_FILE: &str = "host.key";
const ENTRY_EXTENSION: &str = "code";
const SEAL_EXTENSION: &str = "seal";
/// What an interrupted write leaves behind is removed after this long.
const LEFTOVER_AGE: Duration = Duration::from_secs(3_600);

/// Compiled code that was found authentic, in a file that nobody writes to: entries are written
/// beside their place and moved there, and the directory is this user's alone.
pub(crate) struct Kept {
    file: fs::File,
}

/// A directory of compiled code and the key that authenticates it.
pub(crate) struct Cache {
    dir: PathBuf,
    key: [u8; KEY_BYTES],
    bytes_max: u64,
}

impl Cache {
    /// Opens the cache, making directory and key if they are not there.
    pub(crate) fn open(dir: &Path, bytes_max: u64) -> Result<Self, EngineError> {
        let failed = |source| EngineError::Cache { path: dir.to_owned(), source };
        make_private_dir(dir).map_err(failed)?;
        let key = read_or_make_key(&dir.join(KEY_FILE)).map_err(failed)?;
        Ok(Self { dir: dir.to_owned(), key, bytes_max })
    }

    /// The compiled code of a component, if it is here and authentic. `now` marks it as used.
    pub(crate) fn read(&self, digest: &Digest, compatibility: &str, now: Duration) -> Option<Kept> {
        let path = self.entry(digest, compatibility);
        let mut file = fs::File::open(&path).ok()?;
        let place = path.with_extension(SEAL_EXTENSION);
        let name = format!("{digest} {compatibility}");
        let sealed = |file: &fs::File| {
            let identity = Identity::of(&file.metadata().ok()?)?;
            Some((identity, identity.seal(&self.key, &name)))
        };
        if let Some((identity, seal)) = sealed(&file)
            && seal::holds(&place, &identity, seal)
        {
            touch(&place, now);
            return Some(Kept { file });
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        if !self.is_authentic(&bytes, digest, compatibility) {
            tracing::warn!(%digest, "an entry of the code cache is not authentic; compiling anew");
            drop(fs::remove_file(&path));
            drop(fs::remove_file(&place));
            return None;
        }
        match sealed(&file) {
            // Without a seal the next start reads it all again, and nothing else.
            Some((_, seal)) => drop(write_whole(&place, &[seal.as_bytes()], now)),
            None => touch(&path, now),
        }
        Some(Kept { file })
    }

    /// Keeps compiled code. What cannot be kept is only slower next time, so nothing fails.
    pub(crate) fn write(&self, digest: &Digest, compatibility: &str, code: &[u8], now: Duration) {
        if code.len() as u64 > self.bytes_max {
            return;
        }
        let mac = self.mac(digest, compatibility, code);
        let written = write_whole(
            &self.entry(digest, compatibility),
            &[code, mac.as_bytes(), MAGIC.as_slice()],
            now,
        );
        if let Err(error) = written {
            tracing::warn!(%error, "compiled code was not kept");
        }
        self.evict(now);
    }

    fn is_authentic(&self, bytes: &[u8], digest: &Digest, compatibility: &str) -> bool {
        let Some((code, mac)) = parts(bytes) else { return false };
        // blake3 compares hashes in constant time.
        self.mac(digest, compatibility, code) == mac
    }

    /// Binds the code to what it was compiled from and for, so that entries cannot be swapped.
    fn mac(&self, digest: &Digest, compatibility: &str, code: &[u8]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(MAGIC);
        hasher.update(digest.as_bytes());
        hasher.update(&(compatibility.len() as u64).to_le_bytes());
        hasher.update(compatibility.as_bytes());
        hasher.update(code);
        hasher.finalize()
    }

    fn entry(&self, digest: &Digest, compatibility: &str) -> PathBuf {
        let short = compatibility.get(..16).unwrap_or(compatibility);
        self.dir.join(format!("{}-{short}.{ENTRY_EXTENSION}", digest.to_hex()))
    }

    /// Removes the entries unused for longest until the rest fits.
    fn evict(&self, now: Duration) {
        let now = UNIX_EPOCH + now;
        let Ok(listing) = fs::read_dir(&self.dir) else { return };
        let mut entries: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        let mut remembered = Vec::new();
        for file in listing.flatten() {
            let (path, Ok(facts)) = (file.path(), file.metadata()) else { continue };
            // Of a sealed entry the seal is touched, for touching a file changes it.
            let sealed = fs::metadata(path.with_extension(SEAL_EXTENSION));
            let used = [Ok(facts.clone()), sealed].into_iter().flatten();
            let used = used.filter_map(|facts| facts.modified().ok()).max().unwrap_or(UNIX_EPOCH);
            match path.extension().and_then(|extension| extension.to_str()) {
                Some(ENTRY_EXTENSION) => entries.push((used, facts.len(), path)),
                Some(needs::EXTENSION) => remembered.push((used, path)),
                Some("tmp") if now.duration_since(used).is_ok_and(|age| age > LEFTOVER_AGE) => {
                    drop(fs::remove_file(path));
                }
                _ => {}
            }
        }
        entries.sort_unstable();
        let mut total: u64 = entries.iter().map(|(_, bytes, _)| bytes).sum();
        let mut kept = Vec::new();
        for (_, bytes, path) in entries {
            if total > self.bytes_max && fs::remove_file(&path).is_ok() {
                drop(fs::remove_file(path.with_extension(SEAL_EXTENSION)));
                total -= bytes;
            } else {
                kept.push(path);
            }
        }
        needs::forget(remembered, &kept, now);
    }
}

/// The code of an entry, and what authenticates it. It stands last, so that the code can be used
/// where it lies in the file.
fn parts(bytes: &[u8]) -> Option<(&[u8], blake3::Hash)> {
    let rest = bytes.strip_suffix(MAGIC)?;
    let (code, mac) = rest.split_last_chunk::<MAC_BYTES>()?;
    Some((code, blake3::Hash::from_bytes(*mac)))
}

/// Marks a file as used. Only the order of eviction depends on it.
fn touch(path: &Path, now: Duration) {
    if let Ok(file) = fs::File::options().write(true).open(path) {
        drop(file.set_modified(UNIX_EPOCH + now));
    }
}

/// Writes beside the place and moves it there, so that no reader sees half an entry.
fn write_whole(path: &Path, parts: &[&[u8]], now: Duration) -> io::Result<()> {
    let mut suffix = [0_u8; 8];
    getrandom::fill(&mut suffix).map_err(|error| io::Error::other(error.to_string()))?;
    let beside = path.with_extension(format!("{:016x}.tmp", u64::from_le_bytes(suffix)));
    let written = (|| {
        let mut file = private_file(&beside)?;
        for part in parts {
            file.write_all(part)?;
        }
        file.set_modified(UNIX_EPOCH + now)?;
        drop(file);
        fs::rename(&beside, path)
    })();
    if written.is_err() {
        drop(fs::remove_file(&beside));
    }
    written
}

/// Reads the key, or makes one. A key that others may have read is no key any more.
fn read_or_make_key(path: &Path) -> io::Result<[u8; KEY_BYTES]> {
    match fs::read(path) {
        Ok(bytes) if !is_private(path)? => {
            tracing::warn!(path = %path.display(), "the key of the code cache was readable by others; making a new one");
            drop(bytes);
            fs::remove_file(path)?;
        }
        Ok(bytes) => {
            if let Ok(key) = <[u8; KEY_BYTES]>::try_from(bytes.as_slice()) {
                return Ok(key);
            }
            fs::remove_file(path)?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut key = [0_u8; KEY_BYTES];
    getrandom::fill(&mut key).map_err(|error| io::Error::other(error.to_string()))?;
    match private_file(path) {
        Ok(mut file) => file.write_all(&key).map(|()| key),
        // Another process was quicker; its key is as good, once it is written.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read(path)?
            .as_slice()
            .try_into()
            .map_err(|_| io::Error::other("the key is being written; try again")),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn make_private_dir(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

#[cfg(not(unix))]
fn make_private_dir(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)
}

#[cfg(unix)]
fn private_file(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::File::options().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> io::Result<fs::File> {
    fs::File::options().write(true).create_new(true).open(path)
}

#[cfg(unix)]
fn is_private(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::metadata(path)?.permissions().mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn is_private(_path: &Path) -> io::Result<bool> {
    // Where there are no modes, the directory's own rules protect the key.
    Ok(true)
}

// === impl Kept ===

impl Kept {
    /// A path that leads to this very file, whoever stands at its old one by now; none where the
    /// system has no such paths. A whole file can be mapped: what follows the code is never looked
    /// at.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        #[cfg(target_os = "linux")]
        {
            use std::os::fd::AsRawFd;
            Some(PathBuf::from(format!("/proc/self/fd/{}", self.file.as_raw_fd())))
        }
        #[cfg(not(target_os = "linux"))]
        None
    }

    /// The code itself.
    pub(crate) fn bytes(mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file.rewind()?;
        self.file.read_to_end(&mut bytes)?;
        let code = parts(&bytes).map_or(0, |(code, _)| code.len());
        bytes.truncate(code);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests;
