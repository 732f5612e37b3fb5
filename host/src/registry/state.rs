//! What the log adds up to: releases, who serves, rollouts, pins, and what is stopped.
//!
//! *Never:* an op that is not allowed changes anything, and no op depends on more than the state.

mod admit;
mod apply;
mod compatible;
mod line;
mod rule;
mod shared;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use compatible::Difference;
#[cfg(feature = "grow")]
pub(crate) use compatible::differences;
pub use rule::Rule;
pub use shared::Shared;

use super::admission::{Reach, Word};
use super::growth::Growth;
use super::op::{Installed, Op, ReleaseOrigin};
use super::plan::{Plan, Stage, StageMode};
use super::variant::Variant;
use crate::artifact::PublicKey;
use crate::examine::Examination;
use crate::model::{CapabilityName, Digest, GapId};

/// What the log adds up to. A clone has all of it in common with what it was made of, until either
/// changes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Every capability by its name.
    pub lines: Shared<BTreeMap<CapabilityName, Shared<Line>>>,
    /// Other names, and what they stand for.
    pub aliases: Shared<BTreeMap<CapabilityName, CapabilityName>>,
    /// Which caller gets which version.
    pub pins: Shared<BTreeMap<String, BTreeMap<CapabilityName, Version>>>,
    /// Components that never run again, and why.
    pub revoked: Shared<BTreeMap<Digest, String>>,
    /// Components that were rolled back, and why. A person may try one again.
    pub quarantined: Shared<BTreeMap<Digest, String>>,
    /// The last candidates that were examined and not admitted.
    pub examined: Shared<Vec<Examination>>,
    /// What persons have said, by component.
    pub words: Shared<BTreeMap<Digest, Vec<Word>>>,
    /// Work on what is missing.
    pub growth: Shared<Growth>,
    /// Feature flags.
    pub flags: Shared<BTreeMap<String, bool>>,
    /// Gaps that persons said are none, and why.
    pub dismissed: Shared<BTreeMap<GapId, String>>,
    /// The emergency stop, where one was made.
    pub stop: Option<Stop>,
    /// When the last op was.
    pub at_ms: u64,
}

/// One capability.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its releases.
    pub releases: BTreeMap<Version, Shared<Release>>,
    /// The one that serves.
    pub stable: Option<Version>,
    /// The one that served before.
    pub previous: Option<Version>,
    /// Whether the one that serves came there through all stages of a rollout, or by a promotion.
    #[serde(default)]
    pub was_promoted: bool,
    /// The one that spreads.
    pub rollout: Option<Rollout>,
}

/// A release that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Release {
    /// What was installed.
    #[serde(flatten)]
    pub installed: Installed,
    /// Why requirements pass it over.
    pub yanked: Option<String>,
    /// On which conditions it serves.
    #[serde(default)]
    pub reach: Reach,
}

/// A rollout under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rollout {
    /// Which version spreads; of several variants the first that is left.
    pub version: Version,
    /// The releases of an A/B/n test, those that were taken out among them; none where one spreads
    /// alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<Variant>,
    /// What the buckets are made of.
    pub id: String,
    /// What they are made of beside.
    pub salt: String,
    /// How it spreads.
    pub plan: Shared<Plan>,
    /// The stage that it is in, from 0.
    pub stage: usize,
    /// When that stage began.
    pub entered_ms: u64,
    /// Whether somebody halted it.
    pub is_paused: bool,
    /// Whether a person said yes to this stage.
    pub is_approved: bool,
    /// What the steward said last.
    pub said: Option<String>,
}

/// An emergency stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Its place in the log; what the key that lifts it signs.
    pub sequence: u64,
    /// When, in milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: u64,
    /// Why.
    pub why: String,
}

impl State {
    /// The name that an alias stands for, or the name itself.
    #[must_use]
    pub fn resolve_name<'a>(&'a self, name: &'a CapabilityName) -> &'a CapabilityName {
        self.aliases.get(name).unwrap_or(name)
    }

    /// The newest version that a requirement allows. What is yanked is passed over unless it is named
    /// exactly; what spreads is chosen by its share, not by a requirement that happens to fit.
    #[must_use]
    pub fn resolve(&self, name: &CapabilityName, requirement: &VersionReq) -> Option<&Release> {
        let line = self.lines.get(self.resolve_name(name))?;
        let spreads = |version| line.rollout.as_ref().is_some_and(|rollout| rollout.has(version));
        // What a loop has made is for nobody before a rollout or a person has let it in.
        let was_let_in = |release: &Release| {
            let version = Some(&release.installed.version);
            release.installed.origin != ReleaseOrigin::Generated
                || version == line.stable.as_ref()
                || version == line.previous.as_ref()
        };
        line.releases
            .values()
            .rev()
            .filter(|release| !spreads(&release.installed.version))
            .map(|release| &**release)
            .filter(|release| self.may_serve(release) && was_let_in(release))
            .find(|release| release.fits(requirement))
    }

