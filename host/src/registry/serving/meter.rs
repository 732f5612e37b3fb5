//! What a release did, counted without loss: how its calls began and ended, and how long they took.
//!
//! Threads count in shards of their own, so that they do not wait for one another, and a release
//! that nobody calls has none. A meter outlives the instances of its release: what is told of a
//! release does not end with it.
//!
//! *Never:* a call is left out, or counted twice.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use semver::Version;

use crate::engine::Counts;
use crate::model::{CapabilityName, Digest, Outcome, Usage};
use crate::registry::evidence::LogHistogram;
use crate::registry::op::Installed;

/// Threads that end calls of one release at once seldom meet where there are so many shards.
const SHARDS: usize = 8;
/// Latencies are known to one in a hundred, as the judge's are; another digit costs eight times the
/// memory.
const DIGITS: u8 = 2;
/// Longer calls count as an hour. No budget allows that much.
const NANOSECONDS_MAX: u64 = 3_600_000_000_000;
/// Latencies that the history of a release keeps: as many as a judge starts from, and a few more so
/// that the last ones count.
const LATENCIES_KEPT: usize = 1_024;
/// Meters of releases that nobody holds any more are kept up to so many, some hundred bytes each
/// where nobody called them and some 20 KB where somebody did.
const METERS_KEPT: usize = 4_096;

/// What one release did.
#[derive(Debug, Default)]
pub struct Meter {
    shards: [OnceLock<Box<Shard>>; SHARDS],
    fallen_back: AtomicU64,
    retried: AtomicU64,
}

/// How many calls of a release began, and how they ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// Calls that began.
    pub begun: u64,
    /// Those that ended.
    pub ended: u64,
    /// How.
    pub outcomes: Counts,
    /// Those that another release had to answer.
    pub fallen_back: u64,
    /// Those that were asked once more, because nothing had happened yet.
    pub retried: u64,
}

/// How long calls took, known to one in a hundred.
#[derive(Debug, Clone)]
pub struct Latencies(Histogram<u64>);

/// The meters of a registry, by release.
#[derive(Debug, Default)]
pub(super) struct Meters {
    by_release: Mutex<ByRelease>,
}

/// Which release: two of one name and version may differ where logs were merged by hand.
pub(super) type Key = (CapabilityName, Version, Digest);

#[derive(Debug, Default)]
struct ByRelease {
    meters: BTreeMap<Key, Arc<Meter>>,
    /// How many there may be before those that nobody holds are forgotten.
    many: usize,
}

/// What some of the threads counted. Aligned, so that no two shards share a cache line.
#[derive(Debug)]
#[repr(align(128))]
struct Shard {
    begun: AtomicU64,
    seen: Mutex<Seen>,
}

#[derive(Debug)]
struct Seen {
    outcomes: Counts,
    latencies: Histogram<u64>,
    recent: Recent,
}

/// The last latencies in microseconds, the oldest overwritten first.
#[derive(Debug, Default)]
struct Recent {
    values: Vec<f64>,
    next: usize,
}

/// Threads, each with the next shard.
static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static SHARD: usize = THREADS.fetch_add(1, Ordering::Relaxed) % SHARDS;
}

impl Meter {
    /// Notes that a call begins.
    pub fn begin(&self) {
        self.shard().begun.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes how a call ended, and what it used.
    pub fn end(&self, outcome: &Outcome, usage: &Usage) {
        let nanoseconds = u64::try_from(usage.duration.as_nanos()).unwrap_or(u64::MAX);
        let mut seen = self.shard().lock();
        seen.outcomes.add(outcome, usage);
        // It grows as it has to, so that no value is beyond it.
        let _ = seen.latencies.record(nanoseconds.min(NANOSECONDS_MAX));
        seen.recent.put(usage.duration.as_secs_f64() * 1e6);
    }

    /// Notes that another release had to answer for it.
    pub fn fall_back(&self) {
        self.fallen_back.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes that a call was asked once more.
    pub fn retry(&self) {
        self.retried.fetch_add(1, Ordering::Relaxed);
    }

    /// What came of its calls so far.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for shard in self.shards() {
            totals.outcomes.merge(&shard.lock().outcomes);
        }
        // The ends were read first, so that no call seems to end before it began.
        totals.ended = totals.outcomes.total();
        totals.begun = self.shards().map(|shard| shard.begun.load(Ordering::Acquire)).sum();
        totals.fallen_back = self.fallen_back.load(Ordering::Relaxed);
        totals.retried = self.retried.load(Ordering::Relaxed);
        totals
    }

    /// How long its calls took.
    #[must_use]
    pub fn latencies(&self) -> Latencies {
        let mut all = empty();
        for shard in self.shards() {
            // Both have the same digits and grow as they have to.
            let _ = all.add(&shard.lock().latencies);
        }
        Latencies(all)
    }

    /// The latest latencies, as a judge is told of them.
    pub(super) fn recent(&self) -> LogHistogram {
        let mut histogram = LogHistogram::new();
        for shard in self.shards() {
            shard.lock().recent.values.iter().for_each(|value| histogram.record(*value));
        }
        histogram
    }

    fn shards(&self) -> impl Iterator<Item = &Shard> {
        self.shards.iter().filter_map(OnceLock::get).map(|shard| &**shard)
    }

