//! What whoever runs a host wants of candidates: levels, bounds, what is forbidden, and what happens
//! at each risk.
//!
//! *Never:* a policy is read in part; a field that is not known is an error.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::candidate::CandidateOrigin;
use super::catalogue::CheckId;
use super::coverage::SearchBounds;
use super::finding::Blocks;
use super::level::{Bounds, Level, Profile};
use super::risk::Weights;
use crate::artifact::{JsonError, Moment, Risk, read_json};
use crate::model::{Budget, CapabilityName, Digest, HostPattern, Permissions};

/// A policy. The default examines what was generated here and what is signed at `standard`, what
/// somebody has brought at `comprehensive`, forbids nothing by name, lets risk decide, and admits
/// nothing unexamined.
///
/// ```
/// use engraft::artifact::Risk;
/// use engraft::examine::{Action, Policy};
///
/// let policy = Policy::from_json(br#"{"actions": {"medium": {"do": "refuse"}}}"#)?;
/// assert_eq!(policy.action(Risk::Medium).what, Action::Refuse);
/// assert_eq!(policy.action(Risk::Safe).what, Action::Admit);
/// # Ok::<(), engraft::artifact::JsonError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// The least level for candidates of each origin.
    pub levels: BTreeMap<CandidateOrigin, Level>,
    /// The least level for candidates whose permissions alone amount to this risk.
    pub levels_by_risk: BTreeMap<Risk, Level>,
    /// From this level on a candidate is compiled and run in a worker, and in this process last, once
    /// nothing keeps it out; none is `production`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker_from: Option<Level>,
    /// At every level so is one whose permissions amount to this risk; none is `high`. Where neither is
    /// said and there are no workers, or a worker could not run it, this process does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker_from_risk: Option<Risk>,
    /// What is admitted and whose permissions amount to this risk is served by workers, whatever the
    /// host's terms say of instances; none is nothing. Sessions are not kept then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub walled_from_risk: Option<Risk>,
    /// What findings of these checks amount to, in place of what the catalogue says.
    pub blocks: BTreeMap<CheckId, Blocks>,
    /// What static analysis lets through.
    pub bounds: Bounds,
    /// What the search for inputs that reach more may take.
    pub search: SearchBounds,
    /// What nobody may have.
    pub forbidden: Forbidden,
    /// Names that others must not look like, besides those that are in use.
    pub names: Vec<CapabilityName>,
    /// What risk is made of.
    pub weights: Weights,
    /// What happens at each risk.
    pub actions: BTreeMap<Risk, Rule>,
    /// What happens with work in progress, which a development key alone has signed and nobody has
    /// looked at.
    pub throwaway: Throwaway,
}

/// What nobody may have, whoever signs or approves.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Forbidden {
    /// Imports by name, or by their beginning with `*` behind it.
    pub imports: Vec<String>,
    /// Features of WebAssembly, as the proposals are called: `simd`, `tail-call`.
    pub features: Vec<String>,
    /// Hosts that nobody sends to.
    pub hosts: Vec<HostPattern>,
    /// Everything beyond these.
    pub permissions_beyond: Option<Permissions>,
}

/// What happens at a risk, and on which conditions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What happens.
    #[serde(rename = "do")]
    pub what: Action,
    /// What holds for what is admitted so.
    #[serde(default, skip_serializing_if = "Conditions::is_empty")]
    pub conditions: Conditions,
}

/// What happens with a candidate that nothing blocks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is admitted.
    Admit,
    /// It is admitted, and whoever looks after the host is told.
    Log,
    /// A person has to approve it.
    Approval,
    /// Two persons have to.
    TwoApprovals,
    /// It is refused.
    #[default]
    Refuse,
}

/// What happens with work in progress that nobody has looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Throwaway {
    /// It is refused, in the log of another program as well.
    #[default]
    Refuse,
    /// It is admitted, marked as such in the log, where a development key alone has signed it.
    Admit,
}

/// On which conditions something is admitted; whoever admits it holds them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Conditions {
    /// Only for users of this group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Up to this share of users, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_percent: Option<u8>,
    /// Until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// Within this budget, where it is tighter than the manifest's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
}

impl Policy {
    /// The default, and work in progress is admitted unexamined: for a program that is being written,
    /// never for one that others use.
    #[must_use]
    pub fn for_development() -> Self {
        Self { throwaway: Throwaway::Admit, ..Self::default() }
    }

    /// Reads a policy strictly from JSON.
    ///
    /// # Errors
    ///
    /// [`JsonError`], with its place.
    pub fn from_json(bytes: &[u8]) -> Result<Self, JsonError> {
        read_json(bytes)
    }

    /// What happens at this risk; where nothing is said, what the default policy says.
    #[must_use]
    pub fn action(&self, risk: Risk) -> Rule {
        let said = self.actions.get(&risk).cloned();
        said.unwrap_or_else(|| Rule { what: default_action(risk), ..Rule::default() })
    }

    /// The least level for a candidate of this origin that asks for so much.
    #[must_use]
    pub fn level(&self, origin: CandidateOrigin, asked: &Permissions) -> Level {
        let of_origin = self.levels.get(&origin).copied().unwrap_or(match origin {
            CandidateOrigin::Generated | CandidateOrigin::Installed => Level::Standard,
            CandidateOrigin::Uploaded => Level::Comprehensive,
        });
        let of_risk = self.levels_by_risk.get(&Risk::least(asked)).copied();
        of_risk.map_or(of_origin, |level| level.max(of_origin))
    }

    /// Whether workers serve what asks for so much, once it is admitted.
    #[must_use]
    pub fn is_walled(&self, asked: &Permissions) -> bool {
        self.walled_from_risk.is_some_and(|from| Risk::least(asked) >= from)
    }

    /// The checks of a level, as this policy lets them block.
    #[must_use]
    pub fn profile(&self, level: Level) -> Profile {
        Profile { blocks: self.blocks.clone(), bounds: self.bounds, ..Profile::of(level) }
    }

    /// What a policy is known by: another one has another digest.
    #[must_use]
    pub fn digest(&self) -> Digest {
        // Writing plain data to memory does not fail.
        Digest::of(&serde_json::to_vec(self).unwrap_or_default())
    }
}

const fn default_action(risk: Risk) -> Action {
    match risk {
        Risk::Safe => Action::Admit,
        Risk::Low => Action::Log,
        Risk::Medium => Action::Approval,
        Risk::High => Action::TwoApprovals,
        Risk::Critical => Action::Refuse,
    }
}

impl Action {
    /// Approvals of different persons that it takes.
    #[must_use]
    pub const fn approvals(self) -> usize {
        match self {
            Self::Admit | Self::Log | Self::Refuse => 0,
            Self::Approval => 1,
            Self::TwoApprovals => 2,
        }
    }
}

impl Conditions {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