    /// A release that is kept, by its own name.
    #[must_use]
    pub fn release(&self, name: &CapabilityName, version: &Version) -> Option<&Release> {
        self.lines.get(name)?.release(version)
    }

    /// Whether a release may serve anybody now.
    #[must_use]
    pub fn may_serve(&self, release: &Release) -> bool {
        let Installed { component, origin, .. } = &release.installed;
        let is_halted = self.stop.is_some() && *origin == ReleaseOrigin::Generated;
        !self.revoked.contains_key(component)
            && !self.quarantined.contains_key(component)
            && !is_halted
            && release.reach.suspended.is_none()
    }

    /// Whether a release may get copies of requests: not while everything stands still either.
    #[must_use]
    pub fn may_shadow(&self, release: &Release) -> bool {
        self.stop.is_none() && self.may_serve(release)
    }

    /// What an op changes, as a person reads it in the log.
    #[must_use]
    pub fn facts(&self, op: &Op) -> Value {
        if let Op::Grown { work, .. } = op {
            let work = self.growth.works.get(work);
            return json!({ "stands": work.map(|work| self.lifecycle(work)) });
        }
        if let Some(line) = op.name().and_then(|name| self.lines.get(name)) {
            return line.facts();
        }
        match op {
            Op::Aliased { alias, .. } => json!({ "stands_for": self.aliases.get(alias) }),
            Op::Revoked { digest } => {
                let lines =
                    self.lines_with(digest).map(|(name, line)| (name.as_str(), line.facts()));
                let lines: BTreeMap<&str, Value> = lines.collect();
                json!({ "revoked": self.revoked.get(digest), "lines": lines })
            }
            Op::FlagSet { flag, .. } => json!({ "on": self.flags.get(flag) }),
            Op::GapDismissed { gap, .. } => json!({ "dismissed": self.dismissed.get(gap) }),
            Op::Stopped | Op::Lifted { .. } => json!({ "stopped": self.stop.is_some() }),
            Op::Installed(_)
            | Op::Activated { .. }
            | Op::Yanked { .. }
            | Op::Unyanked { .. }
            | Op::Pinned { .. }
            | Op::RolloutStarted { .. }
            | Op::Advanced { .. }
            | Op::Held { .. }
            | Op::Paused { .. }
            | Op::Resumed { .. }
            | Op::Approved { .. }
            | Op::Promoted { .. }
            | Op::RolledBack { .. }
            | Op::Examined(_)
            | Op::Decided { .. }
            | Op::Expired { .. }
            | Op::Wanted(_)
            | Op::Grown { .. } => Value::Null,
        }
    }
}

impl Release {
    /// Whether a requirement allows it, and it is not yanked or is named exactly.
    #[must_use]
    pub fn fits(&self, requirement: &VersionReq) -> bool {
        let is_exact = matches!(&requirement.comparators[..],
            [only] if only.op == semver::Op::Exact && only.patch.is_some());
        requirement.matches(&self.installed.version) && (self.yanked.is_none() || is_exact)
    }
}

impl Line {
    /// Who serves and what spreads.
    fn facts(&self) -> Value {
        json!({
            "stable": self.stable,
            "rollout": self.rollout.as_ref().map(|rollout| json!({
                "version": rollout.version,
                "variants": rollout.variants,
                "stage": rollout.stage_now().map(|stage| &stage.name),
                "share": rollout.stage_now().map(|stage| stage.share),
                "paused": rollout.is_paused,
            })),
        })
    }

    /// The release that serves.
    #[must_use]
    pub fn serving(&self) -> Option<&Release> {
        self.release(self.stable.as_ref()?)
    }

    /// One of its releases.
    #[must_use]
    pub fn release(&self, version: &Version) -> Option<&Release> {
        self.releases.get(version).map(|release| &**release)
    }

    /// The release that gets copies of requests.
    #[must_use]
    pub fn shadow(&self) -> Option<&Release> {
        let rollout = self.rollout.as_ref().filter(|rollout| rollout.is_shadow())?;
        self.release(&rollout.version)
    }
}

impl Stop {
    /// What a person's key signs to lift this stop and no other.
    #[must_use]
    pub fn statement(&self) -> String {
        let Self { sequence, at_ms, why } = self;
        format!("engraft lifts the emergency stop of entry {sequence}, made at {at_ms} ms: {why}")
    }

    /// Whether a key has signed that this stop is lifted.
    fn is_lifted_by(&self, key: &PublicKey, signature: &str) -> bool {
        let signature = STANDARD.decode(signature).unwrap_or_default();
        key.verify(self.statement().as_bytes(), &signature).is_ok()
    }
}

impl Rollout {
    /// The stage that it is in.
    #[must_use]
    pub fn stage_now(&self) -> Option<&Stage> {
        self.plan.stages.get(self.stage)
    }

    /// Whether the release answers nobody in this stage, and only gets copies of requests.
    #[must_use]
    pub fn is_shadow(&self) -> bool {
        self.stage_now().is_some_and(|stage| stage.mode == StageMode::Shadow)
    }
}
