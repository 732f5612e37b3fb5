//! The time as the assistant has it: that of the machine, and what was passed over.
//!
//! A rollout waits at least ten minutes in each stage. Whoever watches a session need not: the script
//! moves this clock on and says so.
//!
//! *Never:* time goes back.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use engraft::model::{Clock, SystemClock};

/// A clock that can be moved on.
#[derive(Debug, Default)]
pub(crate) struct Moved {
    seconds: AtomicU64,
}

impl Moved {
    /// Passes over some time.
    pub(crate) fn pass(&self, time: Duration) {
        self.seconds.fetch_add(time.as_secs(), Ordering::Relaxed);
    }
}

// === impl Clock ===

impl Clock for Moved {
    fn wall(&self) -> Duration {
        SystemClock.wall() + Duration::from_secs(self.seconds.load(Ordering::Relaxed))
    }

    fn monotonic(&self) -> Instant {
        SystemClock.monotonic()
    }
}
