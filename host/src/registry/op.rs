//! Everything that can happen to a registry, as data: what the log is made of.
//!
//! *Never:* an op is changed once it is written; to undo one is another.

mod actor;

use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use actor::Actor;

use super::growth::{Step, Want};
use super::judge::Decision;
use super::plan::Plan;
use super::variant::Variant;
use crate::artifact::PublicKey;
use crate::examine::{self, Examination};
use crate::model::{CapabilityName, Digest, GapId};

/// One thing that happens to a registry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Op {
    /// A verified release is kept. The first of its name serves at once, unless a loop has made it.
    Installed(Installed),
    /// A release serves everybody, by a person's word.
    Activated {
        /// Which capability.
        name: CapabilityName,
        /// Which version.
        version: Version,
    },
    /// A version is no longer chosen by requirements; who names it exactly still gets it.
    Yanked {
        /// Which capability.
        name: CapabilityName,
        /// Which version.
        version: Version,
    },
    /// A yank is taken back.
    Unyanked {
        /// Which capability.
        name: CapabilityName,
        /// Which version.
        version: Version,
    },
    /// Another name for a capability; none takes it away.
    Aliased {
        /// The other name.
        alias: CapabilityName,
        /// What it stands for.
        name: Option<CapabilityName>,
    },
    /// One caller gets one version, whatever else happens; none takes the pin away.
    Pinned {
        /// Who calls.
        caller: String,
        /// Which capability.
        name: CapabilityName,
        /// Which version.
        version: Option<Version>,
    },
    /// A release begins to spread.
    RolloutStarted {
        /// Which capability.
        name: CapabilityName,
        /// Which version.
        version: Version,
        /// What the buckets are made of, beside the salt.
        id: String,
        /// Tells two rollouts with one id apart.
        salt: String,
        /// How it spreads.
        plan: Box<Plan>,
        /// Whether a release that was rolled back before is tried again, by a person's word.
        #[serde(default)]
        again: bool,
        /// The releases of an A/B/n test, `version` the first of them; none where it spreads alone.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        variants: Vec<Variant>,
    },
    /// The next stage of a rollout begins.
    Advanced {
        /// Which capability.
        name: CapabilityName,
        /// The stage that begins, from 0.
        stage: usize,
        /// The judgement that it rests on; none where a person said so.
        decision: Option<Box<Decision>>,
    },
    /// Nothing changes, for another reason than before.
    Held {
        /// Which capability.
        name: CapabilityName,
        /// The judgement.
        decision: Box<Decision>,
    },
    /// A rollout stays where it is until somebody resumes it.
    Paused {
        /// Which capability.
        name: CapabilityName,
    },
    /// A paused rollout goes on.
    Resumed {
        /// Which capability.
        name: CapabilityName,
    },
    /// A person says yes to the stage that a rollout is in.
    Approved {
        /// Which capability.
        name: CapabilityName,
    },
    /// Everybody gets the new release.
    Promoted {
        /// Which capability.
        name: CapabilityName,
        /// Which of several variants; none where one is left.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<Version>,
        /// The judgement that it rests on; none where a person said so.
        decision: Option<Box<Decision>>,
    },
    /// The new release is taken back and put into quarantine.
    RolledBack {
        /// Which capability.
        name: CapabilityName,
        /// Which of several variants, the others of which go on; none for all that spreads.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<Version>,
        /// The judgement that it rests on; none where a person said so.
        decision: Option<Box<Decision>>,
    },
    /// A component never runs again.
    Revoked {
        /// Which one.
        digest: Digest,
    },
    /// A candidate was examined and not admitted; the examination of one that was is part of its
    /// `installed`.
    Examined(Box<Examination>),
    /// A person has said something to a candidate.
    Decided {
        /// Which capability.
        name: CapabilityName,
        /// Which component.
        component: Digest,
        /// Yes, no, or neither any more.
        decision: examine::Decision,
        /// Whose key.
        key: PublicKey,
        /// The signed decision, with everything that it is bound to.
        signed: String,
    },
    /// The approval of a release has ended, and it serves nobody from now on.
    Expired {
        /// Which capability.
        name: CapabilityName,
        /// Which version.
        version: Version,
    },
    /// A piece of work on what is missing begins; its number is the place of this op.
    Wanted(Box<Want>),
    /// A piece of work goes on.
    Grown {
        /// Its number.
        work: u64,
        /// How.
        step: Step,
    },
    /// A feature flag is on or off.
    FlagSet {
        /// Its key.
        flag: String,
        /// Whether it is on.
        on: bool,
    },
    /// A person says that a gap is none, or takes that back.
    GapDismissed {
        /// Its number.
        gap: GapId,
        /// What its requests had in common then, redacted.
        about: String,
        /// Whether the gap is open again.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        undo: bool,
    },
    /// Every rollout, promotion and generated capability stands still.
    Stopped,
    /// A person lifts the stop.
    Lifted {
        /// Whose key.
        key: PublicKey,
        /// The signature of that key over [`Stop::statement`](super::Stop::statement), in base64.
        signature: String,
    },
}

