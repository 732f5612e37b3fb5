//! Where a piece of work stands: read from its own steps and from what became of its release.
//!
//! *Never:* it is remembered; a revocation or a rollback by whoever shows at once.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Proposal, Work};
use crate::examine::Verdict;
use crate::registry::state::{Release, State};

/// Where a piece of work stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Lifecycle {
    /// Somebody wants it.
    Discovered,
    /// A draft holds everything that is wanted.
    Proposed,
    /// It was examined.
    Examined,
    /// It was examined, and persons have to approve it.
    AwaitingApproval,
    /// It is kept, and serves nobody.
    Installed,
    /// It spreads.
    RollingOut,
    /// It serves everybody.
    Live,
    /// It was taken back.
    RolledBack,
    /// It never runs again.
    Revoked,
    /// It is over without a release.
    Ended,
}

impl State {
    /// Where a piece of work stands now.
    #[must_use]
    pub fn lifecycle(&self, work: &Work) -> Lifecycle {
        if let Some(proposal) = &work.proposal
            && let Some(known) = self.of_release(proposal)
        {
            return known;
        }
        if work.ended.is_some() {
            return Lifecycle::Ended;
        }
        match (&work.proposal, &work.examination) {
            (None, _) => Lifecycle::Discovered,
            (Some(_), None) => Lifecycle::Proposed,
            (Some(_), Some(examination)) => match examination.verdict {
                Verdict::NeedsApproval { .. } => Lifecycle::AwaitingApproval,
                Verdict::Admissible | Verdict::Blocked => Lifecycle::Examined,
            },
        }
    }

    /// The release that came of a draft, where it is kept.
    #[must_use]
    pub fn release_of(&self, proposal: &Proposal) -> Option<&Release> {
        let release = self.lines.get(&proposal.name)?.release(&proposal.version)?;
        (release.installed.component == proposal.component).then_some(release)
    }

    fn of_release(&self, proposal: &Proposal) -> Option<Lifecycle> {
        if self.revoked.contains_key(&proposal.component) {
            return Some(Lifecycle::Revoked);
        }
        let release = self.release_of(proposal)?;
        if self.quarantined.contains_key(&proposal.component) {
            return Some(Lifecycle::RolledBack);
        }
        let line = self.lines.get(&proposal.name)?;
        let version = &release.installed.version;
        if line.rollout.as_ref().is_some_and(|rollout| rollout.has(version)) {
            return Some(Lifecycle::RollingOut);
        }
        let serves = line.stable.as_ref() == Some(version);
        Some(if serves { Lifecycle::Live } else { Lifecycle::Installed })
    }
}

// === impl Lifecycle ===

impl fmt::Display for Lifecycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Discovered => "discovered",
            Self::Proposed => "proposed",
            Self::Examined => "examined",
            Self::AwaitingApproval => "awaiting approval",
            Self::Installed => "installed",
            Self::RollingOut => "rolling out",
            Self::Live => "live",
            Self::RolledBack => "rolled back",
            Self::Revoked => "revoked",
            Self::Ended => "ended",
        })
    }
}
