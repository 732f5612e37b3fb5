//! The bound on what writable directories hold.
//!
//! Every write is counted before it happens, as if it were all new; only where that would go over the
//! bound is what is really there counted anew. So a write costs an addition, and the count is never
//! too low. Functions of WASI that make files or make them longer are replaced by ones that ask here
//! first.
//!
//! *Never:* a byte is written first and counted then.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::filesystem::types::{
    DescriptorFlags, ErrorCode, Host, HostDescriptor, OpenFlags, PathFlags,
};
use wasmtime_wasi::p2::{
    DynOutputStream, FsResult, IoError as Failed, OutputStream, Pollable, StreamError, StreamResult,
};

use crate::engine::authority::Authority;
use crate::engine::state::CallState;
use crate::model::{Access, DISK_ENTRY_BYTES};

/// Entries that are counted; a directory with more counts as full. Counting them takes a second.
const ENTRIES_MAX: u64 = 1 << 20;
/// Deeper directories count as full; nobody nests that deep, and links are not followed.
const DEPTH_MAX: usize = 64;

/// What the writable directories of a capability hold; all its calls share one.
#[derive(Debug)]
pub(crate) struct Disk {
    directories: Vec<PathBuf>,
    bytes_max: u64,
    /// At least what is there; none until something is written.
    bytes: Mutex<Option<u64>>,
}

/// More than the directories may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the writable directories may hold {allowed} bytes together, hold {held} and would hold {wanted} \
     more; remove files, or raise `disk_bytes` of the grant"
)]
pub(crate) struct DiskFull {
    allowed: u64,
    held: u64,
    wanted: u64,
}

impl Disk {
    pub(crate) fn of(authority: &Authority) -> Self {
        let writable = authority.files().iter().filter(|grant| grant.access == Access::ReadWrite);
        Self {
            directories: writable.map(|grant| grant.host_path.clone()).collect(),
            bytes_max: authority.disk_bytes(),
            bytes: Mutex::new(None),
        }
    }

    /// Makes room for so many bytes more, or says that there is none.
    fn take(&self, wanted: u64) -> Result<(), DiskFull> {
        let mut bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |held: u64| held.checked_add(wanted).filter(|sum| *sum <= self.bytes_max);
        if let Some(sum) = bytes.and_then(fits) {
            *bytes = Some(sum);
            return Ok(());
        }
        let held = held(&self.directories);
        *bytes = Some(held);
        match fits(held) {
            Some(sum) => {
                *bytes = Some(sum);
                Ok(())
            }
            None => Err(DiskFull { allowed: self.bytes_max, held, wanted }),
        }
    }
}

/// What is there.
fn held(directories: &[PathBuf]) -> u64 {
    let mut count = Held { bytes: 0, entries: 0 };
    for directory in directories {
        count.add(directory, 0);
    }
    count.bytes
}

struct Held {
    bytes: u64,
    entries: u64,
}

impl Held {
    fn add(&mut self, directory: &Path, depth: usize) {
        let Ok(entries) = std::fs::read_dir(directory) else { return };
        for entry in entries.flatten() {
            self.entries += 1;
            // Of a link, this is the link itself.
            let Ok(found) = entry.metadata() else { continue };
            let length = if found.is_dir() { 0 } else { found.len() };
            self.bytes = self.bytes.saturating_add(length).saturating_add(DISK_ENTRY_BYTES);
            if self.entries > ENTRIES_MAX || depth == DEPTH_MAX {
                self.bytes = u64::MAX;
            } else if found.is_dir() {
                self.add(&entry.path(), depth + 1);
            }
            if self.bytes == u64::MAX {
                return;
            }
        }
    }
}

impl CallState {
    fn take_disk(&self, bytes: u64) -> Result<(), DiskFull> {
        self.identity.disk.take(bytes).inspect_err(|full| {
            tracing::warn!(capability = self.identity.name.as_str(), "a write is refused: {full}");
        })
    }

    fn is_room(&self, bytes: u64) -> Result<(), ErrorCode> {
        self.take_disk(bytes).map_err(|_| ErrorCode::Quota)
    }
}

const INTERFACE: &str = "wasi:filesystem/types@0.2.12";

type Given<T> = (Result<T, ErrorCode>,);

/// Replaces what writes by what asks first.
pub(super) fn bound_writes(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    let mut types = linker.instance(INTERFACE)?;
    types.func_wrap_async(
        "[method]descriptor.write",
        |mut store, (file, bytes, offset): (_, Vec<u8>, u64)| {
            Box::new(async move {
                if let Err(full) = store.data().is_room(bytes.len() as u64) {
                    return Ok((Err(full),));
                }
                given(store.data_mut().filesystem().write(file, bytes, offset).await)
            })
        },
    )?;
    types.func_wrap_async("[method]descriptor.set-size", |mut store, (file, size): (_, u64)| {
        Box::new(async move {
            if let Err(full) = store.data().is_room(size) {
                return Ok((Err(full),));
            }
            given(store.data_mut().filesystem().set_size(file, size).await)
        })
    })?;
    types.func_wrap(
        "[method]descriptor.write-via-stream",
        |mut store: StoreContextMut<'_, CallState>, (file, offset): (_, u64)| {
            let stream = store.data_mut().filesystem().write_via_stream(file, offset);
            counted(store.data_mut(), stream)
        },
    )?;
    types.func_wrap(
        "[method]descriptor.append-via-stream",
        |mut store: StoreContextMut<'_, CallState>, (file,): (_,)| {
            let stream = store.data_mut().filesystem().append_via_stream(file);
            counted(store.data_mut(), stream)
        },
    )?;
    types.func_wrap("filesystem-error-code", |mut store, (error,): (Resource<Failed>,)| {
        let store: &mut CallState = StoreContextMut::data_mut(&mut store);
        let mut files = store.filesystem();
        if files.table.get(&error)?.is::<DiskFull>() {
            return Ok((Some(ErrorCode::Quota),));
        }
        Ok((files.filesystem_error_code(error)?,))
    })?;
    bound_entries(linker)?;
    linker.allow_shadowing(false);
    Ok(())
}

