//! Time as an argument, so that a judgement can be replayed and a test need not wait.
//!
//! *Never:* anything else in the library reads the machine's clock.

mod counter;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Where the host takes the time from.
pub trait Clock: Send + Sync + 'static {
    /// A moment that only goes forward; for deadlines and durations.
    fn monotonic(&self) -> Instant;
    /// The time since 1970-01-01T00:00:00Z; for validity and records.
    fn wall(&self) -> Duration;

    /// Begins to take the time of something short.
    fn start(&self) -> Start {
        Start(Began::At(self.monotonic()))
    }

    /// How long ago that was.
    fn since(&self, start: Start) -> Duration {
        match start.0 {
            Began::At(then) => self.monotonic().saturating_duration_since(then),
            Began::Ticks(ticks) => counter::since(ticks),
        }
    }
}

/// Where something began whose time is taken: by a [`Clock`], who alone can tell how long ago it was.
///
/// ```
/// use engraft::model::{Clock, SystemClock};
///
/// let start = SystemClock.start();
/// assert!(SystemClock.since(start).as_secs() < 60);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Start(Began);

#[derive(Debug, Clone, Copy)]
enum Began {
    At(Instant),
    Ticks(u64),
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

    fn start(&self) -> Start {
        let ticks = counter::ticks(|| SystemClock.monotonic());
        Start(ticks.map_or_else(|| Began::At(self.monotonic()), Began::Ticks))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counter_agrees_with_the_clock() {
        // The first looks make its pace known, where it has one.
        let begun = SystemClock.monotonic();
        while SystemClock.monotonic() - begun < Duration::from_millis(200) {
            SystemClock.start();
        }
        for _ in 0..10 {
            let (outer, start) = (SystemClock.monotonic(), SystemClock.start());
            let inner = SystemClock.monotonic();
            std::thread::sleep(Duration::from_millis(10));
            let least = inner.elapsed();
            let taken = SystemClock.since(start);
            let most = outer.elapsed();
            // The counter may be off by a hundred-thousandth and a look at the clock.
            let slack = most / 100_000 + Duration::from_micros(1);
            assert!(
                taken + slack >= least && taken <= most + slack,
                "{least:?} {taken:?} {most:?}"
            );
        }
    }

    #[test]
    fn another_clock_takes_its_own_time() {
        struct Still(Instant);

        impl Clock for Still {
            fn monotonic(&self) -> Instant {
                self.0
            }

            fn wall(&self) -> Duration {
                Duration::ZERO
            }
        }

        let still = Still(SystemClock.monotonic());
        let start = still.start();
        std::thread::sleep(Duration::from_millis(1));
        assert_eq!(still.since(start), Duration::ZERO);
    }
}
