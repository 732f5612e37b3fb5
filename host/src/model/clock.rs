//! Time as an argument, so that a judgement can be replayed and a test need not wait.
//!
//! *Never:* anything else in the library reads the machine's clock.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Where the host takes the time from.
pub trait Clock: Send + Sync + 'static {
    /// A moment that only goes forward; for deadlines and durations.
    fn monotonic(&self) -> Instant;
    /// The time since 1970-01-01T00:00:00Z; for validity and records.
    fn wall(&self) -> Duration;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock's one home")]
    fn monotonic(&self) -> Instant {
        Instant::now()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock's one home")]
    fn wall(&self) -> Duration {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }
}
