//! Futures side by side in one task, so that dropping the call drops them all.
//!
//! *Never:* a task of its own is spawned for work that belongs to a call.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

/// Waits for all; the answers stand in the order of the futures. Each wake polls every unfinished
/// one, which is cheap for the few dozen that a call may have.
pub(super) async fn side_by_side<F: Future>(
    futures: impl IntoIterator<Item = F>,
) -> Vec<F::Output> {
    enum Slot<F: Future> {
        Waiting(Pin<Box<F>>),
        Done(F::Output),
    }
    let mut slots: Vec<Slot<F>> =
        futures.into_iter().map(|future| Slot::Waiting(Box::pin(future))).collect();
    poll_fn(|context| {
        let mut is_waiting = false;
        for slot in &mut slots {
            if let Slot::Waiting(future) = slot {
                match future.as_mut().poll(context) {
                    Poll::Ready(answer) => *slot = Slot::Done(answer),
                    Poll::Pending => is_waiting = true,
                }
            }
        }
        if is_waiting { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    let done = slots.into_iter().filter_map(|slot| match slot {
        Slot::Done(answer) => Some(answer),
        Slot::Waiting(_) => None,
    });
    done.collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn answers_keep_their_order_and_share_the_time() {
        let begun = tokio::time::Instant::now();
        let answers = side_by_side((0..10_u64).map(|n| async move {
            tokio::time::sleep(Duration::from_millis(100 - n * 10)).await;
            n
        }))
        .await;
        assert_eq!(answers, (0..10).collect::<Vec<_>>());
        assert_eq!(begun.elapsed(), Duration::from_millis(100));
    }
}
