//! The processor's counter as a stopwatch: a third of what the clock takes to read, which a short call
//! feels twice.
//!
//! *Never:* it is believed before it was held against the clock, or where it does not run steadily.

use std::time::{Duration, Instant};

/// Ticks of the counter, where it is steady and its pace is known by the clock, which says `now`.
#[inline]
pub(super) fn ticks(now: fn() -> Instant) -> Option<u64> {
    steady::ticks(now)
}

/// How long so many ticks ago is.
#[inline]
pub(super) fn since(ticks: u64) -> Duration {
    steady::since(ticks)
}

#[cfg(target_arch = "x86_64")]
mod steady {
    use std::arch::x86_64::{__cpuid, _rdtsc};
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
    use std::time::{Duration, Instant};

    /// So long the counter is watched before it is believed: a look at both is off by half of
    /// [`LOOK_MAX`], which in this time is two millionths.
    const WATCHED: Duration = Duration::from_millis(100);
    /// A look at clock and counter that takes more ticks was interrupted, and counts for nothing.
    const LOOK_MAX: u64 = 1_024;
    /// After so many of them the counter is no cheaper than the clock here, and is left alone.
    const INTERRUPTED_MAX: u32 = 10_000;
    /// Fractions of a nanosecond in a pace: 32 binary places leave 2³² ns a tick, and a thousandth of a
    /// millionth of error.
    const PLACES: u32 = 32;

    /// Nanoseconds a tick; none until they are known.
    static PACE: AtomicU64 = AtomicU64::new(UNKNOWN);
    const UNKNOWN: u64 = 0;
    /// Where it was when it was first looked at; none where it is not steady.
    static FIRST: OnceLock<Option<(Instant, u64)>> = OnceLock::new();
    static INTERRUPTED: AtomicU32 = AtomicU32::new(0);

    #[inline]
    pub(super) fn ticks(now: fn() -> Instant) -> Option<u64> {
        if PACE.load(Ordering::Relaxed) == UNKNOWN && !is_known(now) {
            return None;
        }
        Some(read())
    }

    #[inline]
    pub(super) fn since(ticks: u64) -> Duration {
        // Another processor's counter may be a little behind.
        let passed = u128::from(read().saturating_sub(ticks));
        let nanoseconds = (passed * u128::from(PACE.load(Ordering::Relaxed))) >> PLACES;
        Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
    }

    #[cold]
    fn is_known(now: fn() -> Instant) -> bool {
        if FIRST.get() == Some(&None) || INTERRUPTED.load(Ordering::Relaxed) > INTERRUPTED_MAX {
            return false;
        }
        let Some((at, ticks)) = look(now) else {
            INTERRUPTED.fetch_add(1, Ordering::Relaxed);
            return false;
        };
        let first = FIRST.get_or_init(|| is_steady().then_some((at, ticks)));
        let Some((then, before)) = *first else { return false };
        let passed = at.saturating_duration_since(then);
        let counted = ticks.saturating_sub(before);
        if passed < WATCHED || counted == 0 {
            return false;
        }
        let pace = (passed.as_nanos() << PLACES) / u128::from(counted);
        PACE.store(u64::try_from(pace).unwrap_or(UNKNOWN), Ordering::Relaxed);
        pace > 0
    }

    /// What clock and counter say at one time.
    fn look(now: fn() -> Instant) -> Option<(Instant, u64)> {
        let (before, at, after) = (read(), now(), read());
        let took = after.saturating_sub(before);
        (took <= LOOK_MAX).then_some((at, before + took / 2))
    }

    /// Whether the counter runs at one pace whatever the processor does: a bit that says so.
    fn is_steady() -> bool {
        const HIGHEST: u32 = 0x8000_0000;
        const POWER: u32 = 0x8000_0007;
        const INVARIANT: u32 = 1 << 8;
        __cpuid(HIGHEST).eax >= POWER && __cpuid(POWER).edx & INVARIANT != 0
    }

    #[inline]
    #[expect(
        unsafe_code,
        reason = "reading the counter touches no memory, and every x86-64 has it"
    )]
    fn read() -> u64 {
        // SAFETY: the instruction is part of every x86-64 processor and has no operands.
        unsafe { _rdtsc() }
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod steady {
    use std::time::{Duration, Instant};

    pub(super) const fn ticks(_: fn() -> Instant) -> Option<u64> {
        None
    }

    pub(super) const fn since(_: u64) -> Duration {
        Duration::ZERO
    }
}