    fn shard(&self) -> &Shard {
        let [first, ..] = &self.shards;
        let place = SHARD.with(|shard| *shard);
        self.shards.get(place).unwrap_or(first).get_or_init(Box::default)
    }
}

impl Latencies {
    /// How many.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The time that a share of the calls, from 0 to 1, took at most.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Duration {
        Duration::from_nanos(self.0.value_at_quantile(share))
    }

    /// The longest.
    #[must_use]
    pub fn longest(&self) -> Duration {
        Duration::from_nanos(self.0.max())
    }

    /// How many took at most so long.
    #[must_use]
    pub fn count_within(&self, time: Duration) -> u64 {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.0.count_between(0, nanoseconds.min(NANOSECONDS_MAX))
    }
}

impl Meters {
    /// The meter of a release; the same one, however often the release is loaded.
    pub(super) fn of(&self, release: &Installed) -> Arc<Meter> {
        let key = (release.name.clone(), release.version.clone(), release.component);
        let mut all = self.lock();
        if let Some(meter) = all.meters.get(&key) {
            return Arc::clone(meter);
        }
        if all.meters.len() >= all.many.max(METERS_KEPT) {
            all.meters.retain(|_, meter| Arc::strong_count(meter) > 1);
            // Doubled, so that a large registry does not look through all of it each time.
            all.many = all.meters.len() * 2;
        }
        Arc::clone(all.meters.entry(key).or_default())
    }

    /// Every meter that is kept.
    pub(super) fn all(&self) -> Vec<(Key, Arc<Meter>)> {
        let all = self.lock();
        all.meters.iter().map(|(key, meter)| (key.clone(), Arc::clone(meter))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, ByRelease> {
        self.by_release.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn empty() -> Histogram<u64> {
    let Ok(histogram) = Histogram::new(DIGITS) else {
        unreachable!("a histogram may have from none to five digits")
    };
    histogram
}

// === impl Shard ===

impl Shard {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        // Counts stay sound wherever a panic may have stopped.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Shard {
    fn default() -> Self {
        let seen =
            Seen { outcomes: Counts::default(), latencies: empty(), recent: Recent::default() };
        Self { begun: AtomicU64::new(0), seen: Mutex::new(seen) }
    }
}

// === impl Recent ===

impl Recent {
    fn put(&mut self, value: f64) {
        if self.values.len() < LATENCIES_KEPT {
            self.values.push(value);
        } else if let Some(oldest) = self.values.get_mut(self.next) {
            *oldest = value;
            self.next = (self.next + 1) % LATENCIES_KEPT;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Output;

    fn took(microseconds: u64) -> Usage {
        Usage { duration: Duration::from_micros(microseconds), fuel: 3, ..Usage::default() }
    }

    #[test]
    fn threads_count_side_by_side_and_lose_nothing() {
        let meter = Meter::default();
        assert_eq!(meter.totals(), Totals::default());
        std::thread::scope(|scope| {
            for thread in 0..SHARDS as u64 * 2 {
                let meter = &meter;
                scope.spawn(move || {
                    for call in 0..1_000 {
                        meter.begin();
                        let outcome = match call % 4 {
                            0 => Outcome::Cancelled,
                            _ => Outcome::Returned(Output::new("1".to_owned())),
                        };
                        meter.end(&outcome, &took(thread * 1_000 + call));
                    }
                });
            }
        });
        meter.begin();
        let totals = meter.totals();
        assert_eq!((totals.begun, totals.ended), (16_001, 16_000));
        assert_eq!((totals.outcomes.returned, totals.outcomes.cancelled), (12_000, 4_000));
        assert_eq!(totals.outcomes.fuel, 48_000);
        let latencies = meter.latencies();
        assert_eq!(latencies.count(), 16_000);
        let median = latencies.quantile(0.5).as_secs_f64() * 1e3;
        assert!((7.9..8.1).contains(&median), "{median} ms");
        assert_eq!(latencies.count_within(Duration::from_secs(1)), 16_000);
        let half = latencies.count_within(Duration::from_millis(8));
        assert!((7_900..8_100).contains(&half), "{half}");
    }

    #[test]
    fn an_hour_is_the_longest_and_nothing_is_lost_beyond() {
        let meter = Meter::default();
        meter.end(&Outcome::Cancelled, &Usage { duration: Duration::MAX, ..Usage::default() });
        meter.end(&Outcome::Cancelled, &Usage::default());
        assert_eq!(meter.latencies().count(), 2);
        let longest = meter.latencies().longest().as_secs();
        assert!((3_600..3_640).contains(&longest), "{longest} s");
    }

    #[test]
    fn a_release_has_one_meter_and_those_that_nobody_holds_go_when_there_are_many() {
        let release = |number: usize| Installed {
            name: "a.b".parse().unwrap(),
            version: Version::new(1, number as u64, 0),
            component: Digest::of(b"x"),
            bundle: Digest::of(b"y"),
            sequence: 0,
            origin: Default::default(),
            operations: Vec::new(),
            verified: None,
            examination: None,
        };
        let meters = Meters::default();
        let held = meters.of(&release(0));
        held.begin();
        assert_eq!(meters.of(&release(0)).totals().begun, 1);
        for number in 1..=METERS_KEPT {
            drop(meters.of(&release(number)));
        }
        assert_eq!(meters.all().len(), 2, "the one that is held, and the last");
        assert_eq!(meters.of(&release(0)).totals().begun, 1);
    }
}
