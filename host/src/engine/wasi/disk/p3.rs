//! What WASI 0.3 writes: its functions that make files or make them longer, each behind the count.
//!
//! *Never:* wasmtime's own function is called before there is room, or is given a stream that is
//! not counted on its way.

use std::pin::Pin;

use wasmtime::component::{Access, Accessor, Linker, LinkerInstance, Resource, StreamReader};
use wasmtime::{AsContextMut, StoreContextMut};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystem, WasiFilesystemView};
use wasmtime_wasi::p3::bindings::filesystem::types::{
    DescriptorFlags, ErrorCode, HostDescriptorWithStore, OpenFlags, PathFlags,
};
use wasmtime_wasi::p3::filesystem::FilesystemResult;

use super::toll;
use crate::engine::state::CallState;
use crate::model::DISK_ENTRY_BYTES;

const INTERFACE: &str = "wasi:filesystem/types@0.3.0";

type Given<T> = wasmtime::Result<(Result<T, ErrorCode>,)>;
type Coming<'a, T> = Pin<Box<dyn Future<Output = Given<T>> + Send + 'a>>;
type File = Resource<Descriptor>;

/// Replaces what writes by what asks first.
pub(in crate::engine::wasi) fn bound_writes(
    linker: &mut Linker<CallState>,
) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    let mut types = linker.instance(INTERFACE)?;
    bound_streams(&mut types)?;
    bound_entries(&mut types)?;
    linker.allow_shadowing(false);
    Ok(())
}

fn bound_streams(types: &mut LinkerInstance<'_, CallState>) -> wasmtime::Result<()> {
    types.func_wrap(
        "[method]descriptor.write-via-stream",
        |mut store: StoreContextMut<'_, CallState>,
         (file, bytes, offset): (File, StreamReader<u8>, u64)| {
            let (bytes, gate) = toll::before(&mut store, bytes)?;
            let ended = WasiFilesystem::write_via_stream(access(&mut store), file, bytes, offset)?;
            Ok((gate.verdict(&mut store, ended)?,))
        },
    )?;
    types.func_wrap(
        "[method]descriptor.append-via-stream",
        |mut store: StoreContextMut<'_, CallState>, (file, bytes): (File, StreamReader<u8>)| {
            let (bytes, gate) = toll::before(&mut store, bytes)?;
            let ended = WasiFilesystem::append_via_stream(access(&mut store), file, bytes)?;
            Ok((gate.verdict(&mut store, ended)?,))
        },
    )?;
    types.func_wrap_concurrent(
        "[method]descriptor.set-size",
        |store, (file, size): (File, u64)| -> Coming<'_, ()> {
            Box::pin(async move {
                if let Err(full) = is_room(store, size) {
                    return Ok((Err(full),));
                }
                given(WasiFilesystem::set_size(&files(store), file, size).await)
            })
        },
    )
}

/// The same for what makes files and directories.
fn bound_entries(types: &mut LinkerInstance<'_, CallState>) -> wasmtime::Result<()> {
    type Opening = (File, PathFlags, String, OpenFlags, DescriptorFlags);
    types.func_wrap_concurrent(
        "[method]descriptor.open-at",
        |store, (at, path_flags, path, open, flags): Opening| -> Coming<'_, File> {
            Box::pin(async move {
                if open.contains(OpenFlags::CREATE)
                    && let Err(full) = is_room(store, DISK_ENTRY_BYTES)
                {
                    return Ok((Err(full),));
                }
                let files = files(store);
                given(WasiFilesystem::open_at(&files, at, path_flags, path, open, flags).await)
            })
        },
    )?;
    types.func_wrap_concurrent(
        "[method]descriptor.create-directory-at",
        |store, (at, path): (File, String)| -> Coming<'_, ()> {
            Box::pin(async move {
                if let Err(full) = is_room(store, DISK_ENTRY_BYTES) {
                    return Ok((Err(full),));
                }
                given(WasiFilesystem::create_directory_at(&files(store), at, path).await)
            })
        },
    )?;
    types.func_wrap_concurrent(
        "[method]descriptor.symlink-at",
        |store, (at, from, to): (File, String, String)| -> Coming<'_, ()> {
            Box::pin(async move {
                if let Err(full) = is_room(store, DISK_ENTRY_BYTES) {
                    return Ok((Err(full),));
                }
                given(WasiFilesystem::symlink_at(&files(store), at, from, to).await)
            })
        },
    )?;
    type Linking = (File, PathFlags, String, File, String);
    types.func_wrap_concurrent(
        "[method]descriptor.link-at",
        |store, (at, flags, from, to_at, to): Linking| -> Coming<'_, ()> {
            Box::pin(async move {
                if let Err(full) = is_room(store, DISK_ENTRY_BYTES) {
                    return Ok((Err(full),));
                }
                given(WasiFilesystem::link_at(&files(store), at, flags, from, to_at, to).await)
            })
        },
    )
}

fn is_room(store: &Accessor<CallState>, bytes: u64) -> Result<(), ErrorCode> {
    let room = store.with(|mut store| store.data_mut().identity.take_disk(bytes));
    room.map_err(|_| ErrorCode::Quota)
}

fn files(store: &Accessor<CallState>) -> Accessor<CallState, WasiFilesystem> {
    store.with_getter(|state| state.filesystem())
}

fn access<'a>(
    store: &'a mut StoreContextMut<'_, CallState>,
) -> Access<'a, CallState, WasiFilesystem> {
    Access::new(store.as_context_mut(), |state| state.filesystem())
}

fn given<T>(result: FilesystemResult<T>) -> Given<T> {
    match result {
        Ok(value) => Ok((Ok(value),)),
        Err(error) => Ok((Err(error.downcast()?),)),
    }
}
