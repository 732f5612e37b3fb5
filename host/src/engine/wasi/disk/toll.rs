//! Stands between a stream of a guest and the file that it is written to: each chunk is counted,
//! then handed on. A write of the guest has ended when the file has taken it.
//!
//! *Never:* more than one chunk is held here; nor does one pass that there is no room for.

use std::mem::take;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::sync::oneshot;
use wasmtime::StoreContextMut;
use wasmtime::component::{
    Destination, FutureConsumer, FutureReader, Source, StreamConsumer, StreamProducer,
    StreamReader, StreamResult, VecBuffer,
};
use wasmtime_wasi::p3::bindings::filesystem::types::ErrorCode;

use crate::engine::state::{CallState, Identity};

/// As much as wasmtime writes to a file at once.
const CHUNK_BYTES: usize = 64 << 10;

/// What a stream into a file comes to.
type Written = Result<(), ErrorCode>;

/// The way between a guest's stream and a file.
#[derive(Clone, Default)]
pub(super) struct Gate(Arc<Mutex<Way>>);

#[derive(Default)]
struct Way {
    chunk: Chunk,
    /// The guest writes no more, or may not.
    is_ended: bool,
    /// There was no room.
    is_full: bool,
    /// The file takes no more.
    is_closed: bool,
    guest: Option<Waker>,
    file: Option<Waker>,
}

/// Where the one chunk is.
#[derive(Default)]
enum Chunk {
    /// The guest may bring the next.
    #[default]
    None,
    /// It waits for the file.
    Offered(Vec<u8>),
    /// The file is at it.
    Taken,
    /// It is in the file, and the guest is not told yet.
    Written,
}

/// Puts the count behind a guest's stream. What comes out is for the file.
pub(super) fn before(
    store: &mut StoreContextMut<'_, CallState>,
    bytes: StreamReader<u8>,
) -> wasmtime::Result<(StreamReader<u8>, Gate)> {
    let gate = Gate::default();
    let identity = Arc::clone(&store.data().identity);
    bytes.pipe(&mut *store, Entrance { gate: gate.clone(), identity })?;
    let counted = StreamReader::new(&mut *store, Exit(gate.clone()))?;
    Ok((counted, gate))
}

impl Gate {
    /// What the guest is told in the end: what the file says, or that there was no room.
    pub(super) fn verdict(
        self,
        store: &mut StoreContextMut<'_, CallState>,
        ended: FutureReader<Written>,
    ) -> wasmtime::Result<FutureReader<Written>> {
        let (tell, told) = oneshot::channel();
        ended.pipe(&mut *store, Verdict { gate: self, tell: Some(tell) })?;
        FutureReader::new(&mut *store, told)
    }

    /// What is behind the lock is whole after every step, so a panic elsewhere does not spoil it.
    fn way(&self) -> MutexGuard<'_, Way> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Way {
    fn wake_file(&mut self) {
        take(&mut self.file).into_iter().for_each(Waker::wake);
    }

    fn wake_guest(&mut self) {
        take(&mut self.guest).into_iter().for_each(Waker::wake);
    }
}

/// Where a guest's bytes come in.
struct Entrance {
    gate: Gate,
    identity: Arc<Identity>,
}

/// Where they go out to the file.
struct Exit(Gate);

/// Hears what the file says in the end.
struct Verdict {
    gate: Gate,
    tell: Option<oneshot::Sender<Written>>,
}

// === impl StreamConsumer ===

impl StreamConsumer<CallState> for Entrance {
    type Item = u8;

    /// A chunk that was taken cannot be given back, so whoever cancels waits until it is written.
    fn poll_consume(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        store: StoreContextMut<'_, CallState>,
        source: Source<'_, u8>,
        _finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        let mut way = self.gate.way();
        if way.is_closed {
            return Poll::Ready(Ok(StreamResult::Dropped));
        }
        match way.chunk {
            Chunk::Offered(_) | Chunk::Taken => {}
            Chunk::Written => {
                way.chunk = Chunk::None;
                return Poll::Ready(Ok(StreamResult::Completed));
            }
            Chunk::None => {
                let mut source = source.as_direct(store);
                let bytes = source.remaining();
                let chunk = bytes.get(..CHUNK_BYTES).unwrap_or(bytes).to_vec();
                if chunk.is_empty() {
                    return Poll::Ready(Ok(StreamResult::Completed));
                }
                if self.identity.take_disk(chunk.len() as u64).is_err() {
                    (way.is_full, way.is_ended) = (true, true);
                    way.wake_file();
                    return Poll::Ready(Ok(StreamResult::Dropped));
                }
                source.mark_read(chunk.len());
                way.chunk = Chunk::Offered(chunk);
                way.wake_file();
            }
        }
        way.guest = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Entrance {
    fn drop(&mut self) {
        let mut way = self.gate.way();
        way.is_ended = true;
        way.wake_file();
    }
}

// === impl StreamProducer ===

impl StreamProducer<CallState> for Exit {
    type Item = u8;
    type Buffer = VecBuffer<u8>;

    /// Asked again only when all that was given is in the file.
    fn poll_produce<'a>(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut store: StoreContextMut<'a, CallState>,
        mut destination: Destination<'a, u8, VecBuffer<u8>>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        if destination.remaining(&mut store) == Some(0) {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        let mut way = self.0.way();
        if let Chunk::Taken = way.chunk {
            way.chunk = Chunk::Written;
            way.wake_guest();
        }
        if let Chunk::Offered(chunk) = &mut way.chunk {
            destination.set_buffer(take(chunk).into());
            way.chunk = Chunk::Taken;
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        if way.is_ended {
            return Poll::Ready(Ok(StreamResult::Dropped));
        }
        if finish {
            return Poll::Ready(Ok(StreamResult::Cancelled));
        }
        way.file = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Exit {
    fn drop(&mut self) {
        let mut way = self.0.way();
        way.is_closed = true;
        way.wake_guest();
    }
}

// === impl FutureConsumer ===

impl FutureConsumer<CallState> for Verdict {
    type Item = Written;

    fn poll_consume(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
        store: StoreContextMut<'_, CallState>,
        mut source: Source<'_, Written>,
        _finish: bool,
    ) -> Poll<wasmtime::Result<()>> {
        let mut written = None;
        source.read(store, &mut written)?;
        let is_full = self.gate.way().is_full;
        let verdict = if is_full { Err(ErrorCode::Quota) } else { written.unwrap_or(Ok(())) };
        // A guest that does not want to know has dropped the other end.
        self.tell.take().map(|tell| tell.send(verdict));
        Poll::Ready(Ok(()))
    }
}
