//! What the releases of a program did, at one moment, as plain data: what is shown to people, and
//! exported to whatever collects metrics.
//!
//! *Never:* gathering it stands in the way of a call; it reads counters that calls have left.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::model::{CapabilityName, Digest};
use crate::registry::judge::Decision;
use crate::registry::{
    Callee, Comparisons, Latencies, Meter, Registry, Served, Serving, Share, Snapshot, Spreading,
    Totals, Variants,
};

/// Upper bounds of the buckets in which latencies are told, in seconds: from a short call to one
/// that nobody waits for any longer. What is slower stands in one more bucket.
pub const LATENCY_BOUNDS: [f64; 16] = [
    0.000_001, 0.000_01, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025,
    0.05, 0.1, 0.5, 1.0, 10.0,
];

/// What the releases did.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Figures {
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// Since when is counted.
    pub since_ms: u64,
    /// Those that spread and the old ones beside them first, then those that are called most.
    pub releases: Vec<ReleaseFigures>,
    /// What there was no room for, all of it together.
    pub others: ReleaseCounts,
    /// How many releases that is.
    pub others_count: usize,
    /// Where rollouts stand, as the steward would decide now.
    pub rollouts: Vec<Standing>,
    /// Releases that get copies of requests, and what came of the comparisons.
    pub shadows: Vec<ShadowFigures>,
    /// Samples that nobody took in time.
    pub samples_lost: u64,
}

/// What came of the comparisons of one release in shadow with what was served.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ShadowFigures {
    /// Which capability.
    pub name: CapabilityName,
    /// Which version.
    pub version: Version,
    /// The share of users whose requests are copied.
    pub share: Share,
    /// What was compared, by this program, since the shadow was made ready.
    #[serde(flatten)]
    pub comparisons: Comparisons,
}

/// What one release did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReleaseFigures {
    /// Which capability.
    pub name: CapabilityName,
    /// Which version.
    pub version: Version,
    /// Which component.
    pub component: Digest,
    /// What it is to the others of its name.
    pub role: Role,
    /// How often it was called, and what came of it.
    #[serde(flatten)]
    pub counts: ReleaseCounts,
    /// How long that took.
    pub latency: LatencyFigures,
}

/// What came of the calls of a release, or of several.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ReleaseCounts {
    /// Calls that began.
    pub begun: u64,
    /// Calls that ended, by how they did; ways in which none ended are left out.
    pub outcomes: BTreeMap<String, u64>,
    /// Calls that another release had to answer.
    pub fallen_back: u64,
    /// Calls that were made once more.
    pub retried: u64,
    /// Fuel that was burnt.
    pub fuel: u64,
}

/// How long the calls of a release took.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LatencyFigures {
    /// Half of them took at most so long, in microseconds.
    pub p50_us: f64,
    /// Nine in ten.
    pub p90_us: f64,
    /// Ninety-nine in a hundred.
    pub p99_us: f64,
    /// The longest.
    pub max_us: f64,
    /// All of them together, in seconds.
    pub sum_seconds: f64,
    /// How many took at most as long as each of [`LATENCY_BOUNDS`], those of smaller bounds
    /// included; then all.
    pub within: Vec<u64>,
}

/// What a release is to the others of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is", content = "share")]
#[non_exhaustive]
pub enum Role {
    /// It serves everybody else.
    Serves,
    /// It spreads, and so many see it.
    Spreads(Share),
    /// It is ready, for callers that are pinned to it or ask for its version.
    Ready,
    /// It serves nobody any more.
    Gone,
}

/// Where a rollout stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Of which capability.
    pub name: CapabilityName,
    /// Which version spreads.
    pub version: Version,
    /// What the steward would decide now.
    pub decision: Decision,
}

impl Figures {
    pub(super) fn of<C: Callee>(
        registry: &Registry<C>,
        (since, now): (Duration, Duration),
        samples_lost: u64,
        releases_max: usize,
    ) -> Self {
        let snapshot = registry.snapshot();
        let mut releases = Vec::new();
        for ((name, version, component), meter) in registry.meters() {
            let totals = meter.totals();
            let line = snapshot.line(name.as_str()).map(|served| &**served);
            let (role, in_rollout) = role(line, &version, component);
            if totals.begun > 0 || role != Role::Gone {
                releases.push((in_rollout, name, version, component, role, totals, meter));
            }
        }
        // Stable, so that releases that are called equally often stay in the order of their names.
        releases.sort_by_key(|release| std::cmp::Reverse((release.0, release.5.begun)));
        let mut others = ReleaseCounts::default();
        let left = releases.split_off(releases.len().min(releases_max));
        left.iter().for_each(|release| others.add(&counts(&release.5)));
        let releases = releases.into_iter();
        let releases = releases.map(|(_, name, version, component, role, totals, meter)| {
            let latency = latency(&meter, &totals);
            ReleaseFigures { name, version, component, role, counts: counts(&totals), latency }
        });
        Self {
            at_ms: milliseconds(now),
            since_ms: milliseconds(since),
            releases: releases.collect(),
            others,
            others_count: left.len(),
            rollouts: Vec::new(),
            shadows: shadows(&snapshot),
            samples_lost,
        }
    }

