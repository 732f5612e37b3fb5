//! What is exported, whatever the form: each instrument with its points.
//!
//! *Never:* an attribute is made of what a caller or a guest says.

use semver::Version;

use crate::model::CapabilityName;
use crate::traffic::{Figures, ReleaseCounts, ReleaseFigures, Role, ShadowFigures};

/// What stands for the capability of releases that are told of together. No capability has it for
/// a name.
const OTHERS: &str = "(others)";

/// One instrument with its points.
pub(super) struct Instrument {
    /// In the form of OpenTelemetry, with dots.
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    pub(super) kind: Kind,
    pub(super) points: Vec<Point>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A count that only grows.
    Counter,
    /// A level that goes up and down.
    Gauge,
    /// Times, in seconds.
    Times,
}

pub(super) struct Point {
    pub(super) attributes: Vec<(&'static str, String)>,
    pub(super) value: Value,
}

pub(super) enum Value {
    Count(u64),
    Level(f64),
    /// How many were within each bound and all, and their sum in seconds.
    Times {
        within: Vec<u64>,
        sum_seconds: f64,
    },
}

/// Everything that is exported. An instrument without a point is left out.
pub(super) fn instruments(figures: &Figures) -> Vec<Instrument> {
    let mut all = Vec::from(of_releases(figures));
    all.extend(of_rollouts(figures));
    all.extend(of_shadows(figures));
    all.push(Instrument {
        name: "engraft.samples.lost",
        help: "Samples of calls that nobody took in time.",
        kind: Kind::Counter,
        points: vec![Point { attributes: Vec::new(), value: Value::Count(figures.samples_lost) }],
    });
    all.retain(|instrument| !instrument.points.is_empty());
    all
}

fn of_releases(figures: &Figures) -> [Instrument; 6] {
    let counter = |name, help, of: fn(&ReleaseCounts) -> u64| {
        let point = |(attributes, counts): (Vec<_>, &ReleaseCounts)| {
            let value = Value::Count(of(counts));
            Point { attributes, value }
        };
        let points = counted(figures).map(point).collect();
        Instrument { name, help, kind: Kind::Counter, points }
    };
    let running = |(attributes, counts): (Vec<_>, &ReleaseCounts)| {
        #[expect(clippy::cast_precision_loss, reason = "calls under way are far below 2^52")]
        let value = Value::Level(counts.begun.saturating_sub(counts.ended()) as f64);
        Point { attributes, value }
    };
    [
        Instrument {
            name: "engraft.calls",
            help: "Calls that ended, by release and by how they did.",
            kind: Kind::Counter,
            points: counted(figures).flat_map(by_outcome).collect(),
        },
        Instrument {
            name: "engraft.calls.running",
            help: "Calls under way.",
            kind: Kind::Gauge,
            points: counted(figures).map(running).collect(),
        },
        Instrument {
            name: "engraft.call.duration",
            help: "How long calls took, in seconds.",
            kind: Kind::Times,
            points: figures.releases.iter().map(times).collect(),
        },
        counter("engraft.fallbacks", "Calls that another release had to answer.", |counts| {
            counts.fallen_back
        }),
        counter("engraft.retries", "Calls that were made once more.", |counts| counts.retried),
        counter("engraft.fuel", "Fuel that calls burnt.", |counts| counts.fuel),
    ]
}

fn of_rollouts(figures: &Figures) -> [Instrument; 3] {
    let level =
        |name, help, points: Vec<Point>| Instrument { name, help, kind: Kind::Gauge, points };
    let point = |name: &CapabilityName, version: &Version, value| Point {
        attributes: release(name, version),
        value: Value::Level(value),
    };
    let share = |release: &ReleaseFigures| match release.role {
        Role::Spreads(share) => Some(point(&release.name, &release.version, share.fraction())),
        Role::Serves | Role::Ready | Role::Gone => None,
    };
    let judged = |of: fn(&crate::registry::judge::Decision) -> f64| {
        let standings = figures.rollouts.iter();
        let points = standings.map(|s| point(&s.name, &s.version, of(&s.decision)));
        points.collect::<Vec<_>>()
    };
    [
        level(
            "engraft.rollout.share",
            "The share of users that gets the release, from 0 to 1.",
            figures.releases.iter().filter_map(share).collect(),
        ),
        level(
            "engraft.rollout.evidence",
            "The evidence that the release does worse than the one before it.",
            judged(|decision| decision.evidence),
        ),
        level(
            "engraft.rollout.threshold",
            "The evidence from which on the release is rolled back.",
            judged(|decision| decision.threshold),
        ),
    ]
}

/// What came of the copies that shadows got. A shadow counts anew when it is made ready anew.
fn of_shadows(figures: &Figures) -> [Instrument; 2] {
    let shares = figures.shadows.iter().map(|shadow| Point {
        attributes: release(&shadow.name, &shadow.version),
        value: Value::Level(shadow.share.fraction()),
    });
    [
        Instrument {
            name: "engraft.shadow.requests",
            help: "Requests of which a release in shadow was to get a copy, by what came of it.",
            kind: Kind::Counter,
            points: figures.shadows.iter().flat_map(by_comparison).collect(),
        },
        Instrument {
            name: "engraft.shadow.share",
            help: "The share of users whose requests are copied, from 0 to 1.",
            kind: Kind::Gauge,
            points: shares.collect(),
        },
    ]
}

fn by_comparison(shadow: &ShadowFigures) -> impl Iterator<Item = Point> {
    let told = &shadow.comparisons;
    let counts = [
        ("same", told.compared.saturating_sub(told.differed)),
        ("differs", told.differed.saturating_sub(told.broke)),
        ("broke", told.broke),
        ("passed-over", told.passed_over),
    ];
    counts.into_iter().map(|(word, count)| {
        let mut attributes = release(&shadow.name, &shadow.version);
        attributes.push(("outcome", word.to_owned()));
        Point { attributes, value: Value::Count(count) }
    })
}

fn release(name: &CapabilityName, version: &Version) -> Vec<(&'static str, String)> {
    vec![("capability", name.to_string()), ("version", version.to_string())]
}

/// Every release, and what has no room together.
fn counted(
    figures: &Figures,
) -> impl Iterator<Item = (Vec<(&'static str, String)>, &ReleaseCounts)> {
    let others = (figures.others_count > 0).then(|| {
        let nothing = String::new();
        let names = vec![
            ("capability", OTHERS.to_owned()),
            ("version", nothing.clone()),
            ("digest", nothing),
        ];
        (names, &figures.others)
    });
    figures.releases.iter().map(|release| (attributes(release), &release.counts)).chain(others)
}

fn attributes(figures: &ReleaseFigures) -> Vec<(&'static str, String)> {
    let mut attributes = release(&figures.name, &figures.version);
    attributes.push(("digest", figures.component.to_string()));
    attributes
}

fn by_outcome(
    (attributes, counts): (Vec<(&'static str, String)>, &ReleaseCounts),
) -> impl Iterator<Item = Point> {
    counts.outcomes.iter().map(move |(word, count)| {
        let mut attributes = attributes.clone();
        attributes.push(("outcome", word.clone()));
        Point { attributes, value: Value::Count(*count) }
    })
}

fn times(release: &ReleaseFigures) -> Point {
    let (within, sum_seconds) = (release.latency.within.clone(), release.latency.sum_seconds);
    Point { attributes: attributes(release), value: Value::Times { within, sum_seconds } }
}
