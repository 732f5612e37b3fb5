//! How a release that was made here is taken back.
//!
//! *Never:* a capability is left without anybody who serves, but by a revocation.

use crate::registry::{Lifecycle, Op, Rule, State, Work};

/// What takes the release of a piece of work back.
pub(super) fn back(state: &State, work: &Work) -> Result<Op, Rule> {
    let refused = |why: &str| Rule::OutOfStep { work: work.id, why: why.to_owned() };
    let none = || refused("it has no release that serves anybody");
    let proposal = work.proposal.as_ref().ok_or_else(none)?;
    let line = state.lines.get(&proposal.name).ok_or_else(none)?;
    match state.lifecycle(work) {
        Lifecycle::RollingOut => {
            let name = proposal.name.clone();
            Ok(Op::RolledBack { name, version: None, decision: None })
        }
        Lifecycle::Live => {
            let version = line.previous.clone().ok_or_else(|| {
                refused("nothing served before it; `engraft revoke` takes it out for good")
            })?;
            Ok(Op::Activated { name: proposal.name.clone(), version })
        }
        Lifecycle::Discovered
        | Lifecycle::Proposed
        | Lifecycle::Examined
        | Lifecycle::AwaitingApproval
        | Lifecycle::Installed
        | Lifecycle::RolledBack
        | Lifecycle::Revoked
        | Lifecycle::Ended => Err(none()),
    }
}
