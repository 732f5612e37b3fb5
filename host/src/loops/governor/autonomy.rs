//! How far work goes without a person, by where it comes from and what risk was found.
//!
//! *Never:* a level lets through what a policy or a key does not.

use serde::{Deserialize, Serialize};

use crate::artifact::Risk;
use crate::registry::WantSource;

/// How far work goes without a person; each level has all of the one before.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Autonomy {
    /// What is wanted is shown, and nothing is made of it.
    Observe,
    /// It is written and examined, and shown.
    #[default]
    Propose,
    /// It is released and spreads, as far as the last stage of its plan.
    Canary,
    /// And it is promoted.
    Promote,
}

/// How far work of some kinds goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutonomyRule {
    /// Where it comes from; empty is from anywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<WantSource>,
    /// Up to which risk the rule holds. Before anything was examined the risk is `safe`.
    pub risk_max: Risk,
    /// How far it goes.
    pub may: Autonomy,
}

impl AutonomyRule {
    pub(super) fn fits(&self, source: WantSource, risk: Risk) -> bool {
        risk <= self.risk_max && (self.sources.is_empty() || self.sources.contains(&source))
    }
}

// === impl Autonomy ===

impl std::fmt::Display for Autonomy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Observe => "observe",
            Self::Propose => "propose",
            Self::Canary => "canary alone",
            Self::Promote => "promote alone",
        })
    }
}