/// The same for what makes files and directories.
fn bound_entries(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    let mut types = linker.instance(INTERFACE)?;
    types.func_wrap_async(
        "[method]descriptor.open-at",
        |mut store,
         (at, path_flags, path, open, flags): (
            _,
            PathFlags,
            String,
            OpenFlags,
            DescriptorFlags,
        )| {
            Box::new(async move {
                if open.contains(OpenFlags::CREATE)
                    && let Err(full) = store.data().is_room(DISK_ENTRY_BYTES)
                {
                    return Ok((Err(full),));
                }
                let mut files = store.data_mut().filesystem();
                given(files.open_at(at, path_flags, path, open, flags).await)
            })
        },
    )?;
    types.func_wrap_async(
        "[method]descriptor.create-directory-at",
        |mut store, (at, path): (_, String)| {
            Box::new(async move {
                if let Err(full) = store.data().is_room(DISK_ENTRY_BYTES) {
                    return Ok((Err(full),));
                }
                given(store.data_mut().filesystem().create_directory_at(at, path).await)
            })
        },
    )?;
    types.func_wrap_async(
        "[method]descriptor.symlink-at",
        |mut store, (at, from, to): (_, String, String)| {
            Box::new(async move {
                if let Err(full) = store.data().is_room(DISK_ENTRY_BYTES) {
                    return Ok((Err(full),));
                }
                given(store.data_mut().filesystem().symlink_at(at, from, to).await)
            })
        },
    )?;
    types.func_wrap_async(
        "[method]descriptor.link-at",
        |mut store, (at, flags, from, to_at, to): (_, PathFlags, String, Resource<Descriptor>, String)| {
            Box::new(async move {
                if let Err(full) = store.data().is_room(DISK_ENTRY_BYTES) {
                    return Ok((Err(full),));
                }
                let mut files = store.data_mut().filesystem();
                given(files.link_at(at, flags, from, to_at, to).await)
            })
        },
    )
}

fn given<T>(result: FsResult<T>) -> wasmtime::Result<Given<T>> {
    match result {
        Ok(value) => Ok((Ok(value),)),
        Err(error) => Ok((Err(error.downcast()?),)),
    }
}

/// Puts the count in front of a stream into a file.
fn counted(
    state: &mut CallState,
    stream: FsResult<Resource<DynOutputStream>>,
) -> wasmtime::Result<Given<Resource<DynOutputStream>>> {
    let stream = match stream {
        Ok(stream) => stream,
        Err(error) => return Ok((Err(error.downcast()?),)),
    };
    let identity = std::sync::Arc::clone(&state.identity);
    let table = state.filesystem().table;
    let inner = table.delete(stream)?;
    let counted: DynOutputStream = Box::new(Counted { inner, identity });
    Ok((Ok(table.push(counted)?),))
}

/// A stream into a file whose bytes are counted.
struct Counted {
    inner: DynOutputStream,
    identity: std::sync::Arc<crate::engine::state::Identity>,
}

#[async_trait]
impl Pollable for Counted {
    async fn ready(&mut self) {
        self.inner.ready().await;
    }
}

#[async_trait]
impl OutputStream for Counted {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.identity.disk.take(bytes.len() as u64).map_err(|full| {
            tracing::warn!(capability = self.identity.name.as_str(), "a write is refused: {full}");
            StreamError::LastOperationFailed(full.into())
        })?;
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.inner.flush()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.inner.check_write()
    }

    async fn cancel(&mut self) {
        self.inner.cancel().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_makes_room_and_what_is_there_counts() {
        let root = std::env::temp_dir().join(format!("engraft-disk-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&root));
        std::fs::create_dir_all(root.join("inner")).unwrap();
        std::fs::write(root.join("inner/there"), [0; 1_000]).unwrap();
        let (directories, bytes_max) = (vec![root.clone()], 3 * DISK_ENTRY_BYTES);
        let disk = Disk { directories, bytes_max, bytes: Mutex::new(None) };
        let held = 1_000 + 2 * DISK_ENTRY_BYTES;
        let full = DiskFull { allowed: bytes_max, held, wanted: DISK_ENTRY_BYTES };
        assert_eq!(disk.take(DISK_ENTRY_BYTES), Err(full));
        assert_eq!(disk.take(DISK_ENTRY_BYTES - 1_000), Ok(()));
        // Nothing of it was written in the end, which a count anew finds.
        assert_eq!(disk.take(1), Ok(()));
        std::fs::remove_file(root.join("inner/there")).unwrap();
        assert_eq!(disk.take(DISK_ENTRY_BYTES + 1_000), Ok(()));
        assert!(disk.take(u64::MAX).is_err());
        std::fs::remove_dir_all(&root).unwrap();
    }
}
