//! What a guest writes to its standard output and error, kept within bounds.
//!
//! *Never:* a guest's output reaches the host's own terminal.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

use crate::engine::stop::Stop;
use crate::model::Limit;

/// What a guest may write between two looks at the budget.
const CHUNK_BYTES: usize = 64 << 10;

/// What a guest has written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Stdio {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

/// What happens to text over the bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// The call ends: half an output is none.
    Stops,
    /// It is dropped and counted: a log may be cut.
    IsDropped,
}

/// One stream, shared by all handles to it.
#[derive(Debug, Clone)]
pub(super) struct Capture {
    kept: Arc<Mutex<Kept>>,
    over: Over,
}

#[derive(Debug, Default)]
pub(super) struct Kept {
    limit: u64,
    pub(super) bytes: Vec<u8>,
    pub(super) dropped: u64,
    /// Why the call has to end, noticed where no error could be raised.
    stop: Option<Stop>,
    /// Tells the poll around the call that there is a stop.
    alarm: Option<Arc<AtomicBool>>,
}

impl Capture {
    pub(super) fn new(limit: u64, over: Over, alarm: Option<Arc<AtomicBool>>) -> Self {
        let kept = Kept { limit, alarm, ..Kept::default() };
        Self { kept: Arc::new(Mutex::new(kept)), over }
    }

    /// What is there; nothing of it is given twice.
    pub(super) fn take(&self) -> Kept {
        let mut kept = self.kept();
        let Kept { limit, stop, ref alarm, .. } = *kept;
        let left = Kept { limit, stop, alarm: alarm.clone(), ..Kept::default() };
        std::mem::replace(&mut *kept, left)
    }

    /// Empties it for a next call with its own bound.
    pub(super) fn renew(&self, limit: u64, alarm: Option<Arc<AtomicBool>>) {
        *self.kept() = Kept { limit, alarm, ..Kept::default() };
    }

    /// The stop that waits to be raised.
    pub(super) fn stop(&self) -> Option<Stop> {
        self.kept().stop
    }

    /// What is behind the lock is whole after every step, so a panic elsewhere does not spoil it.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where an error would only end the stream, which a guest may overlook, the call is ended.
    fn put_or_alarm(&self, bytes: &[u8]) -> io::Result<usize> {
        let put = self.put(bytes).map(|()| bytes.len());
        put.map_err(|stop| {
            let mut kept = self.kept();
            kept.stop = Some(stop);
            if let Some(alarm) = &kept.alarm {
                alarm.store(true, Ordering::Relaxed);
            }
            io::Error::other(stop)
        })
    }

    fn put(&self, bytes: &[u8]) -> Result<(), Stop> {
        let mut kept = self.kept();
        let left = kept.limit.saturating_sub(kept.bytes.len() as u64);
        let fitting = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let (fits, over) = bytes.split_at(fitting);
        if !over.is_empty() && self.over == Over::Stops {
            let wanted = (kept.bytes.len() + bytes.len()) as u64;
            return Err(Stop::Limit { limit: Limit::OutputBytes, allowed: kept.limit, wanted });
        }
        kept.bytes.extend_from_slice(fits);
        kept.dropped += over.len() as u64;
        Ok(())
    }
}

// === impl StdoutStream ===

impl IsTerminal for Capture {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Capture {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

// === impl OutputStream ===

#[async_trait]
impl Pollable for Capture {
    async fn ready(&mut self) {}
}

impl OutputStream for Capture {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.put(&bytes).map_err(|stop| StreamError::Trap(stop.into()))
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(CHUNK_BYTES)
    }
}

// === impl AsyncWrite ===

impl AsyncWrite for Capture {
    fn poll_write(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.put_or_alarm(bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_over_its_bound_stops_the_call_and_a_log_is_cut() {
        let output = Capture::new(4, Over::Stops, None);
        assert_eq!(output.put(b"1234"), Ok(()));
        let stop = Stop::Limit { limit: Limit::OutputBytes, allowed: 4, wanted: 5 };
        assert_eq!(output.put(b"5"), Err(stop));
        assert_eq!(output.take().bytes, b"1234");
        let log = Capture::new(4, Over::IsDropped, None);
        assert_eq!(log.put(b"123456"), Ok(()));
        assert_eq!(log.put(b"7"), Ok(()));
        let kept = log.take();
        assert_eq!((kept.bytes.as_slice(), kept.dropped), (b"1234".as_slice(), 3));
    }

    #[test]
    fn a_stop_that_cannot_be_raised_rings_the_alarm_and_stays_until_the_next_call() {
        let alarm = Arc::new(AtomicBool::new(false));
        let output = Capture::new(4, Over::Stops, Some(Arc::clone(&alarm)));
        assert_eq!(output.put_or_alarm(b"1234").unwrap(), 4);
        assert!(!alarm.load(Ordering::Relaxed) && output.stop().is_none());
        assert!(output.put_or_alarm(b"56").is_err() && alarm.load(Ordering::Relaxed));
        drop(output.take());
        let stop = Stop::Limit { limit: Limit::OutputBytes, allowed: 4, wanted: 6 };
        assert_eq!(output.stop(), Some(stop));
        output.renew(4, None);
        assert_eq!(output.stop(), None);
    }
}
