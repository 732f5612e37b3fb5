//! What WASI 0.2 writes: its functions that make files or make them longer, each behind the count.
//!
//! *Never:* wasmtime's own function is called before there is room.

use std::sync::Arc;

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

use super::DiskFull;
use crate::engine::state::{CallState, Identity};
use crate::model::DISK_ENTRY_BYTES;

const INTERFACE: &str = "wasi:filesystem/types@0.2.12";

type Given<T> = (Result<T, ErrorCode>,);

/// Replaces what writes by what asks first.
pub(in crate::engine::wasi) fn bound_writes(
    linker: &mut Linker<CallState>,
) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    let mut types = linker.instance(INTERFACE)?;
    types.func_wrap_async(
        "[method]descriptor.write",
        |mut store, (file, bytes, offset): (_, Vec<u8>, u64)| {
            Box::new(async move {
                if let Err(full) = is_room(store.data(), bytes.len() as u64) {
                    return Ok((Err(full),));
                }
                given(store.data_mut().filesystem().write(file, bytes, offset).await)
            })
        },
    )?;
    types.func_wrap_async("[method]descriptor.set-size", |mut store, (file, size): (_, u64)| {
        Box::new(async move {
            if let Err(full) = is_room(store.data(), size) {
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
                    && let Err(full) = is_room(store.data(), DISK_ENTRY_BYTES)
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
                if let Err(full) = is_room(store.data(), DISK_ENTRY_BYTES) {
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
                if let Err(full) = is_room(store.data(), DISK_ENTRY_BYTES) {
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
                if let Err(full) = is_room(store.data(), DISK_ENTRY_BYTES) {
                    return Ok((Err(full),));
                }
                let mut files = store.data_mut().filesystem();
                given(files.link_at(at, flags, from, to_at, to).await)
            })
        },
    )
}

fn is_room(state: &CallState, bytes: u64) -> Result<(), ErrorCode> {
    state.identity.take_disk(bytes).map_err(|_| ErrorCode::Quota)
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
    let identity = Arc::clone(&state.identity);
    let table = state.filesystem().table;
    let inner = table.delete(stream)?;
    let counted: DynOutputStream = Box::new(Counted { inner, identity });
    Ok((Ok(table.push(counted)?),))
}

/// A stream into a file whose bytes are counted.
struct Counted {
    inner: DynOutputStream,
    identity: Arc<Identity>,
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
        let room = self.identity.take_disk(bytes.len() as u64);
        room.map_err(|full| StreamError::LastOperationFailed(full.into()))?;
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
