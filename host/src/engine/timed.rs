//! Keeps a call inside its time: guest, host functions and waiting for them.
//!
//! *Never:* a deadline depends on the executor's timer alone; a guest that keeps every worker busy
//! would hold that up too, so the clock is read whenever the call comes up for air.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Instant;

use tracing::Span;

use crate::model::Clock;

/// Why a call was stopped from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Halt {
    /// The time is over.
    Deadline,
    /// A host function noticed a limit that it could not raise.
    Alarm,
    /// The call has to wait, and nothing here could wake it at its deadline.
    NoTimer,
}

/// What bounds a call from outside.
pub(crate) struct Bounds<'a> {
    pub(crate) clock: &'a dyn Clock,
    pub(crate) deadline_at: Instant,
    pub(crate) alarm: Option<&'a AtomicBool>,
    pub(crate) span: Span,
}

/// Drives `call` to its end or to its bounds.
///
/// A call that never waits costs no timer and no look at the clock: the first happens after the
/// first pause. A guest with a fuel slice pauses every few microseconds, so the look is timely.
pub(crate) async fn timed<F: Future>(bounds: Bounds<'_>, call: F) -> Result<F::Output, Halt> {
    let mut call = pin!(call);
    let mut sleep = None;
    let mut has_paused = false;
    poll_fn(|context| {
        if has_paused && bounds.clock.monotonic() >= bounds.deadline_at {
            return Poll::Ready(Err(Halt::Deadline));
        }
        let polled = {
            let _entered = bounds.span.enter();
            call.as_mut().poll(context)
        };
        if let Poll::Ready(output) = polled {
            return Poll::Ready(Ok(output));
        }
        has_paused = true;
        if bounds.alarm.is_some_and(|alarm| alarm.load(Ordering::Relaxed)) {
            return Poll::Ready(Err(Halt::Alarm));
        }
        if sleep.is_none() {
            if tokio::runtime::Handle::try_current().is_err() {
                return Poll::Ready(Err(Halt::NoTimer));
            }
            let left = bounds.deadline_at.saturating_duration_since(bounds.clock.monotonic());
            sleep = Some(Box::pin(tokio::time::sleep(left)));
        }
        match sleep.as_mut().map(|sleep| sleep.as_mut().poll(context)) {
            Some(Poll::Ready(())) => Poll::Ready(Err(Halt::Deadline)),
            Some(Poll::Pending) | None => Poll::Pending,
        }
    })
    .await
}
