//! How a release is let in: which share sees it, in which steps it grows, and what each step asks
//! for.
//!
//! A plan is plain data, written as JSON. Every part but the stages has a default:
//!
//! ```
//! use engraft::registry::Plan;
//!
//! let plan: Plan = serde_json::from_str(r#"{
//!     "name": "two steps",
//!     "alpha": 0.05,
//!     "watch": [
//!         {"metric": "success", "weight": 2},
//!         {"metric": "latency", "factor": 1.2}
//!     ],
//!     "floors": [{"bound": "success", "at_least": 0.95}],
//!     "stages": [
//!         {"name": "canary", "share": "1%", "dwell_seconds": 600, "requests_min": 300},
//!         {"name": "half", "share": "50%", "gates": [{"gate": "not-worse", "margin": 0.01}],
//!          "deny": ["the-boss"], "where": [{"attribute": "country", "one_of": ["CH", "DE"]}]}
//!     ]
//! }"#)?;
//! plan.check()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! *Never:* a plan grants anything; it only says how fast an admitted release may spread.

mod audience;
mod mode;
mod presets;

use serde::{Deserialize, Serialize};

use super::evidence::SLOWNESS_FACTOR;
use super::share::Share;
pub use audience::{Condition, Constraint};
pub use mode::StageMode;
pub use presets::PRESETS;

/// More steps than any rollout has use for; a plan from a file is bounded like everything else.
const STAGES_MAX: usize = 64;
/// Metrics, floors and gates of one plan; each costs a few floats a tick.
const RULES_MAX: usize = 32;

/// Users that a stage names one by one; more are a group or an attribute.
const USERS_MAX: usize = 10_000;

/// How a release is let in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What people call it.
    pub name: String,
    /// How often a stage may roll back a release that is not worse: at most this share of times,
    /// however often it is looked at. A plan with several stages adds them up.
    #[serde(default = "five_percent")]
    pub alpha: f64,
    /// How often a stage may promote a release that is worse than a gate allows.
    #[serde(default = "five_percent")]
    pub beta: f64,
    /// What is compared with the old release, and how much each counts.
    #[serde(default = "success_alone")]
    pub watch: Vec<Watch>,
    /// Bounds that no release may break, whatever the old one does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub floors: Vec<Bound>,
    /// The steps. After the last, everybody gets the release.
    pub stages: Vec<Stage>,
}

/// A metric and how much its evidence counts. Weights are scaled to add up to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    /// What is compared.
    #[serde(flatten)]
    pub metric: Metric,
    /// How much it counts beside the others.
    #[serde(default = "one")]
    pub weight: f64,
}

/// What is compared with the old release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "metric", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Metric {
    /// How many requests fail.
    Success {
        /// How much more often the new release may fail: 0.01 is one in a hundred.
        #[serde(default)]
        margin: f64,
    },
    /// How long requests take.
    Latency {
        /// How much slower the new release may be.
        #[serde(default = "slowness_factor")]
        factor: f64,
    },
    /// How many of those who say so are not content.
    Feedback {
        /// How much more often they may be.
        #[serde(default)]
        margin: f64,
    },
    /// A metric of the embedding program, told per request as well or not well.
    Custom {
        /// Its name.
        name: String,
        /// How much more often it may not be well.
        #[serde(default)]
        margin: f64,
    },
}

/// A fixed bound on one release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "bound", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Bound {
    /// So many requests have to succeed.
    Success {
        /// The least share: 0.95.
        at_least: f64,
    },
    /// So many requests may break, refusals not counted.
    Error {
        /// The greatest share: 0.05.
        at_most: f64,
    },
    /// So many requests have to be done in time.
    Latency {
        /// The least share that is: 0.99 for a bound on the 99th percentile.
        share: f64,
        /// The time, in milliseconds.
        ms_max: f64,
    },
    /// So many of those who say so have to be content.
    Feedback {
        /// The least share: 0.8.
        at_least: f64,
    },
    /// So many requests have to be well by a metric of the embedding program.
    Custom {
        /// Its name.
        name: String,
        /// The least share.
        at_least: f64,
    },
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// What people call it.
    pub name: String,
    /// The share of users who get the release, beside the groups.
    pub share: Share,
    /// What they get of it: its answers, or nothing while it answers copies of their requests.
    #[serde(default, skip_serializing_if = "StageMode::is_default")]
    pub mode: StageMode,
    /// Groups whose members all get it: `staff`, `beta`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Users who get it whatever else holds, by their sticky ids. Whose requests failed before there was
    /// the release stand here by a mark, `#0123456789abcdef@LOG`, which is no name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<String>,
    /// Users who never get it, by their sticky ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deny: Vec<String>,
    /// What has to hold of a user: whoever does not meet all of it stays on the old release and is
    /// compared with nobody.
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<Constraint>,
    /// How long it lasts at least.
    #[serde(default)]
    pub dwell_seconds: u64,
    /// How many first outcomes of the new release it waits for at least.
    #[serde(default)]
    pub requests_min: u64,
    /// What has to be shown before the next step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<Gate>,
}

