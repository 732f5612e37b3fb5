//! Keeps a call inside its time: guest, host functions and waiting for them.
//!
//! *Never:* a deadline depends on the executor's timer alone; a guest that keeps every worker busy
//! would hold that up too, so the clock is read whenever the call comes up for air.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

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
    /// Calls under way in the whole host, this one included.
    pub(crate) crowd: &'a AtomicU32,
    pub(crate) span: Span,
}

/// How soon everybody is to have had a turn, were there one thread. A call is noticed to be over
/// its deadline when it has its turn, so this bounds how late that is.
const ROUND: Duration = Duration::from_millis(5);
/// The longest turn. Whatever else runs on the executor waits so long for a lone guest, and going
/// round through the executor, which may wake another thread to look on (10 µs), weighs little.
const TURN_MAX: Duration = Duration::from_micros(500);

/// A turn on the executor: an equal share of a round. In a crowd so large that its share is less
/// than a slice of fuel, a turn is one slice.
fn share(crowd: u32) -> Duration {
    (ROUND / crowd.max(1)).min(TURN_MAX)
}

/// Drives `call` to its end or to its bounds.
///
/// A call that never pauses costs no timer, no allocation and no look at the clock. A guest pauses
/// after each slice of fuel; then the clock is looked at, and the guest goes on until its turn is
/// over. Only a call that waits for something gets a timer.
pub(crate) async fn timed<F: Future>(
    bounds: Bounds<'_>,
    mut call: Pin<&mut F>,
) -> Result<F::Output, Halt> {
    let mut signal: Option<Arc<Signal>> = None;
    let mut sleep = None;
    poll_fn(|context| {
        let _entered = bounds.span.enter();
        let signal = match &mut signal {
            Some(signal) => {
                signal.pass_on_to(context.waker());
                signal
            }
            none => {
                if let Poll::Ready(output) = call.as_mut().poll(context) {
                    return Poll::Ready(Ok(output));
                }
                none.insert(Signal::new(context.waker()))
            }
        };
        match turn(&bounds, signal, call.as_mut()) {
            Turn::Ended(ended) => return Poll::Ready(ended),
            Turn::Over => {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Turn::Waits => {}
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

/// How a turn came to its end.
enum Turn<T> {
    /// With the call, or with its bounds.
    Ended(Result<T, Halt>),
    /// The call could go on, and others are next.
    Over,
    /// The call waits for something.
    Waits,
}

/// Lets the call go on until it ends, waits, or its turn is over.
fn turn<F: Future>(
    bounds: &Bounds<'_>,
    signal: &Arc<Signal>,
    mut call: Pin<&mut F>,
) -> Turn<F::Output> {
    let waker = Waker::from(Arc::clone(signal));
    let mut context = Context::from_waker(&waker);
    let begun = bounds.clock.monotonic();
    let time = share(bounds.crowd.load(Ordering::Relaxed));
    let mut now = begun;
    loop {
        if now >= bounds.deadline_at {
            return Turn::Ended(Err(Halt::Deadline));
        }
        signal.listen();
        let polled = call.as_mut().poll(&mut context);
        let goes_on = signal.heard();
        if let Poll::Ready(output) = polled {
            // What comes late does not count: a callee that was stopped at the deadline that it
            // shares with its caller answers just after it.
            let is_late = bounds.clock.monotonic() >= bounds.deadline_at;
            return Turn::Ended(if is_late { Err(Halt::Deadline) } else { Ok(output) });
        }
        if bounds.alarm.is_some_and(|alarm| alarm.load(Ordering::Relaxed)) {
            return Turn::Ended(Err(Halt::Alarm));
        }
        if !goes_on {
            return Turn::Waits;
        }
        now = bounds.clock.monotonic();
        if now.saturating_duration_since(begun) >= time {
            return Turn::Over;
        }
    }
}

/// Tells a pause for breath from a wait: whoever pauses wakes itself while it is being polled.
struct Signal {
    state: AtomicU8,
    executor: Mutex<Waker>,
}

/// Nobody polls; a wake goes to the executor.
const IDLE: u8 = 0;
/// A poll is under way.
const LISTENING: u8 = 1;
/// A wake came during the poll.
const HEARD: u8 = 2;

impl Signal {
    fn new(executor: &Waker) -> Arc<Self> {
        Arc::new(Self { state: AtomicU8::new(IDLE), executor: Mutex::new(executor.clone()) })
    }

    /// Takes note of who polls now; a task may move from one executor's waker to another.
    fn pass_on_to(&self, executor: &Waker) {
        self.executor.lock().unwrap_or_else(PoisonError::into_inner).clone_from(executor);
    }

    fn listen(&self) {
        self.state.store(LISTENING, Ordering::Release);
    }

    fn heard(&self) -> bool {
        self.state.swap(IDLE, Ordering::AcqRel) == HEARD
    }
}

// === impl Wake ===

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let heard = |state| (state != IDLE).then_some(HEARD);
        if self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, heard).is_err() {
            self.executor.lock().unwrap_or_else(PoisonError::into_inner).wake_by_ref();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::atomic::AtomicUsize;

    use super::*;
    use crate::model::SystemClock;

    fn bounds(time: Duration, alarm: Option<&AtomicBool>) -> Bounds<'_> {
        let clock = &SystemClock;
        let deadline_at = clock.monotonic() + time;
        Bounds { clock, deadline_at, alarm, crowd: &CROWD, span: Span::none() }
    }

    /// A hundred: everybody's turn is 50 µs.
    static CROWD: AtomicU32 = AtomicU32::new(100);

    #[test]
    fn a_turn_is_an_equal_share_of_a_round() {
        assert_eq!(share(0), TURN_MAX);
        assert_eq!(share(1), TURN_MAX);
        assert_eq!(share(100), Duration::from_micros(50));
        assert!(share(u32::MAX) < Duration::from_micros(1));
    }

    /// Breathes for ever, and counts.
    async fn breathe(count: &AtomicUsize) {
        loop {
            count.fetch_add(1, Ordering::Relaxed);
            let mut has_breathed = false;
            poll_fn(|context| {
                if std::mem::replace(&mut has_breathed, true) {
                    return Poll::Ready(());
                }
                context.waker().wake_by_ref();
                Poll::Pending
            })
            .await;
        }
    }

    #[tokio::test]
    async fn whoever_breathes_goes_on_until_its_turn_is_over_and_then_its_time() {
        let (count, time) = (AtomicUsize::new(0), Duration::from_millis(20));
        let others = AtomicUsize::new(0);
        let breathing = pin!(breathe(&count));
        let ended = tokio::join!(timed(bounds(time, None), breathing), async {
            for _ in 0..10 {
                others.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
        });
        assert_eq!(ended.0, Err(Halt::Deadline));
        assert_eq!(others.load(Ordering::Relaxed), 10, "others had their turns");
        assert!(count.load(Ordering::Relaxed) > 100, "{count:?}");
    }

    #[tokio::test]
    async fn whoever_waits_is_woken_by_what_it_waits_for_or_by_its_time() {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let receiver = pin!(receiver);
        let waiting = timed(bounds(Duration::from_secs(60), None), receiver);
        let sending = async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            sender.send(7).unwrap();
        };
        assert_eq!(tokio::join!(waiting, sending).0, Ok(Ok(7)));
        let never = std::future::pending::<()>();
        let ended = timed(bounds(Duration::from_millis(5), None), pin!(never)).await;
        assert_eq!(ended, Err(Halt::Deadline));
    }

    #[tokio::test]
    async fn an_answer_after_the_deadline_is_late() {
        let late = async {
            tokio::task::yield_now().await;
            std::thread::sleep(Duration::from_millis(10));
        };
        let ended = timed(bounds(Duration::from_millis(5), None), pin!(late)).await;
        assert_eq!(ended, Err(Halt::Deadline));
    }

    #[tokio::test]
    async fn an_alarm_is_heard_at_the_next_breath() {
        let (alarm, count) = (AtomicBool::new(false), AtomicUsize::new(0));
        let call = async {
            alarm.store(true, Ordering::Relaxed);
            breathe(&count).await;
        };
        let ended = timed(bounds(Duration::from_secs(60), Some(&alarm)), pin!(call)).await;
        assert_eq!(ended, Err(Halt::Alarm));
        assert!(count.load(Ordering::Relaxed) <= 2, "{count:?}");
    }

    #[test]
    fn a_wake_between_polls_goes_to_the_executor_and_one_during_a_poll_does_not() {
        struct Executor(AtomicUsize);
        impl Wake for Executor {
            fn wake(self: Arc<Self>) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let executor = Arc::new(Executor(AtomicUsize::new(0)));
        let signal = Signal::new(&Waker::from(Arc::clone(&executor)));
        let waker = Waker::from(Arc::clone(&signal));
        signal.listen();
        waker.wake_by_ref();
        waker.wake_by_ref();
        assert!(signal.heard() && executor.0.load(Ordering::Relaxed) == 0);
        signal.listen();
        assert!(!signal.heard());
        waker.wake();
        assert_eq!(executor.0.load(Ordering::Relaxed), 1);
    }
}