/// A release that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Installed {
    /// Which capability.
    pub name: CapabilityName,
    /// Its version.
    pub version: Version,
    /// Its component.
    pub component: Digest,
    /// Its bundle, kept beside the log.
    pub bundle: Digest,
    /// Its place in the line of releases.
    pub sequence: u64,
    /// Whether it was made here, by a loop.
    #[serde(default)]
    pub origin: ReleaseOrigin,
    /// Operations with their schemas, for what comes later to be compared with.
    pub operations: Vec<OperationCard>,
    /// The record of its verification, with which it is verified again quickly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<crate::artifact::Installed>,
    /// What came of its examination; none where it is work in progress that nobody has looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub examination: Option<Box<Examination>>,
}

/// Where a release comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ReleaseOrigin {
    /// Somebody brought it.
    #[default]
    Brought,
    /// A loop of this host made it; an emergency stop keeps it from serving.
    Generated,
}

/// An operation as later releases are compared with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OperationCard {
    /// Its name.
    pub name: String,
    /// JSON Schema of its input.
    pub input: Value,
    /// JSON Schema of its output.
    pub output: Value,
}

/// An op with its circumstances: one entry of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its place in the log, from 0.
    pub sequence: u64,
    /// When, in milliseconds since 1970-01-01T00:00:00Z. Never before the entry before it, whatever
    /// the clock says.
    pub at_ms: u64,
    /// Who.
    pub by: Actor,
    /// Why, in words.
    pub why: String,
    /// What. Nested, because an op has fields of the same names.
    pub op: Op,
    /// What it changes, as it was.
    pub before: Value,
    /// What it changes, as it is from now on.
    pub after: Value,
}

impl Record {
    /// Reads an entry of the log.
    ///
    /// # Errors
    /// Where the text is no entry.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

impl Op {
    /// The beginning of a rollout. `at` is how long the log is, which makes the buckets of each
    /// rollout its own.
    #[must_use]
    pub fn rollout(name: &CapabilityName, version: &Version, plan: Plan, at: u64) -> Self {
        Self::RolloutStarted {
            name: name.clone(),
            version: version.clone(),
            id: format!("{name}@{version}"),
            salt: at.to_string(),
            plan: Box::new(plan),
            again: false,
            variants: Vec::new(),
        }
    }

    /// The same with several releases at once: an A/B/n test. The first of them gives the rollout
    /// its name; where there is none, the op is refused.
    #[must_use]
    pub fn variants(name: &CapabilityName, variants: Vec<Variant>, plan: Plan, at: u64) -> Self {
        let first = variants.first().map(|variant| variant.version.clone());
        let first = first.unwrap_or_else(|| Version::new(0, 0, 0));
        let mut op = Self::rollout(name, &first, plan, at);
        if let Self::RolloutStarted { variants: all, .. } = &mut op {
            *all = variants;
        }
        op
    }

    /// The same for a release that was rolled back before.
    #[must_use]
    pub fn tried_again(mut self) -> Self {
        if let Self::RolloutStarted { again, .. } = &mut self {
            *again = true;
        }
        self
    }

    /// The capability that it is about; none where it is about all.
    #[must_use]
    pub const fn name(&self) -> Option<&CapabilityName> {
        match self {
            Self::Installed(installed) => Some(&installed.name),
            Self::Examined(examination) => Some(&examination.name),
            Self::Activated { name, .. }
            | Self::Yanked { name, .. }
            | Self::Unyanked { name, .. }
            | Self::Pinned { name, .. }
            | Self::RolloutStarted { name, .. }
            | Self::Advanced { name, .. }
            | Self::Held { name, .. }
            | Self::Paused { name }
            | Self::Resumed { name }
            | Self::Approved { name }
            | Self::Promoted { name, .. }
            | Self::RolledBack { name, .. }
            | Self::Decided { name, .. }
            | Self::Expired { name, .. } => Some(name),
            Self::Aliased { alias, .. } => Some(alias),
            Self::Wanted(want) => want.wish.name.as_ref(),
            Self::Grown { step: Step::Proposed { proposal, .. }, .. } => Some(&proposal.name),
            Self::Grown { step: Step::Examined(examination), .. } => Some(&examination.name),
            Self::Grown { .. }
            | Self::Revoked { .. }
            | Self::FlagSet { .. }
            | Self::GapDismissed { .. }
            | Self::Stopped
            | Self::Lifted { .. } => None,
        }
    }
}