/// What has to be shown before the next step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "gate", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Gate {
    /// Evidence that the release fails at most so much more often than the old one.
    NotWorse {
        /// The margin: 0.01 is one in a hundred.
        margin: f64,
    },
    /// Evidence that a bound is kept.
    Keeps(Bound),
    /// A feature flag that is on.
    Flag {
        /// Its key.
        flag: String,
    },
    /// A person who says so.
    Approval,
}

/// Why a plan cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the plan's {field}: {why}")]
pub struct PlanError {
    /// Which part.
    pub field: String,
    /// What is wrong with it.
    pub why: String,
}

impl Plan {
    /// Whether it can be followed.
    ///
    /// # Errors
    /// [`PlanError`] for the first part that makes no sense.
    pub fn check(&self) -> Result<(), PlanError> {
        for (field, error) in [("alpha", self.alpha), ("beta", self.beta)] {
            // Beyond a half, a coin would judge better.
            within(field, error, 1e-9..=0.5)?;
        }
        bounded("watch", self.watch.len(), 1..=RULES_MAX)?;
        bounded("floors", self.floors.len(), 0..=RULES_MAX)?;
        bounded("stages", self.stages.len(), 1..=STAGES_MAX)?;
        self.watch.iter().try_for_each(Watch::check)?;
        self.floors.iter().try_for_each(Bound::check)?;
        self.stages.iter().try_for_each(Stage::check)?;
        self.check_shadows()?;
        for (earlier, later) in self.stages.iter().zip(self.stages.iter().skip(1)) {
            if later.share < earlier.share && earlier.mode == StageMode::Serve {
                let why = format!("`{}` has {}, less than before", later.name, later.share);
                return Err(wrong("stages", why));
            }
        }
        Ok(())
    }

    /// The evidence from which on a stage rolls back.
    #[must_use]
    pub fn evidence_to_roll_back(&self) -> f64 {
        1.0 / self.alpha
    }

    /// The evidence from which on a gate is passed.
    #[must_use]
    pub fn evidence_to_promote(&self) -> f64 {
        1.0 / self.beta
    }
}

impl Bound {
    /// The share of requests that may miss it.
    #[must_use]
    pub const fn allowed(&self) -> f64 {
        match self {
            Self::Success { at_least }
            | Self::Feedback { at_least }
            | Self::Custom { at_least, .. } => 1.0 - *at_least,
            Self::Error { at_most } => *at_most,
            Self::Latency { share, .. } => 1.0 - *share,
        }
    }

    fn check(&self) -> Result<(), PlanError> {
        within("bound, its share", self.allowed(), 1e-6..=1.0 - 1e-6)?;
        if let Self::Latency { ms_max, .. } = self {
            within("bound, its milliseconds", *ms_max, 0.001..=4e6)?;
        }
        Ok(())
    }
}

impl Watch {
    fn check(&self) -> Result<(), PlanError> {
        within("watch, its weight", self.weight, 1e-6..=1e6)?;
        match &self.metric {
            Metric::Success { margin }
            | Metric::Feedback { margin }
            | Metric::Custom { margin, .. } => within("watch, its margin", *margin, 0.0..=0.5),
            Metric::Latency { factor } => within("watch, its factor", *factor, 1.0..=1e3),
        }
    }
}

impl Stage {
    fn check(&self) -> Result<(), PlanError> {
        bounded("gates", self.gates.len(), 0..=RULES_MAX)?;
        bounded("where", self.only.len(), 0..=RULES_MAX)?;
        for users in [&self.allow, &self.deny] {
            bounded("lists of users", users.len(), 0..=USERS_MAX)?;
        }
        self.only.iter().try_for_each(Constraint::check)?;
        self.gates.iter().try_for_each(|gate| match gate {
            Gate::NotWorse { margin } => within("gates, a margin", *margin, 1e-4..=0.5),
            Gate::Keeps(bound) => bound.check(),
            Gate::Flag { .. } | Gate::Approval => Ok(()),
        })
    }
}

fn within(field: &str, value: f64, range: std::ops::RangeInclusive<f64>) -> Result<(), PlanError> {
    if range.contains(&value) {
        return Ok(());
    }
    let why = format!("{value} is not from {} to {}", range.start(), range.end());
    Err(wrong(field, why))
}

fn bounded(
    field: &str,
    count: usize,
    range: std::ops::RangeInclusive<usize>,
) -> Result<(), PlanError> {
    if range.contains(&count) {
        return Ok(());
    }
    let why = format!("there are {count}; from {} to {} may be", range.start(), range.end());
    Err(wrong(field, why))
}

fn wrong(field: &str, why: String) -> PlanError {
    PlanError { field: field.to_owned(), why }
}

const fn five_percent() -> f64 {
    0.05
}

const fn one() -> f64 {
    1.0
}

const fn slowness_factor() -> f64 {
    SLOWNESS_FACTOR
}

fn success_alone() -> Vec<Watch> {
    vec![Watch { metric: Metric::Success { margin: 0.0 }, weight: 1.0 }]
}
