//! Small files of trust: read with a bound, replaced in one step, private ones kept private.
//!
//! *Never:* a reader finds half of a file, or a private file that others may read is used.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Its owner only.
    Owner,
    /// Whom the system lets.
    Anyone,
}

/// Why a file could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The system says no.
    #[error("{} cannot be {deed}: {source}", .path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What was to be done with it.
        deed: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// The file is too large to be what it should be.
    #[error("{} has more than {bytes_max} bytes and is not what it should be", .path.display())]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// How much is read.
        bytes_max: u64,
    },
    /// Others than the owner may use a private file or directory.
    #[error(
        "{} may be used by others than its owner (mode {mode:03o}); it is not used until \
         `chmod {right:03o}` has made it private",
        .path.display()
    )]
    Open {
        /// Which file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
        /// What they should be.
        right: u32,
    },
}

impl FileError {
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }

    pub(crate) fn is_taken(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::AlreadyExists)
    }

    pub(crate) fn io(path: &Path, deed: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), deed, source }
    }
}

/// Reads a whole file of at most so many bytes.
pub(crate) fn read(path: &Path, bytes_max: u64, readers: Readers) -> Result<Vec<u8>, FileError> {
    let fail = || FileError::io(path, "read");
    let file = File::open(path).map_err(fail())?;
    if readers == Readers::Owner {
        // Asked of the open file, so that nobody can put another one in between.
        check_private(path, &file.metadata().map_err(fail())?, 0o600)?;
    }
    let mut bytes = Vec::new();
    file.take(bytes_max + 1).read_to_end(&mut bytes).map_err(fail())?;
    if bytes.len() as u64 > bytes_max {
        return Err(FileError::TooLarge { path: path.to_owned(), bytes_max });
    }
    Ok(bytes)
}

/// Writes a file in place of any before it, in one step and for good.
pub(crate) fn replace(path: &Path, bytes: &[u8], readers: Readers) -> Result<(), FileError> {
    let fail = || FileError::io(path, "written");
    let draft = write_draft(path, bytes, readers)?;
    let renamed = std::fs::rename(&draft, path);
    if renamed.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    renamed.map_err(fail())?;
    sync_directory(path).map_err(fail())
}

/// Writes a file where there is none, in one step and for good.
pub(crate) fn create(path: &Path, bytes: &[u8], readers: Readers) -> Result<(), FileError> {
    let fail = || FileError::io(path, "written");
    let draft = write_draft(path, bytes, readers)?;
    // A link, unlike a rename, fails where the name is taken already.
    let linked = std::fs::hard_link(&draft, path);
    let _ = std::fs::remove_file(&draft);
    linked.map_err(fail())?;
    sync_directory(path).map_err(fail())
}

/// Keeps other processes away from a file until the lock is dropped.
pub(crate) fn lock(path: &Path) -> Result<File, FileError> {
    let beside = beside(path, "lock");
    let fail = || FileError::io(&beside, "locked");
    let file =
        OpenOptions::new().create(true).truncate(false).write(true).open(&beside).map_err(fail())?;
    file.lock().map_err(fail())?;
    Ok(file)
}

/// Makes a directory that only its owner may enter; one that is there must be so already.
pub(crate) fn private_directory(path: &Path) -> Result<(), FileError> {
    let fail = || FileError::io(path, "made");
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(fail())?;
    check_private(path, &std::fs::metadata(path).map_err(fail())?, 0o700)
}

/// Refuses what others than the owner may use in any way.
fn check_private(path: &Path, found: &std::fs::Metadata, right: u32) -> Result<(), FileError> {
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o777;
        if mode & 0o077 != 0 {
            return Err(FileError::Open { path: path.to_owned(), mode, right });
        }
    }
    // Other systems keep a user's own directory private by themselves.
    #[cfg(not(unix))]
    let _ = (path, found, right);
    Ok(())
}

fn write_draft(path: &Path, bytes: &[u8], readers: Readers) -> Result<PathBuf, FileError> {
    let fail = || FileError::io(path, "written");
    let number =
        getrandom::u64().map_err(|error| io::Error::other(error.to_string())).map_err(fail())?;
    let draft = beside(path, &format!("{number:016x}.draft"));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if readers == Readers::Owner {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = readers;
    let mut file = options.open(&draft).map_err(fail())?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    written.map_err(fail())?;
    Ok(draft)
}

/// A hidden name beside a file, where a rename stays within one file system.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{ending}"))
}

/// Without this, a crash could undo the rename although the file itself is safe.
fn sync_directory(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = parent.unwrap_or(Path::new("."));
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(test: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("engraft-file-{}-{test}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        private_directory(&path).unwrap();
        path
    }

    #[test]
    fn files_are_replaced_or_created_and_leave_nothing_beside() {
        let directory = directory("write");
        let path = directory.join("a");
        create(&path, b"one", Readers::Owner).unwrap();
        assert!(create(&path, b"two", Readers::Owner).unwrap_err().is_taken());
        assert_eq!(read(&path, 3, Readers::Owner).unwrap(), b"one");
        replace(&path, b"three", Readers::Owner).unwrap();
        assert_eq!(read(&path, 5, Readers::Owner).unwrap(), b"three");
        assert!(matches!(read(&path, 4, Readers::Owner), Err(FileError::TooLarge { .. })));
        assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 1);
        assert!(read(&directory.join("b"), 1, Readers::Owner).unwrap_err().is_missing());
    }

    #[cfg(unix)]
    #[test]
    fn what_others_may_use_is_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let directory = directory("modes");
        let path = directory.join("a");
        create(&path, b"one", Readers::Owner).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&directory), mode(&path)), (0o700, 0o600));
        for wide in [0o640, 0o604, 0o610, 0o777] {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(wide)).unwrap();
            let error = read(&path, 9, Readers::Owner).unwrap_err();
            assert!(error.to_string().contains("chmod 600"), "{error}");
        }
        std::fs::set_permissions(&directory, PermissionsExt::from_mode(0o750)).unwrap();
        let error = private_directory(&directory).unwrap_err();
        assert!(error.to_string().contains("chmod 700"), "{error}");
    }
}
