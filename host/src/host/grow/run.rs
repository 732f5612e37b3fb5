//! What growth does next, and again and again: it takes in what is needed, goes on with the work, and
//! mends what fails.
//!
//! *Never:* anything is done here that the governor has not said may be.

use std::time::Duration;

use super::{Growth, seat};
use crate::Error;

/// Words of persons and of other programs are seen this late at most; one look costs microseconds.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(50);
/// After a failure of the log: it is seldom mended within a moment.
const PAUSE: Duration = Duration::from_secs(1);

impl Growth {
    /// Does the next thing that may be done; false where there is none. What has failed often enough
    /// becomes work first, by [`Governance::gaps`](crate::loops::governor::Governance::gaps).
    ///
    /// # Errors
    /// Where the log cannot be read or written.
    pub async fn step(&self) -> Result<bool, Error> {
        self.keep_failures().await;
        let here = self.inner.seat.as_ref();
        let grower = &self.inner.grower;
        let done = grower.take_over(|seat| seat::is_gone(seat, here)).await?
            || self.take_in().await?
            || grower.step().await?
            || self.mend().await?
            || grower.reopen().await?;
        if done {
            self.inner.live.show();
            self.inner.news.notify_waiters();
        }
        Ok(done)
    }

    /// Does what is next for as long as it is polled, as much at once as the budget says. The rollouts
    /// that it begins are judged by [`LiveHost::run`](crate::LiveHost::run).
    pub async fn run(self) {
        let hands = self.governance().budget.concurrent_max.max(1);
        let mut all: Vec<_> = (0..hands).map(|_| Box::pin(self.work_on())).collect();
        std::future::poll_fn(|context| {
            all.retain_mut(|hand| hand.as_mut().poll(context).is_pending());
            if all.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
    }

    async fn work_on(&self) {
        loop {
            let news = self.inner.news.notified();
            let wait = match self.step().await {
                Ok(true) => continue,
                Ok(false) => LOOK_EVERY,
                Err(error) => {
                    tracing::warn!(target: "engraft::grower", %error, "nothing can be done now");
                    PAUSE
                }
            };
            let _or_later = tokio::time::timeout(wait, news).await;
        }
    }

    /// Begins work on a release that fails too often; whether anything came of it.
    async fn mend(&self) -> Result<bool, Error> {
        let Some(work) = self.ailing() else { return Ok(false) };
        let length = self.registry().journal().length();
        self.inner.grower.heal(&work).await?;
        Ok(self.registry().journal().length() > length)
    }
}