    /// The same with where rollouts stand.
    #[must_use]
    pub fn with_rollouts(mut self, rollouts: Vec<Standing>) -> Self {
        self.rollouts = rollouts;
        self
    }
}

impl ReleaseCounts {
    /// Calls that gave an output.
    #[must_use]
    pub fn returned(&self) -> u64 {
        self.outcomes.get("returned").copied().unwrap_or_default()
    }

    /// Calls that ended.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.outcomes.values().sum()
    }

    fn add(&mut self, other: &Self) {
        self.begun += other.begun;
        self.fallen_back += other.fallen_back;
        self.retried += other.retried;
        self.fuel += other.fuel;
        for (word, count) in &other.outcomes {
            *self.outcomes.entry(word.clone()).or_default() += count;
        }
    }
}

/// What a release is now, and whether it takes part in a rollout.
fn role<C>(line: Option<&Served<C>>, version: &Version, component: Digest) -> (Role, bool) {
    let Some(line) = line else { return (Role::Gone, false) };
    let is = |serving: &Arc<Serving<C>>| {
        serving.version() == version && serving.component() == component
    };
    if let Some(share) = line.spreading.as_ref().and_then(|spreading| share(spreading, is)) {
        return (Role::Spreads(share), true);
    }
    if line.stable.as_ref().is_some_and(is) {
        return (Role::Serves, line.spreading.is_some());
    }
    let role = if line.ready.get(version).is_some_and(is) { Role::Ready } else { Role::Gone };
    (role, false)
}

/// The share of all users who get a release that spreads; none where it does not.
fn share<C>(spreading: &Spreading<C>, is: impl Fn(&Arc<Serving<C>>) -> bool) -> Option<Share> {
    let Some(Variants { lanes, weights }) = &spreading.variants else {
        return is(&spreading.serving).then_some(spreading.share);
    };
    let place = lanes.iter().position(|lane| lane.as_ref().is_some_and(&is))?;
    let inside = u64::from(*weights.get(place)?) * u64::from(spreading.share.units());
    let units = inside / u64::from(Share::ALL.units());
    u32::try_from(units).ok().and_then(|units| Share::from_units(units).ok())
}

/// Every release in shadow; an alias leads to what its name leads to.
pub(super) fn shadows<C>(snapshot: &Snapshot<C>) -> Vec<ShadowFigures> {
    let served = snapshot.state().lines.keys().filter_map(|name| snapshot.line(name.as_str()));
    let shadows = served.filter_map(|served| served.shadow.as_ref()).map(|shadow| ShadowFigures {
        name: shadow.serving().name().clone(),
        version: shadow.serving().version().clone(),
        share: shadow.share(),
        comparisons: shadow.comparisons(),
    });
    shadows.collect()
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn counts(totals: &Totals) -> ReleaseCounts {
    let ended = totals.outcomes.by_word().into_iter().filter(|(_, count)| *count > 0);
    ReleaseCounts {
        begun: totals.begun,
        outcomes: ended.map(|(word, count)| (word.to_owned(), count)).collect(),
        fallen_back: totals.fallen_back,
        retried: totals.retried,
        fuel: totals.outcomes.fuel,
    }
}

fn latency(meter: &Meter, totals: &Totals) -> LatencyFigures {
    let all: Latencies = meter.latencies();
    let microseconds = |time: Duration| time.as_secs_f64() * 1e6;
    let within = |bound: &f64| all.count_within(Duration::from_secs_f64(*bound));
    let mut within: Vec<u64> = LATENCY_BOUNDS.iter().map(within).collect();
    within.push(all.count());
    LatencyFigures {
        p50_us: microseconds(all.quantile(0.5)),
        p90_us: microseconds(all.quantile(0.9)),
        p99_us: microseconds(all.quantile(0.99)),
        max_us: microseconds(all.longest()),
        sum_seconds: totals.outcomes.duration.as_secs_f64(),
        within,
    }
}
