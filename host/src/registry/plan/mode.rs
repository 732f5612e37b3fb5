//! Whether those inside of a stage get the answers of the release, or whether it only gets copies of
//! their requests: shadow mode.
//!
//! ```
//! use engraft::registry::Plan;
//!
//! // A tenth of the requests is copied until a person says yes; then the plan begins.
//! let plan = Plan::preset("standard").ok_or("no such plan")?.after_shadow("10%".parse()?);
//! plan.check()?;
//! assert_eq!(plan.stages[0].name, "shadow");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! *Never:* a release that has served nobody goes to everybody.

use serde::{Deserialize, Serialize};

use super::presets::stage;
use super::{Gate, Plan, PlanError, Stage, wrong};
use crate::registry::Share;

/// What those inside of a stage get.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StageMode {
    /// The answers of the release.
    #[default]
    Serve,
    /// The answers of the old one. The release gets copies of their requests, is asked beside the
    /// calls, never for a session, and what it answers is compared with what was served and dropped:
    /// see [`LiveHost::shadows`](crate::LiveHost::shadows). It is asked for everybody at a share of
    /// 100 %; below that for those inside by their sticky id. Nothing of it counts as evidence, and
    /// `requests_min` waits for so many compared answers.
    ///
    /// Its effects do not happen. It is granted and denied what it would be if it served, within its
    /// own budget on a fresh instance for each copy, and then finds this:
    ///
    /// | it uses | it sees |
    /// |---|---|
    /// | `kv` | the real values, and what it wrote itself in the same call; nothing is kept |
    /// | `http` | `unavailable`: no request leaves, and no name is looked up |
    /// | `wasi:http` | the same, as an error of the connection |
    /// | `call` | `unavailable`: no other capability is asked |
    /// | `log`, `progress`, standard output | it is taken, and gone |
    /// | files | what is there, in every directory read-only |
    /// | `config`, `env`, `clock`, `random` | the real ones; of `secrets`, whether there is one |
    /// | interfaces of the program | what the program [says](crate::engine::raw::Interface::in_shadow); where it says nothing, such a release cannot be a shadow, and the rollout is taken back |
    ///
    /// A release that needs an effect to answer differs from what was served for that reason alone.
    /// A paused rollout is shadowed on; an emergency stop or a revocation ends it.
    Shadow,
}

impl Plan {
    /// The same with a stage before all others in which the release is a shadow, for this share of
    /// the users, until a person approves.
    #[must_use]
    pub fn after_shadow(mut self, share: Share) -> Self {
        let (mode, gates) = (StageMode::Shadow, vec![Gate::Approval]);
        self.stages.insert(0, Stage { mode, gates, ..stage("shadow", share, 0) });
        self
    }

    pub(super) fn check_shadows(&self) -> Result<(), PlanError> {
        let is_shadow = |stage: &&Stage| stage.mode == StageMode::Shadow;
        let leading = self.stages.iter().take_while(is_shadow).count();
        if leading == self.stages.len() {
            let why =
                "the release would go from a shadow to everybody; let a stage that serves follow";
            return Err(wrong("stages", why.to_owned()));
        }
        if self.stages.iter().filter(is_shadow).count() > leading {
            let why = "a shadow stage after one that serves would take the release away again";
            return Err(wrong("stages", why.to_owned()));
        }
        let shows = |gate: &Gate| matches!(gate, Gate::NotWorse { .. } | Gate::Keeps(_));
        if self.stages.iter().filter(is_shadow).flat_map(|stage| &stage.gates).any(shows) {
            let why = "a shadow serves nobody, so nothing can be shown of it; flags, approvals, time \
                       and numbers of compared answers can be waited for";
            return Err(wrong("gates", why.to_owned()));
        }
        Ok(())
    }
}

// === impl StageMode ===

impl StageMode {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
    pub(super) fn is_default(&self) -> bool {
        *self == Self::Serve
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shadow_comes_before_whatever_serves_and_proves_nothing() {
        let plan = || Plan::preset("quick").unwrap().after_shadow(Share::ALL);
        plan().check().unwrap();
        let text = serde_json::to_string(&plan()).unwrap();
        assert!(
            text.contains(r#""mode":"shadow""#) && !text.contains(r#""mode":"serve""#),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan());

        type Change = fn(&mut Plan);
        let cases: [(Change, &str); 3] = [
            (|plan| plan.stages.truncate(1), "from a shadow to everybody"),
            (|plan| plan.stages.swap(0, 1), "take the release away"),
            (|plan| plan.stages[0].gates.push(Gate::NotWorse { margin: 0.01 }), "serves nobody"),
        ];
        for (change, words) in cases {
            let mut plan = plan();
            change(&mut plan);
            let error = plan.check().unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
